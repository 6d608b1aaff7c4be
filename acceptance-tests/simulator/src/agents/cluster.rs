//! What can be seen in a real cluster.

use std::collections::BTreeSet;
use std::path::PathBuf;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Node, Secret};
use kube::api::{ListParams, Patch, PatchParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};
use rsa::RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey;

use crate::arm::connected_clusters::{Features, public_key};
use crate::graph::CUSTOM_LOCATIONS_PRINCIPAL;

/// Where the agents live.
pub(super) const NAMESPACE: &str = "azure-arc";
const CONFIGURATION: &str = "azure-clusterconfig";
const PRIVATE_KEY: &str = "azure-arc-connect-privatekey";
/// The name under which writes are recorded in the cluster.
pub(super) const FIELD_MANAGER: &str = "azure-arc-agents";

/// Why nothing is reported.
#[derive(Debug, thiserror::Error)]
pub(super) enum AgentError {
    #[error("the cluster cannot be reached: {0}")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("there is no {0} in the cluster")]
    Missing(String),
    #[error("deployment {name}: {available} of {wanted} replicas are available")]
    NotAvailable {
        name: String,
        available: i32,
        wanted: i32,
    },
    #[error("the private key in secret {PRIVATE_KEY} is not a PKCS#1 PEM: {0}")]
    Malformed(String),
    #[error("the private key does not belong to the public key in Azure")]
    WrongKey,
    #[error("Azure knows no connected cluster {0}")]
    Unknown(String),
    #[error("the connected cluster {0} is not provisioned")]
    NotProvisioned(String),
    #[error("the identity certificate expired")]
    Expired,
    #[error("a test decides about the agents of the connected cluster {0}")]
    Scripted(String),
}

/// A cluster behind a kubeconfig file.
pub(super) struct Cluster {
    kubeconfig: PathBuf,
    client: Option<Client>,
    /// The last private key seen, by the version of its secret, with its public half; parsing one takes a while.
    key: Option<(String, String)>,
    /// Azure's operations whose part in the cluster has begun, and what was last said there.
    pub(super) started: BTreeSet<String>,
}

/// Which Azure object the cluster says it is, and how its agents are set up.
pub(super) struct Configuration {
    pub(super) id: String,
    pub(super) agent_version: String,
    pub(super) distribution: String,
    pub(super) infrastructure: String,
    pub(super) features: Features,
}

/// The cluster itself.
pub(super) struct Facts {
    pub(super) kubernetes_version: String,
    pub(super) nodes: usize,
    pub(super) cores: i64,
}

impl Cluster {
    pub(super) fn new(kubeconfig: PathBuf) -> Self {
        Self {
            kubeconfig,
            client: None,
            key: None,
            started: BTreeSet::new(),
        }
    }

    /// What the agents are told about themselves.
    pub(super) async fn configuration(&mut self) -> Result<Configuration, AgentError> {
        let maps: Api<ConfigMap> = Api::namespaced(self.client().await?, NAMESPACE);
        let map = maps.get_opt(CONFIGURATION).await.map_err(unreachable)?;
        let data = map
            .and_then(|map| map.data)
            .ok_or_else(|| missing("config map", CONFIGURATION))?;
        let value = |key: &str| {
            data.get(key)
                .cloned()
                .ok_or_else(|| missing(CONFIGURATION, key))
        };
        Ok(Configuration {
            id: format!(
                "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Kubernetes/connectedClusters/{}",
                value("AZURE_SUBSCRIPTION_ID")?,
                value("AZURE_RESOURCE_GROUP")?,
                value("AZURE_RESOURCE_NAME")?,
            ),
            agent_version: value("AZURE_ARC_AGENT_VERSION")?,
            distribution: value("KUBERNETES_DISTRO")?,
            infrastructure: value("KUBERNETES_INFRA")?,
            features: Features {
                cluster_connect: value("CLUSTER_CONNECT_AGENT_ENABLED")? == "true",
                custom_locations: value("CUSTOM_LOCATIONS_ENABLED")? == "true"
                    && value("CUSTOM_LOCATION_OID")? == CUSTOM_LOCATIONS_PRINCIPAL,
            },
        })
    }

    /// Refuses to go on while an agent is not up.
    pub(super) async fn require_agents(&mut self) -> Result<(), AgentError> {
        let deployments: Api<Deployment> = Api::namespaced(self.client().await?, NAMESPACE);
        let deployments = deployments
            .list(&ListParams::default())
            .await
            .map_err(unreachable)?
            .items;
        if deployments.is_empty() {
            return Err(missing("deployment", NAMESPACE));
        }
        deployments.into_iter().try_for_each(require_available)
    }

    /// The public half of the agents' private key, in the form that Azure holds.
    pub(super) async fn public_key(&mut self) -> Result<String, AgentError> {
        let secrets: Api<Secret> = Api::namespaced(self.client().await?, NAMESPACE);
        let secret = secrets.get_opt(PRIVATE_KEY).await.map_err(unreachable)?;
        let secret = secret.ok_or_else(|| missing("secret", PRIVATE_KEY))?;
        let version = secret.metadata.resource_version.unwrap_or_default();
        if let Some((_, public)) = self.key.as_ref().filter(|(seen, _)| *seen == version) {
            return Ok(public.clone());
        }
        let data = secret.data.unwrap_or_default().remove("privateKey");
        let pem = data.ok_or_else(|| missing(PRIVATE_KEY, "privateKey"))?.0;
        let public = public_half(&pem).map_err(AgentError::Malformed)?;
        self.key = Some((version, public.clone()));
        Ok(public)
    }

