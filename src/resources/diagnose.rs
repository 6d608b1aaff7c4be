//! From an error of a use case to the diagnostic at the attribute that it is about.

use std::sync::Arc;

use crate::fault::{Explain, Kind};
use crate::onboarding::{Error, Session, SessionSlot, Subject};
use crate::resources::connection;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::DeferReason;

/// The session, once the provider block is known.
///
/// # Errors
///
/// A diagnostic while it still holds unknowns.
pub(super) fn session(slot: &SessionSlot) -> Result<Arc<Session>, Diagnostics> {
    slot.get().ok_or_else(|| {
        Diagnostics::error(
            AttributePath::root(),
            "Provider Not Configured",
            "The provider block still holds values that are not known, so neither Azure nor the cluster can be reached.",
        )
    })
}

/// Why nothing can be looked at yet: the provider block still holds unknowns.
pub(super) fn not_yet(slot: &SessionSlot) -> Option<DeferReason> {
    slot.get()
        .is_none()
        .then_some(DeferReason::ProviderConfigUnknown)
}

/// An error of a use case, which knows what it is about, and the attribute of a resource that says so.
pub(super) trait About: Explain {
    /// The attribute's name; `None` when it is about no single one.
    fn attribute(&self) -> Option<&'static str>;
}

/// An error, with what was attempted.
pub(super) fn failed(attempted: &str, error: &impl About) -> Diagnostics {
    explain(attempted, error).into()
}

/// The same as a warning: the stored object is kept.
pub(super) fn warned(attempted: &str, error: &impl About) -> Diagnostics {
    explain(attempted, error).into_warning().into()
}

fn explain(attempted: &str, error: &impl About) -> Diagnostic {
    let path = error
        .attribute()
        .map_or_else(AttributePath::root, AttributePath::attribute);
    Diagnostic::explain(path, attempted, error)
}

/// Whether a failed look says nothing about the object: nobody could say whether it exists.
pub(super) fn says_nothing(error: &dyn Explain) -> bool {
    match error.kind() {
        Kind::Credential
        | Kind::Permission
        | Kind::Throttled
        | Kind::Unavailable
        | Kind::Deadline => true,
        Kind::Configuration
        | Kind::Conflict
        | Kind::NotFound
        | Kind::Interrupted
        | Kind::ProviderBug => false,
    }
}

impl About for Error {
    fn attribute(&self) -> Option<&'static str> {
        match self.subject() {
            Subject::Connection => Some(connection::NAME),
            Subject::Name => Some("name"),
            Subject::Subscription => Some("subscription_id"),
            Subject::Location => Some("location"),
            Subject::ResourceGroup => Some("resource_group_name"),
            Subject::Chart => Some("agent"),
            Subject::Checks => Some("preflight"),
            Subject::Whole => None,
        }
    }
}
