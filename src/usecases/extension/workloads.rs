//! The workloads of an extension's release: waiting until they are available, and noticing when some are gone.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::arm::{Extension, ResourceId};
use crate::call::{Call, Halt, Probe, WaitError, poll_until};
use crate::cluster::{Cluster, Workload};

use super::diagnosis;
use super::error::Error;

/// Between two looks at the workloads.
const INTERVAL: Duration = Duration::from_secs(2);

/// What kubectl's name of a daemon set begins with.
const DAEMON_SET: &str = "daemonset/";

/// Workloads by kubectl's name, as in `deployment/source-controller`.
pub type Workloads = BTreeMap<String, Workload>;

/// The workloads of an extension when it was last in order: what they are compared with later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Baseline {
    /// The version that was installed. Another version may have other workloads.
    pub version: Option<String>,
    /// Wanted replicas by workload.
    pub workloads: BTreeMap<String, i32>,
}

impl Baseline {
    /// What is there now, as the measure for later.
    #[must_use]
    pub fn of(object: &Extension, workloads: &Workloads) -> Self {
        let wanted = workloads.iter();
        Self {
            version: object.properties.current_version.clone(),
            workloads: wanted
                .map(|(name, workload)| (name.clone(), workload.desired))
                .collect(),
        }
    }

    /// Whether it says anything about the extension as it is installed now.
    #[must_use]
    pub fn applies_to(&self, object: &Extension) -> bool {
        self.version == object.properties.current_version
    }

    /// The workloads that are missing. Fewer replicas than before may be an autoscaler's doing, none are not. Daemon sets
    /// follow the nodes: without a fitting one they rightly want no pod.
    pub(super) fn missing(&self, found: &Workloads) -> Vec<Missing> {
        let missing = |(name, wanted): (&String, &i32)| {
            let scaled_by_hand = !name.starts_with(DAEMON_SET);
            let lack = match found.get(name) {
                None => Lack::Gone,
                Some(now) if now.desired == 0 && *wanted > 0 && scaled_by_hand => {
                    Lack::ScaledToZero { from: *wanted }
                }
                Some(_) => return None,
            };
            let name = name.clone();
            Some(Missing { name, lack })
        };
        self.workloads.iter().filter_map(missing).collect()
    }
}

/// A workload that an extension had when it was last in order and does not have now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    /// By kubectl's name.
    name: String,
    lack: Lack,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lack {
    Gone,
    ScaledToZero { from: i32 },
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match self.lack {
            Lack::Gone => write!(f, "{name} is gone"),
            Lack::ScaledToZero { from } => write!(f, "{name} was scaled from {from} to 0"),
        }
    }
}

/// Waits until all workloads have the replicas that they want, and nothing of what is expected is missing.
pub(super) async fn wait_until_available(
    call: &Call,
    cluster: &Cluster,
    id: &ResourceId,
    namespace: &str,
    expected: &Baseline,
) -> Result<Workloads, Error> {
    call.step("wait until the extension's workloads are available");
    let look = || async {
        let found = cluster
            .release_workloads(call, namespace, id.name())
            .await?;
        let lacking = lacking(&found, expected);
        Ok::<_, crate::cluster::Error>(if lacking.is_empty() {
            Probe::Ready(found)
        } else {
            Probe::pending(lacking.join(", "))
        })
    };
    let awaited = format!("the workloads of extension {}", id.name());
    match poll_until(call, awaited, INTERVAL, look).await {
        Ok(found) => Ok(found),
        Err(WaitError::Probe(error)) => Err(error.into()),
        Err(WaitError::Halted { halt, seen, .. }) => Err(Error::NotAvailable {
            id: id.clone(),
            namespace: namespace.to_owned(),
            cause: halt,
            seen,
            evidence: match halt {
                Halt::DeadlineExceeded => {
                    diagnosis::pods(&call.afterwards(), cluster, namespace).await
                }
                Halt::Interrupted => Vec::new(),
            },
        }),
    }
}

fn lacking(found: &Workloads, expected: &Baseline) -> Vec<String> {
    let unready = found
        .iter()
        .filter(|(_, workload)| workload.ready < workload.desired)
        .map(|(name, workload)| format!("{name} {}/{}", workload.ready, workload.desired));
    let missing = expected.missing(found);
    missing
        .iter()
        .map(Missing::to_string)
        .chain(unready)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workloads(found: &[(&str, i32, i32)]) -> Workloads {
        let found = found.iter();
        found
            .map(|&(name, ready, desired)| (name.to_owned(), Workload { ready, desired }))
            .collect()
    }

    fn lines(missing: &[Missing]) -> Vec<String> {
        missing.iter().map(Missing::to_string).collect()
    }

    #[test]
    fn what_is_gone_or_scaled_to_nothing_is_missing_and_an_autoscaler_is_left_alone() {
        let before = workloads(&[
            ("deployment/a", 1, 1),
            ("deployment/b", 3, 3),
            ("deployment/c", 1, 1),
            ("daemonset/d", 2, 2),
        ]);
        let baseline = Baseline::of(&Extension::default(), &before);
        assert_eq!(baseline.missing(&before), []);
        let after = workloads(&[
            ("deployment/a", 0, 0),
            ("deployment/b", 2, 2),
            ("daemonset/d", 0, 0),
        ]);
        assert_eq!(
            lines(&baseline.missing(&after)),
            [
                "deployment/a was scaled from 1 to 0",
                "deployment/c is gone"
            ]
        );
    }

    #[test]
    fn a_wait_names_what_lacks_replicas() {
        let found = workloads(&[("deployment/a", 0, 1), ("deployment/b", 2, 2)]);
        assert_eq!(lacking(&found, &Baseline::default()), ["deployment/a 0/1"]);
    }
}
