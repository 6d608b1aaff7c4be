//! Where a resource stands between two writes, for the resource types whose operations carry a mere GUID.

use jiff::Timestamp;

use super::{ArmError, Context};
use crate::faults::Ending;
use crate::operations::Failure;
use crate::store::Store;

/// `provisioningState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Creating,
    Updating,
    Deleting,
    Succeeded,
    Failed,
}

/// A resource's state, and the operation that may change it.
#[derive(Debug)]
pub(crate) struct Progress {
    pub(crate) state: State,
    pub(crate) operation: Option<String>,
}

/// How a store's resource of a kind is found by its key.
pub(super) type Find = for<'a> fn(&'a mut Store, &str) -> Option<&'a mut Progress>;

impl State {
    /// As Azure spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Creating => "Creating",
            Self::Updating => "Updating",
            Self::Deleting => "Deleting",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
        }
    }
}

impl Progress {
    /// Of a resource without an operation.
    pub(crate) fn done() -> Self {
        Self {
            state: State::Succeeded,
            operation: None,
        }
    }

    /// Refuses a change while an operation is going on.
    pub(super) fn require_idle(&self, what: &str) -> Result<(), ArmError> {
        let Some(operation) = &self.operation else {
            return Ok(());
        };
        let state = self.state.name();
        let message = format!("The {what} is {state} by operation '{operation}'. Try again later.");
        Err(ArmError::conflict("AnotherOperationInProgress", message))
    }
}

/// Begins an operation during which the resource is in `state`. At its end, unless another one took over meanwhile, the
/// resource has succeeded or failed, and `done` gets the failure.
pub(super) fn begin(
    cx: &mut Context<'_>,
    key: &str,
    state: State,
    find: Find,
    done: impl FnOnce(&mut Store, &str, Option<&Failure>) + Send + 'static,
) -> String {
    let (ending, now) = (cx.overrides.ending.clone(), cx.now);
    begin_in(cx.store, (&ending, now), key, state, find, done)
}

/// The same without a request.
pub(super) fn begin_in(
    store: &mut Store,
    (ending, now): (&Ending, Timestamp),
    key: &str,
    state: State,
    find: Find,
    done: impl FnOnce(&mut Store, &str, Option<&Failure>) + Send + 'static,
) -> String {
    let target = key.to_owned();
    let change = move |store: &mut Store, name: &str, failure: Option<&Failure>| {
        let Some(progress) = find(store, &target) else {
            return;
        };
        if progress.operation.as_deref() != Some(name) {
            return;
        }
        progress.operation = None;
        progress.state = if failure.is_some() {
            State::Failed
        } else {
            State::Succeeded
        };
        done(store, &target, failure);
    };
    let name = store.begin_plain(key, ending, now, Box::new(change));
    let mut preempted = None;
    if let Some(progress) = find(store, key) {
        progress.state = state;
        preempted = progress.operation.replace(name.clone());
    }
    if let Some(operation) = preempted {
        store.preempt(&operation);
    }
    name
}

/// Lets the agents have their part in an operation.
pub(super) fn hold(store: &mut Store, operation: &str) {
    if let Some(operation) = store.operations.get_mut(operation) {
        operation.hold();
    }
}
