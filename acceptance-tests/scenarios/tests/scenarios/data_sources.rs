//! Connected clusters that are only looked at.

use std::sync::Arc;

use anyhow::{bail, ensure};
use world::arm::Arm;
use world::engine::{Engine, Workdir};
use world::leftovers::nothing_is_left;
use world::names::RESOURCE_GROUP;

use crate::configuration::{self, Configuration};
use crate::pool::Lease;
use crate::runner::Suite;

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let name = format!("data_sources::connected_clusters::{}", engine.name);
    let engine = engine.clone();
    suite.add(name, 1, |lease| connected_clusters(lease, engine));
}

async fn connected_clusters(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let connecting = Workdir::new(lease.world(), &engine, "data-connected")?;
    connecting.configure(&Configuration::of(cluster).render())?;
    connecting.init().await?;
    connecting.apply().await?.expect_success()?;
    let looking = Workdir::new(lease.world(), &engine, "data-looking")?;
    looking.configure(&look(&cluster.name))?;
    looking.init().await?;
    looking.apply().await?.expect_success()?;
    let one = looking.attributes("data.arc_connected_cluster.one").await?;
    ensure!(one["connectivity_status"] == "Connected", "{one:#}");
    ensure!(one["tags"]["City"] == "Demo", "{one:#}");
    for (address, expected) in [("all", true), ("online", true), ("offline", false)] {
        let address = format!("data.arc_connected_clusters.{address}");
        let found = looking.attributes(&address).await?;
        let clusters = found["connected_clusters"].as_array();
        let there = clusters
            .into_iter()
            .flatten()
            .any(|other| other["name"] == cluster.name.as_str());
        ensure!(there == expected, "{address}: {found:#}");
    }
    nothing_to_find(&looking).await?;
    connecting.destroy().await?.expect_success()?;
    nothing_is_left(&Arm::login(lease.world()).await?, lease.world(), cluster).await
}

/// An object that is not there is an error at its name, a group that is not there one at the group.
async fn nothing_to_find(work: &Workdir) -> anyhow::Result<()> {
    work.configure(&look("no-such-cluster"))?;
    let run = work.plan().await?.expect_failure()?;
    let [error] = run.errors()[..] else {
        bail!("not exactly one error\n{}", run.text)
    };
    ensure!(error.attribute() == Some("name"), "{error:#?}");
    ensure!(error.detail.contains("no-such-cluster"), "{error:#?}");
    let elsewhere = configuration::head("")
        + r#"
data "arc_connected_clusters" "nowhere" {
  resource_group_name = "no-such-group"
}
"#;
    work.configure(&elsewhere)?;
    let run = work.plan().await?.expect_failure()?;
    let [error] = run.errors()[..] else {
        bail!("not exactly one error\n{}", run.text)
    };
    ensure!(
        error.attribute() == Some("resource_group_name"),
        "{error:#?}"
    );
    ensure!(error.detail.contains("az group create"), "{error:#?}");
    Ok(())
}

fn look(name: &str) -> String {
    let head = configuration::head("");
    format!(
        r#"{head}
data "arc_connected_cluster" "one" {{
  name                = "{name}"
  resource_group_name = "{RESOURCE_GROUP}"
}}

data "arc_connected_clusters" "all" {{}}

data "arc_connected_clusters" "online" {{
  resource_group_name = "{RESOURCE_GROUP}"
  tags                = {{ City = "Demo" }}
  connectivity_status = "Connected"
}}

data "arc_connected_clusters" "offline" {{
  connectivity_status = "Offline"
}}
"#
    )
}
