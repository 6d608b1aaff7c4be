//! One "EKS cluster" and the means to talk to it.

use std::path::{Path, PathBuf};

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use super::pki::CertificateFiles;
use super::programs::Tools;

/// What all clusters of a world have in common.
#[derive(Debug)]
pub struct ControlPlane<'a> {
    /// The programs.
    pub tools: &'a Tools,
    /// The API servers' certificate.
    pub server: CertificateFiles,
    /// The administrator's certificate.
    pub administrator: CertificateFiles,
    /// The key that signs service account tokens.
    pub service_account_key: PathBuf,
    /// etcd's client URL.
    pub etcd: String,
}

/// A cluster that runs.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its EKS name.
    pub name: String,
    /// Its EKS ARN, which is also its context in the world's kubeconfig.
    pub arn: String,
    /// URL of its API server.
    pub endpoint: String,
    /// A kubeconfig with this cluster alone, for its administrator.
    pub kubeconfig: PathBuf,
}

impl Cluster {
    /// A client with the administrator's rights that talks to the API server directly.
    ///
    /// # Errors
    ///
    /// When the kubeconfig was damaged.
    pub async fn client(&self) -> anyhow::Result<Client> {
        let mut config = Config::from_custom_kubeconfig(
            Kubeconfig::read_from(&self.kubeconfig)?,
            &KubeConfigOptions::default(),
        )
        .await?;
        config.proxy_url = None;
        Ok(Client::try_from(config)?)
    }

    /// The API server's log of what EKS logins asked for, in JSON lines of `audit.k8s.io/v1`.
    #[must_use]
    pub fn audit_log(&self) -> PathBuf {
        self.home().join("audit.jsonl")
    }

    /// Where this cluster keeps its files.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.kubeconfig.parent().unwrap_or(&self.kubeconfig)
    }
}
