//! From an error of a use case to the diagnostic at the attribute that it is about.

use crate::fault::{Explain, Kind};
use crate::onboarding::{Error, Leftover, ResourceId, Subject};
use crate::resources::connection;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::sdk::path::AttributePath;

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

/// What stays in a cluster that could not be cleaned.
pub(super) fn leftover(id: &ResourceId, leftover: &Leftover) -> Diagnostics {
    let attempted = format!(
        "removing the agents of {id}, which was deleted in Azure; Helm release azure-arc in namespace azure-arc-release \
         and namespace azure-arc are still in the cluster"
    );
    unreachable(&attempted, &leftover.reason)
}

/// Whether a failed look says nothing about the object: nobody could say whether it exists.
pub(super) fn says_nothing(error: &Error) -> bool {
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
        Subject::Whole => AttributePath::root(),
    }
}
