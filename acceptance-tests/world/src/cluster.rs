//! One "EKS cluster": an API server of its own on the common etcd, its controllers, KWOK's nodes, and the real
//! aws-iam-authenticator as its judge of tokens.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use futures::try_join;
use k8s_openapi::api::core::v1::{Node, ServiceAccount};
use k8s_openapi::api::rbac::v1::ClusterRoleBinding;
use kube::api::{ListParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};

use super::authenticator;
use super::components;
use super::eks;
use super::files::{make_directory, write_private};
use super::kubeconfig;
use super::pki::Pair;
use super::programs::Tools;
use super::sandbox::Sandbox;

/// Names under which an API server is reached.
pub const HOSTS: [&str; 4] = [
    "127.0.0.1",
    "localhost",
    "10.0.0.1",
    "kubernetes.default.svc",
];

/// What all clusters of a world have in common.
#[derive(Debug)]
pub struct ControlPlane<'a> {
    /// The programs.
    pub tools: &'a Tools,
    /// The API servers' certificate.
    pub server: Pair,
    /// The administrator's certificate.
    pub administrator: Pair,
    /// The key that signs service account tokens.
    pub service_account_key: PathBuf,
    /// etcd's client URL.
    pub etcd: String,
}

/// A cluster that runs.
#[derive(Debug)]
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
    /// A cluster that will be there: its names and its place, and the administrator's kubeconfig for it.
    ///
    /// # Errors
    ///
    /// When no port is free or a file cannot be written.
    pub fn plan(sandbox: &Sandbox, plane: &ControlPlane<'_>, name: &str) -> anyhow::Result<Self> {
        let home = sandbox.directory.join("clusters").join(name);
        make_directory(&home)?;
        let cluster = Self {
            name: name.to_owned(),
            arn: eks::cluster_arn(name),
            endpoint: format!("https://127.0.0.1:{}", sandbox.ports.take()?),
            kubeconfig: home.join("kubeconfig"),
        };
        let entry =
            kubeconfig::Entry::read(&cluster, &sandbox.authority.pem(), &plane.administrator)?;
        write_private(&cluster.kubeconfig, kubeconfig::render(&[entry])?)?;
        Ok(cluster)
    }

    /// Starts the cluster, and is done when its nodes are ready and its administrators may work in it.
    ///
    /// # Errors
    ///
    /// When a part of it does not come up; the message holds the end of that part's log.
    pub async fn start(&self, sandbox: &Sandbox, plane: &ControlPlane<'_>) -> anyhow::Result<()> {
        let webhook = authenticator::start(sandbox, &plane.tools.authenticator, self).await?;
        let api_server = components::api_server(sandbox, plane, self, &webhook)?;
        let client = self.client().await?;
        api_server.ready(|| answers(&client, "/readyz")).await?;
        let controllers = components::controller_manager(sandbox, plane, self)?;
        components::scheduler(sandbox, plane, self)?;
        let kwok = components::kwok(sandbox, plane, self)?;
        try_join!(bind_administrators(&client), add_nodes(&client, &self.name))?;
        try_join!(
            controllers.ready(|| default_account_exists(&client)),
            kwok.ready(|| nodes_are_ready(&client)),
        )?;
        Ok(())
    }

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

async fn answers(client: &Client, path: &str) -> anyhow::Result<()> {
    client
        .request_text(http::Request::get(path).body(Vec::new())?)
        .await?;
    Ok(())
}

/// Gives the group that the authenticator maps EKS administrators to the rights of one.
async fn bind_administrators(client: &Client) -> anyhow::Result<()> {
    let binding: ClusterRoleBinding = serde_json::from_value(serde_json::json!({
        "metadata": { "name": eks::ADMINISTRATORS },
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "cluster-admin",
        },
        "subjects": [{
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "Group",
            "name": eks::ADMINISTRATORS,
        }],
    }))?;
    Api::all(client.clone())
        .create(&PostParams::default(), &binding)
        .await?;
    Ok(())
}

async fn add_nodes(client: &Client, cluster: &str) -> anyhow::Result<()> {
    let nodes: Api<Node> = Api::all(client.clone());
    for number in 1..=eks::NODES {
        nodes
            .create(&PostParams::default(), &eks::node(cluster, number)?)
            .await?;
    }
    Ok(())
}

/// Without it no pod can be made, and helm would be too fast.
async fn default_account_exists(client: &Client) -> anyhow::Result<()> {
    Api::<ServiceAccount>::namespaced(client.clone(), "default")
        .get("default")
        .await?;
    Ok(())
}

async fn nodes_are_ready(client: &Client) -> anyhow::Result<()> {
    let nodes = Api::<Node>::all(client.clone())
        .list(&ListParams::default())
        .await?;
    let ready = nodes.iter().filter(|node| eks::takes_pods(node)).count();
    ensure!(
        ready == eks::NODES,
        "{ready} of {} nodes take pods",
        eks::NODES
    );
    Ok(())
}
