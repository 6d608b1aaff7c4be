//! What a destroy does, and what it does where the orderly way is blocked.

use std::sync::Arc;

use anyhow::{Context, ensure};
use world::arm::Arm;
use world::engine::{Engine, Workdir};
use world::files::write_private;
use world::kubectl;
use world::leftovers::{clean_up, nothing_is_left};

use crate::configuration::Configuration;
use crate::pool::Lease;
use crate::runner::Suite;

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let (first, second) = (engine.clone(), engine.clone());
    let name = |name: &str| format!("deletion::{name}::{}", engine.name);
    suite.add(name("policies"), 1, |lease| policies(lease, first));
    suite.add(name("cluster_gone_for_good"), 1, |lease| {
        gone_for_good(lease, second)
    });
}

async fn policies(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let arm = Arm::login(lease.world()).await?;
    let work = Workdir::new(lease.world(), &engine, "policies")?;
    let policy = |text: &str| {
        let configuration = Configuration {
            more: text.to_owned(),
            ..Configuration::of(cluster)
        };
        work.configure(&configuration.render())
    };
    policy(r#"deletion_policy = "prevent""#)?;
    work.init().await?;
    work.apply().await?.expect_success()?;
    let refused = work.destroy().await?.expect_failure()?;
    ensure!(
        refused.text.contains("Deletion Prevented"),
        "{}",
        refused.text
    );

    policy(r#"deletion_policy = "abandon""#)?;
    work.apply().await?.expect_success()?;
    work.destroy().await?.expect_success()?;
    let object = arm
        .connected_cluster(&cluster.name)
        .await?
        .context("it was deleted")?;
    ensure!(
        object["properties"]["connectivityStatus"] == "Connected",
        "{object:#}"
    );

    // Taken up again, and an object of the agents is held by a finalizer whose controller will be gone.
    policy("adopt_existing = true\n  force_delete = true")?;
    work.apply().await?.expect_success()?;
    kubectl::create_with_finalizer(cluster).await?;
    work.destroy().await?.expect_success()?;
    nothing_is_left(&arm, lease.world(), cluster).await
}

/// The cluster does not answer any more: the object goes, and a warning says what is left.
async fn gone_for_good(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let arm = Arm::login(lease.world()).await?;
    let work = Workdir::new(lease.world(), &engine, "gone-for-good")?;
    let kubeconfig = work.path().join("kubeconfig");
    let good = std::fs::read_to_string(&cluster.kubeconfig)?;
    write_private(&kubeconfig, &good)?;
    let configuration = Configuration {
        kubernetes: format!(r#"{{ config_path = "{}" }}"#, kubeconfig.display()),
        ..Configuration::of(cluster)
    };
    work.configure(&configuration.render())?;
    work.init().await?;
    work.apply().await?.expect_success()?;
    write_private(
        &kubeconfig,
        good.replace(&cluster.endpoint, "https://127.0.0.1:1"),
    )?;
    let run = work.destroy().await?.expect_success()?;
    ensure!(
        run.text
            .contains("Helm release azure-arc in namespace azure-arc-release"),
        "{}",
        run.text
    );
    ensure!(
        arm.connected_cluster(&cluster.name).await?.is_none(),
        "the object is left"
    );
    clean_up(lease.world(), cluster).await
}
