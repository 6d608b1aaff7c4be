//! Changing a Flux configuration in place.

use crate::arm::{self, FluxConfiguration, FluxProperties};
use crate::call::{Call, Halt};
use crate::cluster::Cluster;
use crate::usecases::error::Work;
use crate::usecases::session::Session;
use crate::usecases::target::{Expected, require_connected};

use super::compliance::wait_until_compliant;
use super::error::Error;
use super::remove;
use super::spec::Spec;

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
    let changed = explained(call, session, spec, operation.wait(call).await).await?;
    settle(call, session, spec, changed).await
}

pub(super) async fn settle(
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

/// Azure sees the cluster's agents, and they are not others than those that the connection leads to. They need no connection
/// of ours, so one that leads nowhere is no obstacle: then there is no cluster to look at.
pub(super) async fn check_cluster(
    call: &Call,
    session: &Session,
    spec: &Spec,
) -> Result<Option<Cluster>, Error> {
    require_connected(call, session, &spec.cluster).await?;
    let expected = Expected::agents_of(&spec.cluster);
    match expected
        .reach(call, session, spec.connection.as_ref())
        .await
    {
        Err(error) if error.is_wrong_cluster() => Err(error.into()),
        reached => Ok(reached.ok().map(|target| target.cluster)),
    }
}

/// Adds what Azure says about the objects to an operation that failed, unless the run was only stopped.
pub(super) async fn explained<T>(
    call: &Call,
    session: &Session,
    spec: &Spec,
    outcome: Result<T, arm::Error>,
) -> Result<T, Error> {
    match outcome {
        Ok(done) => Ok(done),
        Err(error) if error.halt() == Some(Halt::Interrupted) => Err(error.into()),
        Err(error) => Err(remove::failed(call, session, &spec.id(), Work::Apply, error).await),
    }
}
