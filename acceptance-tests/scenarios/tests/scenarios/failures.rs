//! What the cluster or Azure refuses: each failure converges by itself or explains itself, and the next apply ends well.

mod azure;
mod pods;

use anyhow::ensure;
use world::arm::Arm;
use world::engine::{Diagnostic, Engine, Workdir};
use world::leftovers::nothing_is_left;

use crate::bad_input::only_error;
use crate::configuration::Configuration;
use crate::pool::Lease;
use crate::runner::Suite;

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    azure::scenarios(suite, engine);
    pods::scenarios(suite, engine);
}

/// An attribute block for a create that may not take long.
fn within(seconds: u32) -> String {
    format!(r#"timeouts {{ create = "{seconds}s" }}"#)
}

/// Applies a configuration that fails, and answers the only error.
async fn failed(work: &Workdir, configuration: &Configuration) -> anyhow::Result<Diagnostic> {
    work.configure(&configuration.render())?;
    work.init().await?;
    let run = work.apply().await?.expect_failure()?;
    Ok(only_error(&run)?.clone())
}

/// Whether the state holds the object, and whether it is to be made anew.
async fn is_tainted(work: &Workdir) -> anyhow::Result<bool> {
    let show = work.run(&["show", "-json"]).await?.expect_success()?;
    Ok(show.text.contains(r#""tainted":true"#))
}

/// The cause is gone: apply, an empty plan, and a destroy that leaves nothing.
async fn converges(lease: &Lease, work: &Workdir) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let arm = Arm::login(lease.world()).await?;
    work.apply().await?.expect_success()?;
    let object = arm.connected_cluster(&cluster.name).await?;
    let object = object.unwrap_or_default();
    ensure!(
        object["properties"]["connectivityStatus"] == "Connected",
        "{object:#}"
    );
    work.plan().await?.expect_empty()?;
    work.destroy().await?.expect_success()?;
    nothing_is_left(&arm, lease.world(), cluster).await
}
