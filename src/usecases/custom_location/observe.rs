//! Looking at a custom location on both planes.

use crate::arm::{CustomLocation, ResourceId};
use crate::call::Call;
use crate::cluster::{ArcConfig, Connection, NamespaceState};
use crate::usecases::drift::{Cure, Drift};
use crate::usecases::session::Session;
use crate::usecases::target::{Expected, ParentError, Target};

use super::error::Error;

/// A custom location on both planes.
#[derive(Debug)]
pub struct Observation {
    /// As ARM shows it.
    pub object: CustomLocation,
    /// What the cluster shows to be missing, or why the cluster could not be looked at.
    pub inside: Result<Vec<Drift>, ParentError>,
}

impl Observation {
    /// What is not as it was applied.
    #[must_use]
    pub fn drift(&self) -> Vec<Drift> {
        let state = self.object.properties.provisioning_state.as_deref();
        let state = state.filter(|state| ["Failed", "Canceled"].contains(state));
        let failed = state.map(|state| {
            Drift::azure(
                Cure::Write,
                format!("the custom location is {state} in Azure"),
            )
        });
        let inside = self.inside.iter().flatten().cloned();
        failed.into_iter().chain(inside).collect()
    }
}

/// Looks at a custom location in Azure and at its namespace in the cluster; `None` when ARM says that there is none.
///
/// # Errors
///
/// Only Azure's: what goes wrong in the cluster is part of the answer.
pub async fn observe(
    call: &Call,
    session: &Session,
    id: &ResourceId,
    connection: Option<&Connection>,
) -> Result<Option<Observation>, Error> {
    let locations = session.azure.custom_locations();
    let Some(object) = locations.get(call, id).await? else {
        return Ok(None);
    };
    let inside = Box::pin(look_inside(call, session, connection, &object)).await;
    Ok(Some(Observation { object, inside }))
}

async fn look_inside(
    call: &Call,
    session: &Session,
    connection: Option<&Connection>,
    object: &CustomLocation,
) -> Result<Vec<Drift>, ParentError> {
    let properties = &object.properties;
    let host = properties.host_resource_id.as_deref();
    let Some(host) = host.and_then(|host| ResourceId::parse(host).ok()) else {
        return Ok(Vec::new());
    };
    let expected = Expected::at_most_agents_of(&host);
    let Target { cluster, agents } = expected.reach(call, session, connection).await?;
    if agents.is_some_and(|agents| !is_enabled(&agents)) {
        let text = Error::NotEnabled { cluster: host }.to_string();
        return Ok(vec![Drift::cluster(Cure::Write, text)]);
    }
    let namespace = properties.namespace.as_deref().unwrap_or_default();
    let what = match cluster.namespace_state(call, namespace).await? {
        NamespaceState::Active => return Ok(Vec::new()),
        NamespaceState::Missing => "is gone",
        NamespaceState::Terminating => "is being deleted",
    };
    let text = format!("namespace {namespace} {what} from the cluster");
    Ok(vec![Drift::cluster(Cure::Write, text)])
}

/// Whether the agents let Azure's service in, as far as they say.
pub(super) fn is_enabled(agents: &ArcConfig) -> bool {
    agents.custom_locations_enabled != Some(false)
}
