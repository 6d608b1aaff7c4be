//! Flux configurations and custom locations: their life, and what stands in their way.

use anyhow::{Context, ensure};
use serde_json::json;
use world::cluster::Cluster;
use world::engine::{Action, Change, Engine, Workdir};
use world::files::write_private;
use world::kubectl;
use world::leftovers;
use world::names::{CUSTOM_LOCATIONS_PRINCIPAL, LOCATION, RESOURCE_GROUP};

use crate::common::{ADDRESS, Configuration, Fixture, Suite, says};

const VERSION: &str = "2025-04-01";
const FLUX: &str = "arc_flux_configuration.fleet";
const LOCATION_ADDRESS: &str = "arc_custom_location.edge";
const CANARY: &str = "Y2FuYXJ5LTRj";

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add("gitops::flux_configuration", 1, engine, flux);
    suite.add("gitops::custom_location", 1, engine, custom_location);
}

/// What does not depend on the engine.
pub fn once(suite: &mut Suite, engine: &Engine) {
    suite.add("gitops::an_outage_keeps_the_drift", 1, engine, outage);
}

fn with_flux(configuration: &Configuration, path: &str) -> String {
    format!(
        r#"{}
resource "arc_extension" "flux" {{
  connected_cluster_id = arc_connected_cluster.eks.id
  name                 = "flux"
  extension_type       = "microsoft.flux"
  kubernetes           = {}
}}

resource "arc_flux_configuration" "fleet" {{
  connected_cluster_id = arc_connected_cluster.eks.id
  name                 = "fleet"
  namespace            = "fleet"
  kubernetes           = {}
  depends_on           = [arc_extension.flux]

  git_repository = {{
    url        = "https://github.com/example/fleet"
    reference  = {{ branch = "main" }}
    https_user = "git"
  }}
  configuration_protected_settings_wo         = {{ httpsKey = "{CANARY}" }}
  configuration_protected_settings_wo_version = 1

  kustomizations = {{
    infra = {{ path = "./infra" }}
    apps  = {{ path = "{path}", depends_on = ["infra"], prune = true }}
  }}
}}
"#,
        configuration.render(),
        configuration.kubernetes,
        configuration.kubernetes
    )
}

/// Changes of Flux's objects past the provider are named and repaired.
async fn flux_objects_are_restored(cluster: &Cluster, work: &Workdir) -> anyhow::Result<()> {
    let source = "gitrepositories.source.toolkit.fluxcd.io";
    kubectl::suspend_flux(cluster, source, "fleet", "fleet").await?;
    let applied = "kustomizations.kustomize.toolkit.fluxcd.io";
    kubectl::delete_flux(cluster, applied, "fleet", "fleet-apps").await?;
    let plan = work.plan_text().await?.expect_success()?;
    let lines = [
        "GitRepository fleet/fleet: suspended",
        "Kustomization fleet/fleet-apps: missing",
    ];
    says(&plan.text, &lines)?;
    work.converge().await
}

/// Compliance is awaited and shown; a change is in place; a source that cannot be fetched is explained.
async fn flux(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let configuration = Configuration::of(cluster);
    test.apply(&with_flux(&configuration, "./apps")).await?;
    test.work.plan().await?.expect_empty()?;
    let attributes = test.work.attributes(FLUX).await?;
    ensure!(
        attributes["compliance_state"] == "Compliant",
        "{attributes:#}"
    );
    let commit = attributes["source_synced_commit_id"].as_str();
    ensure!(
        commit.is_some_and(|commit| commit.starts_with("main@sha1:")),
        "{attributes:#}"
    );
    flux_objects_are_restored(cluster, &test.work).await?;
    test.work
        .configure(&with_flux(&configuration, "./apps/prod"))?;
    let plan = test.work.plan().await?.expect_success()?;
    plan.expect_changes(&[Change::new(FLUX, Action::Update)])?;
    test.work.converge().await?;
    let path = test
        .arm
        .child(&cluster.name, "fluxConfigurations/fleet", VERSION);
    let object = test.arm.settled(&path).await?.context("no configuration")?;
    let applied = &object["properties"]["kustomizations"]["apps"]["path"];
    ensure!(applied == "./apps/prod", "{object:#}");
    let fault = json!({
        "method": "PUT", "path": format!("*/{}/*/fluxconfigurations/*", cluster.name),
        "action": {"operation": "non_compliant"},
    });
    test.simulator.fault(fault).await?;
    let impatient = with_flux(&configuration, "./apps").replace(
        "  kustomizations =",
        "  timeouts { update = \"15s\" }\n  kustomizations =",
    );
    test.work.configure(&impatient)?;
    let failed = test.work.apply().await?.expect_failure()?;
    let names = [
        "Cluster Does Not Comply",
        "authentication required",
        "fleet-apps",
    ];
    says(&failed.text, &names)?;
    test.work.destroy().await?.expect_success()?;
    leftovers::delete_namespace(cluster, "fleet").await?;
    test.nothing_is_left().await
}

