//! From an error of a use case to the diagnostic at the attribute that it is about.

use std::sync::Arc;

use crate::fault::{Explain, Kind};
use crate::onboarding::{Error, Session, SessionSlot, Subject};
use crate::resources::connection;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics, Severity};
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

/// An error, with what was attempted.
pub(super) fn failed(attempted: &str, error: &Error) -> Diagnostics {
    Diagnostic::explain(path(error.subject()), attempted, error).into()
}

/// The same as a warning: the stored object is kept.
pub(super) fn unreachable(attempted: &str, error: &Error) -> Diagnostics {
    Diagnostic {
        severity: Severity::Warning,
        ..Diagnostic::explain(path(error.subject()), attempted, error)
    }
    .into()
}

/// The same for an error of any use case, at the attribute that it is about.
pub(super) fn explained(path: AttributePath, attempted: &str, error: &dyn Explain) -> Diagnostics {
    Diagnostic::explain(path, attempted, error).into()
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

fn path(subject: Subject) -> AttributePath {
    match subject {
        Subject::Connection => AttributePath::attribute(connection::NAME),
        Subject::Location => AttributePath::attribute("location"),
        Subject::ResourceGroup => AttributePath::attribute("resource_group_name"),
        Subject::Chart => AttributePath::attribute("agent"),
        Subject::Checks => AttributePath::attribute("preflight"),
        Subject::Whole => AttributePath::root(),
    }
}
