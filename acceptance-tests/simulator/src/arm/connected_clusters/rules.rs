//! Rules between the properties of a connected cluster, beyond the shape of each.

use serde_json::{Map, Value};

use crate::arm::{ArmError, Context};
use crate::request::{object, text};

/// Holds the properties of a PUT to them.
pub(super) fn check(cx: &Context<'_>, properties: &Map<String, Value>) -> Result<(), ArmError> {
    private_link(cx, properties)?;
    issuer(object(properties, "oidcIssuerProfile"))?;
    agent_version(object(properties, "arcAgentProfile"))?;
    configurations(properties)
}

/// A scope belongs to private link alone, and has to be there.
fn private_link(cx: &Context<'_>, properties: &Map<String, Value>) -> Result<(), ArmError> {
    let enabled = text(properties, "privateLinkState") == Some("Enabled");
    match (enabled, text(properties, "privateLinkScopeResourceId")) {
        (false, None) => Ok(()),
        (true, Some(scope)) if is_scope(cx, scope) => Ok(()),
        (true, Some(scope)) => Err(refused(
            "privateLinkScopeResourceId",
            &format!("'{scope}' is not a private link scope that exists"),
        )),
        (true, None) => Err(refused(
            "privateLinkScopeResourceId",
            "it is required when privateLinkState is 'Enabled'",
        )),
        (false, Some(_)) => Err(refused(
            "privateLinkState",
            "it must be 'Enabled' when privateLinkScopeResourceId is set",
        )),
    }
}

fn is_scope(cx: &Context<'_>, id: &str) -> bool {
    let id = id.to_lowercase();
    id.contains("/providers/microsoft.hybridcompute/privatelinkscopes/")
        && cx.store.hybrid_compute.contains_key(&id)
}

/// An issuer of the user's own is an HTTPS address and means something only while issuing is on.
fn issuer(profile: &Map<String, Value>) -> Result<(), ArmError> {
    let Some(url) = text(profile, "selfHostedIssuerUrl").filter(|url| !url.is_empty()) else {
        return Ok(());
    };
    let path = "oidcIssuerProfile.selfHostedIssuerUrl";
    if !url.starts_with("https://") {
        return Err(refused(path, &format!("'{url}' is not an https address")));
    }
    match profile.get("enabled") {
        Some(Value::Bool(true)) => Ok(()),
        _ => Err(refused(path, "it needs oidcIssuerProfile.enabled")),
    }
}

fn agent_version(profile: &Map<String, Value>) -> Result<(), ArmError> {
    let version = text(profile, "desiredAgentVersion").unwrap_or_default();
    let parts = version.split('-').next().unwrap_or_default().split('.');
    let numbers = parts.flat_map(str::parse::<u32>).count();
    if version.is_empty() || numbers == 3 {
        return Ok(());
    }
    Err(refused(
        "arcAgentProfile.desiredAgentVersion",
        &format!("'{version}' is not a version"),
    ))
}

/// Each feature is configured once.
fn configurations(properties: &Map<String, Value>) -> Result<(), ArmError> {
    let path = "arcAgentryConfigurations";
    let items = properties.get(path).and_then(Value::as_array);
    let items = items.into_iter().flatten().filter_map(Value::as_object);
    let mut seen = Vec::new();
    for item in items {
        match text(item, "feature") {
            None | Some("") => return Err(refused(path, "each needs a feature")),
            Some(feature) if seen.contains(&feature) => {
                return Err(refused(path, &format!("'{feature}' is there twice")));
            }
            Some(feature) => seen.push(feature),
        }
    }
    Ok(())
}

fn refused(path: &str, reason: &str) -> ArmError {
    let path = format!("properties.{path}");
    ArmError::bad(
        "InvalidParameter",
        format!("The property '{path}' is not valid: {reason}."),
    )
    .at(path)
}
