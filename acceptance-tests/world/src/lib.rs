//! A whole cloud on the loopback address: Kubernetes clusters with EKS in front of them, an OCI registry, a simulated
//! Azure, and a proxy that leads public names to all of it.
//!
//! Everything but Azure is the real program, and every client runs in its production configuration: it needs only the
//! variables of [`World::environment`]. Several worlds live side by side, each in a directory of its own. A world ends
//! with the process that started it, however that ends (see [`guard`]).

#![allow(
    clippy::missing_errors_doc,
    reason = "an error ends a test, which shows it with its cause"
)]

pub mod agents;
pub mod arm;
pub mod aws;
pub mod azure;
pub mod checks;
pub mod cluster;
pub mod daemon;
pub mod eks;
pub mod engine;
pub mod environment;
pub mod files;
pub mod guard;
pub mod kubeconfig;
pub mod kubectl;
pub mod leftovers;
pub mod programs;
pub mod proxy;
pub mod registry;
pub mod request_log;
pub mod simulator_client;

mod authenticator;
mod components;
mod etcd;
mod oci;
mod pki;
mod ports;
mod process;
mod sandbox;

use std::path::{Path, PathBuf};

use futures::future::try_join_all;
use futures::try_join;
use tokio::task::spawn_blocking;

use cluster::{Cluster, ControlPlane};
use environment::Environment;
use programs::Tools;
use sandbox::Sandbox;

/// A world that runs.
pub struct World {
    /// Its clusters, in the order in which they were asked for.
    pub clusters: Vec<Cluster>,
    /// Digest of the Helm client's manifest in the registry.
    pub helm_digest: String,
    /// The tenant, subscription and credentials at Azure.
    pub tenant: azure::Tenant,
    environment: Environment,
    /// Port of the simulated Azure.
    simulator: u16,
    sandbox: Sandbox,
}

impl World {
    /// Starts a world in a directory that is empty or missing, with EKS clusters of these names.
    ///
    /// # Errors
    ///
    /// When a tool cannot be built or a program does not come up. Nothing is left running then.
    pub async fn start(directory: &Path, clusters: &[&str]) -> anyhow::Result<Self> {
        let sandbox = Sandbox::new(directory)?;
        match Parts::start(&sandbox, clusters).await {
            Ok(parts) => Ok(Self {
                clusters: parts.clusters,
                helm_digest: parts.helm_digest,
                tenant: parts.tenant,
                environment: parts.environment,
                simulator: parts.simulator,
                sandbox,
            }),
            Err(error) => {
                sandbox.processes.stop(etcd::NAME).await;
                Err(error)
            }
        }
    }

    /// The variables for a client of this world. [`World::bin`] belongs to the front of its `PATH`.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// A directory with the programs that users have installed: `helm`.
    pub fn bin(&self) -> PathBuf {
        self.sandbox.directory.join("bin")
    }

    /// The world's directory.
    pub fn directory(&self) -> &Path {
        &self.sandbox.directory
    }

    /// The world's certificate authority (DER), which all its clients trust.
    pub fn authority(&self) -> Vec<u8> {
        self.sandbox.authority.der()
    }

    /// Ends all programs of this world and waits until they are gone. The directory stays.
    pub async fn stop(&self) {
        self.sandbox.processes.stop(etcd::NAME).await;
    }
}

/// What comes out of the start, piece by piece.
struct Parts {
    clusters: Vec<Cluster>,
    helm_digest: String,
    tenant: azure::Tenant,
    environment: Environment,
    simulator: u16,
}

impl Parts {
    async fn start(sandbox: &Sandbox, names: &[&str]) -> anyhow::Result<Self> {
        let tools = Tools::build()?;
        let provider = programs::provider()?;
        let plane = start_common(sandbox, &tools).await?;
        let clusters = plan_clusters(sandbox, &plane, names)?;
        let tenant = azure::Tenant::random();
        let mut environment =
            environment::prepare(sandbox, &tenant, &clusters, &plane.administrator, &provider)?;
        let ports = azure::ServerPorts {
            aws: sandbox.ports.take()?,
            registry: sandbox.ports.take()?,
            simulator: sandbox.ports.take()?,
        };
        environment.insert(
            simulator_client::URL.to_owned(),
            format!("https://127.0.0.1:{}", ports.simulator),
        );
        let (helm_digest, ..) = try_join!(
            registry::start(sandbox, &tools, ports.registry),
            aws::start(sandbox, &tools.aws, ports.aws, &clusters),
            azure::start(sandbox, &tenant, ports, &clusters),
            try_join_all(
                clusters
                    .iter()
                    .map(|cluster| cluster.start(sandbox, &plane))
            ),
        )?;
        environment::install(sandbox, &environment, &tools.helm)?;
        Ok(Self {
            clusters,
            helm_digest,
            tenant,
            environment,
            simulator: ports.simulator,
        })
    }
}

/// What the clusters have in common.
async fn start_common<'a>(sandbox: &Sandbox, tools: &'a Tools) -> anyhow::Result<ControlPlane<'a>> {
    let service_account_key = sandbox.directory.join("pki/service-account.key");
    let path = service_account_key.clone();
    let key = async { spawn_blocking(move || pki::service_account_key(&path)).await? };
    let (etcd, ()) = try_join!(etcd::start(sandbox, &tools.control_plane), key)?;
    Ok(ControlPlane {
        tools,
        server: sandbox
            .authority
            .server("kube-apiserver", &cluster::HOSTS)?,
        administrator: sandbox.authority.administrator("administrator")?,
        service_account_key,
        etcd,
    })
}

fn plan_clusters(
    sandbox: &Sandbox,
    plane: &ControlPlane<'_>,
    names: &[&str],
) -> anyhow::Result<Vec<Cluster>> {
    names
        .iter()
        .map(|name| Cluster::plan(sandbox, plane, name))
        .collect()
}
