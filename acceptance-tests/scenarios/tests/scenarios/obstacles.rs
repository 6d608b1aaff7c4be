//! What is in the way on either plane, however good the configuration is: found before anything is made, and once it is out of
//! the way the same configuration connects the cluster.

use anyhow::ensure;
use serde_json::json;
use world::engine::Engine;
use world::files::write_private;
use world::kubectl;
use world::names::RESOURCE_GROUP;

use crate::common::{
    ADDRESS, Configuration, Fixture, REMEDY, Suite, expect_error, only_error, says,
};

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add(
        "obstacles::no_permission_in_the_cluster",
        1,
        engine,
        no_permission,
    );
    suite.add("obstacles::no_linux_node", 1, engine, no_linux_node);
    suite.add(
        "obstacles::resource_provider_not_registered",
        1,
        engine,
        not_registered,
    );
    suite.add(
        "obstacles::provisioned_cluster",
        1,
        engine,
        provisioned_cluster,
    );
}

/// Connects the cluster as configured, finds nothing more to do, and leaves no trace of it.
async fn ends_well(test: &Fixture) -> anyhow::Result<()> {
    test.work.converge().await?;
    test.destroy().await
}

/// A login that may look at everything and change nothing is told what it lacks.
async fn no_permission(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let path = test.work.path().join("kubeconfig");
    write_private(&path, kubectl::create_reader(cluster).await?)?;
    let configuration = Configuration {
        kubernetes: format!(r#"{{ config_path = "{}" }}"#, path.display()),
        ..Configuration::of(cluster)
    };
    let error = test.refused(&configuration).await?;
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
async fn no_linux_node(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    kubectl::label_nodes(cluster, "kubernetes.io/os", "windows").await?;
    let error = test.refused(&Configuration::of(cluster)).await;
    kubectl::label_nodes(cluster, "kubernetes.io/os", "linux").await?;
    let error = error?;
    ensure!(error.attribute() == Some("kubernetes"), "{error:#?}");
    says(&error.detail, &["no Linux node", "node group", REMEDY])?;
    ends_well(&test).await
}

/// A subscription that never saw Arc is registered only with permission. A cluster that is connected there is
/// not connected anywhere else.
async fn not_registered(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let subscription = &test.world().tenant.fresh_subscription_id;
    let own = format!(r#"subscription_id = "{subscription}""#);
    let mut configuration = Configuration::with(cluster, &own);
    let error = test.refused(&configuration).await?;
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
    test.work.configure(&configuration.render())?;
    test.work.apply().await?.expect_success()?;
    let other = test.workdir("another-subscription")?;
    let here = Configuration::with(cluster, "adopt_existing = true");
    other.configure(&here.render())?;
    other.init().await?;
    let run = other.apply().await?.expect_failure()?;
    let names = [subscription, "az connectedk8s delete", REMEDY];
    expect_error(&run, "kubernetes", &names)?;
    ends_well(&test).await
}

/// What Azure made itself is neither taken over nor imported.
async fn provisioned_cluster(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let object = json!({
        "location": "koreacentral", "kind": "ProvisionedCluster",
        "identity": {"type": "SystemAssigned"},
        "properties": {"agentPublicKeyCertificate": ""},
    });
    test.arm.create(&cluster.name, &object).await?;
    let configuration = Configuration::with(cluster, "adopt_existing = true");
    test.init(&configuration.render()).await?;
    let names = [cluster.name.as_str(), "ProvisionedCluster", REMEDY];
    let apply = test.work.apply().await?.expect_failure()?;
    says(&only_error(&apply)?.detail, &names)?;
    let import = test.work.import(ADDRESS, &test.id()).await?;
    says(&import.expect_failure()?.text, &names)?;
    ensure!(
        test.arm.connected_cluster(&cluster.name).await?.is_some(),
        "{} in {RESOURCE_GROUP} was deleted",
        cluster.name
    );
    test.arm.delete(&cluster.name).await?;
    test.nothing_is_left().await
}
