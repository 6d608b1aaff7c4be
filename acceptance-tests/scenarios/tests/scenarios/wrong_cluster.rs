//! A connection that leads to no agents, or to those of another connected cluster: nothing is made on either plane, whatever
//! is wanted there.

use std::sync::Arc;

use anyhow::ensure;
use serde_json::json;
use world::arm::Arm;
use world::engine::{Engine, Workdir};
use world::leftovers::nothing_is_left;
use world::names::{LOCATION, RESOURCE_GROUP};
use world::simulator_client::SimulatorClient;
use world::{World, request_log};

use crate::configuration::{Configuration, eks, head};
use crate::extension_input::{connect_simulated, explained};
use crate::pool::Lease;
use crate::runner::Suite;
use crate::service_account_token::objects::Objects;

/// What can be put on a connected cluster, with the attributes beside `connected_cluster_id` and `kubernetes`.
const TYPES: [(&str, &str); 4] = [
    (
        "arc_service_account_token",
        "namespace = \"default\"\n  name = \"azure-user\"",
    ),
    (
        "arc_extension",
        "name = \"dapr\"\n  extension_type = \"microsoft.dapr\"\n  wait_for_workloads = false",
    ),
    (
        "arc_flux_configuration",
        "name = \"fleet\"\n  namespace = \"fleet\"
  git_repository = { url = \"https://github.com/example/fleet\", reference = { branch = \"main\" } }
  kustomizations = { apps = { path = \"./apps\" } }\n  wait_for_compliance = false",
    ),
    ("arc_custom_location", "namespace = \"edge\""),
];

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let name = format!("wrong_cluster::refused::{}", engine.name);
    let engine = engine.clone();
    suite.add(name, 1, |lease| refused(lease, engine));
}

/// First the cluster has no agents at all, then those of another connected cluster than the one that is named. Both are
/// Connected, so that only the agents can say which of them the cluster is.
async fn refused(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let arm = Arm::login(lease.world()).await?;
    let simulator = SimulatorClient::new(lease.world())?;
    let other = format!("{}-other", cluster.name);
    let other_id = arm.id(&other);
    connect_simulated(&arm, &simulator, &other).await?;
    let flux = json!({
        "connected_cluster": other_id, "name": "flux", "extension_type": "microsoft.flux",
        "version": "1.14.1", "release_namespace": "flux-system",
    });
    simulator.add_extension(flux).await?;
    let work = Workdir::new(lease.world(), &engine, "wrong-cluster")?;
    let connected = Configuration::of(cluster).render();
    let names = ["without Azure Arc agents", &other_id];
    each_is_refused(&lease, &work, &head(""), &other, &names).await?;
    work.configure(&connected)?;
    work.apply().await?.expect_success()?;
    let names = [&arm.id(&cluster.name), other_id.as_str()];
    each_is_refused(&lease, &work, &connected, &other, &names).await?;
    work.configure(&connected)?;
    work.plan().await?.expect_empty()?;
    arm.delete(&other).await?;
    simulator.presence(&other_id, json!("real")).await?;
    work.destroy().await?.expect_success()?;
    nothing_is_left(&arm, lease.world(), cluster).await
}

/// Beside a configuration, each type on the other connected cluster: an error with these words, and nothing is made.
async fn each_is_refused(
    lease: &Lease,
    work: &Workdir,
    beside: &str,
    other: &str,
    names: &[&str],
) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let id = Arm::login(lease.world()).await?.id(other);
    let before = made(lease.world(), other)?;
    for (kind, attributes) in TYPES {
        work.configure(&(beside.to_owned() + &child(kind, &id, &eks(&cluster.name), attributes)))?;
        work.init().await?;
        let run = work.apply().await?.expect_failure()?;
        explained(&run.errors(), "kubernetes", names)?;
        let after = made(lease.world(), other)?;
        ensure!(after == before, "{kind} was made in Azure");
    }
    Objects::of(cluster).await?.are_gone().await
}

/// How often somebody has changed anything on the connected cluster, or a custom location that is named after it.
fn made(world: &World, cluster: &str) -> anyhow::Result<usize> {
    let of = |part: &str| request_log::writes(world.directory(), part);
    Ok(
        of(&format!("/connectedClusters/{cluster}/"))?
            + of(&format!("/customLocations/{cluster}"))?,
    )
}

/// `parent` is the id of the connected cluster.
fn child(kind: &str, parent: &str, kubernetes: &str, attributes: &str) -> String {
    let name = parent.rsplit('/').next().unwrap_or_default();
    let place = if kind == "arc_custom_location" {
        format!(
            "name = \"{name}\"\n  resource_group_name = \"{RESOURCE_GROUP}\"\n  location = \"{LOCATION}\""
        )
    } else {
        String::new()
    };
    format!(
        r#"
resource "{kind}" "child" {{
  connected_cluster_id = "{parent}"
  kubernetes           = {kubernetes}
  {attributes}
  {place}
}}
"#
    )
}
