//! Changing a custom location in place.

use std::time::Duration;

use tokio::time::Instant;

use crate::arm::{self, CustomLocation, Operation};
use crate::call::Call;
use crate::cluster::{Cluster, NamespaceState};
use crate::usecases::session::Session;
use crate::usecases::target::{Expected, require_connected};

use super::error::Error;
use super::observe::{Observation, is_enabled, observe};
use super::spec::Spec;

/// How long agents may take to let Azure's service in after they were told to.
const ADMISSION: Duration = Duration::from_mins(1);
/// How often Azure tries meanwhile.
const POLL: Duration = Duration::from_secs(3);

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
    let (locations, body) = (session.azure.custom_locations(), spec.over(found));
    let put = || locations.put(call, &spec.id, &body);
    Box::pin(write(call, put, |_| ())).await?;
    observed(call, session, spec).await
}

/// Has Azure carry out what is wanted, and tells `accepted` what it takes on. Agents that were just told to let Azure's service
/// in start anew for that, and until then Azure finds itself kept out.
pub(super) async fn write<F>(
    call: &Call,
    put: impl Fn() -> F,
    accepted: impl Fn(Option<&CustomLocation>),
) -> Result<CustomLocation, Error>
where
    F: Future<Output = Result<Operation<CustomLocation>, arm::Error>>,
{
    let attempt = || async {
        let operation = put().await?;
        accepted(operation.initial());
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

pub(super) async fn observed(
    call: &Call,
    session: &Session,
    spec: &Spec,
) -> Result<Observation, Error> {
    let found = observe(call, session, &spec.id, spec.connection.as_ref()).await?;
    found.ok_or_else(|| Error::Vanished {
        id: spec.id.clone(),
    })
}

/// Azure sees the cluster, its agents let the service in, and the namespace is not going away.
pub(super) async fn check_cluster(
    call: &Call,
    session: &Session,
    spec: &Spec,
) -> Result<Cluster, Error> {
    require_connected(call, session, &spec.cluster).await?;
    let expected = Expected::agents_of(&spec.cluster);
    let target = expected
        .reach(call, session, spec.connection.as_ref())
        .await?;
    if !target.agents.as_ref().is_none_or(is_enabled) {
        return Err(Error::NotEnabled {
            cluster: spec.cluster.clone(),
        });
    }
    match target
        .cluster
        .namespace_state(call, &spec.namespace)
        .await?
    {
        NamespaceState::Terminating => Err(Error::NamespaceTerminating {
            cluster: spec.cluster.clone(),
            namespace: spec.namespace.clone(),
        }),
        NamespaceState::Active | NamespaceState::Missing => Ok(target.cluster),
    }
}
