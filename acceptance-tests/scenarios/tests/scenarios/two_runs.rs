//! Two runs on one cluster: the second one is told of the first, and leaves everything to it.

use anyhow::ensure;
use serde_json::json;
use world::engine::Engine;
use world::kubectl;
use world::wait::eventually;

use crate::common::{Configuration, Fixture, REMEDY, Suite, expect_error};

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add("two_runs::the_second_is_told", 1, engine, second_is_told);
}

/// Another configuration, with a state of its own, connects the same cluster under another name while the first is at work.
async fn second_is_told(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    test.init(&Configuration::of(cluster).render()).await?;
    let slow =
        json!({"method": "PUT", "path": test.id(), "times": 1, "action": {"delay_ms": 20_000}});
    test.simulator.fault(slow).await?;
    let second = test.workdir("second")?;
    let other = format!("{}-second", cluster.name);
    let configuration = Configuration {
        name: format!("\"{other}\""),
        ..Configuration::of(cluster)
    };
    second.configure(&configuration.render())?;
    second.init().await?;
    let late = async {
        eventually("the first run is at work", || kubectl::has_lease(cluster)).await?;
        second.apply().await
    };
    let (first, late) = tokio::join!(test.work.apply(), late);
    let late = late?.expect_failure()?;
    first?.expect_success()?;
    let id = test.id();
    let told = [id.as_str(), "is at work on", "kubectl get lease", REMEDY];
    expect_error(&late, "", &told)?;
    ensure!(
        test.arm.connected_cluster(&other).await?.is_none(),
        "{other} was made"
    );
    test.work.plan().await?.expect_empty()?;
    test.destroy().await
}
