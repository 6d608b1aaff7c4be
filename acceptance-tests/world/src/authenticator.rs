//! aws-iam-authenticator, the program that judges EKS tokens at AWS too, as an API server's token webhook.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;
use tokio::fs;
use tokio::net::TcpStream;

use super::aws;
use super::cluster::Cluster;
use super::files::{make_directory, write_private};
use super::names::{ADMINISTRATORS, REGION};
use super::process::Program;
use super::sandbox::Sandbox;

/// Starts the authenticator of one cluster and answers the webhook configuration for its API server.
///
/// # Errors
///
/// When it does not come up.
pub async fn start(
    sandbox: &Sandbox,
    program: &Path,
    cluster: &Cluster,
) -> anyhow::Result<PathBuf> {
    let home = cluster.home().join("authenticator");
    make_directory(&home)?;
    let (config, webhook) = (home.join("config.yaml"), home.join("webhook.yaml"));
    write_private(&config, mapping(&cluster.name).to_string())?;
    let port = sandbox.ports.take()?;
    let program = Program::new(format!("{}-aws-iam-authenticator", cluster.name), program)
        .arg("server")
        .flag("config", &config)
        .flag("backend-mode", "MountedFile")
        .flag("address", "127.0.0.1")
        .flag("port", port.to_string())
        .flag("state-dir", &home)
        .flag("generate-kubeconfig", &webhook)
        .flag("partition", "aws")
        .env("HTTPS_PROXY", sandbox.proxy_url())
        .env("SSL_CERT_FILE", sandbox.authority.certificate())
        .env("SSL_CERT_DIR", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_REGION", REGION);
    let process = sandbox.processes.start(program)?;
    process
        .ready(|| async {
            TcpStream::connect(("127.0.0.1", port)).await?;
            fs::metadata(&webhook)
                .await
                .context("no webhook configuration yet")
        })
        .await?;
    Ok(webhook)
}

/// Who is who: the administrator's user is mapped, the outsider's is not.
fn mapping(cluster: &str) -> serde_json::Value {
    json!({
        "clusterID": cluster,
        "server": {
            "mapUsers": [{
                "userARN": aws::ADMINISTRATOR.arn(),
                "username": aws::ADMINISTRATOR.name,
                "groups": [ADMINISTRATORS],
            }],
        },
    })
}
