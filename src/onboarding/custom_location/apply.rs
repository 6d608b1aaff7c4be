//! Creating, changing and removing a custom location.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;

use crate::arm::{
    self, CustomLocation, CustomLocationAuthentication, CustomLocationProperties, ResourceId,
    Secret,
};
use crate::call::Call;
use crate::cluster::NamespaceState;
use crate::onboarding::parent::{own_cluster, require_connected};
use crate::onboarding::preflight::check_registered;
use crate::onboarding::session::Session;

use super::Spec;
use super::error::Error;
use super::observe::{Observation, is_enabled, observe};

/// Resource provider of custom locations.
const NAMESPACE: &str = "Microsoft.ExtendedLocation";
/// How long agents may take to let Azure's service in after they were told to.
const ADMISSION: Duration = Duration::from_mins(1);
/// How often Azure tries meanwhile.
const POLL: Duration = Duration::from_secs(3);

/// A custom location that was not completed, and what exists nevertheless.
#[derive(Debug)]
pub struct ApplyFailure {
    /// The object as ARM last showed it; `None` when nothing of ours was made.
    pub reached: Option<Box<CustomLocation>>,
    /// Why it stopped.
    pub error: Error,
}

/// Creates a custom location. `checkpoint` is called as soon as ARM accepted it.
///
/// # Errors
///
/// [`ApplyFailure`], with what has to be remembered although the work was not completed.
pub async fn create(
    call: &Call,
    session: &Session,
    spec: &Spec,
    checkpoint: impl Fn(&CustomLocation),
) -> Result<Observation, ApplyFailure> {
    let before = |error| ApplyFailure {
        reached: None,
        error,
    };
    let existing = Box::pin(prepare(call, session, spec))
        .await
        .map_err(before)?;
    if let Some(existing) = existing {
        adoptable(spec, &existing).map_err(before)?;
        return Box::pin(change(call, session, spec)).await.map_err(before);
    }
    call.step("create the custom location");
    let reached = Mutex::new(None);
    let remember = |object: &CustomLocation| {
        checkpoint(object);
        *reached.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(object.clone()));
    };
    let finished = Box::pin(async {
        let body = spec.over(CustomLocation::default());
        let written = write(call, session, &spec.id, &body, remember).await?;
        remember(&written);
        observed(call, session, spec).await
    })
    .await;
    finished.map_err(|error| ApplyFailure {
        reached: reached.into_inner().unwrap_or_else(PoisonError::into_inner),
        error,
    })
}

/// Brings a custom location to what is wanted, by a PUT of what is there with the changes laid over it.
///
/// # Errors
///
/// [`Error`]; the custom location is then as Azure shows it.
pub async fn change(call: &Call, session: &Session, spec: &Spec) -> Result<Observation, Error> {
    let locations = session.azure.custom_locations();
    let found = locations.get(call, &spec.id).await?;
    let found = found.ok_or_else(|| Error::Vanished {
        id: spec.id.clone(),
    })?;
    Box::pin(check_cluster(call, session, spec)).await?;
    call.check()?;
    call.step("change the custom location");
    Box::pin(write(call, session, &spec.id, &spec.over(found), |_| ())).await?;
    observed(call, session, spec).await
}

/// Has Azure carry out what is wanted, and tells `accepted` what it takes on. Agents that were just told to let Azure's service
/// in start anew for that, and until then Azure finds itself kept out.
async fn write(
    call: &Call,
    session: &Session,
    id: &ResourceId,
    body: &CustomLocation,
    accepted: impl Fn(&CustomLocation),
) -> Result<CustomLocation, Error> {
    let locations = session.azure.custom_locations();
    let attempt = || async {
        let operation = locations.put(call, id, body).await?;
        accepted(operation.initial().unwrap_or(body));
        operation.wait(call).await
    };
    let patience = Instant::now() + ADMISSION;
    loop {
        match attempt().await {
            Err(error) if is_kept_out(&error) && Instant::now() < patience => {
                call.step("wait until the agents let Azure's service in");
                // Who is stopped meanwhile hears what Azure said, not only that time is over.
                call.sleep(POLL).await.map_err(|_| error)?;
            }
            outcome => return Ok(outcome?),
        }
    }
}

