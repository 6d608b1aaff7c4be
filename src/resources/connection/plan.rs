//! What a plan demands of a connection.

use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::value::Value;
use crate::usecases::Session;

use super::NAME;

/// Refuses a configuration that says nowhere how to reach the cluster: neither itself nor in the provider block.
#[must_use]
pub fn require(config: &Value, session: &Session) -> Diagnostics {
    if !config.get(NAME).is_null() || session.default_connection.is_some() {
        return Diagnostics::default();
    }
    Diagnostic::error(
        AttributePath::attribute(NAME),
        "No Kubernetes Connection",
        "Neither this resource nor the provider block says how to reach the cluster.\n\nTo fix this: set kubernetes = { \
         eks = { cluster_name = \"…\", region = \"…\" } } or kubernetes = { config_path = \"…\" }, here or in the \
         provider block.",
    )
    .into()
}
