//! What the checks before onboarding find in a cluster.
//!
//! They run as a job, and their log is their result. Nothing runs inside the pods of this world, so KWOK serves a file as
//! the log, which a scenario may replace.

use std::path::PathBuf;

use serde_json::json;

use super::cluster::Cluster;
use super::files::write_private;
use super::names::{LOCATION, REGISTRY};

/// Writes the log of a cluster in which all is well, and KWOK's configuration that leads to it, whose path is answered.
///
/// # Errors
///
/// When a file cannot be written.
pub fn write_kwok_config(cluster: &Cluster) -> anyhow::Result<PathBuf> {
    let log = log(cluster);
    let path = cluster.home().join("checks.yaml");
    let containers = ["cluster-diagnostic-checks-container"];
    let config = json!({
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "ClusterLogs",
        "metadata": { "name": "checks" },
        "spec": {
            "selector": { "matchNamespaces": ["azure-arc-release"] },
            "logs": [{ "containers": containers, "logsFile": log }],
        },
    });
    write_private(&path, config.to_string())?;
    set_results(cluster, "404", "200")?;
    Ok(path)
}

/// Writes what the checks find: HTTP codes of the service for cluster connect and of the registry, `000` for one that is
/// not reached. The former is only worth a warning, without the latter the agents cannot be installed.
///
/// # Errors
///
/// When the file cannot be written.
pub fn set_results(cluster: &Cluster, cluster_connect: &str, registry: &str) -> anyhow::Result<()> {
    let outbound = "Outbound Network Connectivity Check Result";
    let lines = [
        "DNS Result:Server: 10.0.0.10".to_owned(),
        "Address: 10.0.0.10#53".to_owned(),
        "Name: kubernetes.default.svc.cluster.local".to_owned(),
        "Address: 10.0.0.1".to_owned(),
        format!("{outbound} : https://{LOCATION}.obo.arc.azure.com:8084/ : {cluster_connect}"),
        format!("{outbound} : https://{REGISTRY} : {registry}"),
        "Entra Authentication Endpoint Connectivity Check Result : https://login.microsoftonline.com : 200".to_owned(),
    ];
    let lines = lines.map(|line| format!("2026-01-01T00:00:00Z stdout F {line}\n"));
    write_private(&log(cluster), lines.concat())
}

fn log(cluster: &Cluster) -> PathBuf {
    cluster.home().join("checks.log")
}
