//! `MoveResourceState`: what another type stored, as an object of ours.

use super::registry::Registry;
use super::upgrade;
use crate::proto::tfplugin6::move_resource_state::{Request, Response};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::path::AttributePath;
use crate::sdk::resource::MoveSource;

/// Moves one object. Terraform reads it next.
pub(super) fn resource(
    registry: &Registry,
    _cx: &Context,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = registry.resource(&request.target_type_name)?;
    let json = upgrade::json(request.source_state, &request.source_type_name)?;
    let source = MoveSource {
        state: parsed(&json, &request.source_type_name)?,
        provider: request.source_provider_address,
        type_name: request.source_type_name,
        schema_version: request.source_schema_version,
    };
    let reply = entry.resource.move_from(&source)?;
    if reply.diagnostics.has_errors() {
        return Err(reply.diagnostics);
    }
    let reply = entry.encode_reply(reply)?;
    Ok(Response {
        target_state: Some(reply.state),
        target_private: reply.private,
        target_identity: reply.identity,
        diagnostics: reply.diagnostics,
    })
}

fn parsed(json: &[u8], type_name: &str) -> Result<serde_json::Value, Diagnostics> {
    serde_json::from_slice(json).map_err(|error| {
        Diagnostics::error(
            AttributePath::root(),
            "Unreadable State",
            format!("The stored {type_name} is no JSON: {error}."),
        )
    })
}
