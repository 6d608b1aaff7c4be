//! Helm past the provider: its runs in the namespace of Arc's releases, and its records there.

use std::io::{Read, Write};

use anyhow::{Context, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use serde_json::{Value, json};
use tokio::process::Command;

use super::World;
use super::cluster::Cluster;
use super::names::{AGENTS_REPOSITORY, CHECKS_RELEASE, REGISTRY};

const NAMESPACE: &str = "azure-arc-release";

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

/// Deletes all records of the agents' release; their objects stay.
pub async fn delete_release_records(cluster: &Cluster) -> anyhow::Result<()> {
    let secrets: Api<Secret> = Api::namespaced(cluster.client().await?, NAMESPACE);
    let records = ListParams::default().labels("owner=helm,name=azure-arc");
    let params = DeleteParams::default();
    secrets.delete_collection(&params, &records).await?;
    Ok(())
}

/// Gives the newest record of the agents' release another status, as a Helm leaves it that fails or is killed.
pub async fn set_release_status(cluster: &Cluster, status: &str) -> anyhow::Result<()> {
    let secrets: Api<Secret> = Api::namespaced(cluster.client().await?, NAMESPACE);
    let records = ListParams::default().labels("owner=helm,name=azure-arc");
    let newest = secrets
        .list(&records)
        .await?
        .items
        .into_iter()
        .max_by_key(|secret| {
            let labels = secret.metadata.labels.as_ref();
            labels.and_then(|labels| labels.get("version")?.parse::<u32>().ok())
        });
    let newest = newest.context("there is no record")?;
    let name = newest.metadata.name.clone().context("no name")?;
    let payload = newest.data.and_then(|mut data| data.remove("release"));
    let ByteString(payload) = payload.context("no payload")?;
    let patch = json!({
        "metadata": {"labels": {"status": status}},
        "data": {"release": STANDARD.encode(with_status(&payload, status)?)},
    });
    let params = PatchParams::default();
    secrets.patch(&name, &params, &Patch::Merge(&patch)).await?;
    Ok(())
}

/// Helm's form of a record: base64 of gzipped JSON.
fn with_status(payload: &[u8], status: &str) -> anyhow::Result<String> {
    let mut json = String::new();
    GzDecoder::new(STANDARD.decode(payload)?.as_slice()).read_to_string(&mut json)?;
    let mut record: Value = serde_json::from_str(&json)?;
    record["info"]["status"] = status.into();
    let mut zip = GzEncoder::new(Vec::new(), Compression::default());
    zip.write_all(record.to_string().as_bytes())?;
    Ok(STANDARD.encode(zip.finish()?))
}

async fn run(world: &World, cluster: &Cluster, words: &[&str]) -> anyhow::Result<()> {
    let output = Command::new(world.bin().join("helm"))
        .args(words)
        .args(["--namespace", NAMESPACE, "--create-namespace"])
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
