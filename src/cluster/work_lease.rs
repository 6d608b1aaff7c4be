//! Who is at work: a Lease in the cluster that one run holds while it makes, changes or removes something there.
//!
//! Two runs that work on the same object replace each other's keys and remove each other's agents. So a run takes a
//! `coordination.k8s.io/v1` Lease first, renews it while it works, and deletes it at the end; a second one is told who is at
//! work. A holder that was killed stops renewing. Whether it did is judged by what is seen over the duration of the Lease,
//! never by the time that stands in it: the clocks of two runners differ.
//!
//! The Lease is in `kube-system`, which is there before the agents' namespaces and after them. A login that may not write
//! there works without it, with a warning in the log.

use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::Api;
use kube::api::{DeleteParams, ObjectMeta, Patch, PatchParams};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::keys::AT_WORK_ON;
use super::request::{forgive_successor, only};
use super::{Cluster, Error};
use crate::call::{Call, Probe, poll_until};
use crate::fault::Explain as _;

/// Namespace of the Leases.
const NAMESPACE: &str = "kube-system";

/// How long a Lease holds without being renewed, in seconds.
const DURATION: u16 = 20;

/// The longest duration of another holder's Lease that is waited out.
const LONGEST: u16 = 60;

/// Between two renewals, and between two looks at the Lease of another.
const INTERVAL: Duration = Duration::from_secs(5);

/// How long a run that is done waits for its Lease to be deleted.
const RELEASE: Duration = Duration::from_secs(5);

/// What a run is at work on.
#[derive(Clone, Copy, Debug)]
pub enum Work<'a> {
    /// The agents of the cluster, of which there is one set; the ARM id is that of the connected cluster.
    Agents(&'a str),
    /// The object with this ARM id.
    Object(&'a str),
}

/// A Lease that is held. When it is dropped without being released, it is no longer renewed.
pub struct WorkLease {
    /// `None` where the login may not write Leases.
    held: Option<Held>,
    predecessor_died: bool,
}

struct Held {
    cluster: Cluster,
    name: String,
    holder: String,
    lost: CancellationToken,
    renewal: JoinHandle<()>,
}

impl Work<'_> {
    const fn object_id(&self) -> &str {
        match self {
            Self::Agents(id) | Self::Object(id) => id,
        }
    }

    /// The name of the Lease: one for the agents of a cluster, and one for each other object.
    fn lease_name(&self) -> String {
        match self {
            Self::Agents(_) => "arc-multicloud-agents".to_owned(),
            Self::Object(id) => {
                let digest = Sha256::digest(id.to_ascii_lowercase());
                let short = digest.first_chunk().copied().map(u64::from_be_bytes);
                format!("arc-multicloud-{:016x}", short.unwrap_or_default())
            }
        }
    }
}

impl Cluster {
    /// Takes the Lease for a work, and keeps it until it is released or dropped. The Lease of a holder that does not renew
    /// it is taken over after its duration.
    ///
    /// # Errors
    ///
    /// [`Error::AtWork`] when another run holds and renews it; [`Error`] of the conversation.
    pub async fn hold(&self, call: &Call, work: Work<'_>) -> Result<WorkLease, Error> {
        let name = work.lease_name();
        let lease = new_lease(&name, work.object_id());
        let api = self.leases();
        let action = format!("create Lease {NAMESPACE}/{name}");
        let mut predecessor_died = false;
        loop {
            let taken = match self.create(call, &action, &api, lease.clone()).await {
                Err(error) if error.is_conflict() => {
                    predecessor_died = true;
                    self.succeed(call, &name, &lease).await?
                }
                Err(error) if error.is_forbidden() => {
                    tracing::warn!(%error, "other runs on this cluster cannot be seen: the login may not write Leases");
                    return Ok(WorkLease {
                        held: None,
                        predecessor_died: false,
                    });
                }
                created => Some(created?),
            };
            if let Some(taken) = taken {
                let held = Held::begin(self.clone(), name, &taken);
                return Ok(WorkLease {
                    held: Some(held),
                    predecessor_died,
                });
            }
            // It was released while it was watched.
            predecessor_died = false;
        }
    }

