//! `ReadResource` and `ImportResourceState`.

use super::{Erased, as_failure};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::frame::Frame;
use crate::sdk::resource::{
    Applied, ErasedResource, ImportTarget, ObjectReply, Refreshed, Resource, Stored, StoredObject,
};
use crate::sdk::rules::check_stored;
use crate::sdk::timeouts::Operation;

impl<R: Resource> Erased<R> {
    pub(super) async fn read_object(&self, cx: &Context, prior: StoredObject) -> ObjectReply {
        let frame = self.frame.around(&prior.state);
        let cx = self.context(cx, Operation::Read, &frame, &prior.state);
        let stored = match self.stored(&prior.state, &prior.private) {
            Ok(stored) => stored,
            Err(error) => return keep(prior, error),
        };
        let mut reply = match self.resource.read(&cx, stored).await {
            Ok(Refreshed::Gone(diagnostics)) => keep(StoredObject::default(), diagnostics),
            Ok(Refreshed::Unreachable(diagnostics)) => keep(prior, diagnostics),
            Err(diagnostics) => keep(prior, as_failure(diagnostics)),
            Ok(Refreshed::Present(applied)) => self.present(&frame, prior, applied),
        };
        self.judge_stored("a read", &mut reply);
        reply
    }

    fn present(
        &self,
        frame: &Frame,
        prior: StoredObject,
        applied: Applied<R::State>,
    ) -> ObjectReply {
        let Applied {
            stored,
            mut diagnostics,
        } = applied;
        match self.object(frame, stored) {
            Ok(object) => ObjectReply {
                object: StoredObject {
                    identity: object.identity.or(prior.identity),
                    ..object
                },
                diagnostics,
            },
            Err(error) => {
                diagnostics.extend(error);
                keep(prior, diagnostics)
            }
        }
    }

    pub(super) async fn import_object(&self, cx: &Context, target: ImportTarget) -> ObjectReply {
        let imported = self.resource.import(cx, target).await;
        let object = imported.map_err(as_failure).and_then(|state| {
            let private = Vec::new();
            self.object(&self.frame, Stored { state, private })
        });
        let mut reply = match object {
            Ok(object) => ObjectReply {
                object,
                ..ObjectReply::default()
            },
            Err(diagnostics) => keep(StoredObject::default(), diagnostics),
        };
        self.judge_stored("an import", &mut reply);
        reply
    }

    fn judge_stored(&self, operation: &str, reply: &mut ObjectReply) {
        let judge = || check_stored(self.schema(), &reply.object.state);
        self.judge(operation, judge, &mut reply.diagnostics);
    }
}

fn keep(object: StoredObject, diagnostics: Diagnostics) -> ObjectReply {
    ObjectReply {
        object,
        diagnostics,
    }
}
