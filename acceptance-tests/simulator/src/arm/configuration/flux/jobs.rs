//! What the agents have to do in their cluster, and what Flux does there afterwards.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::compliance::Compliance;
use super::{FluxConfiguration, of_cluster};
use crate::arm::progress::State;
use crate::request::object;
use crate::store::Store;

/// One thing to do.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// Key of the configuration.
    key: String,
    /// The operation that waits for it.
    pub(crate) operation: String,
    pub(crate) task: Task,
}

/// What to do.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    /// Make or change the objects of Flux.
    Apply(Source),
    /// Remove them.
    Remove(Source),
}

/// What Flux is to follow.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) namespace: String,
    /// `GitRepository`, `Bucket`, `AzureBlob` or `OCIRepository`.
    pub(crate) kind: String,
    /// The source as ARM has it.
    pub(crate) description: Map<String, Value>,
    /// The kustomizations as ARM has them, by name.
    pub(crate) kustomizations: Map<String, Value>,
    pub(crate) suspend: bool,
    pub(crate) revision: String,
}

/// Everything that waits for the agents of a cluster.
pub(crate) fn jobs(store: &Store, cluster: &str) -> Vec<Job> {
    let waiting = of_cluster(store, cluster).filter_map(|(key, configuration)| {
        let name = configuration.progress.operation.as_ref()?;
        store.operations.get(name).filter(|found| found.is_held())?;
        let source = configuration.to_follow();
        Some(Job {
            key: key.clone(),
            operation: name.clone(),
            task: match configuration.progress.state {
                State::Deleting => Task::Remove(source),
                _ => Task::Apply(source),
            },
        })
    });
    waiting.collect()
}

/// The agents have done a job: the operation ends, and Flux begins.
pub(crate) fn report(store: &mut Store, job: &Job, now: Timestamp) {
    let Some(configuration) = store.flux_configurations.get_mut(&job.key) else {
        return;
    };
    if configuration.progress.operation.as_ref() != Some(&job.operation) {
        return;
    }
    configuration.applied = Some(now);
    if let Some(operation) = store.operations.get_mut(&job.operation) {
        operation.release(None);
    }
}

/// What Flux in a cluster has been given, and how far it is with it.
pub(crate) fn synced(store: &Store, cluster: &str, now: Timestamp) -> Vec<(Source, Compliance)> {
    let takes = SignedDuration::from_millis(store.behaviour.compliance_ms.into());
    let given = of_cluster(store, cluster).filter(|(_, one)| one.applied.is_some());
    given
        .map(|(_, one)| (one.to_follow(), one.compliance(now, takes)))
        .collect()
}

impl FluxConfiguration {
    fn to_follow(&self) -> Source {
        let (kind, description) = self.source();
        Source {
            name: self.name.clone(),
            namespace: self.namespace().to_owned(),
            kind: kind.to_owned(),
            description: description.clone(),
            kustomizations: object(&self.settings, "kustomizations").clone(),
            suspend: self.is_suspended(),
            revision: self.revision(),
        }
    }
}
