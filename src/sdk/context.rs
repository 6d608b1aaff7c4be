//! What every handler is told about the call that it answers.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use super::frame::Frame;
use super::object::StoredObject;
use crate::call::Call;

/// The call in flight and what the client on the other side can do.
#[derive(Clone, Debug)]
pub struct Context {
    /// Stop token, deadline and progress.
    pub call: Call,
    /// Whether the client accepts a deferred change (`client_capabilities.deferral_allowed`).
    pub deferral_allowed: bool,
    /// Whether the client knows write-only attributes (`client_capabilities.write_only_attributes_allowed`).
    pub write_only_allowed: bool,
    /// What exists now, for the case that the handler does not live to say so itself. One for each call.
    pub checkpoint: Checkpoint,
}

/// What exists half way through a create or update. All clones share one object.
///
/// A handler saves after each step that leaves something behind. When it then fails without saying what was saved, or
/// dies in a panic, the last checkpoint is what Terraform stores, so that nothing is lost.
#[derive(Clone, Default)]
pub struct Checkpoint {
    last: Arc<Mutex<Option<StoredObject>>>,
    frame: Option<Frame>,
}

impl Checkpoint {
    /// Notes the state that exists now, with its private bytes. A state that does not fit the schema is a bug in the
    /// resource; it goes to the log and does not stop the work.
    pub fn save<S: Serialize>(&self, state: &S, private: &[u8]) {
        let Some(frame) = &self.frame else { return };
        match frame.object(state) {
            Ok(state) => self.put(StoredObject {
                state,
                private: private.to_vec(),
                identity: None,
            }),
            Err(error) => tracing::error!(%error, "a checkpoint does not fit the schema"),
        }
    }

    /// The last state that was noted; `None` when nothing exists yet.
    #[must_use]
    pub fn last(&self) -> Option<StoredObject> {
        self.lock().clone()
    }

    /// The same checkpoint for states that go into a frame.
    pub(super) fn within(&self, frame: &Frame) -> Self {
        Self {
            last: Arc::clone(&self.last),
            frame: Some(frame.clone()),
        }
    }

    fn put(&self, object: StoredObject) {
        *self.lock() = Some(object);
    }

    /// A panic elsewhere cannot leave the object half written: it is replaced as a whole.
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<StoredObject>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says whether there is something; the state itself may be sensitive.
impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint")
            .field("saved", &self.lock().is_some())
            .finish_non_exhaustive()
    }
}
