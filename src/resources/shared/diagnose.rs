//! From an error of a use case to the diagnostic at the attribute that it is about.

use std::sync::Arc;

use crate::fault::{Explain, Kind};
use crate::resources::connection;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::{DeferReason, Refreshed};
use crate::usecases::connected_cluster::{Error, Subject};
use crate::usecases::{ParentError, PlaneError, PlaneSubject, Session, SessionSlot};

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
pub(crate) trait About: Explain {
    /// The attribute's name; `None` when it is about no single one.
    fn attribute(&self) -> Option<&'static str>;
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

/// A look that failed: the stored object is kept and the user warned when nobody could say whether it exists, unless the
/// provider block wants that to be an error.
///
/// # Errors
///
/// The diagnostic, where that is not so.
pub(crate) fn not_seen<S>(
    session: &Session,
    attempted: &str,
    error: &impl About,
) -> Result<Refreshed<S>, Diagnostics> {
    if says_nothing(error) && !session.unreachable_is_error {
        return Ok(Refreshed::Unreachable(warned(attempted, error)));
    }
    Err(failed(attempted, error))
}

/// A look that Azure answered and the cluster did not: what is stored of the cluster is kept, with a warning, unless the
/// connection leads to the wrong cluster or the provider block wants an error.
///
/// # Errors
///
/// The diagnostic, where that is not so.
pub(crate) fn half_seen(
    session: &Session,
    attempted: &str,
    error: &ParentError,
) -> Result<Diagnostics, Diagnostics> {
    if error.is_wrong_cluster() || session.unreachable_is_error {
        return Err(failed(attempted, error));
    }
    Ok(warned(attempted, error))
}

/// Whether a failed look says nothing about the object: nobody could say whether it exists.
fn says_nothing(error: &impl Explain) -> bool {
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

impl About for ParentError {
    fn attribute(&self) -> Option<&'static str> {
        if self.is_about_connection() {
            return Some(connection::NAME);
        }
        self.is_about_parent().then_some("connected_cluster_id")
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
