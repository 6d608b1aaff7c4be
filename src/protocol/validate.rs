//! `ValidateResourceConfig`: a resource block before anything is planned.

use super::convert;
use super::registry::Registry;
use crate::proto::tfplugin6::validate_resource_config::{Request, Response};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;

/// Checks a resource block. No network: it may hold unknowns.
pub(super) fn resource(
    registry: &Registry,
    cx: &Context,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = registry.resource(&request.type_name)?;
    let config = entry.decode(request.config)?;
    let diagnostics = entry.resource.validate(cx, &config);
    Ok(Response {
        diagnostics: convert::diagnostics(diagnostics),
    })
}
