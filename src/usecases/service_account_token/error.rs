//! What can go wrong on the way to a token, and what to do about it.

use crate::arm::ResourceId;
use crate::cluster::{self, Account, Grant};
use crate::fault::{Explain, Kind, Reference, Remedy, shell_word};
use crate::usecases::target::ParentError;

/// A token that could not be provided, looked at, lent or removed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connected cluster is not fit for it, or one of the planes refused or did not answer.
    #[error(transparent)]
    Parent(ParentError),
    /// A private link excludes cluster connect.
    #[error("connected cluster {0} uses a private link, which excludes cluster connect")]
    PrivateLink(ResourceId),
    /// The agents were installed without cluster connect.
    #[error(
        "cluster connect is not enabled: there is no deployment azure-arc/clusterconnect-agent"
    )]
    ClusterConnectOff(ResourceId),
    /// A namespace is not there.
    #[error("namespace {namespace} does not exist in the cluster")]
    NamespaceMissing {
        /// The namespace.
        namespace: String,
        /// Whether it is the service account's own, and not that of a role.
        of_account: bool,
    },
    /// The service account is not ours to make and is not there.
    #[error("ServiceAccount {0} does not exist in the cluster")]
    AccountMissing(Account),
    /// A role is not there.
    #[error("{0} does not exist in the cluster")]
    RoleMissing(Grant),
    /// An object has the name that ours would have.
    #[error("{object} exists already and is managed by somebody else")]
    Foreign {
        /// Kind and name.
        object: String,
    },
    /// The API server does not accept the token that was issued.
    #[error("the API server refuses the token of ServiceAccount {account}: {why}")]
    TokenRefused {
        /// The service account.
        account: Account,
        /// In the server's words.
        why: String,
    },
    /// The token does not have the rights of its roles.
    #[error("the token of ServiceAccount {account} does not have the rights of {grant}")]
    RightsMissing {
        /// The service account.
        account: Account,
        /// What was granted.
        grant: Grant,
    },
    /// A token that is in use was revoked.
    #[error("the token of ServiceAccount {account} was revoked: Secret {anchor} is gone")]
    Revoked {
        /// The service account.
        account: Account,
        /// The Secret that it hung on, `namespace/name`.
        anchor: String,
    },
}

/// The part of the specification that an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The connection to the cluster.
    Connection,
    /// The connected cluster.
    ConnectedCluster,
    /// The service account's namespace.
    Namespace,
    /// The service account's name.
    Name,
    /// The roles in the whole cluster.
    ClusterRoles,
    /// The roles in namespaces.
    RoleBindings,
    /// Nothing in particular.
    Whole,
}

impl Error {
    /// Which part of the specification has to be looked at.
    #[must_use]
    pub fn subject(&self) -> Subject {
        match self {
            Self::Parent(error) if error.is_about_connection() => Subject::Connection,
            Self::Parent(error) if error.is_about_parent() => Subject::ConnectedCluster,
            Self::PrivateLink(_) | Self::ClusterConnectOff(_) => Subject::ConnectedCluster,
            Self::NamespaceMissing {
                of_account: true, ..
            } => Subject::Namespace,
            Self::NamespaceMissing { .. } => Subject::RoleBindings,
            Self::AccountMissing(_) => Subject::Name,
            Self::RoleMissing(grant) | Self::RightsMissing { grant, .. } => match grant.namespace {
                None => Subject::ClusterRoles,
                Some(_) => Subject::RoleBindings,
            },
            Self::Parent(_)
            | Self::Foreign { .. }
            | Self::TokenRefused { .. }
            | Self::Revoked { .. } => Subject::Whole,
        }
    }
}

impl<E: Into<ParentError>> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Parent(error.into())
    }
}

impl Explain for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Parent(error) => error.kind(),
            Self::NamespaceMissing { .. } | Self::AccountMissing(_) | Self::RoleMissing(_) => {
                Kind::NotFound
            }
            Self::PrivateLink(_) | Self::ClusterConnectOff(_) => Kind::Configuration,
            Self::Foreign { .. } | Self::Revoked { .. } => Kind::Conflict,
            Self::TokenRefused { .. } => Kind::Credential,
            Self::RightsMissing { .. } => Kind::Permission,
        }
    }

    fn summary(&self) -> String {
        match self {
            Self::Parent(error) => return error.summary(),
            Self::PrivateLink(_) | Self::ClusterConnectOff(_) => "Cluster Connect Not Enabled",
            Self::NamespaceMissing { .. } => "Namespace Not Found",
            Self::AccountMissing(_) => "Service Account Not Found",
            Self::RoleMissing(_) => "Role Not Found",
            Self::Foreign { .. } => "Kubernetes Object Belongs To Somebody Else",
            Self::TokenRefused { .. } => "Token Refused",
            Self::RightsMissing { .. } => "Token Lacks Rights",
            Self::Revoked { .. } => "Token Revoked",
        }
        .to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        match self {
            Self::Parent(error) => error.remedies(),
            other => other.own_remedies().into_iter().map(Remedy::new).collect(),
        }
    }

    fn reference(&self) -> Option<Reference> {
        match self {
            Self::Parent(error) => error.reference(),
            _ => None,
        }
    }
}

