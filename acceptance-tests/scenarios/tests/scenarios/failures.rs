//! What the cluster or Azure refuses: each failure converges by itself or explains itself, and the next apply ends well.

mod azure;
mod pods;

use anyhow::ensure;
use world::engine::{Diagnostic, Engine, Workdir};

use crate::common::{Configuration, Fixture, Suite, only_error};

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    azure::scenarios(suite, engine);
    pods::scenarios(suite, engine);
}

/// An attribute block for a create that may not take long.
fn within(seconds: u32) -> String {
    format!(r#"timeouts {{ create = "{seconds}s" }}"#)
}

/// Applies a configuration that fails, and answers the only error.
async fn failed(test: &Fixture, configuration: &Configuration) -> anyhow::Result<Diagnostic> {
    test.init(&configuration.render()).await?;
    let run = test.work.apply().await?.expect_failure()?;
    Ok(only_error(&run)?.clone())
}

/// Whether the state holds the object as one to be replaced.
async fn is_tainted(work: &Workdir) -> anyhow::Result<bool> {
    let show = work.run(&["show", "-json"]).await?.expect_success()?;
    Ok(show.text.contains(r#""tainted":true"#))
}

/// The cause is gone: apply, an empty plan, and a destroy that leaves nothing.
async fn converges(test: &Fixture) -> anyhow::Result<()> {
    test.work.apply().await?.expect_success()?;
    let object = test.arm.connected_cluster(&test.cluster().name).await?;
    let object = object.unwrap_or_default();
    ensure!(
        object["properties"]["connectivityStatus"] == "Connected",
        "{object:#}"
    );
    test.work.plan().await?.expect_empty()?;
    test.destroy().await
}
