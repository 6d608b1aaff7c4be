//! A cluster on which one fault after the other is played.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use http::Method;
use serde_json::Value;
use world::World;
use world::arm::Arm;
use world::cluster::Cluster;
use world::environment::Environment;
use world::files::make_directory;
use world::forwarder::{Forwarder, Seen};
use world::leftovers;
use world::programs::provider;
use world::simulator_client::SimulatorClient;

use super::host::{Errors, Host, Object};
use super::inventory::{self, Inventory};
use super::subject::{self, Place, flux_extension};
use super::{Cell, Plane, Subject};

/// A cluster, a forwarder before each of its planes, and a provider that goes through them.
pub struct Lane<'a> {
    /// Where resources are made.
    pub place: Place,
    /// What runs the provider.
    pub host: Host,
    world: &'a World,
    cluster: &'a Cluster,
    simulator: SimulatorClient,
    azure: Forwarder,
    kubernetes: Forwarder,
    /// What is there when nothing was made.
    pristine: Inventory,
    /// The connected cluster on which the other types live, with what they need, once it was made.
    parents: Vec<(Object, Value)>,
}

impl<'a> Lane<'a> {
    /// A lane on a cluster on which nothing was made, with its files in a directory.
    pub async fn new(
        world: &'a World,
        cluster: &'a Cluster,
        directory: PathBuf,
    ) -> anyhow::Result<Self> {
        make_directory(&directory)?;
        let directory = directory.canonicalize()?;
        let azure = Forwarder::before_azure(world).await?;
        let kubernetes = Forwarder::before_cluster(world, cluster).await?;
        let kubeconfig = directory.join("kubeconfig");
        kubernetes.write_kubeconfig(cluster, &kubeconfig)?;
        let simulator = SimulatorClient::new(world)?;
        Ok(Self {
            place: Place {
                cluster: cluster.name.clone(),
                parent: Arm::login(world).await?.id(&cluster.name),
                kubeconfig,
            },
            host: Host {
                program: provider()?,
                environment: environment(world, &azure, &directory)?,
                log: directory.join("provider.log"),
            },
            world,
            cluster,
            pristine: inventory::take(&simulator, cluster).await?,
            simulator,
            azure,
            kubernetes,
            parents: Vec::new(),
        })
    }

    /// Makes the connected cluster that a type lives on, or unmakes the one that is in its way.
    pub async fn make_ready(&mut self, subject: Subject) -> anyhow::Result<()> {
        if subject.is_child() && self.parents.is_empty() {
            let cluster = Subject::ConnectedCluster;
            let configuration = cluster.configuration(&self.place, false);
            self.make(cluster, configuration).await?;
            self.make(Subject::Extension, flux_extension(&self.place))
                .await?;
        }
        while !subject.is_child()
            && let Some((mut object, _)) = self.parents.pop()
        {
            let errors = self.host.apply(&mut object, None, || ()).await?;
            ensure!(errors.is_empty(), "{errors:?}");
        }
        Ok(())
    }

    async fn make(&mut self, subject: Subject, configuration: Value) -> anyhow::Result<()> {
        let mut object = Object::none(subject.type_name());
        let errors = self.host.apply(&mut object, Some(&configuration), || ());
        let errors = errors.await?;
        ensure!(errors.is_empty(), "{errors:?}");
        self.parents.push((object, configuration));
        Ok(())
    }

    /// Takes away all that was made here, whoever knows of it.
    pub async fn clean_up(&mut self) -> anyhow::Result<()> {
        self.parents.clear();
        let arm = Arm::login(self.world).await?;
        let location = subject::custom_location(&self.place);
        arm.call(Method::DELETE, &location, None).await?;
        leftovers::clean_up(self.world, self.cluster).await?;
        inventory::reduce(self.cluster, &self.pristine).await
    }

    /// What is there now.
    pub async fn inventory(&self) -> anyhow::Result<Inventory> {
        inventory::take(&self.simulator, self.cluster).await
    }

    /// Applies, with the fault of a cell if there is one. Answers the errors, and what each plane was asked for.
    pub async fn apply(
        &self,
        object: &mut Object,
        configuration: Option<&Value>,
        cell: Option<Cell>,
    ) -> anyhow::Result<(Errors, [Seen; 2])> {
        let errors = self.host.apply(object, configuration, || {
            for plane in Plane::ALL {
                let cell = cell.filter(|cell| cell.plane == plane);
                self.forwarder(plane).begin(cell.map(|cell| cell.rule()));
            }
        });
        let errors = errors.await?;
        let seen = Plane::ALL.map(|plane| self.forwarder(plane).end());
        Ok((errors, seen))
    }

    const fn forwarder(&self, plane: Plane) -> &Forwarder {
        match plane {
            Plane::Azure => &self.azure,
            Plane::Kubernetes => &self.kubernetes,
        }
    }
}

/// The world's variables, with the forwarder as Azure.
fn environment(world: &World, azure: &Forwarder, directory: &Path) -> anyhow::Result<Environment> {
    let mut environment = world.environment().clone();
    let path = format!("{}:/usr/bin:/bin", world.bin().display());
    let own = [
        ("ARM_ENVIRONMENT", "ArcSimulator"),
        ("ARM_METADATA_HOSTNAME", azure.address()),
        ("HOME", &directory.display().to_string()),
        ("PATH", &path),
        ("TF_LOG_PROVIDER", "debug"),
    ];
    environment.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    Ok(environment)
}
