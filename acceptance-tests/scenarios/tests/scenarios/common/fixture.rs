//! What a scenario begins with, and the steps that most of them take.

use std::sync::Arc;

use anyhow::ensure;
use world::World;
use world::arm::Arm;
use world::cluster::Cluster;
use world::engine::{Diagnostic, Engine, Workdir};
use world::leftovers::nothing_is_left;
use world::request_log;
use world::simulator_client::SimulatorClient;

use super::{Configuration, Lease, only_error};

/// Clusters of its own, an engine with an empty directory, and a login at Azure.
pub struct Fixture {
    /// Azure Resource Manager past the provider.
    pub arm: Arm,
    /// The simulator's API for tests.
    pub simulator: SimulatorClient,
    /// The directory of the configuration and its state.
    pub work: Workdir,
    name: String,
    engine: Engine,
    lease: Arc<Lease>,
}

impl Fixture {
    /// Logs in, and makes a directory of this name.
    pub async fn new(lease: Arc<Lease>, engine: Engine, name: String) -> anyhow::Result<Self> {
        Ok(Self {
            arm: Arm::login(lease.world()).await?,
            simulator: SimulatorClient::new(lease.world())?,
            work: Workdir::new(lease.world(), &engine, &name)?,
            name,
            engine,
            lease,
        })
    }

    pub fn world(&self) -> &World {
        self.lease.world()
    }

    /// The only cluster, or the first of several.
    pub fn cluster(&self) -> &Cluster {
        self.lease.cluster()
    }

    pub fn clusters(&self) -> impl Iterator<Item = &Cluster> {
        self.lease.clusters()
    }

    /// Id in Azure of the connected cluster that is named after the cluster.
    pub fn id(&self) -> String {
        self.arm.id(&self.cluster().name)
    }

    /// One more directory, for another configuration with a state of its own.
    pub fn workdir(&self, name: &str) -> anyhow::Result<Workdir> {
        let name = format!("{}-{name}", self.name);
        Workdir::new(self.world(), &self.engine, &name)
    }

    /// Writes a configuration and initialises the directory.
    pub async fn init(&self, configuration: &str) -> anyhow::Result<()> {
        self.work.configure(configuration)?;
        self.work.init().await.map(drop)
    }

    /// Writes a configuration, initialises the directory and applies.
    pub async fn apply(&self, configuration: &str) -> anyhow::Result<()> {
        self.init(configuration).await?;
        self.work.apply().await?.expect_success().map(drop)
    }

    /// A directory with another configuration, into whose state an object was imported without a difference.
    pub async fn imported(
        &self,
        configuration: &str,
        address: &str,
        id: &str,
    ) -> anyhow::Result<Workdir> {
        let work = self.workdir("import")?;
        work.configure(configuration)?;
        work.init().await?;
        work.import(address, id).await?.expect_success()?;
        work.plan().await?.expect_empty()?;
        Ok(work)
    }

    /// Applies a configuration with a mistake in it. Answers the only error, once neither plane shows a trace of the attempt.
    pub async fn refused(&self, configuration: &Configuration) -> anyhow::Result<Diagnostic> {
        let cluster = self.cluster();
        let writes = || request_log::writes(self.world().directory(), &cluster.name);
        let before = writes()?;
        self.init(&configuration.render()).await?;
        let run = self.work.apply().await?.expect_failure()?;
        ensure!(writes()? == before, "{} was written to", cluster.name);
        self.nothing_is_left().await?;
        let state = self.work.run(&["state", "list"]).await?;
        ensure!(!state.text.contains("arc_"), "{}", state.text);
        Ok(only_error(&run)?.clone())
    }

    /// Destroys what was applied, and checks that nothing is left of it.
    pub async fn destroy(&self) -> anyhow::Result<()> {
        self.destroy_in(&self.work).await
    }

    /// [`Fixture::destroy`] in another directory.
    pub async fn destroy_in(&self, work: &Workdir) -> anyhow::Result<()> {
        work.destroy().await?.expect_success()?;
        self.nothing_is_left().await
    }

    /// Checks that neither plane shows a trace of a connected cluster.
    pub async fn nothing_is_left(&self) -> anyhow::Result<()> {
        nothing_is_left(&self.arm, self.world(), self.cluster()).await
    }
}
