//! Bindings of roles to service accounts: what grants a [`Grant`] in the cluster.

use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, Role, RoleBinding};
use kube::api::{DynamicObject, ListParams, Patch, PatchParams};
use kube::core::ApiResource;
use kube::{Api, ResourceExt as _};
use serde_json::{Value, json};

use super::account::Account;
use super::grants::{Grant, RoleKind, RoleRules};
use super::marks::Marks;
use crate::call::Call;
use crate::cluster::request::{forgive_successor, only};
use crate::cluster::{Cluster, Error};

/// The API group of roles and bindings.
const GROUP: &str = "rbac.authorization.k8s.io";

/// A binding as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Its name.
    pub name: String,
    /// Its UID.
    pub uid: String,
    /// What it grants.
    pub grant: Grant,
    /// Whether the service account is among its subjects.
    pub binds: bool,
    /// Whether there are other subjects.
    pub shared: bool,
    /// Whether it bears our marks.
    pub ours: bool,
}

impl Cluster {
    /// The rules of the role that a grant gives; `None` when there is no such role.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn role_rules(&self, call: &Call, grant: &Grant) -> Result<Option<RoleRules>, Error> {
        let action = format!("get {grant}");
        let rules = if let (Some(namespace), RoleKind::Role) = (&grant.namespace, grant.kind) {
            let roles: Api<Role> = Api::namespaced(self.client(), namespace);
            let found = self
                .read(call, &action, || roles.get_opt(&grant.role))
                .await?;
            found.map(|role| role.rules)
        } else {
            let roles: Api<ClusterRole> = Api::all(self.client());
            let found = self
                .read(call, &action, || roles.get_opt(&grant.role))
                .await?;
            found.map(|role| role.rules)
        };
        Ok(rules.map(|rules| RoleRules(rules.unwrap_or_default())))
    }

    /// All bindings in the cluster that bear these marks.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn bindings(
        &self,
        call: &Call,
        account: &Account,
        marks: &Marks,
    ) -> Result<Vec<Binding>, Error> {
        let ours = ListParams::default().labels(&Marks::selector());
        let cluster_wide = ApiResource::erase::<ClusterRoleBinding>(&());
        let namespaced = ApiResource::erase::<RoleBinding>(&());
        let cluster_wide: Api<DynamicObject> = Api::all_with(self.client(), &cluster_wide);
        let namespaced: Api<DynamicObject> = Api::all_with(self.client(), &namespaced);
        let (cluster_wide, namespaced) = futures::try_join!(
            self.read(call, "list ClusterRoleBindings", || cluster_wide
                .list(&ours)),
            self.read(call, "list RoleBindings", || namespaced.list(&ours)),
        )?;
        let found = cluster_wide.items.iter().chain(&namespaced.items);
        Ok(found
            .map(|object| seen(object, account, marks))
            .filter(|binding| binding.ours)
            .collect())
    }

    /// The binding that has the name of a grant, whoever made it.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn binding(
        &self,
        call: &Call,
        account: &Account,
        grant: &Grant,
        marks: &Marks,
    ) -> Result<Option<Binding>, Error> {
        let name = grant.binding_name(account);
        let action = format!("get {}", grant.binding(account));
        let bindings = self.bindings_of(grant);
        let found = self.read(call, &action, || bindings.get_opt(&name)).await?;
        Ok(found.map(|object| seen(&object, account, marks)))
    }

    /// Makes the binding of a grant.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn create_binding(
        &self,
        call: &Call,
        account: &Account,
        grant: &Grant,
        marks: &Marks,
    ) -> Result<(), Error> {
        let name = grant.binding_name(account);
        let mut wanted = DynamicObject::new(&name, &grant.resource());
        wanted.metadata = marks.metadata(&name);
        wanted.data = json!({
            "roleRef": {"apiGroup": GROUP, "kind": grant.kind.to_string(), "name": grant.role},
            "subjects": [subject(account)],
        });
        let bindings = self.bindings_of(grant);
        let action = format!("create {}", grant.binding(account));
        self.create(call, &action, &bindings, wanted)
            .await
            .map(drop)
    }

    /// Puts marks on the binding of a grant, and makes the service account its only subject.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn restore_binding(
        &self,
        call: &Call,
        account: &Account,
        grant: &Grant,
        marks: &Marks,
    ) -> Result<(), Error> {
        let mut wanted = marks.patch();
        wanted["subjects"] = json!([subject(account)]);
        let bindings = self.bindings_of(grant);
        let (name, params) = (grant.binding_name(account), PatchParams::default());
        let patch = Patch::Merge(wanted);
        self.write(call, &format!("change {}", grant.binding(account)), || {
            bindings.patch(&name, &params, &patch)
        })
        .await
        .map(drop)
    }

    /// Deletes a binding. One that is gone, or was made anew, is left alone.
    ///
    /// # Errors
    ///
    /// [`Error`] of the conversation.
    pub async fn delete_binding(&self, call: &Call, binding: &Binding) -> Result<(), Error> {
        let bindings = self.bindings_of(&binding.grant);
        let params = only(&binding.uid);
        let what = binding.grant.binding_called(&binding.name);
        let deleted = self
            .write(call, &format!("delete {what}"), || {
                bindings.delete(&binding.name, &params)
            })
            .await;
        forgive_successor(deleted)
    }

    fn bindings_of(&self, grant: &Grant) -> Api<DynamicObject> {
        match &grant.namespace {
            None => Api::all_with(self.client(), &grant.resource()),
            Some(namespace) => Api::namespaced_with(self.client(), namespace, &grant.resource()),
        }
    }
}

