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
pub mod door;
pub mod eks;
pub mod engine;
pub mod environment;
pub mod files;
pub mod guard;
pub mod hands;
pub mod journal;
pub mod kubeconfig;
pub mod programs;
pub mod proxy;
pub mod registry;
pub mod resident;
pub mod subject;

mod authenticator;
mod components;
mod etcd;
mod oci;
mod pki;
mod ports;
mod process;
mod site;

use std::path::{Path, PathBuf};

use futures::future::try_join_all;
use futures::try_join;
use tokio::task::spawn_blocking;

use cluster::{Cluster, ControlPlane};
use environment::Environment;
use programs::Tools;
use site::Site;

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
    site: Site,
}

impl World {
    /// Starts a world in a directory that is empty or missing, with EKS clusters of these names.
    ///
    /// # Errors
    ///
    /// When a tool cannot be built or a program does not come up. Nothing is left running then.
    pub async fn start(directory: &Path, clusters: &[&str]) -> anyhow::Result<Self> {
        let site = Site::new(directory)?;
        match Parts::start(&site, clusters).await {
            Ok(parts) => Ok(Self {
                clusters: parts.clusters,
                helm_digest: parts.helm_digest,
                tenant: parts.tenant,
                environment: parts.environment,
                simulator: parts.simulator,
                site,
            }),
            Err(error) => {
                site.processes.stop(etcd::NAME).await;
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
        self.site.directory.join("bin")
    }

    /// The world's directory.
    pub fn directory(&self) -> &Path {
        &self.site.directory
    }

    /// The world's certificate authority (DER), which all its clients trust.
    pub fn authority(&self) -> Vec<u8> {
        self.site.authority.der()
    }

    /// Ends all programs of this world and waits until they are gone. The directory stays.
    pub async fn stop(&self) {
        self.site.processes.stop(etcd::NAME).await;
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
    async fn start(site: &Site, names: &[&str]) -> anyhow::Result<Self> {
        let tools = Tools::provide()?;
        let provider = programs::provider()?;
        let plane = start_common(site, &tools).await?;
        let clusters = plan_clusters(site, &plane, names)?;
        let tenant = azure::Tenant::random();
        let mut environment =
            environment::prepare(site, &tenant, &clusters, &plane.administrator, &provider)?;
        let places = azure::Places {
            aws: site.ports.take()?,
            registry: site.ports.take()?,
            simulator: site.ports.take()?,
        };
        environment.insert(
            door::URL.to_owned(),
            format!("https://127.0.0.1:{}", places.simulator),
        );
        let (helm_digest, ..) = try_join!(
            registry::start(site, &tools, places.registry),
            aws::start(site, &tools.aws, places.aws, &clusters),
            azure::start(site, &tenant, places, &clusters),
            try_join_all(clusters.iter().map(|cluster| cluster.start(site, &plane))),
        )?;
        environment::install(site, &environment, &tools.helm)?;
        Ok(Self {
            clusters,
            helm_digest,
            tenant,
            environment,
            simulator: places.simulator,
        })
    }
}

/// What the clusters have in common.
async fn start_common<'a>(site: &Site, tools: &'a Tools) -> anyhow::Result<ControlPlane<'a>> {
    let service_account_key = site.directory.join("pki/service-account.key");
    let path = service_account_key.clone();
    let key = async { spawn_blocking(move || pki::service_account_key(&path)).await? };
    let (etcd, ()) = try_join!(etcd::start(site, &tools.control_plane), key)?;
    Ok(ControlPlane {
        tools,
        server: site.authority.server("kube-apiserver", &cluster::HOSTS)?,
        administrator: site.authority.administrator("administrator")?,
        service_account_key,
        etcd,
    })
}

fn plan_clusters(
    site: &Site,
    plane: &ControlPlane<'_>,
    names: &[&str],
) -> anyhow::Result<Vec<Cluster>> {
    names
        .iter()
        .map(|name| Cluster::plan(site, plane, name))
        .collect()
}
