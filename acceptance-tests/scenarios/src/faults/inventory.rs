//! What is there on both planes of one cluster, by name: an object that no state knows shows in a comparison.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{Namespace, Secret, ServiceAccount};
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, RoleBinding};
use kube::api::{ApiResource, DeleteParams, DynamicObject, ListParams};
use kube::{Api, Resource, ResourceExt};
use serde_json::Value;
use world::cluster::Cluster;
use world::leftovers::delete_namespace;
use world::simulator_client::SimulatorClient;

/// Lists of the simulator's state.
const IN_AZURE: [&str; 4] = [
    "connected_clusters",
    "extensions",
    "flux_configurations",
    "custom_locations",
];

/// Objects by kind and name.
pub type Inventory = BTreeSet<String>;

/// Looks at both planes.
pub async fn take(simulator: &SimulatorClient, cluster: &Cluster) -> anyhow::Result<Inventory> {
    let mut found = in_azure(&simulator.state().await?, &cluster.name);
    let client = cluster.client().await?;
    for resource in kinds() {
        let all: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
        let objects = all.list(&ListParams::default()).await?;
        found.extend(objects.iter().map(|object| name(&resource, object)));
    }
    Ok(found)
}

/// Deletes from a cluster what an inventory does not have, and waits for namespaces to be gone.
pub async fn reduce(cluster: &Cluster, to: &Inventory) -> anyhow::Result<()> {
    let client = cluster.client().await?;
    for resource in kinds() {
        let all: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
        for object in all.list(&ListParams::default()).await? {
            if to.contains(&name(&resource, &object)) {
                continue;
            }
            match (resource.kind.as_str(), object.namespace()) {
                ("Namespace", _) => delete_namespace(cluster, &object.name_any()).await?,
                (_, None) => delete(&all, &object).await?,
                (_, Some(namespace)) => {
                    let api = Api::namespaced_with(client.clone(), &namespace, &resource);
                    delete(&api, &object).await?;
                }
            }
        }
    }
    Ok(())
}

async fn delete(api: &Api<DynamicObject>, object: &DynamicObject) -> anyhow::Result<()> {
    match api
        .delete(&object.name_any(), &DeleteParams::default())
        .await
    {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(refusal)) if refusal.code == 404 => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn kinds() -> [ApiResource; 6] {
    [
        kind::<Namespace>(),
        kind::<ServiceAccount>(),
        kind::<Secret>(),
        kind::<ClusterRole>(),
        kind::<ClusterRoleBinding>(),
        kind::<RoleBinding>(),
    ]
}

fn kind<K: Resource<DynamicType = ()>>() -> ApiResource {
    ApiResource::erase::<K>(&())
}

fn name(resource: &ApiResource, object: &DynamicObject) -> String {
    let namespace = object.namespace().unwrap_or_default();
    format!("{} {namespace}/{}", resource.kind, object.name_any())
}

/// The ids in the simulator's state that have the cluster's name in them.
fn in_azure(state: &Value, cluster: &str) -> Inventory {
    let lists = IN_AZURE.iter().filter_map(|list| state[list].as_object());
    lists
        .flat_map(|list| list.keys())
        .filter(|id| id.contains(cluster))
        .cloned()
        .collect()
}
