//! Flux configurations and custom locations: their life, and what stands in their way.

use std::sync::Arc;

use anyhow::{Context, ensure};
use serde_json::json;
use world::arm::Arm;
use world::cluster::Cluster;
use world::engine::{Action, Change, Engine, Workdir};
use world::kubectl;
use world::leftovers;
use world::names::{LOCATION, RESOURCE_GROUP};
use world::simulator_client::SimulatorClient;

use crate::configuration::Configuration;
use crate::pool::Lease;
use crate::runner::Suite;

const VERSION: &str = "2025-04-01";
const FLUX: &str = "arc_flux_configuration.fleet";
const LOCATION_ADDRESS: &str = "arc_custom_location.edge";
/// Object id of the custom locations provider in the world's tenant.
const PRINCIPAL: &str = "51dfe1e8-70c6-4de5-a08e-e18aff23d815";
const CANARY: &str = "Y2FuYXJ5LTRj";

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let name = |name: &str| format!("gitops::{name}::{}", engine.name);
    let (one, two) = (engine.clone(), engine.clone());
    suite.add(name("flux_configuration"), 1, |lease| flux(lease, one));
    suite.add(name("custom_location"), 1, |lease| {
        custom_location(lease, two)
    });
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

/// What somebody does to Flux's objects by hand is named and put right.
async fn flux_objects_are_restored(cluster: &Cluster, work: &Workdir) -> anyhow::Result<()> {
    let source = "gitrepositories.source.toolkit.fluxcd.io";
    kubectl::suspend_flux(cluster, source, "fleet", "fleet").await?;
    let applied = "kustomizations.kustomize.toolkit.fluxcd.io";
    kubectl::delete_flux(cluster, applied, "fleet", "fleet-apps").await?;
    let plan = work.plan_text().await?.expect_success()?;
    for line in [
        "GitRepository fleet/fleet: suspended",
        "Kustomization fleet/fleet-apps: missing",
    ] {
        ensure!(plan.text.contains(line), "no {line:?} in {}", plan.text);
    }
    work.apply().await?.expect_success()?;
    work.plan().await?.expect_empty()
}

/// Compliance is awaited and shown; a change is in place; a source that cannot be fetched is explained.
async fn flux(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let (arm, simulator) = (
        Arm::login(lease.world()).await?,
        SimulatorClient::new(lease.world())?,
    );
    let work = Workdir::new(lease.world(), &engine, "flux")?;
    let configuration = Configuration::of(cluster);
    work.configure(&with_flux(&configuration, "./apps"))?;
    work.init().await?;
    work.apply().await?.expect_success()?;
    work.plan().await?.expect_empty()?;
    let attributes = work.attributes(FLUX).await?;
    ensure!(
        attributes["compliance_state"] == "Compliant",
        "{attributes:#}"
    );
    let commit = attributes["source_synced_commit_id"].as_str();
    ensure!(
        commit.is_some_and(|commit| commit.starts_with("main@sha1:")),
        "{attributes:#}"
    );
    flux_objects_are_restored(cluster, &work).await?;
    work.configure(&with_flux(&configuration, "./apps/prod"))?;
    let plan = work.plan().await?.expect_success()?;
    ensure!(
        plan.changes == [Change::new(FLUX, Action::Update)],
        "{}",
        plan.text
    );
    work.apply().await?.expect_success()?;
    work.plan().await?.expect_empty()?;
    let path = arm.child(&cluster.name, "fluxConfigurations/fleet", VERSION);
    let object = arm.settled(&path).await?.context("no configuration")?;
    let applied = &object["properties"]["kustomizations"]["apps"]["path"];
    ensure!(applied == "./apps/prod", "{object:#}");
    let fault = json!({
        "method": "PUT", "path": format!("*/{}/*/fluxconfigurations/*", cluster.name),
        "action": {"operation": "non_compliant"},
    });
    simulator.fault(fault).await?;
    let text = with_flux(&configuration, "./apps");
    let text = text.replace(
        "  kustomizations =",
        "  timeouts { update = \"15s\" }\n  kustomizations =",
    );
    work.configure(&text)?;
    let failed = work.apply().await?.expect_failure()?;
    for said in [
        "Cluster Does Not Comply",
        "authentication required",
        "fleet-apps",
    ] {
        ensure!(
            failed.text.contains(said),
            "there is no {said} in {}",
            failed.text
        );
    }
    work.destroy().await?.expect_success()?;
    leftovers::delete_namespace(cluster, "fleet").await?;
    leftovers::nothing_is_left(&arm, lease.world(), cluster).await
}

/// Azure finds out late that the agents let it in: first it refuses, then it tries and fails.
async fn kept_out_at_first(
    simulator: &SimulatorClient,
    work: &Workdir,
    location: &str,
) -> anyhow::Result<()> {
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
    work.apply().await?.expect_success()?;
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
/// also after somebody deleted that.
async fn custom_location(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let arm = Arm::login(lease.world()).await?;
    let work = Workdir::new(lease.world(), &engine, "custom-location")?;
    let mut configuration = Configuration::of(cluster);
    work.configure(&with_location(&configuration, cluster))?;
    work.init().await?;
    let failed = work.apply().await?.expect_failure()?;
    for said in [
        "Custom Locations Not Enabled",
        "object_id",
        "enable-features",
    ] {
        ensure!(
            failed.text.contains(said),
            "there is no {said} in {}",
            failed.text
        );
    }
    configuration.more =
        format!("custom_locations = {{ enabled = true, object_id = \"{PRINCIPAL}\" }}");
    work.configure(&with_location(&configuration, cluster))?;
    kept_out_at_first(
        &SimulatorClient::new(lease.world())?,
        &work,
        &location(cluster),
    )
    .await?;
    work.plan().await?.expect_empty()?;
    leftovers::delete_namespace(cluster, "edge").await?;
    let plan = work.plan().await?.expect_success()?;
    ensure!(
        plan.changes == [Change::new(LOCATION_ADDRESS, Action::Update)],
        "{}",
        plan.text
    );
    work.apply().await?.expect_success()?;
    work.plan().await?.expect_empty()?;
    work.destroy().await?.expect_success()?;
    leftovers::delete_namespace(cluster, "edge").await?;
    leftovers::nothing_is_left(&arm, lease.world(), cluster).await
}
