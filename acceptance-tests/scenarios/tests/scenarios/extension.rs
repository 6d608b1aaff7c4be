//! Extensions: their life, drift and repair on both planes, taking over, failing, and going with their cluster.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use world::arm::Arm;
use world::cluster::Cluster;
use world::engine::{Action, Change, Engine, Workdir};
use world::leftovers;
use world::simulator_client::SimulatorClient;

use crate::configuration::{self, Configuration};
use crate::pool::Lease;
use crate::runner::Suite;

/// One that shows everything.
const VERSION: &str = "2025-03-01";
const ADDRESS: &str = "arc_extension.dapr";
const CLUSTER: &str = "arc_connected_cluster.eks";
const NAMESPACE: &str = "dapr-system";
const WORKLOAD: &str = "dapr-operator";
/// In a secret setting, and nowhere else.
const CANARY: &str = "canary-7d1f";
/// How long the agents may take.
const LIMIT: Duration = Duration::from_secs(30);

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let name = |name: &str| format!("extension::{name}::{}", engine.name);
    let (one, two, three, four) = (
        engine.clone(),
        engine.clone(),
        engine.clone(),
        engine.clone(),
    );
    suite.add(name("life_drift_and_repair"), 1, |lease| life(lease, one));
    suite.add(name("made_by_a_policy_and_taken_over"), 1, |lease| {
        taken_over(lease, two)
    });
    suite.add(name("image_cannot_be_pulled"), 1, |lease| {
        failing(lease, three)
    });
    suite.add(name("goes_and_comes_with_its_cluster"), 1, |lease| {
        with_its_cluster(lease, four)
    });
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

    fn render(&self, configuration: &Configuration) -> String {
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

/// What the agents, Azure and the provider see of one extension.
struct Stage<'a> {
    arm: Arm,
    simulator: SimulatorClient,
    cluster: &'a Cluster,
    work: Workdir,
    configuration: Configuration,
}

impl<'a> Stage<'a> {
    async fn set(lease: &'a Lease, engine: &Engine, name: &str) -> anyhow::Result<Self> {
        Ok(Self {
            arm: Arm::login(lease.world()).await?,
            simulator: SimulatorClient::new(lease.world())?,
            cluster: lease.cluster(),
            work: Workdir::new(lease.world(), engine, name)?,
            configuration: Configuration::of(lease.cluster()),
        })
    }

    fn path(&self) -> String {
        self.arm
            .child(&self.cluster.name, "extensions/dapr", VERSION)
    }

    async fn in_azure(&self) -> anyhow::Result<Value> {
        let found = self.arm.settled(&self.path()).await?;
        found.context("there is no extension in Azure")
    }

    async fn deployments(&self) -> anyhow::Result<Api<Deployment>> {
        Ok(Api::namespaced(self.cluster.client().await?, NAMESPACE))
    }

    /// The plan of the extension, and nothing else, is this.
    async fn expect(&self, action: Action) -> anyhow::Result<()> {
        let plan = self.work.plan().await?.expect_success()?;
        let expected = [Change::new(ADDRESS, action)];
        ensure!(plan.changes == expected, "{}", plan.text);
        Ok(())
    }

    async fn apply(&self) -> anyhow::Result<()> {
        self.work.apply().await?.expect_success()?;
        self.work.plan().await?.expect_empty()
    }

