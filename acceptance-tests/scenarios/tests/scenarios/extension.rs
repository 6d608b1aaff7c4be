//! Extensions: their life, drift and repair on both planes, taking over, failing, and going with their cluster.

mod lifecycle;

use anyhow::{Context, ensure};
use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;
use serde_json::{Value, json};
use world::cluster::Cluster;
use world::engine::{Action, Change, Engine};
use world::leftovers;
use world::wait::eventually;

use crate::common::{self, Configuration, Fixture, Suite, says};

/// One that shows everything.
const VERSION: &str = "2025-03-01";
const ADDRESS: &str = "arc_extension.dapr";
const CLUSTER: &str = "arc_connected_cluster.eks";
const NAMESPACE: &str = "dapr-system";
const WORKLOAD: &str = "dapr-operator";

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add(
        "extension::life_drift_and_repair",
        1,
        engine,
        lifecycle::run,
    );
    suite.add(
        "extension::made_by_a_policy_and_taken_over",
        1,
        engine,
        taken_over,
    );
    suite.add("extension::image_cannot_be_pulled", 1, engine, failing);
    suite.add(
        "extension::goes_and_comes_with_its_cluster",
        1,
        engine,
        with_its_cluster,
    );
}

/// An extension as users write it.
struct Extension {
    version: &'static str,
    /// The value of the one open setting.
    level: &'static str,
    more: String,
}

impl Extension {
    const fn new(version: &'static str) -> Self {
        Self {
            version,
            level: "info",
            more: String::new(),
        }
    }

    fn render(&self, cluster: &Cluster) -> String {
        let configuration = Configuration::of(cluster);
        let Self {
            version,
            level,
            more,
        } = self;
        format!(
            r#"{}
resource "arc_extension" "dapr" {{
  connected_cluster_id   = arc_connected_cluster.eks.id
  name                   = "dapr"
  extension_type         = "Microsoft.Dapr"
  version                = "{version}"
  kubernetes             = {}
  configuration_settings = {{ "global.logLevel" = "{level}" }}
  {more}
}}
"#,
            configuration.render(),
            configuration.kubernetes,
        )
    }
}

fn path(test: &Fixture) -> String {
    let cluster = &test.cluster().name;
    test.arm.child(cluster, "extensions/dapr", VERSION)
}

async fn in_azure(test: &Fixture) -> anyhow::Result<Value> {
    let found = test.arm.settled(&path(test)).await?;
    found.context("there is no extension in Azure")
}

async fn deployments(test: &Fixture) -> anyhow::Result<Api<Deployment>> {
    Ok(Api::namespaced(test.cluster().client().await?, NAMESPACE))
}

/// Checks that the plan of the extension, and nothing else, is this.
async fn expect_plan(test: &Fixture, action: Action) -> anyhow::Result<()> {
    let plan = test.work.plan().await?.expect_success()?;
    plan.expect_changes(&[Change::new(ADDRESS, action)])
}

/// The names of the secret settings that Azure has.
async fn secrets(test: &Fixture) -> anyhow::Result<Vec<String>> {
    let state = test.simulator.state().await?;
    let id = format!("{}/providers/", test.id()).to_lowercase();
    let extensions = state["extensions"].as_object().context("no extensions")?;
    let own = extensions
        .iter()
        .find(|(key, _)| key.to_lowercase().starts_with(&id) && key.ends_with("/dapr"));
    let secrets = own.context("no extension")?.1["protectedSettings"].as_object();
    Ok(secrets
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect())
}

/// Not without being asked, and then without a change.
async fn taken_over(test: Fixture) -> anyhow::Result<()> {
    test.apply(&Configuration::of(test.cluster()).render())
        .await?;
    let seed = json!({
        "connected_cluster": test.id(), "name": "dapr", "extension_type": "microsoft.dapr",
        "version": "1.1.4", "release_namespace": NAMESPACE, "settings": {"by": "policy"},
    });
    test.simulator.add_extension(seed).await?;
    in_azure(&test).await?;
    let configuration = |more: &str| {
        format!(
            r#"{}
resource "arc_extension" "dapr" {{
  connected_cluster_id = arc_connected_cluster.eks.id
  name                 = "dapr"
  extension_type       = "microsoft.dapr"
  version              = "1.1.4"
  kubernetes           = {}
  {more}
}}
"#,
            Configuration::of(test.cluster()).render(),
            common::eks(&test.cluster().name)
        )
    };
    test.work.configure(&configuration(""))?;
    let refused = test.work.apply().await?.expect_failure()?;
    ensure!(
        refused.text.contains("adopt_existing = true"),
        "{}",
        refused.text
    );
    test.work
        .configure(&configuration("adopt_existing = true"))?;
    test.work.converge().await?;
    let object = in_azure(&test).await?;
    let settings = &object["properties"]["configurationSettings"];
    ensure!(*settings == json!({"by": "policy"}), "{object:#}");
    test.work.configure(&configuration(
        "adopt_existing = true\n  deletion_policy = \"abandon\"",
    ))?;
    test.work.converge().await?;
    test.work
        .configure(&Configuration::of(test.cluster()).render())?;
    test.work.apply().await?.expect_success()?;
    in_azure(&test).await.context("it was not left alone")?;
    test.work.destroy().await?.expect_success()?;
    leftovers::delete_namespace(test.cluster(), NAMESPACE).await?;
    test.nothing_is_left().await
}

/// The error says what Azure, the pods and the events say, and the next apply repairs it.
async fn failing(test: Fixture) -> anyhow::Result<()> {
    let fault = json!({
        "method": "PUT", "path": format!("*/{}/*/extensions/*", test.cluster().name),
        "action": {"operation": "image_pull_error"},
    });
    test.simulator.fault(fault).await?;
    let extension = Extension::new("1.1.4");
    test.init(&extension.render(test.cluster())).await?;
    let failed = test.work.apply().await?.expect_failure()?;
    let names = [
        "Extension Failed",
        "Azure: ",
        "ImagePullBackOff",
        "kubectl get pods,events --namespace dapr-system",
    ];
    says(&failed.text, &names)?;
    expect_plan(&test, Action::Replace).await?;
    test.work.converge().await?;
    test.destroy().await
}

/// A replaced connected cluster has no extensions: they are created again with it.
async fn with_its_cluster(test: Fixture) -> anyhow::Result<()> {
    let extension = Extension::new("1.1.4");
    test.init(&extension.render(test.cluster())).await?;
    test.work.converge().await?;
    let replace = format!("-replace={CLUSTER}");
    let run = test
        .work
        .run(&["apply", "-json", "-auto-approve", &replace])
        .await?
        .expect_success()?;
    let both = [
        Change::new(CLUSTER, Action::Replace),
        Change::new(ADDRESS, Action::Replace),
    ];
    ensure!(
        both.iter().all(|change| run.changes.contains(change)),
        "{}",
        run.text
    );
    is_there(&test).await?;
    test.work.plan().await?.expect_empty()?;
    test.destroy().await
}

async fn is_there(test: &Fixture) -> anyhow::Result<()> {
    let deployments = deployments(test).await?;
    eventually("the workload is there", || async {
        Ok(deployments.get_opt(WORKLOAD).await?.is_some())
    })
    .await?;
    in_azure(test).await.map(drop)
}