    /// Takes over a Lease once its holder was seen not to renew it; `None` when it is gone meanwhile.
    async fn succeed(
        &self,
        call: &Call,
        name: &str,
        wanted: &Lease,
    ) -> Result<Option<Lease>, Error> {
        let Some(dead) = self.watch(call, name).await? else {
            return Ok(None);
        };
        let api = self.leases();
        let mut wanted = wanted.clone();
        wanted
            .metadata
            .resource_version
            .clone_from(&dead.metadata.resource_version);
        let action = format!("take over Lease {NAMESPACE}/{name}");
        let params = PatchParams::default();
        let patch = Patch::Merge(&wanted);
        match self
            .write(call, &action, || api.patch(name, &params, &patch))
            .await
        {
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) if error.is_conflict() => self.own(call, name, &holder_of(&wanted)).await,
            taken => taken.map(Some),
        }
    }

    /// Looks at a Lease until it is renewed (an error), has not been renewed for its duration, or is gone (`None`).
    async fn watch(&self, call: &Call, name: &str) -> Result<Option<Lease>, Error> {
        let api = self.leases();
        let action = format!("get Lease {NAMESPACE}/{name}");
        let first = OnceLock::new();
        let look = || async {
            let Some(lease) = self.read(call, &action, || api.get_opt(name)).await? else {
                return Ok(Probe::Ready(None));
            };
            let version = lease.metadata.resource_version.clone();
            let (seen, since) = first.get_or_init(|| (version.clone(), Instant::now()));
            if *seen != version {
                return Err(self.at_work(&lease));
            }
            if since.elapsed() > duration_of(&lease) {
                return Ok(Probe::Ready(Some(lease)));
            }
            Ok(Probe::pending(format!("held by {}", holder_of(&lease))))
        };
        let awaited = format!("the holder of Lease {NAMESPACE}/{name} to renew it");
        Ok(poll_until(call, awaited, INTERVAL, look).await?)
    }

    /// The Lease, if `holder` holds it after all: the answer to its own change may have been lost.
    async fn own(&self, call: &Call, name: &str, holder: &str) -> Result<Option<Lease>, Error> {
        let api = self.leases();
        let action = format!("get Lease {NAMESPACE}/{name}");
        let found = self.read(call, &action, || api.get_opt(name)).await?;
        match found {
            Some(lease) if holder_of(&lease) != holder => Err(self.at_work(&lease)),
            found => Ok(found),
        }
    }

    fn at_work(&self, lease: &Lease) -> Error {
        let annotations = lease.metadata.annotations.as_ref();
        let object = annotations.and_then(|all| all.get(AT_WORK_ON));
        Error::AtWork {
            target: self.target().to_string(),
            lease: format!(
                "{NAMESPACE}/{}",
                lease.metadata.name.as_deref().unwrap_or_default()
            ),
            holder: holder_of(lease),
            object: object.cloned().unwrap_or_default(),
        }
    }

    fn leases(&self) -> Api<Lease> {
        Api::namespaced(self.client(), NAMESPACE)
    }
}

impl WorkLease {
    /// For work that changes nothing in the cluster.
    #[must_use]
    pub const fn unneeded() -> Self {
        Self {
            held: None,
            predecessor_died: false,
        }
    }

    /// Whether the Lease was left by a run that did not release it: it was killed, or could not reach the cluster.
    #[must_use]
    pub const fn predecessor_died(&self) -> bool {
        self.predecessor_died
    }

    /// Whether other runs can be seen and see this one; otherwise the login may not write Leases.
    #[must_use]
    pub const fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Asks before a write whether the Lease is still held.
    ///
    /// # Errors
    ///
    /// [`Error::LeaseLost`] when another run has it now, or it was deleted.
    pub fn check(&self) -> Result<(), Error> {
        match &self.held {
            Some(held) if held.lost.is_cancelled() => Err(Error::LeaseLost {
                target: held.cluster.target().to_string(),
                lease: format!("{NAMESPACE}/{}", held.name),
            }),
            _ => Ok(()),
        }
    }

