//! Connected clusters that are only looked at.

use anyhow::ensure;
use world::engine::{Engine, Workdir};
use world::names::RESOURCE_GROUP;

use crate::common::{self, Configuration, Fixture, Suite, expect_error};

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add(
        "data_sources::connected_clusters",
        1,
        engine,
        connected_clusters,
    );
}

async fn connected_clusters(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    test.apply(&Configuration::of(cluster).render()).await?;
    let looking = test.workdir("reading")?;
    looking.configure(&read(&cluster.name))?;
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
    test.destroy().await
}

/// An object that is not there is an error at its name, a group that is not there one at the group.
async fn nothing_to_find(work: &Workdir) -> anyhow::Result<()> {
    work.configure(&read("no-such-cluster"))?;
    let run = work.plan().await?.expect_failure()?;
    expect_error(&run, "name", &["no-such-cluster"])?;
    let elsewhere = common::head("")
        + r#"
data "arc_connected_clusters" "nowhere" {
  resource_group_name = "no-such-group"
}
"#;
    work.configure(&elsewhere)?;
    let run = work.plan().await?.expect_failure()?;
    expect_error(&run, "resource_group_name", &["az group create"])
}

fn read(name: &str) -> String {
    let head = common::head("");
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
