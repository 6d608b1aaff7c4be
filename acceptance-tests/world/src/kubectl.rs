//! Changes to a connected cluster past the provider, as people make them with kubectl.

use std::collections::BTreeMap;

use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::authentication::v1::TokenRequest;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{ConfigMap, Node, Secret, ServiceAccount};
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{
    ApiResource, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams,
};
use kube::core::GroupVersionKind;
use kube::{Api, ResourceExt as _};
use rsa::RsaPrivateKey;
use rsa::pkcs1::{EncodeRsaPrivateKey, LineEnding};
use rsa::rand_core::OsRng;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::kubeconfig;

const AGENTS: &str = "azure-arc";
const KEY: &str = "azure-arc-connect-privatekey";
const READER: &str = "reader";
/// What a run holds while it works on the agents.
const LEASE: &str = "arc-multicloud-agents";
/// Enough for a key that is foreign; a real one takes seconds to make.
const KEY_BITS: usize = 2048;

/// `kubectl scale`.
pub async fn scale(cluster: &Cluster, deployment: &str, replicas: i32) -> anyhow::Result<()> {
    let patch = json!({"spec": {"replicas": replicas}});
    patch_deployment(cluster, deployment, &patch).await
}

/// `kubectl delete deployment`.
pub async fn delete_deployment(cluster: &Cluster, name: &str) -> anyhow::Result<()> {
    let deployments: Api<Deployment> = Api::namespaced(cluster.client().await?, AGENTS);
    deployments.delete(name, &DeleteParams::default()).await?;
    Ok(())
}

/// `kubectl patch` so that no node takes the pods of a deployment, and waits until none is ready.
pub async fn make_unschedulable(cluster: &Cluster, name: &str) -> anyhow::Result<()> {
    let patch = json!({"spec": {
        "strategy": {"type": "Recreate", "rollingUpdate": null},
        "template": {"spec": {"nodeSelector": {"nobody": "has-this"}}}}});
    patch_deployment(cluster, name, &patch).await?;
    let deployments: Api<Deployment> = Api::namespaced(cluster.client().await?, AGENTS);
    let none_ready = |found: Option<&Deployment>| {
        let status = found.and_then(|found| found.status.as_ref());
        status.is_some_and(|status| status.ready_replicas.unwrap_or(0) == 0)
    };
    kube::runtime::wait::await_condition(deployments, name, none_ready)
        .await
        .context("the pods stay")?;
    Ok(())
}

async fn patch_deployment(cluster: &Cluster, name: &str, patch: &Value) -> anyhow::Result<()> {
    let deployments: Api<Deployment> = Api::namespaced(cluster.client().await?, AGENTS);
    let params = PatchParams::default();
    deployments
        .patch(name, &params, &Patch::Merge(patch))
        .await?;
    Ok(())
}

/// `kubectl delete crd`, and waits until it is gone.
pub async fn delete_definition(cluster: &Cluster, name: &str) -> anyhow::Result<()> {
    let definitions: Api<CustomResourceDefinition> = Api::all(cluster.client().await?);
    let found = definitions.get(name).await?;
    let uid = found.metadata.uid.context("no uid")?;
    definitions.delete(name, &DeleteParams::default()).await?;
    let gone = kube::runtime::conditions::is_deleted(&uid);
    kube::runtime::wait::await_condition(definitions, name, gone).await?;
    Ok(())
}

/// `kubectl delete secret` in the agents' namespace.
pub async fn delete_secret(cluster: &Cluster, name: &str) -> anyhow::Result<()> {
    let secrets: Api<Secret> = Api::namespaced(cluster.client().await?, AGENTS);
    secrets.delete(name, &DeleteParams::default()).await?;
    Ok(())
}

/// `kubectl delete clusterrolebinding`.
pub async fn delete_cluster_role_binding(cluster: &Cluster, name: &str) -> anyhow::Result<()> {
    let bindings: Api<ClusterRoleBinding> = Api::all(cluster.client().await?);
    bindings.delete(name, &DeleteParams::default()).await?;
    Ok(())
}

/// Puts a key of one's own in the place of the agents'.
pub async fn replace_key(cluster: &Cluster) -> anyhow::Result<()> {
    let key = RsaPrivateKey::new(&mut OsRng, KEY_BITS)?.to_pkcs1_pem(LineEnding::LF)?;
    let secrets: Api<Secret> = Api::namespaced(cluster.client().await?, AGENTS);
    let patch = json!({"data": {"privateKey": STANDARD.encode(key.as_bytes())}});
    let params = PatchParams::default();
    secrets.patch(KEY, &params, &Patch::Merge(&patch)).await?;
    Ok(())
}

/// `kubectl delete configmap` in the agents' namespace.
pub async fn delete_config_map(cluster: &Cluster, name: &str) -> anyhow::Result<()> {
    let maps: Api<ConfigMap> = Api::namespaced(cluster.client().await?, AGENTS);
    maps.delete(name, &DeleteParams::default()).await?;
    Ok(())
}

/// Makes an object of the agents' own kind with a finalizer, as their controller does.
pub async fn create_with_finalizer(cluster: &Cluster) -> anyhow::Result<()> {
    let kind = GroupVersionKind::gvk("clusterconfig.azure.com", "v1beta1", "ExtensionConfig");
    let resource = ApiResource::from_gvk(&kind);
    let objects: Api<DynamicObject> =
        Api::namespaced_with(cluster.client().await?, AGENTS, &resource);
    let object: DynamicObject = serde_json::from_value(json!({
        "apiVersion": "clusterconfig.azure.com/v1beta1", "kind": "ExtensionConfig",
        "metadata": {"name": "held", "finalizers": ["clusterconfig.azure.com/Extension.Controller.Finalizer"]},
    }))?;
    objects.create(&PostParams::default(), &object).await?;
    Ok(())
}

