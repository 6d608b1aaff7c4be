//! What a token leaves in the cluster, seen and broken by its administrator.

use anyhow::{Context, ensure};
use k8s_openapi::api::authentication::v1::{TokenReview, TokenReviewSpec};
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec,
};
use k8s_openapi::api::core::v1::{Secret, ServiceAccount};
use k8s_openapi::api::rbac::v1::{ClusterRoleBinding, RoleBinding};
use kube::api::{DeleteParams, ListParams, ObjectMeta, Patch, PatchParams, PostParams};
use kube::{Api, Client, ResourceExt};
use serde_json::json;
use world::cluster::Cluster;
use world::wait::eventually;

const ACCOUNT: &str = "azure-user";
const BINDING: &str = "azure-user-binding";

/// The objects around `default/azure-user`.
pub struct Objects {
    client: Client,
}

impl Objects {
    pub async fn of(cluster: &Cluster) -> anyhow::Result<Self> {
        Ok(Self {
            client: cluster.client().await?,
        })
    }

    /// Whether the API server accepts a token.
    pub async fn accept(&self, token: &str) -> anyhow::Result<bool> {
        Ok(self.user(token).await?.is_some())
    }

    /// Waits until the API server refuses a token: it learns by watching that a Secret is gone.
    pub async fn until_refused(&self, token: &str) -> anyhow::Result<()> {
        eventually("the token is refused", || async {
            Ok(!self.accept(token).await?)
        })
        .await
    }

    async fn user(&self, token: &str) -> anyhow::Result<Option<String>> {
        let reviews: Api<TokenReview> = Api::all(self.client.clone());
        let review = TokenReview {
            spec: TokenReviewSpec {
                token: token.to_owned(),
                ..TokenReviewSpec::default()
            },
            ..TokenReview::default()
        };
        let answer = reviews.create(&PostParams::default(), &review).await?;
        let status = answer.status.context("no status")?;
        Ok(status
            .user
            .filter(|_| status.authenticated == Some(true))
            .and_then(|user| user.username))
    }

    /// Whether this token's user may do everything.
    pub async fn may_everything(&self, token: &str) -> anyhow::Result<bool> {
        let user = self.user(token).await?.context("not accepted")?;
        ensure!(
            user == format!("system:serviceaccount:default:{ACCOUNT}"),
            "{user}"
        );
        let all = || Some("*".to_owned());
        let review = SubjectAccessReview {
            spec: SubjectAccessReviewSpec {
                user: Some(user),
                resource_attributes: Some(ResourceAttributes {
                    verb: all(),
                    group: all(),
                    resource: all(),
                    ..ResourceAttributes::default()
                }),
                ..SubjectAccessReviewSpec::default()
            },
            ..SubjectAccessReview::default()
        };
        let reviews: Api<SubjectAccessReview> = Api::all(self.client.clone());
        let answer = reviews.create(&PostParams::default(), &review).await?;
        Ok(answer.status.is_some_and(|status| status.allowed))
    }

    pub async fn remove_subject(&self) -> anyhow::Result<()> {
        let bindings: Api<ClusterRoleBinding> = Api::all(self.client.clone());
        let patch = Patch::Merge(json!({"subjects": null}));
        bindings
            .patch(BINDING, &PatchParams::default(), &patch)
            .await?;
        Ok(())
    }

    /// The token in a Secret.
    pub async fn token_in(&self, secret: &str) -> anyhow::Result<String> {
        let found = self.secrets().get(secret).await?;
        let token = found.data.and_then(|mut data| data.remove("token"));
        Ok(String::from_utf8(token.context("no token")?.0)?)
    }

    pub async fn delete_secret(&self, name: &str) -> anyhow::Result<()> {
        self.secrets()
            .delete(name, &DeleteParams::default())
            .await?;
        Ok(())
    }

    /// The same name, another account: the tokens of the one before are worthless.
    pub async fn recreate_account(&self) -> anyhow::Result<()> {
        let accounts = self.accounts();
        accounts.delete(ACCOUNT, &DeleteParams::default()).await?;
        self.until_secret_is_gone().await?;
        let account = ServiceAccount {
            metadata: ObjectMeta {
                name: Some(ACCOUNT.to_owned()),
                ..ObjectMeta::default()
            },
            ..ServiceAccount::default()
        };
        accounts.create(&PostParams::default(), &account).await?;
        Ok(())
    }

    /// The token controller deletes the Secrets of an account that is gone.
    async fn until_secret_is_gone(&self) -> anyhow::Result<()> {
        eventually("the Secret is gone", || async {
            Ok(self.secrets().get_opt("azure-user-secret").await?.is_none())
        })
        .await
    }

    /// Names of the bindings in the cluster and in all namespaces, in order.
    pub async fn bindings(&self) -> anyhow::Result<Vec<String>> {
        let everything = ListParams::default();
        let in_cluster: Api<ClusterRoleBinding> = Api::all(self.client.clone());
        let in_namespaces: Api<RoleBinding> = Api::all(self.client.clone());
        let in_cluster = in_cluster.list(&everything).await?;
        let in_namespaces = in_namespaces.list(&everything).await?;
        let names = in_cluster.items.iter().map(ResourceExt::name_any);
        let more = in_namespaces.items.iter().map(ResourceExt::name_any);
        let mut names: Vec<_> = names
            .chain(more)
            .filter(|name| name.contains(BINDING))
            .collect();
        names.sort();
        Ok(names)
    }

    /// Names of the Secrets that have to do with the account.
    pub async fn secret_names(&self) -> anyhow::Result<Vec<String>> {
        let list = self.secrets().list(&ListParams::default()).await?;
        let names = list.items.iter().map(ResourceExt::name_any);
        Ok(names.filter(|name| name.starts_with(ACCOUNT)).collect())
    }

    /// Checks that nothing of all that is left.
    pub async fn are_gone(&self) -> anyhow::Result<()> {
        let account = self.accounts().get_opt(ACCOUNT).await?;
        ensure!(account.is_none(), "the service account is left");
        let bindings = self.bindings().await?;
        ensure!(bindings.is_empty(), "{bindings:?} are left");
        let secrets = self.secret_names().await?;
        ensure!(secrets.is_empty(), "{secrets:?} are left");
        Ok(())
    }

    /// A binding of the name in Azure's documentation that was made past the provider.
    pub async fn make_foreign_binding(&self) -> anyhow::Result<()> {
        let bindings: Api<ClusterRoleBinding> = Api::all(self.client.clone());
        let binding = serde_json::from_value(json!({
            "metadata": {"name": BINDING},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
            "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "somebody"}],
        }))?;
        bindings.create(&PostParams::default(), &binding).await?;
        Ok(())
    }

    pub async fn delete_foreign_binding(&self) -> anyhow::Result<()> {
        let bindings: Api<ClusterRoleBinding> = Api::all(self.client.clone());
        bindings.delete(BINDING, &DeleteParams::default()).await?;
        Ok(())
    }

    fn accounts(&self) -> Api<ServiceAccount> {
        Api::default_namespaced(self.client.clone())
    }

    fn secrets(&self) -> Api<Secret> {
        Api::default_namespaced(self.client.clone())
    }
}
