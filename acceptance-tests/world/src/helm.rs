//! Helm runs past the provider, in the namespace of Arc's releases.

use anyhow::{Context, ensure};
use tokio::process::Command;

use super::World;
use super::cluster::Cluster;
use super::names::{AGENTS_REPOSITORY, CHECKS_RELEASE, REGISTRY};

/// Upgrades the agents as their own auto-upgrade does: with the values of before, and without telling Terraform. The agents
/// report their new version to Azure.
///
/// # Errors
///
/// When Helm fails.
pub async fn upgrade_agents(world: &World, cluster: &Cluster, version: &str) -> anyhow::Result<()> {
    let chart = format!("oci://{REGISTRY}/{AGENTS_REPOSITORY}");
    let words = ["upgrade", "azure-arc", &chart, "--version", version];
    run(world, cluster, &[&words[..], &["--reuse-values"]].concat()).await
}

/// Installs the checks before onboarding and leaves their release, as a run does that was killed.
///
/// # Errors
///
/// When Helm fails.
pub async fn install_checks(world: &World, cluster: &Cluster) -> anyhow::Result<()> {
    let chart = format!("oci://{REGISTRY}/azurearck8s/helmchart/stable/clusterdiagnosticchecks");
    let words = ["install", CHECKS_RELEASE, &chart, "--version", "1.36.1"];
    run(world, cluster, &words).await
}

async fn run(world: &World, cluster: &Cluster, words: &[&str]) -> anyhow::Result<()> {
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
