//! The world with all that the plans need in it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use futures::stream::{self, TryStreamExt};
use serde_json::{Value, json};
use world::arm::Arm;
use world::cluster::Cluster;
use world::engine::{Engine, Workdir};
use world::files::write_private;
use world::names::LOCATION;
use world::{World, environment};

use crate::CLUSTER;
use crate::configuration::{Kind, TIME_SOURCE, real_cluster};

/// Connected clusters in Azure: the most that a plan is timed with.
pub const CLUSTERS: usize = 100;
/// Requests that prepare them at the same time.
const AT_ONCE: usize = 10;
/// Where an engine keeps its state.
const STATE: &str = "terraform.tfstate";

/// What a plan begins with.
#[derive(Clone, Copy)]
pub enum Phase {
    /// An empty state: everything is to be created.
    Create,
    /// A state in which everything is: each resource is read on both planes. The connected clusters share one real cluster,
    /// which serves one of them, so that each of the others is planned to be repaired.
    Refresh,
}

impl Phase {
    /// As in a table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Refresh => "refresh",
        }
    }

    /// Names of so many resources. Those that are created are not in Azure.
    fn resources(self, count: usize) -> Vec<String> {
        let name = |index| format!("{}-{index:03}", self.name());
        (0..count).map(name).collect()
    }
}

/// The world, the engine, and connected clusters that are in Azure.
pub struct Setup<'a> {
    pub world: &'a World,
    /// The provider's program.
    pub provider: PathBuf,
    engine: &'a Engine,
    /// Where the real cluster was connected.
    pub real: Workdir,
}

impl<'a> Setup<'a> {
    /// Offers the baseline's provider to Terraform, connects the real cluster, and puts others into Azure that have its key.
    pub async fn new(
        world: &'a World,
        engine: &'a Engine,
        provider: &Path,
        baseline: &Path,
    ) -> anyhow::Result<Self> {
        environment::offer(world.directory(), TIME_SOURCE, baseline)?;
        let setup = Self {
            world,
            provider: provider.to_owned(),
            engine,
            real: directory(world, engine, "real")?,
        };
        setup.real.configure(&real_cluster())?;
        setup.real.init().await?;
        setup.real.apply().await?.expect_success()?;
        let arm = Arm::login(world).await?;
        let real = arm.connected_cluster(CLUSTER).await?;
        let body = connected_cluster(&real.context("the real cluster is not in Azure")?);
        let names = Phase::Refresh.resources(CLUSTERS);
        stream::iter(names.iter().map(Ok))
            .try_for_each_concurrent(AT_ONCE, |name| arm.create(name, &body))
            .await?;
        Ok(setup)
    }

    /// The one real cluster.
    pub fn cluster(&self) -> &Cluster {
        &self.world.clusters[0]
    }

    /// A directory in which a plan of so many resources of a kind can be timed.
    pub async fn prepare(&self, phase: Phase, kind: Kind, count: usize) -> anyhow::Result<Workdir> {
        let name = format!("{}-{count}-{}", phase.name(), kind.type_name());
        let work = directory(self.world, self.engine, &name)?;
        let names = phase.resources(count);
        let configuration = kind.configuration(&names);
        work.configure(&configuration)?;
        work.init().await?;
        match (phase, kind) {
            (Phase::Create, _) => {}
            (Phase::Refresh, Kind::ConnectedCluster) => self.remember(&work, &names)?,
            (Phase::Refresh, _) => {
                work.apply().await?.expect_success()?;
            }
        }
        Ok(work)
    }

    /// Gives a directory the state of connected clusters with these names: that of the real one, over and over.
    fn remember(&self, work: &Workdir, names: &[String]) -> anyhow::Result<()> {
        let text = fs::read_to_string(self.real.path().join(STATE))?;
        let mut state: Value = serde_json::from_str(&text)?;
        let model = state["resources"][0]["instances"][0].to_string();
        let instances = names.iter().map(|name| {
            let mut instance: Value = serde_json::from_str(&model.replace(CLUSTER, name))?;
            instance["index_key"] = json!(name);
            // How the cluster itself is reached stays as it is.
            instance["attributes"]["kubernetes"] = Value::Null;
            Ok(instance)
        });
        state["resources"][0]["name"] = json!("bench");
        state["resources"][0]["instances"] = instances.collect::<serde_json::Result<_>>()?;
        write_private(&work.path().join(STATE), state.to_string())
    }
}

/// A directory for resources of ours. Logs would be timed with a plan.
fn directory(world: &World, engine: &Engine, name: &str) -> anyhow::Result<Workdir> {
    let mut work = Workdir::new(world, engine, name)?;
    for name in ["TF_LOG_CORE", "TF_LOG_PROVIDER"] {
        work.set(name, "");
    }
    Ok(work)
}

/// The body of a connected cluster that has the key of another and waits for its agents.
fn connected_cluster(model: &Value) -> Value {
    json!({
        "location": LOCATION,
        "identity": { "type": "SystemAssigned" },
        "properties": {
            "agentPublicKeyCertificate": model["properties"]["agentPublicKeyCertificate"],
            "distribution": "eks",
            "infrastructure": "aws",
        },
    })
}
