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
use world::files::remove_directory;

use crate::pool::{Lease, Pool};
use world::leftovers;

type Play = Box<dyn FnOnce(Arc<Lease>) -> BoxFuture<'static, anyhow::Result<()>> + Send>;

/// A promise to hold.
struct Scenario {
    name: String,
    clusters: u32,
    play: Play,
}

/// All scenarios.
#[derive(Default)]
pub struct Suite(Vec<Scenario>);

impl Suite {
    /// Adds a scenario that needs this many clusters.
    pub fn add<F>(
        &mut self,
        name: impl Into<String>,
        clusters: u32,
        play: impl FnOnce(Arc<Lease>) -> F + Send + 'static,
    ) where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.0.push(Scenario {
            name: name.into(),
            clusters,
            play: Box::new(|lease| Box::pin(play(lease))),
        });
    }
}

/// What the command line asks for, as far as libtest's language is spoken here: filters and `--list`.
struct Wish {
    filters: Vec<String>,
    list: bool,
}

impl Wish {
    fn from_arguments() -> Self {
        let (flags, filters): (Vec<_>, Vec<_>) =
            env::args().skip(1).partition(|word| word.starts_with('-'));
        let list = flags.iter().any(|flag| flag == "--list");
        Self { filters, list }
    }

    fn wants(&self, name: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| name.contains(filter))
    }
}

/// Runs what the command line asks for, in a world with as many of these clusters as that needs.
pub fn run(clusters: &[&str], suite: impl FnOnce() -> anyhow::Result<Suite>) -> ExitCode {
    let wish = Wish::from_arguments();
    if env::var_os("TF_ACC").is_none() {
        println!("\nrunning 0 tests: acceptance tests need TF_ACC=1\n");
        conclude(&[], Instant::now());
        return ExitCode::SUCCESS;
    }
    let outcome = suite().and_then(|suite| {
        let wanted = suite
            .0
            .into_iter()
            .filter(|scenario| wish.wants(&scenario.name))
            .collect();
        if wish.list {
            return Ok(list(wanted));
        }
        Runtime::new()?.block_on(play_all(clusters, wanted))
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
async fn play_all(clusters: &[&str], scenarios: Vec<Scenario>) -> anyhow::Result<bool> {
    let begin = Instant::now();
    println!("\nrunning {} tests", scenarios.len());
    if scenarios.is_empty() {
        return Ok(conclude(&[], begin));
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
        results = play_in(&pool, scenarios) => Ok(results),
        _ = ctrl_c() => Err(anyhow!("interrupted")),
    };
    pool.world.stop().await;
    let results = results?;
    let good = conclude(&results, begin);
    if good {
        remove_directory(&directory)?;
    } else {
        println!("the world's files are in {}", directory.display());
    }
    Ok(good)
}

/// How many clusters the scenarios can make use of when all are played at once.
fn needed(scenarios: &[Scenario]) -> usize {
    let each = scenarios.iter().map(|scenario| scenario.clusters as usize);
    each.sum()
}

/// Plays the scenarios side by side, as far as clusters are free, and answers the names and errors of those that failed.
async fn play_in(pool: &Arc<Pool>, scenarios: Vec<Scenario>) -> Vec<Outcome> {
    let plays = scenarios.into_iter().map(|scenario| async move {
        let lease = Arc::new(pool.take(scenario.clusters).await);
        let task = tokio::spawn((scenario.play)(Arc::clone(&lease)));
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
    plays.collect::<FuturesUnordered<_>>().collect().await
}

/// The next scenario must not suffer for what a failed one left.
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
fn conclude(outcomes: &[Outcome], begin: Instant) -> bool {
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
