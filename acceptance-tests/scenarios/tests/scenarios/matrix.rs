//! What is there already when a cluster is to be connected: each row of the matrix in `src/onboarding/decision.rs`, seen from
//! outside.

use std::sync::Arc;

use anyhow::ensure;
use serde_json::json;
use world::arm::Arm;
use world::cluster::Cluster;
use world::engine::{Engine, Workdir};
use world::kubectl;
use world::leftovers::{clean_up, nothing_is_left};

use crate::configuration::{self, Configuration};
use crate::pool::Lease;
use crate::runner::Suite;

const ADOPT: &str = "adopt_existing = true";
/// A public key of nobody's: base64 of the DER of an RSA-4096 key is 704 characters long.
const FOREIGN_KEY: &str = include_str!("foreign_key.txt");

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let name = |name: &str| format!("matrix::{name}::{}", engine.name);
    let [one, two, three, four, five, six] = std::array::from_fn(|_| engine.clone());
    suite.add(name("object_without_agents"), 1, |lease| {
        object_without_agents(lease, one)
    });
    suite.add(name("agents_of_a_deleted_object"), 1, |lease| {
        agents_of_a_deleted_object(lease, two)
    });
    suite.add(name("agents_without_config_map"), 1, |lease| {
        agents_without_config_map(lease, three)
    });
    suite.add(name("agents_of_another_object"), 1, |lease| {
        agents_of_another_object(lease, four)
    });
    suite.add(name("connected_and_not_in_state"), 1, |lease| {
        connected_and_not_in_state(lease, five)
    });
    suite.add(name("cluster_made_anew"), 2, |lease| {
        cluster_made_anew(lease, six)
    });
}

/// A directory with the running example and these further attributes.
async fn prepared(
    lease: &Lease,
    engine: &Engine,
    name: &str,
    more: &str,
) -> anyhow::Result<Workdir> {
    let work = Workdir::new(lease.world(), engine, name)?;
    configure(&work, lease.cluster(), more)?;
    work.init().await?;
    Ok(work)
}

fn configure(work: &Workdir, cluster: &Cluster, more: &str) -> anyhow::Result<()> {
    let configuration = Configuration {
        more: more.to_owned(),
        ..Configuration::of(cluster)
    };
    work.configure(&configuration.render())
}

async fn refused(work: &Workdir, words: &[&str]) -> anyhow::Result<()> {
    let run = work.apply().await?.expect_failure()?;
    let errors = run.errors();
    ensure!(errors.len() == 1, "not exactly one error: {}", run.text);
    let detail = &errors[0].detail;
    for word in [words, &["To fix this:"]].concat() {
        ensure!(detail.contains(word), "there is no {word} in: {detail}");
    }
    Ok(())
}

async fn ends_well(work: &Workdir, arm: &Arm, lease: &Lease) -> anyhow::Result<()> {
    work.apply().await?.expect_success()?;
    work.plan().await?.expect_empty()?;
    work.destroy().await?.expect_success()?;
    nothing_is_left(arm, lease.world(), lease.cluster()).await
}

/// An object of this name exists and the cluster knows nothing of it: somebody else's, unless it may be taken over.
async fn object_without_agents(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let arm = Arm::login(lease.world()).await?;
    let name = &lease.cluster().name;
    let body = json!({
        "location": "koreacentral", "identity": {"type": "SystemAssigned"},
        "properties": {"agentPublicKeyCertificate": FOREIGN_KEY.trim(), "distribution": "eks", "infrastructure": "aws"},
    });
    arm.create(name, &body).await?;
    let work = prepared(&lease, &engine, "object-without-agents", "").await?;
    refused(&work, &[name, "exists already", "adopt_existing = true"]).await?;
    configure(&work, lease.cluster(), ADOPT)?;
    ends_well(&work, &arm, &lease).await
}

/// The agents' object was deleted in Azure and nobody's state knows of them.
async fn agents_of_a_deleted_object(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let arm = Arm::login(lease.world()).await?;
    let first = prepared(&lease, &engine, "deleted-object", "").await?;
    first.apply().await?.expect_success()?;
    arm.delete(&lease.cluster().name).await?;
    let second = prepared(&lease, &engine, "after-deleted-object", "").await?;
    ends_well(&second, &arm, &lease).await
}

/// The same, and the agents do not even say whose they were.
async fn agents_without_config_map(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let arm = Arm::login(lease.world()).await?;
    let first = prepared(&lease, &engine, "no-config-map", "").await?;
    first.apply().await?.expect_success()?;
    arm.delete(&lease.cluster().name).await?;
    kubectl::delete_config_map(lease.cluster(), "azure-clusterconfig").await?;
    let second = prepared(&lease, &engine, "after-no-config-map", "").await?;
    ends_well(&second, &arm, &lease).await
}

/// Agents that serve an object that exists are taken away from it by nobody, also not with permission to take over.
async fn agents_of_another_object(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let arm = Arm::login(lease.world()).await?;
    let first = prepared(&lease, &engine, "owner", "").await?;
    first.apply().await?.expect_success()?;
    let owner = arm.id(&lease.cluster().name);
    let second = Workdir::new(lease.world(), &engine, "thief")?;
    for more in ["", ADOPT] {
        let configuration = Configuration {
            name: r#""thief""#.to_owned(),
            more: more.to_owned(),
            ..Configuration::of(lease.cluster())
        };
        second.configure(&configuration.render())?;
        second.init().await?;
        refused(&second, &[&owner]).await?;
        ensure!(
            arm.connected_cluster("thief").await?.is_none(),
            "it was made"
        );
    }
    first.plan().await?.expect_empty()?;
    first.destroy().await?.expect_success()?;
    nothing_is_left(&arm, lease.world(), lease.cluster()).await
}

/// Whole and healthy, but in nobody's state: import it, or say that it may be taken over.
async fn connected_and_not_in_state(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let arm = Arm::login(lease.world()).await?;
    let first = prepared(&lease, &engine, "healthy", "").await?;
    first.apply().await?.expect_success()?;
    let second = prepared(&lease, &engine, "healthy-again", "").await?;
    let id = arm.id(&lease.cluster().name);
    refused(&second, &["import it by its id", &id]).await?;
    configure(&second, lease.cluster(), ADOPT)?;
    ends_well(&second, &arm, &lease).await
}

/// The connection leads to another cluster: an error before anything is touched, unless the object may be bound to it.
async fn cluster_made_anew(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let arm = Arm::login(lease.world()).await?;
    let clusters: Vec<_> = lease.clusters().collect();
    let work = prepared(&lease, &engine, "made-anew", "").await?;
    work.apply().await?.expect_success()?;
    let moved = |more: &str| {
        let configuration = Configuration {
            kubernetes: configuration::eks(&clusters[1].name),
            more: more.to_owned(),
            ..Configuration::of(clusters[0])
        };
        work.configure(&configuration.render())
    };
    moved("")?;
    let run = work.plan().await?.expect_failure()?;
    let errors = run.errors();
    ensure!(
        errors.len() == 1 && errors[0].detail.contains("kube-system UID"),
        "{}",
        run.text
    );
    moved(ADOPT)?;
    work.apply().await?.expect_success()?;
    work.plan().await?.expect_empty()?;
    work.destroy().await?.expect_success()?;
    nothing_is_left(&arm, lease.world(), clusters[1]).await?;
    clean_up(lease.world(), clusters[0]).await
}
