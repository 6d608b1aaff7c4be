//! The RPCs of ephemeral resources: validate, open, renew, close.
//!
//! `renew_at` is a point in time on the machine's own clock, which the client shares.

use super::convert;
use super::registry::Registry;
use crate::proto::tfplugin6::{
    close_ephemeral_resource, open_ephemeral_resource, renew_ephemeral_resource,
    validate_ephemeral_resource_config,
};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;

/// Checks an ephemeral block. No network: it may hold unknowns.
pub(super) fn validate(
    registry: &Registry,
    cx: &Context,
    request: validate_ephemeral_resource_config::Request,
) -> Result<validate_ephemeral_resource_config::Response, Diagnostics> {
    let entry = registry.ephemeral_resource(&request.type_name)?;
    let config = entry.decode(request.config)?;
    let diagnostics = entry.kind.validate(cx, &config);
    Ok(validate_ephemeral_resource_config::Response {
        diagnostics: convert::diagnostics(diagnostics),
    })
}

/// Opens one.
pub(super) async fn open(
    registry: &Registry,
    cx: &Context,
    request: open_ephemeral_resource::Request,
) -> Result<open_ephemeral_resource::Response, Diagnostics> {
    let entry = registry.ephemeral_resource(&request.type_name)?;
    let config = entry.decode(request.config)?;
    let reply = entry.kind.open(cx, config).await;
    if reply.diagnostics.has_errors() {
        return Err(reply.diagnostics);
    }
    Ok(open_ephemeral_resource::Response {
        result: Some(entry.encode(&reply.result)?),
        renew_at: reply.lease.renew_at.map(Into::into),
        private: Some(reply.lease.private),
        deferred: reply.deferred.map(convert::deferred),
        diagnostics: convert::diagnostics(reply.diagnostics),
    })
}

/// Prolongs one.
pub(super) async fn renew(
    registry: &Registry,
    cx: &Context,
    request: renew_ephemeral_resource::Request,
) -> Result<renew_ephemeral_resource::Response, Diagnostics> {
    let entry = registry.ephemeral_resource(&request.type_name)?;
    let private = request.private.unwrap_or_default();
    let renewed = entry.kind.renew(cx, &private).await?;
    Ok(renew_ephemeral_resource::Response {
        renew_at: renewed.lease.renew_at.map(Into::into),
        private: Some(renewed.lease.private),
        diagnostics: convert::diagnostics(renewed.diagnostics),
    })
}

/// Ends one; also after `StopProvider`.
pub(super) async fn close(
    registry: &Registry,
    cx: &Context,
    request: close_ephemeral_resource::Request,
) -> Result<close_ephemeral_resource::Response, Diagnostics> {
    let entry = registry.ephemeral_resource(&request.type_name)?;
    let private = request.private.unwrap_or_default();
    let diagnostics = entry.kind.close(cx, &private).await;
    Ok(close_ephemeral_resource::Response {
        diagnostics: convert::diagnostics(diagnostics),
    })
}
