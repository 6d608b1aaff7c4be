//! `PlanResourceChange`: what an apply would do.

use super::convert;
use super::registry::Registry;
use super::types::ResourceType;
use crate::proto::tfplugin6::plan_resource_change::{Request, Response};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::{PlanReply, PlanRequest};

/// Plans a create, update or destroy.
pub(super) async fn resource(
    registry: &Registry,
    cx: &Context,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = registry.resource(&request.type_name)?;
    let request = decode(entry, request)?;
    let reply = entry.resource.plan(cx, request).await;
    encode(entry, cx, reply)
}

/// `planned_private`, which a host with `store_planned_private` sends when it plans a change again, is not used. It is
/// for providers that invent a value in the first plan and have to repeat it in the second; a plan of ours follows from
/// the stored object and the configuration, so both are equal. What a plan hands on are the stored object's own bytes,
/// from which the apply begins.
fn decode(entry: &ResourceType, request: Request) -> Result<PlanRequest, Diagnostics> {
    Ok(PlanRequest {
        prior: entry.decode_object(
            request.prior_state,
            request.prior_private,
            request.prior_identity,
        )?,
        config: entry.decode(request.config)?,
    })
}

fn encode(entry: &ResourceType, cx: &Context, reply: PlanReply) -> Result<Response, Diagnostics> {
    if reply.diagnostics.has_errors() {
        return Err(reply.diagnostics);
    }
    // To a client that does not know deferral, a deferred reply is an error of the provider.
    let deferred = reply.deferred.filter(|_| cx.deferral_allowed);
    Ok(Response {
        planned_state: Some(entry.encode(&reply.planned.state)?),
        requires_replace: reply.requires_replace.iter().map(convert::path).collect(),
        planned_private: reply.planned.private,
        planned_identity: entry.encode_identity(reply.planned.identity.as_ref())?,
        deferred: deferred.map(convert::deferred),
        diagnostics: convert::diagnostics(reply.diagnostics),
        legacy_type_system: false,
    })
}
