//! What pods find out before anything is made: by `preflight = "job"`.

use anyhow::{Context, ensure};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use k8s_openapi::api::rbac::v1::ClusterRole;
use kube::Api;
use kube::api::PostParams;
use world::checks;
use world::cluster::Cluster;
use world::engine::Engine;
use world::helm;
use world::leftovers::delete_namespace;
use world::names::CHECKS_RELEASE;

use crate::common::{Configuration, Fixture, REMEDY, Suite, only_error, says};

const NAMESPACE: &str = "azure-arc-release";

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add("checks::passed", 1, engine, passed);
    suite.add("checks::registry_unreachable", 1, engine, unreachable);
    suite.add(
        "checks::namespace_of_others",
        1,
        engine,
        namespace_of_others,
    );
}

fn with_job(cluster: &Cluster) -> Configuration {
    Configuration::with(cluster, r#"preflight = "job""#)
}

/// An earlier run was killed and left its release; cluster connect will not work, and that is worth a warning in the log.
async fn passed(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    helm::install_checks(test.world(), cluster).await?;
    checks::set_results(cluster, "000", "200")?;
    test.init(&with_job(cluster).render()).await?;
    let log = test.work.next_log("apply");
    test.work.apply().await?.expect_success()?;
    checks::set_results(cluster, "404", "200")?;
    let log = std::fs::read_to_string(log)?;
    says(&log, &["obo.arc.azure.com:8084", "pods do not reach"])?;
    is_removed(cluster).await?;
    let object = test.arm.connected_cluster(&cluster.name).await?;
    let object = object.context("there is no ARM object")?;
    ensure!(
        object["properties"]["connectivityStatus"] == "Connected",
        "{object:#}"
    );
    test.work.plan().await?.expect_empty()?;
    test.destroy().await
}

/// Said at the attribute, before Azure hears of the cluster; once the way is free, the same configuration connects it.
async fn unreachable(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    checks::set_results(cluster, "404", "000")?;
    let error = test.refused(&with_job(cluster)).await;
    checks::set_results(cluster, "404", "200")?;
    let error = error?;
    ensure!(error.attribute() == Some("preflight"), "{error:#?}");
    ensure!(
        error.summary == "Cluster Not Ready For Azure Arc",
        "{error:#?}"
    );
    says(&error.detail, &["https://mcr.microsoft.com", REMEDY])?;
    is_removed(cluster).await?;
    test.work.converge().await?;
    test.destroy().await
}

/// The namespace was there before and holds something: it stays, whatever the job finds.
async fn namespace_of_others(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let client = cluster.client().await?;
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let mut namespace = Namespace::default();
    namespace.metadata.name = Some(NAMESPACE.to_owned());
    namespaces
        .create(&PostParams::default(), &namespace)
        .await?;
    let theirs: Api<ConfigMap> = Api::namespaced(client, NAMESPACE);
    let mut note = ConfigMap::default();
    note.metadata.name = Some("theirs".to_owned());
    theirs.create(&PostParams::default(), &note).await?;

    checks::set_results(cluster, "404", "000")?;
    test.init(&with_job(cluster).render()).await?;
    let run = test.work.apply().await;
    checks::set_results(cluster, "404", "200")?;
    only_error(&run?.expect_failure()?)?;
    is_removed(cluster).await?;
    let note = theirs.get_opt("theirs").await?;
    ensure!(
        note.is_some_and(|note| note.metadata.deletion_timestamp.is_none()),
        "it went with the job"
    );
    delete_namespace(cluster, NAMESPACE).await?;
    test.nothing_is_left().await
}

/// The objects outside of the namespace went with the release.
async fn is_removed(cluster: &Cluster) -> anyhow::Result<()> {
    let roles: Api<ClusterRole> = Api::all(cluster.client().await?);
    let role = roles.get_opt(CHECKS_RELEASE).await?;
    ensure!(role.is_none(), "the checks' release is left");
    Ok(())
}