/// `kubectl get configmap azure-clusterconfig`: what the agents were installed with.
pub async fn agent_config(cluster: &Cluster) -> anyhow::Result<BTreeMap<String, String>> {
    let maps: Api<ConfigMap> = Api::namespaced(cluster.client().await?, AGENTS);
    Ok(maps
        .get("azure-clusterconfig")
        .await?
        .data
        .unwrap_or_default())
}

/// `kubectl edit configmap azure-clusterconfig`.
pub async fn set_agent_config(cluster: &Cluster, key: &str, value: &str) -> anyhow::Result<()> {
    let maps: Api<ConfigMap> = Api::namespaced(cluster.client().await?, AGENTS);
    let patch = json!({"data": {key: value}});
    let params = PatchParams::default();
    let name = "azure-clusterconfig";
    maps.patch(name, &params, &Patch::Merge(&patch)).await?;
    Ok(())
}

/// `kubectl label nodes --all --overwrite`.
pub async fn label_nodes(cluster: &Cluster, label: &str, value: &str) -> anyhow::Result<()> {
    let nodes: Api<Node> = Api::all(cluster.client().await?);
    let patch = Patch::Merge(json!({"metadata": {"labels": {label: value}}}));
    for node in nodes.list(&ListParams::default()).await? {
        nodes
            .patch(&node.name_any(), &PatchParams::default(), &patch)
            .await?;
    }
    Ok(())
}

/// `kubectl cordon` of all nodes, or `kubectl uncordon`.
pub async fn cordon(cluster: &Cluster, cordoned: bool) -> anyhow::Result<()> {
    let nodes: Api<Node> = Api::all(cluster.client().await?);
    let patch = Patch::Merge(json!({"spec": {"unschedulable": cordoned}}));
    for node in nodes.list(&ListParams::default()).await? {
        nodes
            .patch(&node.name_any(), &PatchParams::default(), &patch)
            .await?;
    }
    Ok(())
}

/// Removes the Lease of a run that was killed; it may be missing.
pub async fn delete_lease(cluster: &Cluster) -> anyhow::Result<()> {
    let leases: Api<Lease> = Api::namespaced(cluster.client().await?, "kube-system");
    match leases.delete(LEASE, &DeleteParams::default()).await {
        Err(kube::Error::Api(refusal)) if refusal.code != 404 => Err(refusal.into()),
        _ => Ok(()),
    }
}

/// Whether a run is at work on the agents of a cluster.
pub async fn has_lease(cluster: &Cluster) -> anyhow::Result<bool> {
    let leases: Api<Lease> = Api::namespaced(cluster.client().await?, "kube-system");
    Ok(leases.get_opt(LEASE).await?.is_some())
}

/// Makes a service account that may look at everything and change nothing, and answers a kubeconfig that logs in as it.
pub async fn create_reader(cluster: &Cluster) -> anyhow::Result<String> {
    let client = cluster.client().await?;
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), "default");
    let account = serde_json::from_value(json!({"metadata": {"name": READER}}))?;
    accounts.create(&PostParams::default(), &account).await?;
    let bindings: Api<ClusterRoleBinding> = Api::all(client.clone());
    let roles: Api<ClusterRole> = Api::all(client);
    let role = serde_json::from_value(json!({
        "metadata": {"name": READER},
        "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}],
    }))?;
    roles.create(&PostParams::default(), &role).await?;
    let binding = serde_json::from_value(json!({
        "metadata": {"name": READER},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": READER},
        "subjects": [{"kind": "ServiceAccount", "name": READER, "namespace": "default"}],
    }))?;
    bindings.create(&PostParams::default(), &binding).await?;
    let token = accounts
        .create_token_request(READER, &PostParams::default(), &TokenRequest::default())
        .await?;
    let token = token.status.and_then(|status| status.token);
    kubeconfig::with_token(cluster, &token.context("no token")?)
}

/// Takes away what [`create_reader`] made.
pub async fn delete_reader(cluster: &Cluster) -> anyhow::Result<()> {
    let client = cluster.client().await?;
    let way = DeleteParams::default();
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), "default");
    accounts.delete(READER, &way).await?;
    Api::<ClusterRole>::all(client.clone())
        .delete(READER, &way)
        .await?;
    Api::<ClusterRoleBinding>::all(client)
        .delete(READER, &way)
        .await?;
    Ok(())
}

/// `flux suspend`: an object of Flux, its type given as `<plural>.<group>`, is left alone from now on.
pub async fn suspend_flux(
    cluster: &Cluster,
    of: &str,
    namespace: &str,
    name: &str,
) -> anyhow::Result<()> {
    let patch = Patch::Merge(json!({"spec": {"suspend": true}}));
    let objects = flux(cluster, of, namespace).await?;
    objects.patch(name, &PatchParams::default(), &patch).await?;
    Ok(())
}

/// `kubectl delete` of an object of Flux, its type given as `<plural>.<group>`.
pub async fn delete_flux(
    cluster: &Cluster,
    of: &str,
    namespace: &str,
    name: &str,
) -> anyhow::Result<()> {
    let objects = flux(cluster, of, namespace).await?;
    objects.delete(name, &DeleteParams::default()).await?;
    Ok(())
}

async fn flux(cluster: &Cluster, of: &str, namespace: &str) -> anyhow::Result<Api<DynamicObject>> {
    let (plural, group) = of.split_once('.').context("no <plural>.<group>")?;
    let resource = ApiResource {
        plural: plural.to_owned(),
        ..ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", "Flux"))
    };
    let client = cluster.client().await?;
    Ok(Api::namespaced_with(client, namespace, &resource))
}
