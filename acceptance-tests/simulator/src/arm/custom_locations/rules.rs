//! What the cluster must be set up for, and what cannot be changed.

use serde_json::{Map, Value};

use super::CustomLocation;
use crate::arm::configuration::extensions;
use crate::arm::connected_clusters::Connectivity;
use crate::arm::{ArmError, Context};
use crate::request::text;

const NAME_LENGTH: usize = 63;

/// A custom location's name: letters, digits, dashes and underscores, a letter or a digit at both ends.
pub(super) fn check_name(name: &str) -> Result<(), ArmError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let edge = |c: char| c.is_ascii_alphanumeric();
    let fits = name.chars().all(allowed) && name.starts_with(edge) && name.ends_with(edge);
    if fits && name.len() <= NAME_LENGTH {
        return Ok(());
    }
    let message = format!("The custom location name '{name}' is not valid.");
    Err(ArmError::bad("InvalidResourceName", message).at("name"))
}

/// Refuses where the cluster is missing, away, or not set up for custom locations.
pub(super) fn check_host(cx: &Context<'_>, settings: &Map<String, Value>) -> Result<(), ArmError> {
    let id = text(settings, "hostResourceId").unwrap_or_default();
    let cluster = cx.store.clusters.get(&id.to_lowercase()).ok_or_else(|| {
        let message = format!("The host resource '{id}' was not found.");
        ArmError::not_found("ResourceNotFound", message).at("properties.hostResourceId")
    })?;
    if cluster.connectivity != Connectivity::Connected {
        let message = format!("The host resource '{id}' is not connected.");
        return Err(ArmError::bad("BadRequest", message).at("properties.hostResourceId"));
    }
    if cluster
        .report()
        .is_some_and(|report| report.features.custom_locations)
    {
        return Ok(());
    }
    Err(ArmError::bad(
        "UnauthorizedNamespaceError",
        "Microsoft.ExtendedLocation resource provider does not have the required permissions to create a namespace on the cluster. Refer to https://aka.ms/ArcK8sCustomLocationsDocsEnableFeature to provide the required permissions to the resource provider.",
    ))
}

/// Refuses extensions that are not installed on the host.
pub(super) fn check_extensions(
    cx: &Context<'_>,
    settings: &Map<String, Value>,
) -> Result<(), ArmError> {
    let host = text(settings, "hostResourceId").unwrap_or_default();
    let host = host.to_lowercase();
    let ids = settings.get("clusterExtensionIds");
    let ids = ids.and_then(Value::as_array).into_iter().flatten();
    for id in ids.filter_map(Value::as_str) {
        let key = id.to_lowercase();
        if !extensions::of_cluster(cx.store, &host).any(|(known, _)| *known == key) {
            let message = format!("The cluster extension '{id}' was not found on the host.");
            let path = "properties.clusterExtensionIds";
            return Err(ArmError::bad("InvalidParameter", message).at(path));
        }
    }
    Ok(())
}

/// Refuses a namespace that another custom location has.
pub(super) fn check_namespace(
    cx: &Context<'_>,
    key: &str,
    settings: &Map<String, Value>,
) -> Result<(), ArmError> {
    let host = text(settings, "hostResourceId").unwrap_or_default();
    let namespace = text(settings, "namespace").unwrap_or_default();
    let mut others = cx.store.custom_locations.iter();
    let taken = others.find(|(other, location)| {
        *other != key
            && location.host() == host.to_lowercase()
            && location.text("namespace") == namespace
    });
    match taken {
        None => Ok(()),
        Some((_, other)) => {
            let message = format!(
                "The namespace '{namespace}' of the host belongs to the custom location '{}'.",
                other.name
            );
            Err(ArmError::conflict("Conflict", message).at("properties.namespace"))
        }
    }
}

/// Refuses what cannot be changed.
pub(super) fn require_same(
    old: &CustomLocation,
    settings: &Map<String, Value>,
) -> Result<(), ArmError> {
    for name in ["hostResourceId", "namespace"] {
        let new = text(settings, name);
        if new.is_some_and(|new| !new.eq_ignore_ascii_case(old.text(name))) {
            let path = format!("properties.{name}");
            let message = format!("Changing property '{path}' is not allowed.");
            return Err(ArmError::bad("PropertyChangeNotAllowed", message).at(path));
        }
    }
    Ok(())
}
