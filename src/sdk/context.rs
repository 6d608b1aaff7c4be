//! What every handler is told about the call that it answers.

use crate::call::Call;

/// The call in flight and what the client on the other side can do.
#[derive(Clone, Debug)]
pub struct Context {
    /// Stop token, deadline and progress.
    pub call: Call,
    /// Whether the client accepts a deferred change (`client_capabilities.deferral_allowed`).
    pub deferral_allowed: bool,
    /// Whether the client knows write-only attributes (`client_capabilities.write_only_attributes_allowed`).
    pub write_only_allowed: bool,
}
