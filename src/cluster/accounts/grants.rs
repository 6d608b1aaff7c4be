//! What a service account may do: the roles that it is bound to, in the whole cluster or in one namespace.
//!
//! Each grant is a binding of its own. Its name follows from the service account and the role alone, so that adding a
//! role renames nothing: `azure-user-binding` binds `azure-user` of the namespace `default` to `cluster-admin` as in
//! Azure's own instructions, and further roles stand behind a colon, which no service account's name can contain.

use std::fmt;

use k8s_openapi::api::rbac::v1::{ClusterRoleBinding, PolicyRule, RoleBinding};
use kube::core::ApiResource;

use super::account::Account;

/// The role whose binding has no suffix.
const ADMINISTRATOR: &str = "cluster-admin";
/// The namespace whose service accounts go without a prefix.
const USUAL_NAMESPACE: &str = "default";

/// One role that a service account has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// Where it holds; `None` in the whole cluster.
    pub namespace: Option<String>,
    /// Kind of the role.
    pub kind: RoleKind,
    /// Name of the role.
    pub role: String,
}

/// What a role allows, in the order of its rules.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleRules(pub(super) Vec<PolicyRule>);

/// The two kinds of roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoleKind {
    /// A role of the cluster.
    ClusterRole,
    /// A role of one namespace.
    Role,
}

impl fmt::Display for RoleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClusterRole => "ClusterRole",
            Self::Role => "Role",
        })
    }
}

impl Grant {
    /// A role in the whole cluster.
    pub fn cluster_wide(role: impl Into<String>) -> Self {
        Self {
            namespace: None,
            kind: RoleKind::ClusterRole,
            role: role.into(),
        }
    }

    /// Whether it gives power over everything.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.namespace.is_none() && self.role == ADMINISTRATOR
    }

    /// Name of the binding that grants this.
    #[must_use]
    pub fn binding_name(&self, account: &Account) -> String {
        let base = match account.namespace.as_str() {
            USUAL_NAMESPACE => format!("{}-binding", account.name),
            namespace => format!("{namespace}:{}-binding", account.name),
        };
        match (&self.namespace, self.kind) {
            (None, _) if self.is_administrator() => base,
            (None, _) => format!("{base}:{}", self.role),
            (Some(_), RoleKind::ClusterRole) => format!("{base}:clusterrole:{}", self.role),
            (Some(_), RoleKind::Role) => format!("{base}:role:{}", self.role),
        }
    }

    /// Kind and name of the binding that grants this, for people.
    #[must_use]
    pub fn binding(&self, account: &Account) -> String {
        self.binding_called(&self.binding_name(account))
    }

    /// Kind and name of a binding of this name, for people.
    pub(super) fn binding_called(&self, name: &str) -> String {
        match &self.namespace {
            None => format!("ClusterRoleBinding {name}"),
            Some(namespace) => format!("RoleBinding {namespace}/{name}"),
        }
    }

    /// The API resource of its binding.
    pub(super) fn resource(&self) -> ApiResource {
        match self.namespace {
            None => ApiResource::erase::<ClusterRoleBinding>(&()),
            Some(_) => ApiResource::erase::<RoleBinding>(&()),
        }
    }
}

/// The role for people: `ClusterRole view`, `Role dev/reader`.
impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.namespace, self.kind) {
            (Some(namespace), RoleKind::Role) => write!(f, "Role {namespace}/{}", self.role),
            _ => write!(f, "{} {}", self.kind, self.role),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account::new("default", "azure-user")
    }

    fn in_namespace(kind: RoleKind, role: &str) -> Grant {
        Grant {
            namespace: Some("dev".to_owned()),
            kind,
            role: role.to_owned(),
        }
    }

    #[test]
    fn names_follow_from_account_and_role_alone() {
        let elsewhere = Account::new("ops", "azure-user");
        let admin = Grant::cluster_wide("cluster-admin");
        assert_eq!(admin.binding_name(&account()), "azure-user-binding");
        assert_eq!(admin.binding_name(&elsewhere), "ops:azure-user-binding");
        let view = Grant::cluster_wide("view");
        assert_eq!(view.binding_name(&account()), "azure-user-binding:view");
        let viewer = in_namespace(RoleKind::ClusterRole, "view");
        assert_eq!(
            viewer.binding(&account()),
            "RoleBinding dev/azure-user-binding:clusterrole:view"
        );
        let reader = in_namespace(RoleKind::Role, "reader");
        assert_eq!(
            reader.binding(&account()),
            "RoleBinding dev/azure-user-binding:role:reader"
        );
        assert_eq!(
            (admin.to_string(), reader.to_string()),
            (
                "ClusterRole cluster-admin".to_owned(),
                "Role dev/reader".to_owned()
            )
        );
    }
}
