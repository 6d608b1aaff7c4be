//! `ValidateProviderConfig` and `ConfigureProvider`: the provider block.

use super::convert;
use super::registry::Registry;
use crate::proto::tfplugin6::{configure_provider, validate_provider_config};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;

/// Checks the block. No network: it may hold unknowns.
pub(super) fn validate(
    registry: &Registry,
    _cx: &Context,
    request: validate_provider_config::Request,
) -> Result<validate_provider_config::Response, Diagnostics> {
    let config = convert::decode(&registry.config, request.config)?;
    let diagnostics = registry.provider.validate(&config);
    Ok(validate_provider_config::Response {
        diagnostics: convert::diagnostics(diagnostics),
    })
}

/// Takes the block. Unknowns in it are normal in a plan.
pub(super) async fn configure(
    registry: &Registry,
    cx: &Context,
    request: configure_provider::Request,
) -> Result<configure_provider::Response, Diagnostics> {
    let config = convert::decode(&registry.config, request.config)?;
    let diagnostics = registry.provider.configure(cx, config).await;
    Ok(configure_provider::Response {
        diagnostics: convert::diagnostics(diagnostics),
    })
}