    /// Version and size of the cluster.
    pub(super) async fn facts(&mut self) -> Result<Facts, AgentError> {
        let client = self.client().await?;
        let version = client
            .apiserver_version()
            .await
            .map_err(unreachable)?
            .git_version;
        let nodes = Api::<Node>::all(client)
            .list(&ListParams::default())
            .await
            .map_err(unreachable)?;
        Ok(Facts {
            kubernetes_version: version.trim_start_matches('v').to_owned(),
            nodes: nodes.items.len(),
            cores: nodes.items.iter().map(cores).sum(),
        })
    }

    /// Whether a secret of the agents is there.
    pub(super) async fn has_secret(&mut self, name: &str) -> Result<bool, AgentError> {
        let secrets: Api<Secret> = Api::namespaced(self.client().await?, NAMESPACE);
        Ok(secrets
            .get_metadata_opt(name)
            .await
            .map_err(unreachable)?
            .is_some())
    }

    /// Writes a secret of the agents.
    pub(super) async fn write_secret(&mut self, secret: &Secret) -> Result<(), AgentError> {
        let secrets: Api<Secret> = Api::namespaced(self.client().await?, NAMESPACE);
        let name = secret.metadata.name.clone().unwrap_or_default();
        let parameters = PatchParams::apply(FIELD_MANAGER).force();
        let written = secrets
            .patch(&name, &parameters, &Patch::Apply(secret))
            .await;
        written.map(|_| ()).map_err(unreachable)
    }

    /// Forgets the connection, for instance because the cluster was recreated behind the same file.
    pub(super) fn forget(&mut self) {
        self.client = None;
        self.key = None;
    }

    /// A client of the cluster.
    pub(super) async fn client(&mut self) -> Result<Client, AgentError> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        let kubeconfig = Kubeconfig::read_from(&self.kubeconfig).map_err(unreachable)?;
        let options = KubeConfigOptions::default();
        let mut config = Config::from_custom_kubeconfig(kubeconfig, &options)
            .await
            .map_err(unreachable)?;
        // The clusters of the world are on the loopback address; the agents' outbound proxy is not on this way.
        config.proxy_url = None;
        let client = Client::try_from(config).map_err(unreachable)?;
        self.client = Some(client.clone());
        Ok(client)
    }
}

fn require_available(deployment: Deployment) -> Result<(), AgentError> {
    let name = deployment.metadata.name.unwrap_or_default();
    let wanted = deployment.spec.replicas.unwrap_or(1);
    let available = deployment
        .status
        .and_then(|status| status.available_replicas)
        .unwrap_or(0);
    if available >= wanted {
        Ok(())
    } else {
        Err(AgentError::NotAvailable {
            name,
            available,
            wanted,
        })
    }
}

fn cores(node: &Node) -> i64 {
    let capacity = node
        .status
        .as_ref()
        .and_then(|status| status.capacity.as_ref());
    let cpu = capacity.and_then(|capacity| capacity.get("cpu"));
    cpu.and_then(|cpu| cpu.0.parse().ok()).unwrap_or(0)
}

fn public_half(pem: &[u8]) -> Result<String, String> {
    let pem = std::str::from_utf8(pem).map_err(|error| error.to_string())?;
    let key = RsaPrivateKey::from_pkcs1_pem(pem).map_err(|error| error.to_string())?;
    key.validate().map_err(|error| error.to_string())?;
    public_key::encode(&key.to_public_key()).map_err(|error| error.to_string())
}

fn missing(kind: &str, name: &str) -> AgentError {
    AgentError::Missing(format!("{kind} {name}"))
}

/// An error of the Kubernetes API.
pub(super) fn unreachable(error: impl std::error::Error + Send + Sync + 'static) -> AgentError {
    AgentError::Unreachable(Box::new(error))
}

#[cfg(test)]
mod tests {
    use rsa::pkcs1::{EncodeRsaPrivateKey, LineEnding};
    use rsa::pkcs8::EncodePrivateKey;
    use rsa::rand_core::OsRng;

    use super::*;

    #[test]
    fn a_private_key_is_proven_in_pkcs1_alone() {
        let key = RsaPrivateKey::new(&mut OsRng, 1024).expect("a key");
        let pkcs1 = key.to_pkcs1_pem(LineEnding::LF).expect("PEM");
        let public = public_key::encode(&key.to_public_key()).expect("DER");
        assert_eq!(public_half(pkcs1.as_bytes()), Ok(public));
        let pkcs8 = key.to_pkcs8_pem(LineEnding::LF).expect("PEM");
        assert!(
            public_half(pkcs8.as_bytes()).is_err(),
            "the agents do not read PKCS#8"
        );
        let cut = &pkcs1.as_bytes()[..pkcs1.len() / 2];
        assert!(public_half(cut).is_err());
    }
}
