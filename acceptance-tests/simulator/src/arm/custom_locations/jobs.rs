//! What the agents have to do in their cluster for custom locations.

use super::CustomLocation;
use crate::arm::progress::State;
use crate::store::Store;

/// One thing to do.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// The operation that waits for it.
    pub(crate) operation: String,
    pub(crate) namespace: String,
    pub(crate) task: Task,
}

/// What to do with a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Let the custom locations provider in, and make the namespace if it is missing.
    Open,
    /// Keep the provider out again.
    Close,
}

/// Everything that waits for the agents of a cluster.
pub(crate) fn jobs(store: &Store, cluster: &str) -> Vec<Job> {
    let locations = store.custom_locations.values();
    let waiting = locations.filter(|location| location.host() == cluster);
    waiting.filter_map(|location| location.job(store)).collect()
}

/// The agents have done a job: the operation ends.
pub(crate) fn report(store: &mut Store, job: &Job) {
    if let Some(operation) = store.operations.get_mut(&job.operation) {
        operation.release(None);
    }
}

impl CustomLocation {
    fn job(&self, store: &Store) -> Option<Job> {
        let name = self.progress.operation.as_ref()?;
        store.operations.get(name).filter(|found| found.is_held())?;
        Some(Job {
            operation: name.clone(),
            namespace: self.text("namespace").to_owned(),
            task: match self.progress.state {
                State::Deleting => Task::Close,
                _ => Task::Open,
            },
        })
    }
}
