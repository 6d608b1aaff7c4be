//! `ApplyResourceChange`: create, update or delete.

use super::answer::guarded;
use super::registry::{Registry, ResourceType};
use crate::proto::tfplugin6::apply_resource_change::{Request, Response};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::{ApplyRequest, ObjectReply};

/// Changes the real object. The reply holds what exists afterwards, also beside an error; after a panic, or when the
/// result cannot be put into a message, that is the last checkpoint, and without one Terraform keeps what it had.
pub(super) async fn resource(
    registry: &Registry,
    cx: &Context,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = registry.resource(&request.type_name)?;
    let request = decode(entry, request)?;
    let applied = guarded(entry.resource.apply(cx, request)).await;
    let reply = match applied.and_then(|reply| entry.encode_reply(reply)) {
        Ok(reply) => reply,
        Err(diagnostics) => entry.encode_reply(ObjectReply {
            object: cx.checkpoint.last().ok_or_else(|| diagnostics.clone())?,
            diagnostics,
        })?,
    };
    Ok(Response {
        new_state: Some(reply.state),
        private: reply.private,
        new_identity: reply.identity,
        diagnostics: reply.diagnostics,
        legacy_type_system: false,
    })
}

/// The request carries no prior private bytes of its own: those of the plan replace them.
fn decode(entry: &ResourceType, request: Request) -> Result<ApplyRequest, Diagnostics> {
    Ok(ApplyRequest {
        prior: entry.decode_object(request.prior_state, Vec::new(), None)?,
        planned: entry.decode_object(
            request.planned_state,
            request.planned_private,
            request.planned_identity,
        )?,
        config: entry.decode(request.config)?,
    })
}