fn is_kept_out(error: &arm::Error) -> bool {
    let code = error.fault().and_then(|fault| fault.code.as_deref());
    code == Some("UnauthorizedNamespaceError")
}

/// Removes a custom location. One that is gone already is fine.
///
/// # Errors
///
/// Azure's, for instance while resources are still in it.
pub async fn remove(call: &Call, session: &Session, id: &ResourceId) -> Result<(), Error> {
    call.step("remove the custom location");
    let operation = session.azure.custom_locations().delete(call, id).await?;
    Ok(operation.wait(call).await?)
}

async fn observed(call: &Call, session: &Session, spec: &Spec) -> Result<Observation, Error> {
    let found = observe(call, session, &spec.id, spec.connection.as_ref()).await?;
    found.ok_or_else(|| Error::Vanished {
        id: spec.id.clone(),
    })
}

/// Everything before the first write; finds the custom location that has the name already.
async fn prepare(
    call: &Call,
    session: &Session,
    spec: &Spec,
) -> Result<Option<CustomLocation>, Error> {
    call.step("check the cluster for custom locations");
    let subscription = spec.id.subscription_id();
    let registered =
        async { Ok::<_, Error>(check_registered(call, session, subscription, NAMESPACE).await?) };
    futures::try_join!(Box::pin(check_cluster(call, session, spec)), registered)?;
    Ok(session.azure.custom_locations().get(call, &spec.id).await?)
}

/// Azure sees the cluster, its agents let the service in, and the namespace is not going away.
async fn check_cluster(call: &Call, session: &Session, spec: &Spec) -> Result<(), Error> {
    require_connected(call, session, &spec.cluster).await?;
    let connection = spec.connection.as_ref();
    let (cluster, agents) = own_cluster(call, session, connection, &spec.cluster).await?;
    if !is_enabled(&agents) {
        return Err(Error::NotEnabled {
            cluster: spec.cluster.clone(),
        });
    }
    match cluster.namespace_state(call, &spec.namespace).await? {
        NamespaceState::Terminating => Err(Error::NamespaceTerminating {
            cluster: spec.cluster.clone(),
            namespace: spec.namespace.clone(),
        }),
        NamespaceState::Active | NamespaceState::Missing => Ok(()),
    }
}

fn adoptable(spec: &Spec, existing: &CustomLocation) -> Result<(), Error> {
    let id = spec.id.clone();
    if !spec.adopt_existing {
        return Err(Error::Exists { id });
    }
    let properties = &existing.properties;
    let host = properties.host_resource_id.clone().unwrap_or_default();
    let wanted = spec.cluster.to_string();
    if !host.eq_ignore_ascii_case(&wanted) {
        return Err(Error::Different {
            id,
            what: "cluster",
            found: host,
            wanted,
        });
    }
    let namespace = properties.namespace.clone().unwrap_or_default();
    if namespace != spec.namespace {
        return Err(Error::Different {
            id,
            what: "namespace",
            found: namespace,
            wanted: spec.namespace.clone(),
        });
    }
    Ok(())
}

impl Spec {
    /// What is wanted, laid over what is there.
    fn over(&self, found: CustomLocation) -> CustomLocation {
        let kubeconfig = self.kubeconfig.as_ref();
        CustomLocation {
            location: Some(self.location.clone()),
            tags: Some(self.tags.clone()),
            properties: CustomLocationProperties {
                host_type: Some("Kubernetes".to_owned()),
                host_resource_id: Some(self.cluster.to_string()),
                namespace: Some(self.namespace.clone()),
                cluster_extension_ids: Some(self.cluster_extension_ids.clone()),
                display_name: self.display_name.clone(),
                authentication: kubeconfig.map(|kubeconfig| CustomLocationAuthentication {
                    kind: "KubeConfig".to_owned(),
                    value: Secret(encoded(kubeconfig)),
                }),
                ..found.properties
            },
            ..found
        }
    }
}

fn encoded(kubeconfig: &SecretString) -> SecretString {
    SecretString::from(STANDARD.encode(kubeconfig.expose_secret()))
}