    /// The names of the secret settings that Azure has.
    async fn secrets(&self) -> anyhow::Result<Vec<String>> {
        let state = self.simulator.state().await?;
        let id = format!("{}/providers/", self.arm.id(&self.cluster.name)).to_lowercase();
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
}

async fn life(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let mut stage = Stage::set(&lease, &engine, "extension").await?;
    let secret = |version: u8| {
        format!(
            "configuration_protected_settings_wo = {{ \"api.key\" = \"{CANARY}\" }}\n  \
             configuration_protected_settings_wo_version = {version}"
        )
    };
    let mut extension = Extension::new("1.1.4");
    extension.more = secret(1);
    stage
        .work
        .configure(&extension.render(&stage.configuration))?;
    stage.work.init().await?;
    stage.apply().await?;
    is_installed(&stage, "1.1.4").await?;
    extension.version = "1.1.5";
    stage
        .work
        .configure(&extension.render(&stage.configuration))?;
    stage.expect(Action::Update).await?;
    stage.apply().await?;
    is_installed(&stage, "1.1.5").await?;
    drift_in_the_cluster(&stage).await?;
    drift_in_azure(&stage).await?;
    is_imported(&lease, &engine, &mut stage).await?;
    let stored = std::fs::read_to_string(stage.work.path().join("terraform.tfstate"))?;
    ensure!(!stored.contains(CANARY), "a secret is in the stored");
    stage.work.destroy().await?.expect_success()?;
    leftovers::namespace_is_gone(stage.cluster, NAMESPACE).await?;
    leftovers::nothing_is_left(&stage.arm, lease.world(), stage.cluster).await
}

/// On both planes, and with all its secrets.
async fn is_installed(stage: &Stage<'_>, version: &str) -> anyhow::Result<()> {
    let object = stage.in_azure().await?;
    ensure!(
        object["properties"]["currentVersion"] == version,
        "{object:#}"
    );
    let secrets = stage.secrets().await?;
    ensure!(secrets == ["api.key"], "{secrets:?}");
    let attributes = stage.work.attributes(ADDRESS).await?;
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

/// Somebody scales a workload to nothing, and deletes one.
async fn drift_in_the_cluster(stage: &Stage<'_>) -> anyhow::Result<()> {
    let deployments = stage.deployments().await?;
    let nothing = Patch::Merge(json!({"spec": {"replicas": 0}}));
    deployments
        .patch_scale(WORKLOAD, &PatchParams::default(), &nothing)
        .await?;
    stage.expect(Action::Update).await?;
    let refreshed = stage
        .work
        .run(&["apply", "-refresh-only", "-json", "-auto-approve"])
        .await?;
    refreshed.expect_success()?;
    let attributes = stage.work.attributes(ADDRESS).await?;
    let drift = &attributes["drift"][0];
    ensure!(
        *drift == "deployment/dapr-operator was scaled from 1 to 0",
        "{attributes:#}"
    );
    stage.apply().await?;
    let replicas = deployments.get(WORKLOAD).await?.spec.replicas;
    ensure!(replicas == Some(1), "{replicas:?}");
    deployments
        .delete("dapr-sentry", &DeleteParams::default())
        .await?;
    stage.expect(Action::Update).await?;
    stage.apply().await?;
    deployments.get("dapr-sentry").await?;
    Ok(())
}

/// Somebody changes a setting, and deletes the extension.
async fn drift_in_azure(stage: &Stage<'_>) -> anyhow::Result<()> {
    let changed = json!({"properties": {"configurationSettings": {"global.logLevel": "debug", "stray": "1"}}});
    stage
        .arm
        .call(Method::PATCH, &stage.path(), Some(&changed))
        .await?;
    stage.in_azure().await?;
    stage.expect(Action::Update).await?;
    stage.apply().await?;
    let settings = stage.in_azure().await?["properties"]["configurationSettings"].clone();
    ensure!(settings == json!({"global.logLevel": "info"}), "{settings}");
    let secrets = stage.secrets().await?;
    ensure!(secrets == ["api.key"], "{secrets:?}");
    stage.arm.call(Method::DELETE, &stage.path(), None).await?;
    ensure!(
        stage.arm.settled(&stage.path()).await?.is_none(),
        "it is still there"
    );
    stage.expect(Action::Create).await?;
    stage.apply().await
}

/// Into the state of another configuration, whose provider block knows the cluster.
async fn is_imported(lease: &Lease, engine: &Engine, stage: &mut Stage<'_>) -> anyhow::Result<()> {
    let attributes = stage.work.attributes(ADDRESS).await?;
    let id = attributes["id"].as_str().context("no id")?;
    let cluster = stage.work.attributes(CLUSTER).await?;
    let cluster = cluster["id"].as_str().context("no id")?;
    let second = Workdir::new(lease.world(), engine, "extension-import")?;
    let connection = &stage.configuration.kubernetes;
    second.configure(&format!(
        r#"{}
resource "arc_extension" "dapr" {{
  connected_cluster_id   = "{cluster}"
  name                   = "dapr"
  extension_type         = "microsoft.dapr"
  version                = "1.1.5"
  configuration_settings = {{ "global.logLevel" = "info" }}
}}
"#,
        configuration::head(&format!("kubernetes = {connection}"))
    ))?;
    second.init().await?;
    second.import(ADDRESS, id).await?.expect_success()?;
    second.plan().await?.expect_empty()
}

/// Not without being asked, and then without a change.
async fn taken_over(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let stage = Stage::set(&lease, &engine, "extension-adopt").await?;
    stage.work.configure(&stage.configuration.render())?;
    stage.work.init().await?;
    stage.work.apply().await?.expect_success()?;
    let seed = json!({
        "connected_cluster": stage.arm.id(&stage.cluster.name), "name": "dapr", "extension_type": "microsoft.dapr",
        "version": "1.1.4", "release_namespace": NAMESPACE, "settings": {"by": "policy"},
    });
    stage.simulator.add_extension(seed).await?;
    stage.in_azure().await?;
    let text = |more: &str| {
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
            stage.configuration.render(),
            stage.configuration.kubernetes
        )
    };
    stage.work.configure(&text(""))?;
    let refused = stage.work.apply().await?.expect_failure()?;
    ensure!(
        refused.text.contains("adopt_existing = true"),
        "{}",
        refused.text
    );
    stage.work.configure(&text("adopt_existing = true"))?;
    stage.apply().await?;
    let object = stage.in_azure().await?;
    let settings = &object["properties"]["configurationSettings"];
    ensure!(*settings == json!({"by": "policy"}), "{object:#}");
    stage.work.configure(&text(
        "adopt_existing = true\n  deletion_policy = \"abandon\"",
    ))?;
    stage.apply().await?;
    stage.work.configure(&stage.configuration.render())?;
    stage.work.apply().await?.expect_success()?;
    stage.in_azure().await.context("it was not left alone")?;
    stage.work.destroy().await?.expect_success()?;
    leftovers::delete_namespace(stage.cluster, NAMESPACE).await?;
    leftovers::nothing_is_left(&stage.arm, lease.world(), stage.cluster).await
}

/// The error says what Azure, the pods and the events say, and the next apply mends it.
async fn failing(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let stage = Stage::set(&lease, &engine, "extension-failure").await?;
    let fault = json!({
        "method": "PUT", "path": format!("*/{}/*/extensions/*", stage.cluster.name),
        "action": {"operation": "image_pull_error"},
    });
    stage.simulator.fault(fault).await?;
    let extension = Extension::new("1.1.4");
    stage
        .work
        .configure(&extension.render(&stage.configuration))?;
    stage.work.init().await?;
    let failed = stage.work.apply().await?.expect_failure()?;
    for said in [
        "Extension Failed",
        "Azure: ",
        "ImagePullBackOff",
        "kubectl get pods,events --namespace dapr-system",
    ] {
        ensure!(
            failed.text.contains(said),
            "there is no {said} in {}",
            failed.text
        );
    }
    stage.expect(Action::Replace).await?;
    stage.apply().await?;
    stage.work.destroy().await?.expect_success()?;
    leftovers::nothing_is_left(&stage.arm, lease.world(), stage.cluster).await
}

/// A cluster that is connected anew has no extensions: replaced here or by somebody else, they are made again.
async fn with_its_cluster(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let stage = Stage::set(&lease, &engine, "extension-cluster").await?;
    let extension = Extension::new("1.1.4");
    let text = extension.render(&stage.configuration);
    stage.work.configure(&text)?;
    stage.work.init().await?;
    stage.apply().await?;
    let replace = format!("-replace={CLUSTER}");
    let run = stage
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
    is_there(&stage).await?;
    stage.work.plan().await?.expect_empty()?;
    stage.work.destroy().await?.expect_success()?;
    leftovers::nothing_is_left(&stage.arm, lease.world(), stage.cluster).await
}

async fn is_there(stage: &Stage<'_>) -> anyhow::Result<()> {
    let deadline = Instant::now() + LIMIT;
    let deployments = stage.deployments().await?;
    while deployments.get_opt(WORKLOAD).await?.is_none() {
        ensure!(Instant::now() < deadline, "{WORKLOAD} is not there");
        sleep(Duration::from_millis(200)).await;
    }
    stage.in_azure().await.map(drop)
}
