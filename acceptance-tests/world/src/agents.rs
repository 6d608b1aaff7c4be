//! What the agents do by themselves inside a cluster.

use anyhow::{Context, ensure};
use tokio::process::Command;

use super::World;
use super::azure::REGISTRY;
use super::cluster::Cluster;
use super::registry::AGENTS_REPOSITORY;

/// A version of the agents that is newer than the one that Azure names to clients.
pub const NEWER: &str = "1.36.0";

/// Upgrades the agents as their own auto-upgrade does: by Helm, with the values of before. Nobody is told; the agents
/// report their new version to Azure.
///
/// # Errors
///
/// When Helm fails.
pub async fn auto_upgrade(world: &World, cluster: &Cluster, version: &str) -> anyhow::Result<()> {
    let chart = format!("oci://{REGISTRY}/{AGENTS_REPOSITORY}");
    let words = ["upgrade", "azure-arc", &chart, "--version", version];
    helm(world, cluster, &[&words[..], &["--reuse-values"]].concat()).await
}

/// Runs Helm in the namespace of Arc's releases.
pub(super) async fn helm(world: &World, cluster: &Cluster, words: &[&str]) -> anyhow::Result<()> {
    let output = Command::new(world.bin().join("helm"))
        .args(words)
        .args(["--namespace", "azure-arc-release", "--create-namespace"])
        .args(["--kube-context", &cluster.arn, "--wait", "--timeout", "60s"])
        .env_clear()
        .envs(world.environment())
        .env("HOME", world.directory())
        .output()
        .await
        .context("cannot run helm")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "helm {words:?}: {errors}");
    Ok(())
}
