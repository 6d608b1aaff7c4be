//! Starting a world, and what its users see of it.

use std::path::{Path, PathBuf};

use futures::future::try_join_all;
use futures::try_join;

use super::cluster::Cluster;
use super::environment::Environment;
use super::names::SIMULATOR_URL;
use super::programs::{self, Tools};
use super::sandbox::Sandbox;
use super::{aws, azure, clusters, environment, etcd, registry};

/// A world that runs.
pub struct World {
    /// Its clusters, in the order in which they were asked for.
    pub clusters: Vec<Cluster>,
    /// Digest of the Helm client's manifest in the registry.
    pub helm_digest: String,
    /// The tenant, subscription and credentials at Azure.
    pub tenant: azure::Tenant,
    environment: Environment,
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
                sandbox,
            }),
            Err(error) => {
                sandbox.processes.stop(etcd::NAME).await;
                Err(error)
            }
        }
    }

    /// The variables for a client of this world. [`World::bin`] belongs to the front of its `PATH`.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// A directory with the programs that users have installed: `helm`.
    #[must_use]
    pub fn bin(&self) -> PathBuf {
        self.sandbox.directory.join("bin")
    }

    /// The world's directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.sandbox.directory
    }

    /// The world's certificate authority (DER), which all its clients trust.
    #[must_use]
    pub fn authority(&self) -> Vec<u8> {
        self.sandbox.authority.der()
    }

    /// Ends all programs of this world and waits until they are gone. The directory stays.
    pub async fn stop(&self) {
        self.sandbox.processes.stop(etcd::NAME).await;
    }
}

/// What a start makes.
struct Parts {
    clusters: Vec<Cluster>,
    helm_digest: String,
    tenant: azure::Tenant,
    environment: Environment,
}

impl Parts {
    async fn start(sandbox: &Sandbox, names: &[&str]) -> anyhow::Result<Self> {
        let tools = Tools::build()?;
        let provider = programs::provider()?;
        let plane = clusters::start_common(sandbox, &tools).await?;
        let clusters = names
            .iter()
            .map(|name| clusters::plan(sandbox, &plane, name))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let tenant = azure::Tenant::random();
        let mut environment =
            environment::prepare(sandbox, &tenant, &clusters, &plane.administrator, &provider)?;
        let ports = azure::ServerPorts {
            aws: sandbox.ports.take()?,
            registry: sandbox.ports.take()?,
            simulator: sandbox.ports.take()?,
        };
        let simulator = format!("https://127.0.0.1:{}", ports.simulator);
        environment.insert(SIMULATOR_URL.to_owned(), simulator);
        let starts = clusters
            .iter()
            .map(|cluster| clusters::start(sandbox, &plane, cluster));
        let (helm_digest, ..) = try_join!(
            registry::start(sandbox, &tools, ports.registry),
            aws::start(sandbox, &tools.aws, ports.aws, &clusters),
            azure::start(sandbox, &tenant, ports, &clusters),
            try_join_all(starts),
        )?;
        environment::install(sandbox, &environment, &tools.helm)?;
        Ok(Self {
            clusters,
            helm_digest,
            tenant,
            environment,
        })
    }
}
