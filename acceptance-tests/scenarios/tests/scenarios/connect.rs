//! Connecting clusters, changing them, taking them over, and disconnecting them.

use anyhow::{Context, ensure};
use world::arm::Arm;
use world::cluster::Cluster;
use world::eks;
use world::engine::{Action, Change, Engine};
use world::leftovers::nothing_is_left;

use crate::common::{self, ADDRESS, Configuration, Fixture, Suite};

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add("connect::eks_by_name", 1, engine, by_name);
    suite.add("connect::two_clusters_by_for_each", 2, engine, two_clusters);
    suite.add("connect::kubeconfig_and_import", 1, engine, import);
}

/// Create, an empty second plan, tags changed in place, and a destroy that leaves nothing.
async fn by_name(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let configuration = Configuration::of(cluster);
    test.apply(&configuration.render()).await?;
    is_connected(&test.arm, cluster).await?;
    test.work.plan().await?.expect_empty()?;
    change_tags(&test, configuration).await?;
    test.destroy().await
}

async fn change_tags(test: &Fixture, mut configuration: Configuration) -> anyhow::Result<()> {
    let work = &test.work;
    configuration.tags = r#"{ Datacenter = "Demo", Scope = "Public" }"#.into();
    work.configure(&configuration.render())?;
    let plan = work.plan().await?.expect_success()?;
    plan.expect_changes(&[Change::new(ADDRESS, Action::Update)])?;
    work.apply().await?.expect_success()?;
    let object = test.arm.connected_cluster(&test.cluster().name).await?;
    let object = object.context("it is gone")?;
    let expected = serde_json::json!({ "Datacenter": "Demo", "Scope": "Public" });
    ensure!(object["tags"] == expected, "{}", object["tags"]);
    work.plan().await?.expect_empty()
}

/// One provider block, no alias, one apply.
async fn two_clusters(test: Fixture) -> anyhow::Result<()> {
    let names: Vec<&str> = test
        .clusters()
        .map(|cluster| cluster.name.as_str())
        .collect();
    test.apply(&common::for_each(&names)).await?;
    for cluster in test.clusters() {
        is_connected(&test.arm, cluster).await?;
    }
    test.work.plan().await?.expect_empty()?;
    test.work.destroy().await?.expect_success()?;
    for cluster in test.clusters() {
        nothing_is_left(&test.arm, test.world(), cluster).await?;
    }
    Ok(())
}

/// A cluster that was connected from one configuration is taken into the state of another.
async fn import(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let path = &test.world().environment()["KUBECONFIG"];
    // An import id says nothing of the cluster, so the provider block does.
    let connection = common::kubeconfig(path, &cluster.arn);
    let configuration = Configuration {
        provider: format!("kubernetes = {connection}"),
        kubernetes: "null".to_owned(),
        ..Configuration::of(cluster)
    }
    .render();
    test.apply(&configuration).await?;
    is_connected(&test.arm, cluster).await?;
    let attributes = test.work.attributes(ADDRESS).await?;
    let id = attributes["id"].as_str().context("no id")?;
    let second = test.imported(&configuration, ADDRESS, id).await?;
    second.destroy().await?.expect_success()?;
    test.nothing_is_left().await
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
