//! What every handler is told about the call that it answers.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::frame::Frame;
use super::object::StoredObject;
use super::value::Value;
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

/// What exists half way through a create, update or delete. All clones share one object.
///
/// A handler saves after each step that leaves something behind. When it then fails without saying what was saved, or
/// dies in a panic, the last checkpoint is what Terraform stores, so that nothing is lost. Before the first one that is
/// the object as Terraform has stored it.
#[derive(Clone, Default)]
pub struct Checkpoint {
    last: Arc<Mutex<StoredObject>>,
    frame: Option<Frame>,
}

impl Checkpoint {
    /// Notes the state that exists now, with its private bytes; the identity stays. A state that does not fit the schema
    /// is a bug in the resource; it goes to the log and does not stop the work.
    pub fn save<S: Serialize>(&self, state: &S, private: &[u8]) {
        let Some(frame) = &self.frame else { return };
        match frame.object(state) {
            Ok(state) => self.advance(state, private.to_vec()),
            Err(error) => tracing::error!(%error, "a checkpoint does not fit the schema"),
        }
    }

    /// The last object that was noted; its state is null while nothing exists.
    #[must_use]
    pub fn last(&self) -> StoredObject {
        self.lock().clone()
    }

    /// Notes the object as Terraform has stored it, before a handler begins.
    pub(super) fn begin(&self, stored: StoredObject) {
        *self.lock() = stored;
    }

    /// Notes a state that fits the schema.
    pub(super) fn advance(&self, state: Value, private: Vec<u8>) {
        let mut last = self.lock();
        last.state = state;
        last.private = private;
    }

    /// The same checkpoint for states that go into a frame.
    pub(super) fn within(&self, frame: &Frame) -> Self {
        Self {
            last: Arc::clone(&self.last),
            frame: Some(frame.clone()),
        }
    }

    /// A panic elsewhere cannot leave the object half written: nothing between its two assignments can panic.
    fn lock(&self) -> MutexGuard<'_, StoredObject> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says whether there is something; the state itself may be sensitive.
impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint")
            .field("saved", &!self.lock().state.is_null())
            .finish_non_exhaustive()
    }
}
