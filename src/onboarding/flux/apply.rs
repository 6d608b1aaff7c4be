//! Creating a Flux configuration, taking one over, and changing one in place.

use crate::arm::{self, FluxConfiguration, FluxProperties};
use crate::call::{Call, Halt};
use crate::onboarding::parent::{ParentError, own_cluster, require_connected};
use crate::onboarding::preflight::check_registered;
use crate::onboarding::session::Session;

use super::Spec;
use super::compliance::wait_until_compliant;
use super::error::Error;

/// Resource provider of Flux configurations.
const NAMESPACE: &str = "Microsoft.KubernetesConfiguration";
/// The extension that carries them out.
const FLUX: &str = "microsoft.flux";

/// A configuration that was not completed, and what exists nevertheless.
#[derive(Debug)]
pub struct ApplyFailure {
    /// The object as ARM last showed it; `None` when nothing of ours was made.
    pub reached: Option<Box<FluxConfiguration>>,
    /// Why it stopped.
    pub error: Error,
}

/// Creates a configuration. `checkpoint` is called as soon as ARM accepted it.
///
/// # Errors
///
/// [`ApplyFailure`], with what has to be remembered although the work was not completed.
pub async fn create(
    call: &Call,
    session: &Session,
    spec: &Spec,
    checkpoint: impl Fn(&FluxConfiguration),
) -> Result<FluxConfiguration, ApplyFailure> {
    let before = |error| ApplyFailure {
        reached: None,
        error,
    };
    let existing = prepare(call, session, spec).await.map_err(before)?;
    if existing.is_some() {
        if !spec.adopt_existing {
            return Err(before(Error::Exists { id: spec.id() }));
        }
        call.step("take over the Flux configuration that is there");
        return change(call, session, spec).await.map_err(before);
    }
    call.step("create the Flux configuration");
    let body = FluxConfiguration {
        properties: spec.properties.clone(),
        ..FluxConfiguration::default()
    };
    let put = session.azure.flux_configurations();
    let operation = put.put(call, &spec.id(), &body).await;
    let operation = operation.map_err(|error| before(error.into()))?;
    let mut reached = operation.initial().cloned().unwrap_or(body);
    checkpoint(&reached);
    let finished = async {
        reached = explained(session, spec, operation.wait(call).await).await?;
        checkpoint(&reached);
        settle(call, session, spec, reached.clone()).await
    }
    .await;
    finished.map_err(|error| ApplyFailure {
        reached: Some(Box::new(reached)),
        error,
    })
}

/// Brings a configuration to what is wanted, by a PUT with everything: secrets that are not sent are dropped.
///
/// # Errors
///
/// [`Error`]; the configuration is then as Azure shows it.
pub async fn change(
    call: &Call,
    session: &Session,
    spec: &Spec,
) -> Result<FluxConfiguration, Error> {
    Box::pin(check_cluster(call, session, spec)).await?;
    let configurations = session.azure.flux_configurations();
    let id = spec.id();
    let Some(found) = configurations.get(call, &id).await? else {
        return Err(Error::Vanished { id });
    };
    call.check()?;
    call.step("change the Flux configuration");
    let body = FluxConfiguration {
        properties: FluxProperties {
            extra: found.properties.extra,
            ..spec.properties.clone()
        },
        ..FluxConfiguration::default()
    };
    let operation = configurations.put(call, &id, &body).await?;
    let changed = explained(session, spec, operation.wait(call).await).await?;
    settle(call, session, spec, changed).await
}

async fn settle(
    call: &Call,
    session: &Session,
    spec: &Spec,
    object: FluxConfiguration,
) -> Result<FluxConfiguration, Error> {
    if spec.wait_for_compliance {
        return wait_until_compliant(call, session, &spec.id()).await;
    }
    Ok(object)
}

/// Everything before the first write; finds the configuration that has the name already.
async fn prepare(
    call: &Call,
    session: &Session,
    spec: &Spec,
) -> Result<Option<FluxConfiguration>, Error> {
    call.step("check the cluster and its Flux extension");
    let subscription = spec.cluster.subscription_id();
    let cluster = Box::pin(check_cluster(call, session, spec));
    let registered =
        async { Ok::<_, Error>(check_registered(call, session, subscription, NAMESPACE).await?) };
    futures::try_join!(cluster, registered)?;
    let extensions = session.azure.extensions();
    let configurations = session.azure.flux_configurations();
    let id = spec.id();
    let (installed, existing) = futures::try_join!(
        extensions.list(call, &spec.cluster),
        configurations.get(call, &id),
    )?;
    let is_flux = |extension: &arm::Extension| {
        let of = extension.properties.extension_type.as_deref();
        of.is_some_and(|of| of.eq_ignore_ascii_case(FLUX))
    };
    if installed.iter().any(is_flux) {
        return Ok(existing);
    }
    Err(Error::NoFlux {
        cluster: spec.cluster.clone(),
    })
}

/// Azure sees the cluster's agents, and they are not others than those that the connection leads to. They need no connection
/// of ours, so that one which leads nowhere stops nobody.
async fn check_cluster(call: &Call, session: &Session, spec: &Spec) -> Result<(), Error> {
    require_connected(call, session, &spec.cluster).await?;
    match own_cluster(call, session, spec.connection.as_ref(), &spec.cluster).await {
        Err(error @ ParentError::WrongCluster { .. }) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Adds what Azure says about the objects to an operation that failed, unless the run was only stopped.
async fn explained<T>(
    session: &Session,
    spec: &Spec,
    outcome: Result<T, arm::Error>,
) -> Result<T, Error> {
    match outcome {
        Ok(done) => Ok(done),
        Err(error) if error.halt() == Some(Halt::Interrupted) => Err(error.into()),
        Err(error) => Err(super::remove::failed(session, &spec.id(), "applied", error).await),
    }
}
