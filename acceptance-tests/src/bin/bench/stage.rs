//! The world with all that the plans need in it.

use std::path::{Path, PathBuf};

use acceptance_tests::engine::{Engine, Workdir};
use acceptance_tests::world::arm::Arm;
use acceptance_tests::world::azure::LOCATION;
use acceptance_tests::world::cluster::Cluster;
use acceptance_tests::world::{World, environment};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures::stream::{self, TryStreamExt};
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPublicKey;
use serde_json::{Value, json};

use crate::configuration::{Kind, TIME_SOURCE, imports};

/// Connected clusters in Azure: the most that a plan is timed with.
pub const CLUSTERS: usize = 100;
/// Requests that prepare them at the same time.
const AT_ONCE: usize = 10;
/// Azure takes no shorter key.
const KEY_BITS: usize = 2048;

/// What a plan begins with.
#[derive(Clone, Copy)]
pub enum Phase {
    /// An empty state: everything is to be created.
    Create,
    /// A state in which everything is: each resource is read, and nothing is to be done.
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
pub struct Stage<'a> {
    pub world: &'a World,
    /// The provider's program.
    pub provider: PathBuf,
    engine: &'a Engine,
    arm: Arm,
}

impl<'a> Stage<'a> {
    /// Offers the baseline's provider to Terraform, and puts connected clusters into Azure.
    pub async fn set(
        world: &'a World,
        engine: &'a Engine,
        provider: &Path,
        baseline: &Path,
    ) -> anyhow::Result<Self> {
        environment::offer(world.directory(), TIME_SOURCE, baseline)?;
        let arm = Arm::login(world).await?;
        let body = connected_cluster()?;
        let names = Phase::Refresh.resources(CLUSTERS);
        stream::iter(names.iter().map(Ok))
            .try_for_each_concurrent(AT_ONCE, |name| arm.create(name, &body))
            .await?;
        Ok(Self {
            world,
            provider: provider.to_owned(),
            engine,
            arm,
        })
    }

    /// The one real cluster.
    pub fn cluster(&self) -> &Cluster {
        &self.world.clusters[0]
    }

    /// A directory in which resources of ours can be planned.
    pub fn directory(&self, name: &str) -> anyhow::Result<Workdir> {
        let mut work = Workdir::new(self.world, self.engine, name)?;
        // Logs would be timed with the plan.
        for name in ["TF_LOG_CORE", "TF_LOG_PROVIDER"] {
            work.set(name, "");
        }
        Ok(work)
    }

    /// A directory in which a plan of so many resources of a kind can be timed.
    pub async fn prepare(&self, phase: Phase, kind: Kind, count: usize) -> anyhow::Result<Workdir> {
        let name = format!("{}-{count}-{}", phase.name(), kind.type_name());
        let work = self.directory(&name)?;
        let names = phase.resources(count);
        let configuration = kind.configuration(&names);
        work.configure(&configuration)?;
        work.init().await?;
        if let Phase::Refresh = phase {
            self.fill(&work, kind, &names, &configuration).await?;
        }
        Ok(work)
    }

    /// Brings the resources into the state: connected clusters are imported, baselines are created.
    async fn fill(
        &self,
        work: &Workdir,
        kind: Kind,
        names: &[String],
        configuration: &str,
    ) -> anyhow::Result<()> {
        if kind == Kind::ConnectedCluster {
            let imports = imports(names, &self.arm.id("${each.key}"));
            work.configure(&format!("{configuration}{imports}"))?;
        }
        work.apply().await?.expect_success()?;
        work.configure(configuration)
    }
}

/// The body of a connected cluster that waits for its agents. All may have the same key: nobody has the private one.
fn connected_cluster() -> anyhow::Result<Value> {
    let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, KEY_BITS)?.to_public_key();
    Ok(json!({
        "location": LOCATION,
        "identity": { "type": "SystemAssigned" },
        "properties": {
            "agentPublicKeyCertificate": BASE64.encode(key.to_pkcs1_der()?),
            "distribution": "eks",
            "infrastructure": "aws",
        },
    }))
}
