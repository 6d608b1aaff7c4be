//! Starts the world, runs the scenarios in it, ends the world. Prints what libtest prints.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, anyhow};
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::runtime::Runtime;
use tokio::signal::ctrl_c;

use world::World;
use world::engine::Engine;
use world::files::remove_directory;
use world::leftovers;

use super::Fixture;
use super::pool::{Lease, Pool};

type Run = Box<dyn FnOnce(Arc<Lease>) -> BoxFuture<'static, anyhow::Result<()>> + Send>;

/// A promise to hold.
struct Scenario {
    name: String,
    clusters: u32,
    run: Run,
}

/// All scenarios.
#[derive(Default)]
pub struct Suite(Vec<Scenario>);

impl Suite {
    /// Adds a scenario that needs this many clusters and an engine. Its name is this one and the engine's.
    pub fn add<F>(
        &mut self,
        name: &str,
        clusters: u32,
        engine: &Engine,
        run: impl FnOnce(Fixture) -> F + Send + 'static,
    ) where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let engine = engine.clone();
        let directory = name.replace("::", "-");
        let name = format!("{name}::{}", engine.name);
        self.add_without_engine(&name, clusters, |lease| async move {
            run(Fixture::new(lease, engine, directory).await?).await
        });
    }

    /// Adds a scenario that needs only clusters.
    pub fn add_without_engine<F>(
        &mut self,
        name: &str,
        clusters: u32,
        run: impl FnOnce(Arc<Lease>) -> F + Send + 'static,
    ) where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.0.push(Scenario {
            name: name.to_owned(),
            clusters,
            run: Box::new(|lease| Box::pin(run(lease))),
        });
    }
}

/// What the command line asks for, as far as libtest's language is spoken here: filters and `--list`.
struct Arguments {
    filters: Vec<String>,
    list: bool,
}

impl Arguments {
    fn from_environment() -> Self {
        let (flags, filters): (Vec<_>, Vec<_>) =
            env::args().skip(1).partition(|word| word.starts_with('-'));
        let list = flags.iter().any(|flag| flag == "--list");
        Self { filters, list }
    }

    fn select(&self, name: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| name.contains(filter))
    }
}

/// Runs what the command line asks for, in a world with as many of these clusters as that needs.
pub fn run(clusters: &[&str], suite: impl FnOnce() -> anyhow::Result<Suite>) -> ExitCode {
    let arguments = Arguments::from_environment();
    if env::var_os("TF_ACC").is_none() {
        println!("\nrunning 0 tests: acceptance tests need TF_ACC=1\n");
        print_summary(&[], Instant::now());
        return ExitCode::SUCCESS;
    }
    let outcome = suite().and_then(|suite| {
        let selected = suite
            .0
            .into_iter()
            .filter(|scenario| arguments.select(&scenario.name))
            .collect();
        if arguments.list {
            return Ok(list(selected));
        }
        Runtime::new()?.block_on(run_all(clusters, selected))
    });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn list(scenarios: Vec<Scenario>) -> bool {
    for scenario in scenarios {
        println!("{}: test", scenario.name);
    }
    true
}

/// Whether all scenarios ended well. The world is gone afterwards, also after a Ctrl-C.
async fn run_all(clusters: &[&str], scenarios: Vec<Scenario>) -> anyhow::Result<bool> {
    let begin = Instant::now();
    println!("\nrunning {} tests", scenarios.len());
    if scenarios.is_empty() {
        return Ok(print_summary(&[], begin));
    }
    let clusters = &clusters[..needed(&scenarios).min(clusters.len())];
    let directory =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("world-{}", std::process::id()));
    let world = tokio::select! {
        world = World::start(&directory, clusters) => world?,
        _ = ctrl_c() => return Err(anyhow!("interrupted")),
    };
    let pool = Pool::new(world);
    let results = tokio::select! {
        results = run_side_by_side(&pool, scenarios) => Ok(results),
        _ = ctrl_c() => Err(anyhow!("interrupted")),
    };
    pool.world.stop().await;
    let results = results?;
    let good = print_summary(&results, begin);
    if good {
        remove_directory(&directory)?;
    } else {
        println!("the world's files are in {}", directory.display());
    }
    Ok(good)
}

/// How many clusters the scenarios can use when all run at once.
fn needed(scenarios: &[Scenario]) -> usize {
    let each = scenarios.iter().map(|scenario| scenario.clusters as usize);
    each.sum()
}

/// Runs the scenarios side by side, as far as clusters are free.
async fn run_side_by_side(pool: &Arc<Pool>, scenarios: Vec<Scenario>) -> Vec<Outcome> {
    let runs = scenarios.into_iter().map(|scenario| async move {
        let lease = Arc::new(pool.take(scenario.clusters).await);
        let task = tokio::spawn((scenario.run)(Arc::clone(&lease)));
        let result = task.await.context("panic").flatten();
        if result.is_err() {
            clean_up(&lease).await;
        }
        let verdict = if result.is_ok() { "ok" } else { "FAILED" };
        println!("test {} ... {verdict}", scenario.name);
        Outcome {
            name: scenario.name,
            result,
        }
    });
    runs.collect::<FuturesUnordered<_>>().collect().await
}

/// Removes what a failed scenario left, so that the next one on its clusters does not fail for it.
async fn clean_up(lease: &Lease) {
    for cluster in lease.clusters() {
        if let Err(error) = leftovers::clean_up(lease.world(), cluster).await {
            eprintln!("cannot clean {} up: {error:#}", cluster.name);
        }
    }
}

struct Outcome {
    name: String,
    result: anyhow::Result<()>,
}

/// Prints the failures and libtest's last line.
fn print_summary(outcomes: &[Outcome], begin: Instant) -> bool {
    let failed: Vec<(&str, &anyhow::Error)> = outcomes
        .iter()
        .filter_map(|outcome| Some((outcome.name.as_str(), outcome.result.as_ref().err()?)))
        .collect();
    for (name, error) in &failed {
        println!("\n---- {name} ----\n{error:?}");
    }
    println!(
        "\ntest result: {}. {} passed; {} failed; 0 ignored; 0 measured; 0 filtered out; finished in {:.2}s\n",
        if failed.is_empty() { "ok" } else { "FAILED" },
        outcomes.len() - failed.len(),
        failed.len(),
        begin.elapsed().as_secs_f32(),
    );
    failed.is_empty()
}
