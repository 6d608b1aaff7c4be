//! Agents that tests decide about, instead of those in a real cluster.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::arm::configuration::extensions::{self, Task};
use crate::arm::configuration::flux;
use crate::arm::connected_clusters::{Connectivity, Features, Report};
use crate::arm::custom_locations;
use crate::store::Store;

/// Life of the certificate of simulated agents.
const CERTIFICATE_LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Whose reports Azure takes for those of a connected cluster.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Presence {
    /// The agents in the real cluster.
    #[default]
    Real,
    /// None: the cluster is cut off from Azure, and offline at once.
    Away,
    /// Agents without a cluster, which do at once whatever they are told.
    Simulated(Features),
}

/// Lets the decisions of the tests take effect.
pub(crate) fn apply_presences(store: &mut Store, now: Timestamp) {
    let presences: Vec<_> = store.presences.clone().into_iter().collect();
    for (cluster, presence) in presences {
        match presence {
            Presence::Real => {}
            Presence::Away => set_offline(store, &cluster),
            Presence::Simulated(features) => simulated(store, &cluster, features, now),
        }
    }
}

fn set_offline(store: &mut Store, cluster: &str) {
    if let Some(cluster) = store.clusters.get_mut(cluster)
        && cluster.connectivity == Connectivity::Connected
    {
        cluster.connectivity = Connectivity::Offline;
    }
}

fn simulated(store: &mut Store, key: &str, features: Features, now: Timestamp) {
    let Some(cluster) = store.clusters.get_mut(key) else {
        return;
    };
    if !cluster.is_provisioned() {
        return;
    }
    cluster.record(report(features, now));
    let due = |store: &Store, operation: &str| {
        let operation = store.operations.get(operation);
        operation.is_some_and(|operation| operation.is_due(now))
    };
    for job in extensions::jobs(store, key) {
        if due(store, &job.operation) {
            let result = match &job.task {
                Task::Install(install) if install.unpullable => Err(install.back_off("a pod")),
                Task::Install(_) | Task::Remove { .. } => Ok(()),
            };
            extensions::report(store, &job, result, now);
        }
    }
    for job in flux::jobs(store, key) {
        if due(store, &job.operation) {
            flux::report(store, &job, now);
        }
    }
    for job in custom_locations::jobs(store, key) {
        if due(store, &job.operation) {
            custom_locations::report(store, &job);
        }
    }
}

fn report(features: Features, now: Timestamp) -> Report {
    Report {
        kubernetes_version: "1.29.1".to_owned(),
        agent_version: "1.35.4".to_owned(),
        distribution: "eks".to_owned(),
        infrastructure: "aws".to_owned(),
        nodes: 2,
        cores: 4,
        reported_at: now,
        certificate_expires: now + CERTIFICATE_LIFE,
        features,
    }
}
