//! `UpgradeResourceState` and `UpgradeResourceIdentity`: what older versions stored.
//!
//! Terraform asks for every object in every run, also when the version is the same.

use super::registry::Registry;
use crate::proto::tfplugin6 as wire;
use crate::proto::tfplugin6::{upgrade_resource_identity, upgrade_resource_state};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::path::AttributePath;

/// The stored object in the form of today.
pub(super) fn state(
    registry: &Registry,
    _cx: &Context,
    request: upgrade_resource_state::Request,
) -> Result<upgrade_resource_state::Response, Diagnostics> {
    let entry = registry.resource(&request.type_name)?;
    let json = json(request.raw_state, &request.type_name)?;
    let state = entry.resource.upgrade(request.version, &json)?;
    Ok(upgrade_resource_state::Response {
        upgraded_state: Some(entry.encode(&state)?),
        diagnostics: Vec::new(),
    })
}

/// The stored identity, which so far has had one version for each type.
pub(super) fn identity(
    registry: &Registry,
    _cx: &Context,
    request: upgrade_resource_identity::Request,
) -> Result<upgrade_resource_identity::Response, Diagnostics> {
    let entry = registry.resource(&request.type_name)?;
    let current = entry.resource.identity_schema().version;
    if request.version != current {
        return Err(unknown_identity_version(&request, current));
    }
    let json = json(request.raw_identity, &request.type_name)?;
    let identity = entry.identity_from_json(&json)?;
    Ok(upgrade_resource_identity::Response {
        upgraded_identity: entry.encode_identity(Some(&identity))?,
        diagnostics: Vec::new(),
    })
}

/// The JSON of a state file; the older form has been gone since Terraform 0.12, before this provider.
///
/// # Errors
///
/// A diagnostic when there is none.
pub(super) fn json(raw: Option<wire::RawState>, type_name: &str) -> Result<Vec<u8>, Diagnostics> {
    match raw {
        Some(raw) if !raw.json.is_empty() => Ok(raw.json),
        _ => Err(Diagnostics::error(
            AttributePath::root(),
            "Unreadable State",
            format!(
                "The stored {type_name} is not JSON, which every state file has held since Terraform 0.12."
            ),
        )),
    }
}

fn unknown_identity_version(
    request: &upgrade_resource_identity::Request,
    current: i64,
) -> Diagnostics {
    let (type_name, version) = (&request.type_name, request.version);
    Diagnostics::error(
        AttributePath::root(),
        "Unknown Identity Version",
        format!(
            "The stored identity of this {type_name} has version {version}; this version of the provider knows \
             version {current}.\n\nTo fix this: use the version of the provider that wrote it, or a later one."
        ),
    )
}
