//! Connecting clusters, changing them, taking them over, and disconnecting them.

use std::sync::Arc;

use anyhow::{Context, ensure};
use world::cluster::Cluster;
use world::eks;
use world::engine::{Action, Change, Engine, Workdir};

use crate::configuration::{self, ADDRESS, Configuration};
use crate::pool::Lease;
use crate::runner::Suite;
use world::arm::Arm;
use world::leftovers::nothing_is_left;

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let name = |name: &str| format!("connect::{name}::{}", engine.name);
    let (first, second, third) = (engine.clone(), engine.clone(), engine.clone());
    suite.add(name("eks_by_name"), 1, |lease| by_name(lease, first));
    suite.add(name("two_clusters_by_for_each"), 2, |lease| {
        two_clusters(lease, second)
    });
    suite.add(name("kubeconfig_and_import"), 1, |lease| {
        import(lease, third)
    });
}

/// Create, an empty second plan, tags changed in place, and a destroy that leaves nothing.
async fn by_name(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let work = Workdir::new(lease.world(), &engine, "by-name")?;
    let arm = Arm::login(lease.world()).await?;
    let configuration = Configuration::of(cluster);
    work.configure(&configuration.render())?;
    work.init().await?;
    work.apply().await?.expect_success()?;
    is_connected(&arm, cluster).await?;
    work.plan().await?.expect_empty()?;
    change_tags(&work, &arm, configuration, cluster).await?;
    work.destroy().await?.expect_success()?;
    nothing_is_left(&arm, lease.world(), cluster).await
}

async fn change_tags(
    work: &Workdir,
    arm: &Arm,
    mut configuration: Configuration,
    cluster: &Cluster,
) -> anyhow::Result<()> {
    configuration.tags = r#"{ Datacenter = "Demo", Scope = "Public" }"#.into();
    work.configure(&configuration.render())?;
    let plan = work.plan().await?.expect_success()?;
    ensure!(
        plan.changes == [Change::new(ADDRESS, Action::Update)],
        "{}",
        plan.text
    );
    work.apply().await?.expect_success()?;
    let object = arm
        .connected_cluster(&cluster.name)
        .await?
        .context("it is gone")?;
    let expected = serde_json::json!({ "Datacenter": "Demo", "Scope": "Public" });
    ensure!(object["tags"] == expected, "{}", object["tags"]);
    work.plan().await?.expect_empty()
}

/// One provider block, no alias, one apply.
async fn two_clusters(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let work = Workdir::new(lease.world(), &engine, "two-clusters")?;
    let arm = Arm::login(lease.world()).await?;
    let names: Vec<&str> = lease
        .clusters()
        .map(|cluster| cluster.name.as_str())
        .collect();
    work.configure(&configuration::for_each(&names))?;
    work.init().await?;
    work.apply().await?.expect_success()?;
    for cluster in lease.clusters() {
        is_connected(&arm, cluster).await?;
    }
    work.plan().await?.expect_empty()?;
    work.destroy().await?.expect_success()?;
    for cluster in lease.clusters() {
        nothing_is_left(&arm, lease.world(), cluster).await?;
    }
    Ok(())
}

/// A cluster that was connected from one configuration is taken into the state of another.
async fn import(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let arm = Arm::login(lease.world()).await?;
    let path = &lease.world().environment()["KUBECONFIG"];
    // An import id says nothing of the cluster, so the provider block does.
    let connection = configuration::kubeconfig(path, &cluster.arn);
    let text = Configuration {
        provider: format!("kubernetes = {connection}"),
        kubernetes: "null".to_owned(),
        ..Configuration::of(cluster)
    }
    .render();
    let first = Workdir::new(lease.world(), &engine, "kubeconfig")?;
    first.configure(&text)?;
    first.init().await?;
    first.apply().await?.expect_success()?;
    is_connected(&arm, cluster).await?;
    let id = first.attributes(ADDRESS).await?["id"]
        .as_str()
        .context("no id")?
        .to_owned();
    let second = Workdir::new(lease.world(), &engine, "import")?;
    second.configure(&text)?;
    second.init().await?;
    second.import(ADDRESS, &id).await?.expect_success()?;
    second.plan().await?.expect_empty()?;
    second.destroy().await?.expect_success()?;
    nothing_is_left(&arm, lease.world(), cluster).await
}

/// Azure says so, and it knows what only an agent inside the cluster can have told it.
async fn is_connected(arm: &Arm, cluster: &Cluster) -> anyhow::Result<()> {
    let object = arm
        .connected_cluster(&cluster.name)
        .await?
        .context("there is no ARM object")?;
    let properties = &object["properties"];
    ensure!(
        properties["connectivityStatus"] == "Connected",
        "{object:#}"
    );
    ensure!(properties["totalNodeCount"] == eks::NODES, "{object:#}");
    ensure!(properties["distribution"] == "eks", "{object:#}");
    Ok(())
}
