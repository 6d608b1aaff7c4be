//! Creating an extension, or taking over one that is there.

use crate::arm::Extension;
use crate::call::Call;
use crate::cluster::Cluster;

use super::change::{Repair, change};
use super::diagnosis::Failed;
use super::error::Error;
use super::finish::{complete, reach};
use super::observe::Observation;
use super::offer::{Wanted, check_new};
use super::spec::Spec;
use super::workloads::Baseline;
use crate::usecases::creation::{self, Remainder};
use crate::usecases::error::{Incomplete, Work};
use crate::usecases::registration::{KUBERNETES_CONFIGURATION, check_registered};
use crate::usecases::session::Session;
use crate::usecases::target::{ParentError, require_connected};

/// Creates an extension. `checkpoint` is called as soon as ARM accepted it.
///
/// # Errors
///
/// [`Incomplete`], with what has to be remembered although the work was not completed.
pub async fn create(
    call: &Call,
    session: &Session,
    spec: &Spec,
    checkpoint: impl Fn(&Extension),
) -> Result<Observation, Incomplete<Extension, Error>> {
    let existing = prepare(call, session, spec)
        .await
        .map_err(Incomplete::nothing)?;
    if let Some(existing) = &existing
        && (spec.adopt_existing || existing.is_system())
    {
        // What another made is theirs until it has been taken over as a whole.
        return adopt(call, session, spec, existing)
            .await
            .map_err(Incomplete::nothing);
    }
    let cluster = Box::pin(reach(call, session, spec)).await;
    let cluster = cluster.map_err(Incomplete::nothing)?;
    let place = cluster.as_ref().ok().cloned();
    let id = &spec.id();
    let remainder = existing.map(|existing| Remainder {
        not_ours: Error::Exists { id: id.clone() },
        go_on: async move {
            same_object(spec, &existing)?;
            let begun = session.azure.extensions().follow(call, id).await?;
            Ok(creation::settle(call, begun).await?)
        },
    });
    let install = install(call, session, spec, cluster, checkpoint);
    creation::create(call, place.as_ref(), id, remainder, install).await
}

/// Has Azure install the extension, and waits for it.
async fn install(
    call: &Call,
    session: &Session,
    spec: &Spec,
    cluster: Result<Cluster, ParentError>,
    checkpoint: impl Fn(&Extension),
) -> Result<Observation, Incomplete<Extension, Error>> {
    call.check().map_err(Incomplete::nothing)?;
    call.step("install the extension");
    let object = spec.object();
    let (extensions, id) = (session.azure.extensions(), spec.id());
    let operation = extensions.create(call, &id, &object);
    let operation = operation.await.map_err(Incomplete::nothing)?;
    let mut reached = operation.initial().cloned().unwrap_or(object);
    checkpoint(&reached);
    let finished = Box::pin(async {
        reached = match operation.wait(call).await {
            Ok(object) => object,
            Err(error) => {
                let failed = Failed {
                    id: &id,
                    work: Work::Install,
                    cluster: cluster.as_ref().ok(),
                    namespace: spec.scope.namespace(),
                };
                return Err(failed.explain(call, session, error).await);
            }
        };
        checkpoint(&reached);
        let nothing = Baseline::default();
        complete(call, cluster, spec, reached.clone(), Some(&nothing)).await
    })
    .await;
    finished.map_err(|error| Incomplete::after(reached, error))
}

/// Everything before the first write; finds the extension that has the name already.
async fn prepare(call: &Call, session: &Session, spec: &Spec) -> Result<Option<Extension>, Error> {
    call.step("check the cluster and what Azure offers to it");
    let subscription = spec.cluster.subscription_id();
    let cluster = async { Ok::<_, Error>(require_connected(call, session, &spec.cluster).await?) };
    let registered = async {
        Ok(check_registered(call, session, subscription, KUBERNETES_CONFIGURATION).await?)
    };
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
    same_object(spec, existing)
}

/// Whether what is there is what is wanted, in all that cannot be changed.
fn same_object(spec: &Spec, existing: &Extension) -> Result<(), Error> {
    let id = spec.id();
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