impl Error {
    fn own_remedies(&self) -> Vec<String> {
        match self {
            Self::Parent(_) => Vec::new(),
            Self::PrivateLink(_) => {
                vec!["reach the cluster directly, or connect it without a private link".to_owned()]
            }
            Self::ClusterConnectOff(id) => vec![format!(
                "enable it: az connectedk8s enable-features --features cluster-connect --name {} --resource-group {}",
                shell_word(id.name()),
                shell_word(id.resource_group())
            )],
            Self::NamespaceMissing { namespace, .. } => vec![
                format!(
                    "create it: kubectl create namespace {}",
                    shell_word(namespace)
                ),
                "check the spelling, and that the connection leads to the cluster you mean"
                    .to_owned(),
            ],
            Self::AccountMissing(account) => vec![
                format!(
                    "create it: kubectl create serviceaccount {} --namespace {}",
                    shell_word(&account.name),
                    shell_word(&account.namespace)
                ),
                "or let it be made here: create_service_account = true".to_owned(),
            ],
            Self::RoleMissing(grant) => vec![
                match &grant.namespace {
                    Some(namespace) if grant.kind == cluster::RoleKind::Role => {
                        format!(
                            "see the roles there are: kubectl get roles --namespace {}",
                            shell_word(namespace)
                        )
                    }
                    _ => "see the roles there are: kubectl get clusterroles".to_owned(),
                },
                "check the spelling, or create the role first".to_owned(),
            ],
            Self::Foreign { object } => vec![
                format!("see whose it is: kubectl describe {}", as_argument(object)),
                "choose another name, or take it over with adopt_existing = true".to_owned(),
            ],
            Self::TokenRefused { account, .. } => vec![format!(
                "see whether somebody deletes it: kubectl get secrets,events --namespace {}",
                shell_word(&account.namespace)
            )],
            Self::RightsMissing { account, .. } => vec![format!(
                "see what it may do: kubectl auth can-i --list --as {}",
                shell_word(&account.user())
            )],
            Self::Revoked { .. } => vec!["find out who deletes it, then run again".to_owned()],
        }
    }
}

/// Kind and name as kubectl takes them.
fn as_argument(object: &str) -> String {
    let (kind, name) = object.split_once(' ').unwrap_or((object, ""));
    let kind = kind.to_ascii_lowercase();
    match name.split_once('/') {
        Some((namespace, name)) => format!(
            "{kind} {} --namespace {}",
            shell_word(name),
            shell_word(namespace)
        ),
        None => format!("{kind} {}", shell_word(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_remedy(error: &Error) -> String {
        error.remedies()[0].to_string()
    }

    #[test]
    fn a_foreign_object_is_shown_with_the_command_that_describes_it() {
        let foreign = |object: &str| Error::Foreign {
            object: object.to_owned(),
        };
        assert_eq!(
            first_remedy(&foreign("ClusterRoleBinding azure-user-binding")),
            "see whose it is: kubectl describe clusterrolebinding azure-user-binding"
        );
        assert_eq!(
            first_remedy(&foreign("Secret default/azure-user-secret")),
            "see whose it is: kubectl describe secret azure-user-secret --namespace default"
        );
    }

    #[test]
    fn a_missing_role_points_at_the_list_that_names_it() {
        let in_cluster = Error::RoleMissing(Grant::cluster_wide("wiev"));
        assert_eq!(in_cluster.subject(), Subject::ClusterRoles);
        let in_namespace = Error::RoleMissing(Grant {
            namespace: Some("dev".to_owned()),
            kind: cluster::RoleKind::Role,
            role: "reader".to_owned(),
        });
        assert_eq!(in_namespace.subject(), Subject::RoleBindings);
        assert_eq!(
            first_remedy(&in_namespace),
            "see the roles there are: kubectl get roles --namespace dev"
        );
    }
}
