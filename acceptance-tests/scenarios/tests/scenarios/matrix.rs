//! What is there already when a cluster is to be connected: each row of the provider's decision table, seen from outside.

use anyhow::ensure;
use serde_json::json;
use world::engine::{Engine, Workdir};
use world::kubectl;
use world::leftovers::{clean_up, nothing_is_left};

use crate::common::{self, Configuration, Fixture, REMEDY, Suite, only_error, says};

const ADOPT: &str = "adopt_existing = true";
/// A public key whose private half is not kept: base64 of the DER of an RSA-4096 key is 704 characters long.
const FOREIGN_KEY: &str = include_str!("foreign_key.txt");

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add(
        "matrix::object_without_agents",
        1,
        engine,
        object_without_agents,
    );
    suite.add(
        "matrix::agents_of_a_deleted_object",
        1,
        engine,
        agents_of_a_deleted_object,
    );
    suite.add(
        "matrix::agents_without_config_map",
        1,
        engine,
        agents_without_config_map,
    );
    suite.add(
        "matrix::agents_of_another_object",
        1,
        engine,
        agents_of_another_object,
    );
    suite.add(
        "matrix::connected_and_not_in_state",
        1,
        engine,
        connected_and_not_in_state,
    );
    suite.add("matrix::cluster_made_anew", 2, engine, cluster_made_anew);
}

/// One more directory, with the running example in it.
async fn second(test: &Fixture) -> anyhow::Result<Workdir> {
    let work = test.workdir("second")?;
    work.configure(&Configuration::of(test.cluster()).render())?;
    work.init().await?;
    Ok(work)
}

/// An apply fails with one error, which names these words and what to do.
async fn refused(work: &Workdir, words: &[&str]) -> anyhow::Result<()> {
    let run = work.apply().await?.expect_failure()?;
    says(&only_error(&run)?.detail, &[words, &[REMEDY]].concat())
}

async fn ends_well(test: &Fixture, work: &Workdir) -> anyhow::Result<()> {
    work.converge().await?;
    test.destroy_in(work).await
}

/// An object of this name exists and the cluster knows nothing of it: it has another owner, unless it may be taken over.
async fn object_without_agents(test: Fixture) -> anyhow::Result<()> {
    let name = &test.cluster().name;
    let body = json!({
        "location": "koreacentral", "identity": {"type": "SystemAssigned"},
        "properties": {"agentPublicKeyCertificate": FOREIGN_KEY.trim(), "distribution": "eks", "infrastructure": "aws"},
    });
    test.arm.create(name, &body).await?;
    test.init(&Configuration::of(test.cluster()).render())
        .await?;
    refused(
        &test.work,
        &[name, "exists already", "adopt_existing = true"],
    )
    .await?;
    let adopting = Configuration::with(test.cluster(), ADOPT);
    test.work.configure(&adopting.render())?;
    ends_well(&test, &test.work).await
}

/// The agents' object was deleted in Azure and no state knows of them.
async fn agents_of_a_deleted_object(test: Fixture) -> anyhow::Result<()> {
    test.apply(&Configuration::of(test.cluster()).render())
        .await?;
    test.arm.delete(&test.cluster().name).await?;
    ends_well(&test, &second(&test).await?).await
}

/// The same, and the agents do not even say whose they were.
async fn agents_without_config_map(test: Fixture) -> anyhow::Result<()> {
    test.apply(&Configuration::of(test.cluster()).render())
        .await?;
    test.arm.delete(&test.cluster().name).await?;
    kubectl::delete_config_map(test.cluster(), "azure-clusterconfig").await?;
    ends_well(&test, &second(&test).await?).await
}

/// Agents that serve an object that exists are never taken away from it, also not with permission to take over.
async fn agents_of_another_object(test: Fixture) -> anyhow::Result<()> {
    test.apply(&Configuration::of(test.cluster()).render())
        .await?;
    let owner = test.id();
    let second = test.workdir("thief")?;
    for more in ["", ADOPT] {
        let configuration = Configuration {
            name: r#""thief""#.to_owned(),
            ..Configuration::with(test.cluster(), more)
        };
        second.configure(&configuration.render())?;
        second.init().await?;
        refused(&second, &[&owner]).await?;
        ensure!(
            test.arm.connected_cluster("thief").await?.is_none(),
            "it was made"
        );
    }
    test.work.plan().await?.expect_empty()?;
    test.destroy().await
}

/// Whole and healthy, but in no state: import it, or say that it may be taken over.
async fn connected_and_not_in_state(test: Fixture) -> anyhow::Result<()> {
    test.apply(&Configuration::of(test.cluster()).render())
        .await?;
    let second = second(&test).await?;
    let id = test.id();
    refused(&second, &["import it by its id", &id]).await?;
    second.configure(&Configuration::with(test.cluster(), ADOPT).render())?;
    ends_well(&test, &second).await
}

/// The connection leads to another cluster: an error before anything is touched, unless the object may be bound to it.
async fn cluster_made_anew(test: Fixture) -> anyhow::Result<()> {
    let clusters: Vec<_> = test.clusters().collect();
    test.apply(&Configuration::of(clusters[0]).render()).await?;
    let moved = |more: &str| {
        let configuration = Configuration {
            kubernetes: common::eks(&clusters[1].name),
            ..Configuration::with(clusters[0], more)
        };
        test.work.configure(&configuration.render())
    };
    moved("")?;
    let run = test.work.plan().await?.expect_failure()?;
    says(&only_error(&run)?.detail, &["kube-system UID"])?;
    moved(ADOPT)?;
    test.work.converge().await?;
    test.work.destroy().await?.expect_success()?;
    nothing_is_left(&test.arm, test.world(), clusters[1]).await?;
    clean_up(test.world(), clusters[0]).await
}
