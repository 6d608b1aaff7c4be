//! A connection that leads to the agents of another connected cluster: nothing is made on either plane, whatever is wanted
//! there.

use std::sync::Arc;

use acceptance_tests::engine::{Engine, Workdir};
use acceptance_tests::subject::{Arm, Door, nothing_is_left};
use acceptance_tests::world::azure::{LOCATION, RESOURCE_GROUP};
use acceptance_tests::world::{World, journal};
use anyhow::ensure;
use serde_json::json;

use crate::configuration::Configuration;
use crate::extension_input::{connect_puppet, explained};
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
    (
        "arc_custom_location",
        "name = \"edge\"\n  namespace = \"edge\"",
    ),
];

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let name = format!("wrong_cluster::refused::{}", engine.name);
    let engine = engine.clone();
    suite.add(name, 1, |lease| refused(lease, engine));
}

/// Both connected clusters exist and are Connected; only the agents say which of them the cluster is.
async fn refused(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let arm = Arm::login(lease.world()).await?;
    let door = Door::of(lease.world())?;
    let other = format!("{}-other", cluster.name);
    let other_id = arm.id(&other);
    let connected = Configuration::of(cluster);
    let work = Workdir::new(lease.world(), &engine, "wrong-cluster")?;
    work.configure(&connected.render())?;
    work.init().await?;
    work.apply().await?.expect_success()?;
    connect_puppet(&arm, &door, &other).await?;
    let flux = json!({
        "connected_cluster": other_id, "name": "flux", "extension_type": "microsoft.flux",
        "version": "1.14.1", "release_namespace": "flux-system",
    });
    door.plant_extension(flux).await?;
    let writes = || made(lease.world(), &other);
    let before = writes()?;
    for (kind, attributes) in TYPES {
        let child = child(kind, &other_id, &connected.kubernetes, attributes);
        work.configure(&(connected.render() + &child))?;
        let run = work.apply().await?.expect_failure()?;
        let names = [arm.id(&cluster.name), other_id.clone()];
        let names = names.each_ref().map(String::as_str);
        explained(&run.errors(), "kubernetes", &names)?;
        ensure!(writes()? == before, "{kind} was made in Azure");
    }
    Objects::of(cluster).await?.are_gone().await?;
    work.configure(&connected.render())?;
    work.plan().await?.expect_empty()?;
    arm.delete(&other).await?;
    door.presence(&other_id, json!("real")).await?;
    work.destroy().await?.expect_success()?;
    nothing_is_left(&arm, lease.world(), cluster).await
}

/// How often somebody has changed anything on the connected cluster, or a custom location.
fn made(world: &World, cluster: &str) -> anyhow::Result<usize> {
    let of = |part: &str| journal::writes(world.directory(), part);
    Ok(of(&format!("/{cluster}/"))? + of("/customLocations/")?)
}

fn child(kind: &str, parent: &str, kubernetes: &str, attributes: &str) -> String {
    let place = if kind == "arc_custom_location" {
        format!("resource_group_name = \"{RESOURCE_GROUP}\"\n  location = \"{LOCATION}\"")
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
