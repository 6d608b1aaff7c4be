//! What is in the way on either plane, however good the configuration is: found before anything is made, and once it is out of
//! the way the same configuration connects the cluster.

use std::sync::Arc;

use anyhow::ensure;
use serde_json::json;
use world::arm::Arm;
use world::engine::{Engine, Workdir};
use world::files::write_private;
use world::kubectl;
use world::leftovers::nothing_is_left;
use world::names::RESOURCE_GROUP;

use crate::bad_input::{REMEDY, only_error, refused, says};
use crate::configuration::{ADDRESS, Configuration};
use crate::pool::Lease;
use crate::runner::Suite;

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let name = |name: &str| format!("obstacles::{name}::{}", engine.name);
    let [one, two, three, four] = std::array::from_fn(|_| engine.clone());
    suite.add(name("no_permission_in_the_cluster"), 1, |lease| {
        no_permission(lease, one)
    });
    suite.add(name("no_linux_node"), 1, |lease| no_linux_node(lease, two));
    suite.add(name("resource_provider_not_registered"), 1, |lease| {
        not_registered(lease, three)
    });
    suite.add(name("provisioned_cluster"), 1, |lease| {
        provisioned_cluster(lease, four)
    });
}

/// Connects the cluster as configured, finds nothing more to do, and leaves no trace of it.
async fn ends_well(lease: &Lease, work: &Workdir) -> anyhow::Result<()> {
    work.apply().await?.expect_success()?;
    work.plan().await?.expect_empty()?;
    work.destroy().await?.expect_success()?;
    let arm = Arm::login(lease.world()).await?;
    nothing_is_left(&arm, lease.world(), lease.cluster()).await
}

/// A login that may look at everything and change nothing is told what it lacks.
async fn no_permission(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let work = Workdir::new(lease.world(), &engine, "no-permission")?;
    let path = work.path().join("kubeconfig");
    write_private(&path, kubectl::create_reader(cluster).await?)?;
    let configuration = Configuration {
        kubernetes: format!(r#"{{ config_path = "{}" }}"#, path.display()),
        ..Configuration::of(cluster)
    };
    let error = refused(&lease, &work, &configuration).await?;
    ensure!(error.attribute() == Some("kubernetes"), "{error:#?}");
    says(
        &error.detail,
        &[
            "may not create namespaces",
            "create clusterroles",
            "create secrets in azure-arc-release",
            "cluster-admin",
            REMEDY,
        ],
    )?;
    kubectl::delete_reader(cluster).await
}

/// The agents run on Linux only.
async fn no_linux_node(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let work = Workdir::new(lease.world(), &engine, "no-linux-node")?;
    kubectl::label_nodes(cluster, "kubernetes.io/os", "windows").await?;
    let error = refused(&lease, &work, &Configuration::of(cluster)).await;
    kubectl::label_nodes(cluster, "kubernetes.io/os", "linux").await?;
    let error = error?;
    ensure!(error.attribute() == Some("kubernetes"), "{error:#?}");
    says(&error.detail, &["no Linux node", "node group", REMEDY])?;
    ends_well(&lease, &work).await
}

/// A subscription that never saw Arc is registered by nobody but with permission. A cluster that is connected there is
/// not connected anywhere else.
async fn not_registered(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let work = Workdir::new(lease.world(), &engine, "not-registered")?;
    let subscription = &lease.world().tenant.fresh_subscription_id;
    let mut configuration = Configuration {
        more: format!(r#"subscription_id = "{subscription}""#),
        ..Configuration::of(cluster)
    };
    let error = refused(&lease, &work, &configuration).await?;
    ensure!(error.attribute() == Some("subscription_id"), "{error:#?}");
    says(
        &error.detail,
        &[
            "Microsoft.Kubernetes is NotRegistered",
            subscription,
            "az provider register --namespace Microsoft.Kubernetes",
            r#"resource_provider_registrations = "arc""#,
            REMEDY,
        ],
    )?;
    r#"resource_provider_registrations = "arc""#.clone_into(&mut configuration.provider);
    work.configure(&configuration.render())?;
    work.apply().await?.expect_success()?;
    let other = Workdir::new(lease.world(), &engine, "another-subscription")?;
    let here = Configuration {
        more: "adopt_existing = true".to_owned(),
        ..Configuration::of(cluster)
    };
    other.configure(&here.render())?;
    other.init().await?;
    let error = other.apply().await?.expect_failure()?;
    let error = only_error(&error)?;
    ensure!(error.attribute() == Some("kubernetes"), "{error:#?}");
    says(
        &error.detail,
        &[subscription, "az connectedk8s delete", REMEDY],
    )?;
    ends_well(&lease, &work).await
}

/// What Azure made itself is neither taken over nor imported.
async fn provisioned_cluster(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let arm = Arm::login(lease.world()).await?;
    let work = Workdir::new(lease.world(), &engine, "provisioned-cluster")?;
    let object = json!({
        "location": "koreacentral", "kind": "ProvisionedCluster",
        "identity": {"type": "SystemAssigned"},
        "properties": {"agentPublicKeyCertificate": ""},
    });
    arm.create(&cluster.name, &object).await?;
    let configuration = Configuration {
        more: "adopt_existing = true".to_owned(),
        ..Configuration::of(cluster)
    };
    work.configure(&configuration.render())?;
    work.init().await?;
    let names = [cluster.name.as_str(), "ProvisionedCluster", REMEDY];
    let apply = work.apply().await?.expect_failure()?;
    says(&only_error(&apply)?.detail, &names)?;
    let import = work.import(ADDRESS, &arm.id(&cluster.name)).await?;
    says(&import.expect_failure()?.text, &names)?;
    ensure!(
        arm.connected_cluster(&cluster.name).await?.is_some(),
        "{} in {RESOURCE_GROUP} was deleted",
        cluster.name
    );
    arm.delete(&cluster.name).await?;
    nothing_is_left(&arm, lease.world(), cluster).await
}
