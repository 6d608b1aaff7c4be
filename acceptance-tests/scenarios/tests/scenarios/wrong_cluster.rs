//! A connection that leads to no agents, or to those of another connected cluster: nothing is made on either plane, whatever
//! is wanted there.

use anyhow::ensure;
use serde_json::json;
use world::engine::Engine;
use world::names::{LOCATION, RESOURCE_GROUP};
use world::{World, request_log};

use crate::common::{Configuration, Fixture, Suite, connect_simulated, eks, expect_error, head};
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
    suite.add("wrong_cluster::refused", 1, engine, refused);
}

/// First the cluster has no agents at all, then those of another connected cluster than the one that is named. Both are
/// Connected, so that only the agents can say which of them the cluster is.
async fn refused(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let other = format!("{}-other", cluster.name);
    let other_id = test.arm.id(&other);
    connect_simulated(&test, &other).await?;
    let flux = json!({
        "connected_cluster": other_id, "name": "flux", "extension_type": "microsoft.flux",
        "version": "1.14.1", "release_namespace": "flux-system",
    });
    test.simulator.add_extension(flux).await?;
    let connected = Configuration::of(cluster).render();
    let names = ["without Azure Arc agents", &other_id];
    each_is_refused(&test, &head(""), &other, &names).await?;
    test.work.configure(&connected)?;
    test.work.apply().await?.expect_success()?;
    let names = [&test.id(), other_id.as_str()];
    each_is_refused(&test, &connected, &other, &names).await?;
    test.work.configure(&connected)?;
    test.work.plan().await?.expect_empty()?;
    test.arm.delete(&other).await?;
    test.simulator.presence(&other_id, json!("real")).await?;
    test.destroy().await
}

/// Beside a configuration, each type on the other connected cluster: an error with these words, and nothing is made.
async fn each_is_refused(
    test: &Fixture,
    beside: &str,
    other: &str,
    names: &[&str],
) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let id = test.arm.id(other);
    let before = writes(test.world(), other)?;
    for (kind, attributes) in TYPES {
        let child = child(kind, &id, &eks(&cluster.name), attributes);
        test.init(&(beside.to_owned() + &child)).await?;
        let run = test.work.apply().await?.expect_failure()?;
        expect_error(&run, "kubernetes", names)?;
        let after = writes(test.world(), other)?;
        ensure!(after == before, "{kind} was made in Azure");
    }
    Objects::of(cluster).await?.are_gone().await
}

/// How many requests so far changed the connected cluster's children, or a custom location that is named after it.
fn writes(world: &World, cluster: &str) -> anyhow::Result<usize> {
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
