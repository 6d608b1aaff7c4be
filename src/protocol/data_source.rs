//! `ValidateDataResourceConfig` and `ReadDataSource`: objects that are only looked at.

use super::convert;
use super::registry::Registry;
use crate::proto::tfplugin6::{read_data_source, validate_data_resource_config};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;

/// Checks a data block. No network: it may hold unknowns.
pub(super) fn validate(
    registry: &Registry,
    cx: &Context,
    request: validate_data_resource_config::Request,
) -> Result<validate_data_resource_config::Response, Diagnostics> {
    let entry = registry.data_source(&request.type_name)?;
    let config = entry.decode(request.config)?;
    let diagnostics = entry.kind.validate(cx, &config);
    Ok(validate_data_resource_config::Response {
        diagnostics: convert::diagnostics(diagnostics),
    })
}

/// Looks. Terraform asks in a plan, and only in an apply where the configuration depends on what the apply changes.
pub(super) async fn read(
    registry: &Registry,
    cx: &Context,
    request: read_data_source::Request,
) -> Result<read_data_source::Response, Diagnostics> {
    let entry = registry.data_source(&request.type_name)?;
    let config = entry.decode(request.config)?;
    let reply = entry.kind.read(cx, config).await;
    if reply.diagnostics.has_errors() {
        return Err(reply.diagnostics);
    }
    Ok(read_data_source::Response {
        state: Some(entry.encode(&reply.state)?),
        diagnostics: convert::diagnostics(reply.diagnostics),
        deferred: reply.deferred.map(convert::deferred),
    })
}
