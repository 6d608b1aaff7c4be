//! What an error of the use case is about, in the attributes of `arc_service_account_token`.

use crate::fault::{Explain as _, Kind};
use crate::resources::connection;
use crate::resources::shared::diagnose::About;
use crate::usecases::ParentError;
use crate::usecases::service_account_token::{Error, Subject};

/// Whether a failed look at the cluster says nothing about what is in it. Only a cluster that answers, and is the right
/// one, can say something.
pub(super) fn says_nothing(error: &Error) -> bool {
    match error {
        Error::Parent(ParentError::Plane(error)) => {
            !error.is_wrong_cluster() && error.kind() != Kind::Interrupted
        }
        _ => false,
    }
}

impl About for Error {
    fn attribute(&self) -> Option<&'static str> {
        match self.subject() {
            Subject::Connection => Some(connection::NAME),
            Subject::ConnectedCluster => Some("connected_cluster_id"),
            Subject::Namespace => Some("namespace"),
            Subject::Name => Some("name"),
            Subject::ClusterRoles => Some("cluster_roles"),
            Subject::RoleBindings => Some("role_bindings"),
            Subject::Whole => None,
        }
    }
}
