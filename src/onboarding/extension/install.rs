//! Installing an extension, or taking over one that is there.

use crate::arm::Extension;
use crate::call::Call;
use crate::cluster::Cluster;

use super::change::{Repair, change};
use super::diagnosis;
use super::error::Error;
use super::observe::{Observation, look_inside};
use super::offer::{Wanted, check_new};
use super::spec::Spec;
use super::workloads::{Baseline, wait_until_available};
use crate::onboarding::parent::{ParentError, own_cluster, require_connected};
use crate::onboarding::preflight::check_registered;
use crate::onboarding::session::Session;

/// Resource provider of extensions.
const NAMESPACE: &str = "Microsoft.KubernetesConfiguration";

/// An installation that was not completed, and what exists nevertheless.
#[derive(Debug)]
pub struct InstallFailure {
    /// The extension as ARM last showed it; `None` when nothing of ours was made.
    pub reached: Option<Box<Extension>>,
    /// Why it stopped.
    pub error: Error,
}

/// Installs an extension. `checkpoint` is called as soon as ARM accepted it.
///
/// # Errors
///
/// [`InstallFailure`], with what has to be remembered although the work was not completed.
pub async fn install(
    call: &Call,
    session: &Session,
    spec: &Spec,
    checkpoint: impl Fn(&Extension),
) -> Result<Observation, InstallFailure> {
    let before = |error| InstallFailure {
        reached: None,
        error,
    };
    let existing = prepare(call, session, spec).await.map_err(before)?;
    if let Some(existing) = existing {
        // What somebody else made is theirs until it has been taken over as a whole.
        return adopt(call, session, spec, &existing).await.map_err(before);
    }
    let cluster = Box::pin(reach(call, session, spec)).await;
    let cluster = cluster.map_err(|error| before(error.into()))?;
    call.check().map_err(|halt| before(halt.into()))?;
    call.step("install the extension");
    let object = spec.object();
    let (extensions, id) = (session.azure.extensions(), spec.id());
    let operation = extensions.put(call, &id, &object);
    let operation = operation.await.map_err(|error| before(error.into()))?;
    let mut reached = operation.initial().cloned().unwrap_or(object);
    checkpoint(&reached);
    let finished = Box::pin(async {
        reached = match operation.wait(call).await {
            Ok(object) => object,
            Err(error) => {
                let namespace = spec.scope.namespace();
                let told = diagnosis::explain(
                    session,
                    cluster.as_ref().ok(),
                    &id,
                    "installed",
                    namespace,
                    error,
                );
                return Err(told.await);
            }
        };
        checkpoint(&reached);
        let nothing = Baseline::default();
        complete(call, cluster, spec, reached.clone(), Some(&nothing)).await
    })
    .await;
    finished.map_err(|error| InstallFailure {
        reached: Some(Box::new(reached)),
        error,
    })
}

/// Everything before the first write; finds the extension that has the name already.
async fn prepare(call: &Call, session: &Session, spec: &Spec) -> Result<Option<Extension>, Error> {
    call.step("check the cluster and what Azure offers to it");
    let subscription = spec.cluster.subscription_id();
    let cluster = async { Ok::<_, Error>(require_connected(call, session, &spec.cluster).await?) };
    let registered = async { Ok(check_registered(call, session, subscription, NAMESPACE).await?) };
    futures::try_join!(cluster, registered)?;
    check_new(call, session, spec.wanted()).await
}

impl Spec {
    fn wanted(&self) -> Wanted<'_> {
        Wanted {
            cluster: &self.cluster,
            name: &self.name,
            extension_type: &self.extension_type,
            version: self.version.as_deref(),
            release_train: self.release_train.as_deref(),
            identity: self.identity != Some(false),
            has_plan: self.plan.is_some(),
        }
    }
}

/// Takes over an extension that somebody else made, and changes what has to be different.
async fn adopt(
    call: &Call,
    session: &Session,
    spec: &Spec,
    existing: &Extension,
) -> Result<Observation, Error> {
    adoptable(spec, existing)?;
    call.step("take over the extension that is there");
    let repair = Repair {
        rewrite: !spec.protected_settings.is_empty(),
        expected: Baseline::default(),
    };
    Box::pin(change(call, session, spec, &repair)).await
}

fn adoptable(spec: &Spec, existing: &Extension) -> Result<(), Error> {
    let id = spec.id();
    if existing.is_system() {
        return Err(Error::System { id });
    }
    if !spec.adopt_existing {
        return Err(Error::Exists { id });
    }
    let found = existing.properties.extension_type.clone();
    let found = found.unwrap_or_default();
    if !found.eq_ignore_ascii_case(&spec.extension_type) {
        return Err(Error::Different {
            id,
            what: "type",
            found,
            wanted: spec.extension_type.clone(),
        });
    }
    if !spec.scope.admits(existing) {
        return Err(Error::Different {
            id,
            what: "namespace",
            found: existing.namespace().unwrap_or("none").to_owned(),
            wanted: spec.scope.namespace().unwrap_or("none").to_owned(),
        });
    }
    Ok(())
}

/// The cluster, or why there is none: that only stops who wants to wait for workloads, or has named the wrong cluster.
pub(super) async fn reach(
    call: &Call,
    session: &Session,
    spec: &Spec,
) -> Result<Result<Cluster, ParentError>, ParentError> {
    let found = own_cluster(call, session, spec.connection.as_ref(), &spec.cluster).await;
    let found = found.map(|(cluster, _)| cluster);
    let wrong = matches!(found, Err(ParentError::WrongCluster { .. }));
    if wrong || spec.wait_for_workloads {
        return found.map(Ok);
    }
    Ok(found)
}

/// What follows on Azure's word that it is done: a wait for the workloads, with what is expected of them, if something was
/// written and a wait is wanted, and a look at them.
pub(super) async fn complete(
    call: &Call,
    cluster: Result<Cluster, ParentError>,
    spec: &Spec,
    object: Extension,
    expected: Option<&Baseline>,
) -> Result<Observation, Error> {
    let workloads = match cluster {
        Err(error) => Err(error),
        Ok(cluster) => match (object.namespace(), expected) {
            (Some(namespace), Some(expected)) if spec.wait_for_workloads => {
                let id = spec.id();
                Ok(wait_until_available(call, &cluster, &id, namespace, expected).await?)
            }
            _ => look_inside(call, &cluster, &spec.id(), &object).await,
        },
    };
    Ok(Observation { object, workloads })
}
