//! What a connected cluster leaves on both planes: tests check that it is nothing, and remove what a failed one left.

use std::time::Duration;

use crate::cluster::Cluster;
use crate::{World, request_log};
use anyhow::{Context, ensure};
use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use kube::api::DeleteParams;
use tokio::time::{Instant, sleep};

pub use crate::arm::Arm;
pub use crate::simulator_client::SimulatorClient;

/// How long the last traces of something may take to go away.
const LIMIT: Duration = Duration::from_secs(30);

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
    let deadline = Instant::now() + LIMIT;
    while namespaces.get_opt(name).await?.is_some() {
        ensure!(
            Instant::now() < deadline,
            "namespace {name} is still in {}",
            cluster.name
        );
        sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

/// Checks that a disconnected cluster left no trace on either plane, and that nobody asked for anything that is not there.
pub async fn nothing_is_left(arm: &Arm, world: &World, cluster: &Cluster) -> anyhow::Result<()> {
    let object = arm.connected_cluster(&cluster.name).await?;
    ensure!(object.is_none(), "{object:?} is left");
    for namespace in ["azure-arc", "azure-arc-release"] {
        namespace_is_gone(cluster, namespace).await?;
    }
    let unexpected = request_log::unexpected(world.directory())?;
    ensure!(
        unexpected.is_empty(),
        "nobody should have asked for {unexpected:#?}"
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
