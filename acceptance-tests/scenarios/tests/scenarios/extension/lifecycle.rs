//! Installed, upgraded, changed past the provider on both planes, imported and removed.

use anyhow::{Context, ensure};
use kube::api::{DeleteParams, Patch, PatchParams};
use reqwest::Method;
use serde_json::json;
use world::engine::Action;
use world::leftovers;

use super::{
    ADDRESS, CLUSTER, Extension, NAMESPACE, WORKLOAD, deployments, expect_plan, in_azure, path,
    secrets,
};
use crate::common::{self, Fixture};

/// In a secret setting, and nowhere else.
const CANARY: &str = "canary-7d1f";

pub async fn run(test: Fixture) -> anyhow::Result<()> {
    let secret = |version: u8| {
        format!(
            "configuration_protected_settings_wo = {{ \"api.key\" = \"{CANARY}\" }}\n  \
             configuration_protected_settings_wo_version = {version}"
        )
    };
    let mut extension = Extension::new("1.1.4");
    extension.more = secret(1);
    test.init(&extension.render(test.cluster())).await?;
    test.work.converge().await?;
    is_installed(&test, "1.1.4").await?;
    extension.version = "1.1.5";
    test.work.configure(&extension.render(test.cluster()))?;
    expect_plan(&test, Action::Update).await?;
    test.work.converge().await?;
    is_installed(&test, "1.1.5").await?;
    drift_in_the_cluster(&test).await?;
    drift_in_azure(&test).await?;
    is_imported(&test).await?;
    let stored = std::fs::read_to_string(test.work.path().join("terraform.tfstate"))?;
    ensure!(!stored.contains(CANARY), "a secret is in the state");
    test.work.destroy().await?.expect_success()?;
    leftovers::namespace_is_gone(test.cluster(), NAMESPACE).await?;
    test.nothing_is_left().await
}

/// On both planes, and with all its secrets.
async fn is_installed(test: &Fixture, version: &str) -> anyhow::Result<()> {
    let object = in_azure(test).await?;
    ensure!(
        object["properties"]["currentVersion"] == version,
        "{object:#}"
    );
    let secrets = secrets(test).await?;
    ensure!(secrets == ["api.key"], "{secrets:?}");
    let attributes = test.work.attributes(ADDRESS).await?;
    let workload = &attributes["workloads"][format!("deployment/{WORKLOAD}")];
    ensure!(
        *workload == json!({"ready": 1, "desired": 1}),
        "{attributes:#}"
    );
    ensure!(
        attributes["release_namespace"] == NAMESPACE,
        "{attributes:#}"
    );
    ensure!(attributes["current_version"] == version, "{attributes:#}");
    Ok(())
}

/// A workload is scaled to nothing, and one is deleted.
async fn drift_in_the_cluster(test: &Fixture) -> anyhow::Result<()> {
    let deployments = deployments(test).await?;
    let nothing = Patch::Merge(json!({"spec": {"replicas": 0}}));
    deployments
        .patch_scale(WORKLOAD, &PatchParams::default(), &nothing)
        .await?;
    expect_plan(test, Action::Update).await?;
    let refreshed = test
        .work
        .run(&["apply", "-refresh-only", "-json", "-auto-approve"])
        .await?;
    refreshed.expect_success()?;
    let attributes = test.work.attributes(ADDRESS).await?;
    let drift = &attributes["drift"][0];
    ensure!(
        *drift == "deployment/dapr-operator was scaled from 1 to 0",
        "{attributes:#}"
    );
    test.work.converge().await?;
    let replicas = deployments.get(WORKLOAD).await?.spec.replicas;
    ensure!(replicas == Some(1), "{replicas:?}");
    deployments
        .delete("dapr-sentry", &DeleteParams::default())
        .await?;
    expect_plan(test, Action::Update).await?;
    test.work.converge().await?;
    deployments.get("dapr-sentry").await?;
    Ok(())
}

/// A setting is changed, and the extension is deleted.
async fn drift_in_azure(test: &Fixture) -> anyhow::Result<()> {
    let changed = json!({"properties": {"configurationSettings": {"global.logLevel": "debug", "stray": "1"}}});
    test.arm
        .call(Method::PATCH, &path(test), Some(&changed))
        .await?;
    in_azure(test).await?;
    expect_plan(test, Action::Update).await?;
    test.work.converge().await?;
    let settings = in_azure(test).await?["properties"]["configurationSettings"].clone();
    ensure!(settings == json!({"global.logLevel": "info"}), "{settings}");
    let secrets = secrets(test).await?;
    ensure!(secrets == ["api.key"], "{secrets:?}");
    test.arm.call(Method::DELETE, &path(test), None).await?;
    ensure!(
        test.arm.settled(&path(test)).await?.is_none(),
        "it is still there"
    );
    expect_plan(test, Action::Create).await?;
    test.work.converge().await
}

/// Into the state of another configuration, whose provider block knows the cluster.
async fn is_imported(test: &Fixture) -> anyhow::Result<()> {
    let attributes = test.work.attributes(ADDRESS).await?;
    let id = attributes["id"].as_str().context("no id")?;
    let cluster = test.work.attributes(CLUSTER).await?;
    let cluster = cluster["id"].as_str().context("no id")?;
    let connection = common::eks(&test.cluster().name);
    let configuration = format!(
        r#"{}
resource "arc_extension" "dapr" {{
  connected_cluster_id   = "{cluster}"
  name                   = "dapr"
  extension_type         = "microsoft.dapr"
  version                = "1.1.5"
  configuration_settings = {{ "global.logLevel" = "info" }}
}}
"#,
        common::head(&format!("kubernetes = {connection}"))
    );
    test.imported(&configuration, ADDRESS, id).await.map(drop)
}
