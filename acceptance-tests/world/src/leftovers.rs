//! What a connected cluster leaves on both planes: tests check that it is nothing, and remove what a failed one left.

use anyhow::{Context, ensure};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{DeleteParams, ListParams};
use kube::{Api, ResourceExt as _};

use super::arm::Arm;
use super::cluster::Cluster;
use super::wait::eventually;
use super::{World, request_log};

/// Deletes a namespace; it may be missing.
pub async fn delete_namespace(cluster: &Cluster, name: &str) -> anyhow::Result<()> {
    let namespaces: Api<Namespace> = Api::all(cluster.client().await?);
    match namespaces.delete(name, &DeleteParams::default()).await {
        Ok(_) => namespace_is_gone(cluster, name).await,
        Err(kube::Error::Api(refusal)) if refusal.code == 404 => Ok(()),
        Err(error) => Err(error).context("cannot delete a namespace"),
    }
}

/// Waits until a namespace is gone.
pub async fn namespace_is_gone(cluster: &Cluster, name: &str) -> anyhow::Result<()> {
    let namespaces: Api<Namespace> = Api::all(cluster.client().await?);
    let what = format!("namespace {name} is gone from {}", cluster.name);
    eventually(&what, || async {
        Ok(namespaces.get_opt(name).await?.is_none())
    })
    .await
}

/// Checks that a disconnected cluster left no trace on either plane, and that no request went to an address that does not exist.
pub async fn nothing_is_left(arm: &Arm, world: &World, cluster: &Cluster) -> anyhow::Result<()> {
    let object = arm.connected_cluster(&cluster.name).await?;
    ensure!(object.is_none(), "{object:?} is left");
    for namespace in ["azure-arc", "azure-arc-release"] {
        namespace_is_gone(cluster, namespace).await?;
    }
    let leases: Api<Lease> = Api::namespaced(cluster.client().await?, "kube-system");
    for lease in leases.list(&ListParams::default()).await? {
        let name = lease.name_any();
        ensure!(!name.starts_with("arc-multicloud"), "Lease {name} is left");
    }
    let unexpected = request_log::unexpected(world.directory())?;
    ensure!(
        unexpected.is_empty(),
        "unexpected requests: {unexpected:#?}"
    );
    Ok(())
}

/// Removes from Azure and from the cluster what a failed scenario may have left there.
pub async fn clean_up(world: &World, cluster: &Cluster) -> anyhow::Result<()> {
    Arm::login(world).await?.delete(&cluster.name).await?;
    for namespace in ["azure-arc", "azure-arc-release"] {
        delete_namespace(cluster, namespace).await?;
    }
    Ok(())
}