/// Azure finds out late that the agents let it in: first it refuses, then it tries and fails.
async fn kept_out_at_first(test: &Fixture, location: &str) -> anyhow::Result<()> {
    let simulator = &test.simulator;
    let (code, message) = ("UnauthorizedNamespaceError", "not permitted yet");
    let refused = json!({"status": 400, "code": code, "message": message});
    let failed = json!({"fails": {"code": code, "message": message}});
    let path = format!("*/customLocations/{location}");
    let script =
        |skip, action| json!({"method": "PUT", "path": path, "skip": skip, "action": action});
    simulator
        .fault(script(0, json!({"reply": refused})))
        .await?;
    simulator
        .fault(script(1, json!({"operation": failed})))
        .await?;
    test.work.apply().await?.expect_success()?;
    ensure!(
        simulator.is_spent(&path).await?,
        "Azure was not asked again"
    );
    Ok(())
}

/// The clusters share a resource group.
fn location(cluster: &Cluster) -> String {
    format!("{}-edge", cluster.name)
}

fn with_location(configuration: &Configuration, cluster: &Cluster) -> String {
    format!(
        r#"{}
resource "arc_custom_location" "edge" {{
  name                 = "{}"
  resource_group_name  = "{RESOURCE_GROUP}"
  location             = "{LOCATION}"
  connected_cluster_id = arc_connected_cluster.eks.id
  namespace            = "edge"
  display_name         = "Edge"
  kubernetes           = {}
}}
"#,
        configuration.render(),
        location(cluster),
        configuration.kubernetes
    )
}

/// That the agents keep Azure's service out is said before Azure is asked, with what to do; let in, it has its namespace,
/// also after it was deleted.
async fn custom_location(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let mut configuration = Configuration::of(cluster);
    test.init(&with_location(&configuration, cluster)).await?;
    let failed = test.work.apply().await?.expect_failure()?;
    let names = [
        "Custom Locations Not Enabled",
        "object_id",
        "enable-features",
    ];
    says(&failed.text, &names)?;
    configuration.more = format!(
        "custom_locations = {{ enabled = true, object_id = \"{CUSTOM_LOCATIONS_PRINCIPAL}\" }}"
    );
    test.work
        .configure(&with_location(&configuration, cluster))?;
    kept_out_at_first(&test, &location(cluster)).await?;
    test.work.plan().await?.expect_empty()?;
    leftovers::delete_namespace(cluster, "edge").await?;
    let plan = test.work.plan().await?.expect_success()?;
    plan.expect_changes(&[Change::new(LOCATION_ADDRESS, Action::Update)])?;
    test.work.converge().await?;
    test.work.destroy().await?.expect_success()?;
    leftovers::delete_namespace(cluster, "edge").await?;
    test.nothing_is_left().await
}

/// What differs in a cluster stays known while the cluster cannot be asked, and its repair stays planned: of the connected
/// cluster and of what runs on it alike.
async fn outage(test: Fixture) -> anyhow::Result<()> {
    const LINES: [&str; 2] = [
        "deployment azure-arc/config-agent: scaled to 0 of 1 replicas",
        "Kustomization fleet/fleet-apps: missing",
    ];
    let cluster = test.cluster();
    let kubeconfig = test.work.path().join("kubeconfig");
    let good = std::fs::read_to_string(&cluster.kubeconfig)?;
    write_private(&kubeconfig, &good)?;
    let configuration = Configuration {
        kubernetes: format!(r#"{{ config_path = "{}" }}"#, kubeconfig.display()),
        ..Configuration::of(cluster)
    };
    test.apply(&with_flux(&configuration, "./apps")).await?;
    kubectl::scale(cluster, "config-agent", 0).await?;
    let applied = "kustomizations.kustomize.toolkit.fluxcd.io";
    kubectl::delete_flux(cluster, applied, "fleet", "fleet-apps").await?;
    let refresh = ["apply", "-refresh-only", "-json", "-auto-approve"];
    test.work.run(&refresh).await?.expect_success()?;

    let dead = good.replace(&cluster.endpoint, "https://127.0.0.1:1");
    write_private(&kubeconfig, &dead)?;
    let plan = test.work.plan_text().await?.expect_success()?;
    says(&plan.text, &LINES)?;
    let plan = test.work.plan().await?.expect_success()?;
    for address in [ADDRESS, FLUX] {
        let repair = Change::new(address, Action::Update);
        ensure!(plan.changes.contains(&repair), "{address}: {}", plan.text);
    }
    write_private(&kubeconfig, &good)?;
    test.work.converge().await?;
    test.destroy().await
}
