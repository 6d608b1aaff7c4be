//! A cluster on which one fault after the other is played.

use std::path::Path;

use anyhow::ensure;
use http::Method;
use k8s_openapi::api::coordination::v1::Lease;
use kube::api::{DeleteParams, ListParams};
use kube::{Api, ResourceExt};
use serde_json::Value;
use world::World;
use world::arm::Arm;
use world::cluster::Cluster;
use world::environment::Environment;
use world::files::make_directory;
use world::forwarder::{Forwarder, Seen};
use world::leftovers;
use world::simulator_client::SimulatorClient;

use super::host::{Errors, Host};
use super::inventory::{self, Inventory};
use super::subject::{self, Place, flux_extension};
use super::{Cell, Plane, Subject};

/// How the provider's Leases are called.
const LEASES: &str = "arc-multicloud-";

/// A cluster, a forwarder before each of its planes, and a provider that goes through them.
pub struct Lane<'a, H: Host> {
    /// Where resources are made.
    pub place: Place,
    /// What runs the provider.
    pub host: H,
    world: &'a World,
    cluster: &'a Cluster,
    simulator: SimulatorClient,
    azure: Forwarder,
    kubernetes: Forwarder,
    /// What is there when nothing was made.
    pristine: Inventory,
    /// The connected cluster on which the other types live, with what they need, once it was made.
    parents: Vec<H::Object>,
}

impl<'a, H: Host> Lane<'a, H> {
    /// A lane on a cluster on which nothing was made, with its kubeconfig in a directory. `host` makes what runs the
    /// provider, with the variables that lead it through the forwarders.
    pub async fn new(
        world: &'a World,
        cluster: &'a Cluster,
        directory: &Path,
        host: impl FnOnce(Environment) -> anyhow::Result<H>,
    ) -> anyhow::Result<Self> {
        make_directory(directory)?;
        let azure = Forwarder::before_azure(world).await?;
        let kubernetes = Forwarder::before_cluster(world, cluster).await?;
        let kubeconfig = directory.canonicalize()?.join("kubeconfig");
        kubernetes.write_kubeconfig(cluster, &kubeconfig)?;
        let simulator = SimulatorClient::new(world)?;
        Ok(Self {
            place: Place {
                cluster: cluster.name.clone(),
                parent: Arm::login(world).await?.id(&cluster.name),
                kubeconfig,
            },
            host: host(variables(&azure))?,
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
            let configuration = cluster.configuration(&self.place, false, true);
            self.make(cluster, configuration).await?;
            self.make(Subject::Extension, flux_extension(&self.place))
                .await?;
        }
        while !subject.is_child()
            && let Some(mut object) = self.parents.pop()
        {
            let errors = self.host.apply(&mut object, None, || ()).await?;
            ensure!(errors.is_empty(), "{errors:?}");
        }
        Ok(())
    }

    async fn make(&mut self, subject: Subject, configuration: Value) -> anyhow::Result<()> {
        let mut object = self.host.none(subject.type_name()).await?;
        let errors = self.host.apply(&mut object, Some(&configuration), || ());
        let errors = errors.await?;
        ensure!(errors.is_empty(), "{errors:?}");
        self.parents.push(object);
        Ok(())
    }

    /// Takes away all that was made here, whichever run knows of it.
    pub async fn clean_up(&mut self) -> anyhow::Result<()> {
        self.parents.clear();
        let arm = Arm::login(self.world).await?;
        let location = subject::custom_location(&self.place);
        arm.call(Method::DELETE, &location, None).await?;
        leftovers::clean_up(self.world, self.cluster).await?;
        inventory::reduce(self.cluster, &self.pristine).await
    }

    /// Deletes the Leases that runs left which could not release them, so that the next run does not wait for their end.
    /// Answers whether there were any.
    pub async fn release_leases(&self) -> anyhow::Result<bool> {
        let leases: Api<Lease> = Api::namespaced(self.cluster.client().await?, "kube-system");
        let all = leases.list(&ListParams::default()).await?;
        let names = all.iter().map(ResourceExt::name_any);
        let left: Vec<String> = names.filter(|name| name.starts_with(LEASES)).collect();
        for name in &left {
            leases.delete(name, &DeleteParams::default()).await?;
        }
        Ok(!left.is_empty())
    }

    /// What is there now.
    pub async fn inventory(&self) -> anyhow::Result<Inventory> {
        inventory::take(&self.simulator, self.cluster).await
    }

    /// Applies, with the fault of a cell if there is one. Answers the errors, and what each plane was asked for.
    pub async fn apply(
        &self,
        object: &mut H::Object,
        configuration: Option<&Value>,
        cell: Option<Cell>,
    ) -> anyhow::Result<(Errors, [Seen; 2])> {
        let rule = |plane| {
            let cell = cell.filter(|cell| cell.plane == plane);
            cell.map(|cell| cell.rule())
        };
        let [azure, kubernetes] = [&self.azure, &self.kubernetes];
        let begin = move || {
            azure.begin(rule(Plane::Azure));
            kubernetes.begin(rule(Plane::Kubernetes));
        };
        let errors = self.host.apply(object, configuration, begin).await?;
        Ok((errors, [azure.end(), kubernetes.end()]))
    }
}

/// What makes the forwarder Azure, in addition to the world's variables.
fn variables(azure: &Forwarder) -> Environment {
    let own = [
        ("ARM_ENVIRONMENT", "ArcSimulator"),
        ("ARM_METADATA_HOSTNAME", azure.address()),
    ];
    own.map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}
