//! What pods find out before anything is made: by `preflight = "job"`.

use std::sync::Arc;

use anyhow::{Context, ensure};
use k8s_openapi::api::rbac::v1::ClusterRole;
use kube::Api;
use world::arm::Arm;
use world::checks;
use world::cluster::Cluster;
use world::engine::{Engine, Workdir};
use world::helm;
use world::leftovers::nothing_is_left;
use world::names::CHECKS_RELEASE;

use crate::bad_input::{REMEDY, refused, says};
use crate::configuration::Configuration;
use crate::pool::Lease;
use crate::runner::Suite;

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let (first, second) = (engine.clone(), engine.clone());
    let name = |name: &str| format!("checks::{name}::{}", engine.name);
    suite.add(name("passed"), 1, |lease| passed(lease, first));
    suite.add(name("registry_unreachable"), 1, |lease| {
        unreachable(lease, second)
    });
}

fn with_job(cluster: &Cluster) -> Configuration {
    Configuration {
        more: r#"preflight = "job""#.into(),
        ..Configuration::of(cluster)
    }
}

/// An earlier run was killed and left its release; cluster connect will not work, and that is worth a warning in the log.
async fn passed(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let arm = Arm::login(lease.world()).await?;
    let work = Workdir::new(lease.world(), &engine, "checks-passed")?;
    helm::install_checks(lease.world(), cluster).await?;
    checks::set_results(cluster, "000", "200")?;
    work.configure(&with_job(cluster).render())?;
    work.init().await?;
    let log = work.next_log("apply");
    work.apply().await?.expect_success()?;
    checks::set_results(cluster, "404", "200")?;
    let log = std::fs::read_to_string(log)?;
    says(&log, &["obo.arc.azure.com:8084", "pods do not reach"])?;
    is_removed(cluster).await?;
    let object = arm.connected_cluster(&cluster.name).await?;
    let object = object.context("there is no ARM object")?;
    ensure!(
        object["properties"]["connectivityStatus"] == "Connected",
        "{object:#}"
    );
    work.plan().await?.expect_empty()?;
    work.destroy().await?.expect_success()?;
    nothing_is_left(&arm, lease.world(), cluster).await
}

/// Said at the attribute, before Azure hears of the cluster; once the way is free, the same configuration connects it.
async fn unreachable(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let work = Workdir::new(lease.world(), &engine, "checks-failed")?;
    checks::set_results(cluster, "404", "000")?;
    let error = refused(&lease, &work, &with_job(cluster)).await;
    checks::set_results(cluster, "404", "200")?;
    let error = error?;
    ensure!(error.attribute() == Some("preflight"), "{error:#?}");
    ensure!(
        error.summary == "Cluster Not Ready For Azure Arc",
        "{error:#?}"
    );
    says(&error.detail, &["https://mcr.microsoft.com", REMEDY])?;
    is_removed(cluster).await?;
    work.apply().await?.expect_success()?;
    work.plan().await?.expect_empty()?;
    work.destroy().await?.expect_success()?;
    let arm = Arm::login(lease.world()).await?;
    nothing_is_left(&arm, lease.world(), cluster).await
}

/// The objects outside of the namespace went with the release.
async fn is_removed(cluster: &Cluster) -> anyhow::Result<()> {
    let roles: Api<ClusterRole> = Api::all(cluster.client().await?);
    let role = roles.get_opt(CHECKS_RELEASE).await?;
    ensure!(role.is_none(), "the checks' release is left");
    Ok(())
}
