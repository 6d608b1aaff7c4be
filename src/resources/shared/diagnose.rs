//! From an error of a use case to the diagnostic at the attribute that it is about.

use std::sync::Arc;

use crate::fault::{Explain, Kind};
use crate::resources::connection;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::{DeferReason, Refreshed};
use crate::usecases::{PlaneError, PlaneSubject, Session, SessionSlot};

/// The session, once the provider block is known.
///
/// # Errors
///
/// A diagnostic while it still holds unknowns.
pub(crate) fn session(slot: &SessionSlot) -> Result<Arc<Session>, Diagnostics> {
    slot.get().ok_or_else(|| {
        Diagnostics::error(
            AttributePath::root(),
            "Provider Not Configured",
            "The provider block still holds values that are not known, so neither Azure nor the cluster can be reached.",
        )
    })
}

/// Why nothing can be looked at yet: the provider block still holds unknowns.
pub(crate) fn not_yet(slot: &SessionSlot) -> Option<DeferReason> {
    slot.get()
        .is_none()
        .then_some(DeferReason::ProviderConfigUnknown)
}

/// An error of a use case, which knows what it is about, and the attribute of a resource that says so.
pub trait About: Explain {
    /// The attribute's name; `None` when it is about no single one.
    fn attribute(&self) -> Option<&'static str>;

    /// Whether the cluster answered and is not the one that is meant.
    fn is_wrong_cluster(&self) -> bool {
        false
    }
}

/// An error, with what was attempted.
pub(crate) fn failed(attempted: &str, error: &impl About) -> Diagnostics {
    explain(attempted, error).into()
}

/// The same as a warning: the stored object is kept.
pub(crate) fn warned(attempted: &str, error: &impl About) -> Diagnostics {
    explain(attempted, error).into_warning().into()
}

fn explain(attempted: &str, error: &impl About) -> Diagnostic {
    let path = error
        .attribute()
        .map_or_else(AttributePath::root, AttributePath::attribute);
    Diagnostic::explain(path, attempted, error)
}

/// A look that says nothing about the object: it is kept as it is stored and the user warned, unless the provider block
/// wants that to be an error.
///
/// # Errors
///
/// The diagnostic, where that is so.
pub(crate) fn not_seen<S>(
    session: &Session,
    attempted: &str,
    error: &impl About,
) -> Result<Refreshed<S>, Diagnostics> {
    if session.unreachable_is_error {
        return Err(failed(attempted, error));
    }
    Ok(Refreshed::Unreachable(warned(attempted, error)))
}

/// A look that only one plane answered: what is stored of the other is kept, with a warning, unless the connection leads
/// to the wrong cluster or the provider block wants an error.
///
/// # Errors
///
/// The diagnostic, where that is so.
pub(crate) fn half_seen(
    session: &Session,
    attempted: &str,
    error: &impl About,
) -> Result<Diagnostics, Diagnostics> {
    if error.is_wrong_cluster() || session.unreachable_is_error {
        return Err(failed(attempted, error));
    }
    Ok(warned(attempted, error))
}

/// Whether a failed look says nothing about the object: nobody could say whether it exists.
pub(crate) fn says_nothing(error: &impl Explain) -> bool {
    match error.kind() {
        Kind::Credential
        | Kind::Permission
        | Kind::Throttled
        | Kind::Unavailable
        | Kind::Deadline => true,
        Kind::Configuration
        | Kind::Conflict
        | Kind::NotFound
        | Kind::Failed
        | Kind::Interrupted
        | Kind::ProviderBug => false,
    }
}

impl About for PlaneError {
    fn attribute(&self) -> Option<&'static str> {
        match self.subject() {
            PlaneSubject::Connection => Some(connection::NAME),
            PlaneSubject::Subscription => Some("subscription_id"),
            PlaneSubject::Location => Some("location"),
            PlaneSubject::Whole => None,
        }
    }
}
