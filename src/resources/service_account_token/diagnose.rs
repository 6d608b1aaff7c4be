//! From an error of the use case to the diagnostic at the attribute that it is about.

use crate::fault::{Explain as _, Kind};
use crate::onboarding;
use crate::onboarding::service_account::{Error, Subject};
use crate::resources::connection;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;

/// An error, with what was attempted.
pub(super) fn failed(attempted: &str, error: &Error) -> Diagnostics {
    Diagnostic::explain(path(error.subject()), attempted, error).into()
}

/// The same as a warning: the stored object is kept.
pub(super) fn warned(attempted: &str, error: &Error) -> Diagnostics {
    Diagnostic::explain(path(error.subject()), attempted, error)
        .into_warning()
        .into()
}

/// Whether a failed look at the cluster says nothing about what is in it. Only a cluster that answers, and is the right
/// one, can say something.
pub(super) fn says_nothing(error: &Error) -> bool {
    match error {
        Error::Plane(onboarding::Error::WrongCluster { .. }) => false,
        Error::Plane(error) => error.kind() != Kind::Interrupted,
        _ => false,
    }
}

fn path(subject: Subject) -> AttributePath {
    match subject {
        Subject::Connection => AttributePath::attribute(connection::NAME),
        Subject::ConnectedCluster => AttributePath::attribute("connected_cluster_id"),
        Subject::Namespace => AttributePath::attribute("namespace"),
        Subject::Name => AttributePath::attribute("name"),
        Subject::ClusterRoles => AttributePath::attribute("cluster_roles"),
        Subject::RoleBindings => AttributePath::attribute("role_bindings"),
        Subject::Whole => AttributePath::root(),
    }
}
