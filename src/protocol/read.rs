//! `ReadResource`: how the real object looks.

use super::registry::Registry;
use crate::proto::tfplugin6::read_resource::{Request, Response};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;

/// Looks at the object. A null state in the reply means that it is gone.
pub(super) async fn resource(
    registry: &Registry,
    cx: &Context,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = registry.resource(&request.type_name)?;
    let stored = entry.decode_object(
        request.current_state,
        request.private,
        request.current_identity,
    )?;
    let reply = entry.encode_reply(entry.resource.read(cx, stored).await)?;
    Ok(Response {
        new_state: Some(reply.state),
        private: reply.private,
        new_identity: reply.identity,
        diagnostics: reply.diagnostics,
        deferred: None,
    })
}
