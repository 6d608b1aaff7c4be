//! `ApplyResourceChange`: create, update or delete.

use super::answer::guarded;
use super::registry::Registry;
use super::types::ResourceType;
use crate::proto::tfplugin6::apply_resource_change::{Request, Response};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::{ApplyRequest, ObjectReply};

/// Changes the real object. The reply holds what exists afterwards, also beside an error; after a panic, or when the
/// result cannot be put into a message, that is the last checkpoint: the stored object with its private bytes and its
/// identity unless the handler saved another.
///
/// # Errors
///
/// When the request itself does not fit the schema. Nothing was changed then, and beside an error without an object
/// Terraform keeps the stored one (rule 14).
pub(super) async fn resource(
    registry: &Registry,
    cx: &Context,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = registry.resource(&request.type_name)?;
    let request = decode(entry, request)?;
    let applied = guarded(entry.resource.apply(cx, request)).await;
    let reply = applied
        .and_then(|reply| entry.encode_reply(reply))
        .or_else(|diagnostics| {
            let object = cx.checkpoint.last();
            entry.encode_reply(ObjectReply {
                object,
                diagnostics,
            })
        })?;
    Ok(Response {
        new_state: Some(reply.state),
        private: reply.private,
        new_identity: reply.identity,
        diagnostics: reply.diagnostics,
        legacy_type_system: false,
    })
}

/// The request has one place for private bytes and identity: the plan's, which are those of the stored object.
fn decode(entry: &ResourceType, request: Request) -> Result<ApplyRequest, Diagnostics> {
    Ok(ApplyRequest {
        prior: entry.decode(request.prior_state)?,
        planned: entry.decode(request.planned_state)?,
        config: entry.decode(request.config)?,
        private: request.planned_private,
        identity: entry.decode_identity(request.planned_identity)?,
    })
}