fn subject(account: &Account) -> Value {
    json!({"kind": "ServiceAccount", "namespace": account.namespace, "name": account.name})
}

fn seen(object: &DynamicObject, account: &Account, marks: &Marks) -> Binding {
    let role = &object.data["roleRef"];
    let subjects = object.data["subjects"].as_array();
    let subjects = subjects.map(Vec::as_slice).unwrap_or_default();
    let is_account = |subject: &Value| {
        subject["kind"] == "ServiceAccount"
            && subject["namespace"] == account.namespace
            && subject["name"] == account.name
    };
    Binding {
        name: object.name_any(),
        uid: object.uid().unwrap_or_default(),
        grant: Grant {
            namespace: object.namespace(),
            kind: match role["kind"].as_str() {
                Some("Role") => RoleKind::Role,
                _ => RoleKind::ClusterRole,
            },
            role: role["name"].as_str().unwrap_or_default().to_owned(),
        },
        binds: subjects.iter().any(is_account),
        shared: subjects.iter().any(|subject| !is_account(subject)),
        ours: marks.are_on(&object.metadata),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::testing::{call, cluster_with_bodies};

    fn account() -> Account {
        Account::new("default", "azure-user")
    }

    #[tokio::test]
    async fn a_binding_shows_role_subjects_and_owner() {
        let marks = Marks::new("/subscriptions/s/prod", &account());
        let metadata = marks.metadata("azure-user-binding:view");
        let made = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": metadata,
            "roleRef": {"kind": "ClusterRole", "name": "view"},
            "subjects": [subject(&account()), {"kind": "User", "name": "someone"}]});
        let foreign = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": {"name": "other", "namespace": "dev"}, "roleRef": {"kind": "Role", "name": "reader"}});
        let cluster = cluster_with_bodies(move |request, _| {
            let ours = "labelSelector=app.kubernetes.io%2Fmanaged-by%3Dterraform-provider-arc";
            assert!(request.ends_with(ours), "{request}");
            let item = if request.contains("/clusterrolebindings") {
                &made
            } else {
                &foreign
            };
            (200, json!({"metadata": {}, "items": [item]}))
        });
        let found = cluster
            .bindings(&call(), &account(), &marks)
            .await
            .expect("answered");
        let [binding] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(binding.grant, Grant::cluster_wide("view"));
        assert!(binding.binds && binding.shared && binding.ours);
    }

    #[tokio::test]
    async fn a_binding_that_has_no_subjects_left_binds_nobody() {
        let bare = cluster_with_bodies(|_, _| {
            (
                200,
                json!({"metadata": {"name": "azure-user-binding"},
                "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"}}),
            )
        });
        let marks = Marks::new("/subscriptions/s/prod", &account());
        let admin = Grant::cluster_wide("cluster-admin");
        let found = bare
            .binding(&call(), &account(), &admin, &marks)
            .await
            .expect("answered")
            .expect("a binding");
        assert!(!found.binds && !found.shared && !found.ours);
    }
}