    /// Deletes the Lease, also after the end of the call. A failure is a line in the log: the Lease ends by itself.
    pub async fn release(mut self, call: &Call) {
        let Some(held) = self.held.take() else {
            return;
        };
        held.renewal.abort();
        if held.lost.is_cancelled() {
            return;
        }
        let call = call.afterwards().within(RELEASE);
        if let Err(error) = held.delete(&call).await {
            tracing::warn!(%error, "a Lease could not be released; others wait for it to end");
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

impl Held {
    /// Renews the Lease on a task of its own.
    fn begin(cluster: Cluster, name: String, taken: &Lease) -> Self {
        let (holder, lost) = (holder_of(taken), CancellationToken::new());
        let version = taken.metadata.resource_version.clone().unwrap_or_default();
        let renewal = Renewal {
            cluster: cluster.clone(),
            name: name.clone(),
            holder: holder.clone(),
            lost: lost.clone(),
        };
        Self {
            renewal: tokio::spawn(renewal.run(version)),
            cluster,
            name,
            holder,
            lost,
        }
    }

    async fn delete(&self, call: &Call) -> Result<(), Error> {
        let Some(lease) = self.cluster.own(call, &self.name, &self.holder).await? else {
            return Ok(());
        };
        let api = self.cluster.leases();
        let uid = lease.metadata.uid.as_deref();
        let params = uid.map_or_else(DeleteParams::default, only);
        let action = format!("delete Lease {NAMESPACE}/{}", self.name);
        let deleted = self
            .cluster
            .write(call, &action, || api.delete(&self.name, &params));
        forgive_successor(deleted.await)
    }
}

/// The task that renews a Lease until it is aborted or the Lease is lost.
struct Renewal {
    cluster: Cluster,
    name: String,
    holder: String,
    lost: CancellationToken,
}

impl Renewal {
    async fn run(self, mut version: String) {
        let call = Call::new(CancellationToken::new(), "Lease");
        while call.sleep(INTERVAL).await.is_ok() {
            match self.renew(&call.within(INTERVAL * 2), &version).await {
                Ok(Some(lease)) => version = lease.metadata.resource_version.unwrap_or_default(),
                Err(error) if error.kind().retryable() => {
                    tracing::debug!(%error, "a Lease is not renewed yet");
                }
                Ok(None) | Err(_) => return self.lost.cancel(),
            }
        }
    }

    async fn renew(&self, call: &Call, version: &str) -> Result<Option<Lease>, Error> {
        let api = self.cluster.leases();
        let patch = Patch::Merge(json!({
            "metadata": {"resourceVersion": version},
            "spec": {"renewTime": MicroTime(Timestamp::now())},
        }));
        let params = PatchParams::default();
        let action = format!("renew Lease {NAMESPACE}/{}", self.name);
        let renewed = self
            .cluster
            .write(call, &action, || api.patch(&self.name, &params, &patch));
        match renewed.await {
            Err(error) if error.is_conflict() => {
                self.cluster.own(call, &self.name, &self.holder).await
            }
            renewed => renewed.map(Some),
        }
    }
}

fn new_lease(name: &str, object_id: &str) -> Lease {
    let now = MicroTime(Timestamp::now());
    Lease {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            annotations: Some([(AT_WORK_ON.to_owned(), object_id.to_owned())].into()),
            ..ObjectMeta::default()
        },
        spec: Some(LeaseSpec {
            holder_identity: Some(format!("terraform-provider-arc_{}", Uuid::new_v4())),
            lease_duration_seconds: Some(i32::from(DURATION)),
            acquire_time: Some(now.clone()),
            renew_time: Some(now),
            ..LeaseSpec::default()
        }),
    }
}

fn holder_of(lease: &Lease) -> String {
    let spec = lease.spec.as_ref();
    spec.and_then(|spec| spec.holder_identity.clone())
        .unwrap_or_default()
}

fn duration_of(lease: &Lease) -> Duration {
    let spec = lease.spec.as_ref();
    let seconds = spec.and_then(|spec| spec.lease_duration_seconds);
    let seconds = seconds.and_then(|seconds| u16::try_from(seconds).ok());
    Duration::from_secs(seconds.unwrap_or(DURATION).min(LONGEST).into())
}

#[cfg(test)]
mod tests;
