//! Looking at a Flux configuration on both planes. Azure's statuses are the agents' report of Flux's objects; whether the
//! objects are there, and not suspended by somebody, the cluster itself says.

use futures::try_join;

use crate::arm::{FluxConfiguration, FluxProperties, ResourceId};
use crate::call::Call;
use crate::cluster::{Connection, FluxKind, FluxObject};
use crate::usecases::drift::{Cure, Drift};
use crate::usecases::session::Session;
use crate::usecases::target::{Expected, ParentError, parent_of};

use super::compliance::complaints;
use super::error::Error;

/// A Flux configuration on both planes.
#[derive(Debug)]
pub struct Observation {
    /// As ARM shows it.
    pub object: FluxConfiguration,
    /// What differs in the cluster, or why the cluster could not be looked at.
    pub inside: Result<Vec<Drift>, ParentError>,
}

impl Observation {
    /// What is not as it was applied and would be put right by applying it again.
    #[must_use]
    pub fn drift(&self) -> Vec<Drift> {
        let inside = self.inside.iter().flatten().cloned();
        failure(&self.object).into_iter().chain(inside).collect()
    }
}

/// Looks at a configuration in Azure and at its objects in the cluster; `None` when ARM says that there is none.
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
    let configurations = session.azure.flux_configurations();
    let Some(object) = configurations.get(call, id).await? else {
        return Ok(None);
    };
    let inside = Box::pin(look_inside(call, session, id, connection, &object)).await;
    Ok(Some(Observation { object, inside }))
}

/// What is amiss with the configuration in Azure. Objects that do not comply are no such thing: their cure is in the source.
fn failure(object: &FluxConfiguration) -> Option<Drift> {
    let state = object.properties.provisioning_state.as_deref();
    let state = state.filter(|state| ["Failed", "Canceled"].contains(state))?;
    let why = complaints(object).into_iter().next();
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    let text = format!("the configuration is {state} in Azure{why}");
    Some(Drift::azure(Cure::Write, text))
}

/// Nothing is missed before the agents have taken the configuration over.
async fn look_inside(
    call: &Call,
    session: &Session,
    id: &ResourceId,
    connection: Option<&Connection>,
    object: &FluxConfiguration,
) -> Result<Vec<Drift>, ParentError> {
    let properties = &object.properties;
    if properties.provisioning_state.as_deref() != Some("Succeeded") {
        return Ok(Vec::new());
    }
    let parent = parent_of(id);
    let expected = Expected::at_most_agents_of(&parent);
    let cluster = expected.reach(call, session, connection).await?.cluster;
    let namespace = properties.namespace.as_deref().unwrap_or("default");
    let kind = source_kind(properties);
    let (sources, kustomizations) = try_join!(
        cluster.flux_objects(call, kind, namespace),
        cluster.flux_objects(call, FluxKind::Kustomization, namespace),
    )?;
    let suspended = properties.suspend == Some(true);
    let source = missed(kind, namespace, id.name(), suspended, &sources);
    let applied = properties.kustomizations.iter().flatten();
    let applied = applied.filter_map(|(name, _)| {
        let name = format!("{}-{name}", id.name());
        let kind = FluxKind::Kustomization;
        missed(kind, namespace, &name, suspended, &kustomizations)
    });
    let missed = source.into_iter().chain(applied);
    Ok(missed
        .map(|text| Drift::cluster(Cure::Write, text))
        .collect())
}

fn source_kind(properties: &FluxProperties) -> FluxKind {
    match properties.source_kind.as_deref() {
        Some("Bucket" | "AzureBlob") => FluxKind::Bucket,
        Some("OCIRepository") => FluxKind::OciRepository,
        _ => FluxKind::GitRepository,
    }
}

/// How an object differs from what the agents made for the configuration.
fn missed(
    kind: FluxKind,
    namespace: &str,
    name: &str,
    suspended: bool,
    found: &[FluxObject],
) -> Option<String> {
    let object = found.iter().find(|object| object.name == name);
    let what = match object.map(|object| object.suspended) {
        None => "missing",
        Some(found) if found == suspended => return None,
        Some(true) => "suspended",
        Some(false) => "not suspended",
    };
    Some(format!("{} {namespace}/{name}: {what}", kind.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_missed_or_suspended_by_somebody() {
        let object = |name: &str, suspended| FluxObject {
            name: name.to_owned(),
            suspended,
        };
        let found = [object("fleet-apps", true), object("fleet-infra", false)];
        let missed =
            |name, suspended| missed(FluxKind::Kustomization, "gitops", name, suspended, &found);
        assert_eq!(missed("fleet-infra", false), None);
        assert_eq!(missed("fleet-apps", true), None);
        assert_eq!(
            missed("fleet-apps", false).as_deref(),
            Some("Kustomization gitops/fleet-apps: suspended")
        );
        assert_eq!(
            missed("fleet-infra", true).as_deref(),
            Some("Kustomization gitops/fleet-infra: not suspended")
        );
        assert_eq!(
            missed("fleet-db", false).as_deref(),
            Some("Kustomization gitops/fleet-db: missing")
        );
    }

    #[test]
    fn a_blob_container_is_a_bucket_in_the_cluster() {
        let of = |kind: &str| {
            source_kind(&FluxProperties {
                source_kind: Some(kind.to_owned()),
                ..FluxProperties::default()
            })
        };
        assert_eq!(of("AzureBlob"), FluxKind::Bucket);
        assert_eq!(of("OCIRepository"), FluxKind::OciRepository);
        assert_eq!(of("GitRepository"), FluxKind::GitRepository);
    }
}
