//! `bench`: what the provider costs, each figure beside a baseline that is measured in the same run.
//!
//! Nothing here judges a figure. Machines differ, so only the ratio to the baseline means something, and whether it is
//! good enough is for people to say.

mod configuration;
mod connected;
mod cost;
mod figures;
mod machine;
mod plans;
mod processes;
mod setup;
mod start;
mod table;

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use tokio::signal::ctrl_c;
use world::World;
use world::engine::Engine;
use world::programs::{provider, tools};

use setup::Setup;

/// The one real cluster, which all connected clusters of the benchmark share.
const CLUSTER: &str = "eks-training-dev-krc";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let provider = provider()?.canonicalize()?;
    let [baseline] = tools(["time-provider"])?;
    let engine = Engine::available()?
        .into_iter()
        .next()
        .context("no engine")?;
    println!("{}", machine::describe(&engine)?);
    println!("provider: {}\n", provider.display());
    println!("{}", start::measure(&provider, &baseline).await?);
    in_a_world(&engine, &provider, &baseline).await
}

/// Measures what needs an Azure and a cluster. The world is gone afterwards, also after a Ctrl-C.
async fn in_a_world(engine: &Engine, provider: &Path, baseline: &Path) -> anyhow::Result<()> {
    let temporary = tempfile::Builder::new().prefix("arc-bench-").tempdir()?;
    let world = tokio::select! {
        world = World::start(temporary.path(), &[CLUSTER]) => world?,
        _ = ctrl_c() => bail!("interrupted"),
    };
    let outcome = tokio::select! {
        outcome = measure_plans(&world, engine, provider, baseline) => outcome,
        _ = ctrl_c() => Err(anyhow!("interrupted")),
    };
    world.stop().await;
    outcome
}

async fn measure_plans(
    world: &World,
    engine: &Engine,
    provider: &Path,
    baseline: &Path,
) -> anyhow::Result<()> {
    let setup = Setup::new(world, engine, provider, baseline).await?;
    let (times, mut costs) = plans::measure(&setup).await?;
    connected::measure(&setup, &mut costs).await?;
    println!("{times}\n{costs}");
    Ok(())
}
