//! Kubeconfig files.

use std::fs;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::cluster::Cluster;
use super::pki::CertificateFiles;

/// One cluster in a kubeconfig, with a certificate inside that opens it.
#[derive(Clone, Debug)]
pub struct Entry {
    name: String,
    cluster: Value,
    user: Value,
}

impl Entry {
    /// The entry of a cluster under its ARN, with the certificate's files read in.
    ///
    /// # Errors
    ///
    /// When the certificate cannot be read.
    pub fn read(
        cluster: &Cluster,
        authority: &str,
        client: &CertificateFiles,
    ) -> anyhow::Result<Self> {
        let encoded = |path| {
            let content = fs::read(path).context("client certificate")?;
            anyhow::Ok(STANDARD.encode(content))
        };
        Ok(Self {
            name: cluster.arn.clone(),
            cluster: json!({
                "server": cluster.endpoint,
                "certificate-authority-data": STANDARD.encode(authority),
            }),
            user: json!({
                "client-certificate-data": encoded(&client.certificate)?,
                "client-key-data": encoded(&client.key)?,
            }),
        })
    }
}

/// A kubeconfig with these entries; the first is the current context.
///
/// # Errors
///
/// When there is no entry.
pub fn render(entries: &[Entry]) -> anyhow::Result<String> {
    let current = &entries
        .first()
        .context("a kubeconfig without a cluster")?
        .name;
    let list = |of: fn(&Entry) -> Value| entries.iter().map(of).collect::<Vec<_>>();
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": current,
        "clusters": list(|entry| json!({ "name": entry.name, "cluster": entry.cluster })),
        "contexts": list(|entry| json!({
            "name": entry.name,
            "context": { "cluster": entry.name, "user": entry.name },
        })),
        "users": list(|entry| json!({ "name": entry.name, "user": entry.user })),
    });
    serde_saphyr::to_string(&config).context("kubeconfig")
}

/// The kubeconfig of a cluster, with a bearer token for its only login.
///
/// # Errors
///
/// When the cluster's own kubeconfig cannot be read.
pub fn with_token(cluster: &Cluster, token: &str) -> anyhow::Result<String> {
    let own = fs::read_to_string(&cluster.kubeconfig).context("kubeconfig")?;
    let mut config: Value = serde_saphyr::from_str(&own).context("kubeconfig")?;
    config["users"][0]["user"] = json!({ "token": token });
    serde_saphyr::to_string(&config).context("kubeconfig")
}
