//! `ImportResourceState`: from an id or identity to an object that a read can complete.

use super::registry::Registry;
use crate::proto::tfplugin6::import_resource_state::{ImportedResource, Request, Response};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::ImportTarget;

/// Imports one object. Terraform reads it next.
pub(super) async fn resource(
    registry: &Registry,
    cx: &Context,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = registry.resource(&request.type_name)?;
    let target = match entry.decode_identity(request.identity)? {
        Some(identity) => ImportTarget::Identity(identity),
        None => ImportTarget::Id(request.id),
    };
    let reply = entry.resource.import(cx, target).await;
    if reply.diagnostics.has_errors() {
        return Err(reply.diagnostics);
    }
    let reply = entry.encode_reply(reply)?;
    Ok(Response {
        imported_resources: vec![ImportedResource {
            type_name: request.type_name,
            state: Some(reply.state),
            private: reply.private,
            identity: reply.identity,
        }],
        diagnostics: reply.diagnostics,
        deferred: None,
    })
}
