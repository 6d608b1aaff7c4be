//! `MoveResourceState`: an object that another type has stored, as one of ours.

use super::{Erased, as_failure};
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::{MoveSource, ObjectReply, Resource, Stored, StoredObject};
use crate::sdk::rules::check_stored;

impl<R: Resource> Erased<R> {
    pub(super) fn move_object(&self, source: &MoveSource) -> Result<ObjectReply, Diagnostics> {
        let state = self.resource.move_from(source).map_err(as_failure)?;
        let private = Vec::new();
        let object = self.object(&self.frame, Stored { state, private })?;
        Ok(self.judged(object))
    }

    fn judged(&self, object: StoredObject) -> ObjectReply {
        let mut diagnostics = Diagnostics::default();
        let judge = || check_stored(self.frame.schema(), &object.state);
        self.judge("a move", judge, &mut diagnostics);
        ObjectReply {
            object,
            diagnostics,
        }
    }
}
