//! What extends a connected cluster is taken up again after the run that began it was killed.

use std::time::Duration;

use anyhow::Context;
use rustix::process::Signal;
use world::leftovers;
use world::names::{CUSTOM_LOCATIONS_PRINCIPAL, LOCATION, RESOURCE_GROUP};
use world::wait::within;

use super::processes::{all_gone, is_engine, send_signal};
use crate::common::{Configuration, Fixture};

/// How long it may take until Azure has an object.
const START: Duration = Duration::from_mins(1);

/// The objects, in the order in which they are begun, with a part of their id in lower case.
fn objects(test: &Fixture, kubernetes: &str) -> [(String, String); 4] {
    let location = format!("killed-{}", test.cluster().name);
    let extension = |name: &str, of_type: &str| {
        format!(
            r#"
resource "arc_extension" "{name}" {{
  connected_cluster_id = arc_connected_cluster.eks.id
  name                 = "{name}"
  extension_type       = "{of_type}"
  kubernetes           = {kubernetes}
}}
"#
        )
    };
    let flux = format!(
        r#"
resource "arc_flux_configuration" "fleet" {{
  connected_cluster_id = arc_connected_cluster.eks.id
  name                 = "fleet"
  namespace            = "fleet"
  kubernetes           = {kubernetes}
  depends_on           = [arc_extension.flux]
  git_repository       = {{ url = "https://github.com/example/fleet", reference = {{ branch = "main" }} }}
  kustomizations       = {{ apps = {{ path = "./apps", prune = true }} }}
}}
"#
    );
    let custom_location = format!(
        r#"
resource "arc_custom_location" "edge" {{
  name                 = "{location}"
  resource_group_name  = "{RESOURCE_GROUP}"
  location             = "{LOCATION}"
  connected_cluster_id = arc_connected_cluster.eks.id
  namespace            = "killed"
  kubernetes           = {kubernetes}
}}
"#
    );
    [
        (
            extension("dapr", "Microsoft.Dapr"),
            "/extensions/dapr".to_owned(),
        ),
        (
            extension("flux", "microsoft.flux"),
            "/extensions/flux".to_owned(),
        ),
        (flux, "/fluxconfigurations/fleet".to_owned()),
        (custom_location, format!("/customlocations/{location}")),
    ]
}

/// `kill -9` of the engine as soon as Azure has the object, for one object after the other; the next apply goes on with it.
pub async fn run(test: Fixture) -> anyhow::Result<()> {
    let mut configuration = Configuration::of(test.cluster());
    configuration.more = format!(
        "custom_locations = {{ enabled = true, object_id = \"{CUSTOM_LOCATIONS_PRINCIPAL}\" }}"
    );
    let kubernetes = configuration.kubernetes.clone();
    let mut written = configuration.render();
    test.init(&written).await?;
    test.work.converge().await?;
    for (object, id) in objects(&test, &kubernetes) {
        written.push_str(&object);
        test.work.configure(&written)?;
        kill_once_there(&test, &id).await.context(id)?;
        test.work.converge().await?;
    }
    test.work.plan().await?.expect_empty()?;
    test.work.destroy().await?.expect_success()?;
    for namespace in ["fleet", "killed"] {
        leftovers::delete_namespace(test.cluster(), namespace).await?;
    }
    test.nothing_is_left().await
}

async fn kill_once_there(test: &Fixture, id: &str) -> anyhow::Result<()> {
    let directory = test.work.path().canonicalize()?;
    let cluster = test.cluster().name.to_lowercase();
    let run = test.work.apply();
    tokio::pin!(run);
    let there = within(
        START,
        Duration::from_millis(20),
        "Azure has the object",
        || async {
            let state = test.simulator.state().await?.to_string().to_lowercase();
            let own = state
                .split('"')
                .any(|word| word.contains(id) && word.contains(&cluster));
            Ok(if own { Ok(()) } else { Err(String::new()) })
        },
    );
    tokio::select! {
        run = &mut run => drop(run?.expect_failure()?),
        there = there => there?,
    }
    send_signal(&directory, is_engine, Signal::KILL)?;
    run.await?;
    all_gone(&directory).await
}
