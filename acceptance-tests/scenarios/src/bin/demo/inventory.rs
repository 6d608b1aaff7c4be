//! What is in a cluster, by kind and name, so that what a run leaves behind can be told from what was there before.

use std::collections::BTreeSet;
use std::fmt::Debug;

use k8s_openapi::api::core::v1::{Namespace, Secret, ServiceAccount};
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, RoleBinding};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::ListParams;
use kube::{Api, Client, Resource, ResourceExt as _};
use serde::de::DeserializeOwned;
use world::cluster::Cluster;

/// Objects as people name them: `namespace azure-arc`, `secret default/azure-user-secret`.
pub struct Inventory(BTreeSet<String>);

impl Inventory {
    /// Looks at what an onboarding may make.
    pub async fn of(cluster: &Cluster) -> anyhow::Result<Self> {
        let client = cluster.client().await?;
        let kinds = [
            names::<Namespace>(&client).await?,
            names::<CustomResourceDefinition>(&client).await?,
            names::<ClusterRole>(&client).await?,
            names::<ClusterRoleBinding>(&client).await?,
            names::<RoleBinding>(&client).await?,
            names::<ServiceAccount>(&client).await?,
            names::<Secret>(&client).await?,
        ];
        Ok(Self(kinds.into_iter().flatten().collect()))
    }

    /// What is here and was not there before.
    pub fn beyond(&self, before: &Self) -> Vec<String> {
        self.0.difference(&before.0).cloned().collect()
    }
}

async fn names<K>(client: &Client) -> anyhow::Result<Vec<String>>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned,
{
    let objects: Api<K> = Api::all(client.clone());
    let list = objects.list(&ListParams::default()).await?;
    let kind = K::kind(&()).to_lowercase();
    let named = list.items.iter().map(|object| match object.namespace() {
        Some(namespace) => format!("{kind} {namespace}/{}", object.name_any()),
        None => format!("{kind} {}", object.name_any()),
    });
    Ok(named.collect())
}
