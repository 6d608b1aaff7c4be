//! `faults`: plays the matrix of faults of single requests, and prints what became of it.
//!
//! It goes on where an earlier run ended, and plays again what ended badly. In what order is decided by a seed, so that
//! also a part of the matrix says something about all of it.

mod arguments;
mod queue;

use std::path::Path;
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::{anyhow, bail};
use futures::future::try_join_all;
use scenarios::faults::results::Results;
use scenarios::faults::{Lane, Protocol, Subject, play};
use tokio::signal::ctrl_c;
use world::World;
use world::environment::Environment;
use world::files::make_directory;
use world::programs::provider;

use arguments::Arguments;
use queue::{Life, Queue};

/// Clusters on which cells are played side by side.
const CLUSTERS: [&str; 6] = [
    "lane-one",
    "lane-two",
    "lane-three",
    "lane-four",
    "lane-five",
    "lane-six",
];

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::from_command_line()?;
    let results = Mutex::new(Results::open(&arguments.directory)?);
    let temporary = tempfile::Builder::new().prefix("arc-faults-").tempdir()?;
    let world = tokio::select! {
        world = World::start(temporary.path(), &CLUSTERS) => world?,
        _ = ctrl_c() => bail!("interrupted"),
    };
    let outcome = tokio::select! {
        outcome = run(&world, &arguments, &results) => outcome,
        _ = ctrl_c() => Err(anyhow!("interrupted")),
    };
    world.stop().await;
    println!("\n{}", lock(&results));
    outcome?;
    let good = lock(&results).are_good();
    Ok(ExitCode::from(u8::from(!good)))
}

async fn run(world: &World, arguments: &Arguments, results: &Mutex<Results>) -> anyhow::Result<()> {
    let begin = Instant::now();
    let lanes = world.clusters.iter().map(|cluster| {
        let directory = arguments.directory.join(&cluster.name);
        async move {
            let protocol = |variables| protocol(world, variables, &directory);
            Lane::new(world, cluster, &directory, protocol).await
        }
    });
    let mut lanes = try_join_all(lanes).await?;
    measure(&mut lanes, results).await?;
    let mut cells = lock(results).open_cells();
    cells.retain(|cell| cell.to_string().contains(&arguments.only));
    println!("{} cells to play", cells.len());
    let queue = Queue::new(cells, arguments.seed);
    let played = lanes.iter_mut().enumerate().map(|(number, lane)| {
        let (queue, in_time) = (&queue, move || begin.elapsed() < arguments.time);
        let next = move || in_time().then(|| queue.take(number % 2 == 1)).flatten();
        play_all(lane, next, results)
    });
    try_join_all(played).await?;
    Ok(())
}

/// The provider's own protocol, with its log in a directory. Its temporary files are the world's: the path of a socket has to
/// be short.
fn protocol(world: &World, variables: Environment, directory: &Path) -> anyhow::Result<Protocol> {
    let mut environment = world.environment().clone();
    let path = format!("{}:/usr/bin:/bin", world.bin().display());
    let temporary = world.directory().join("temporary");
    make_directory(&temporary)?;
    environment.extend(variables);
    environment.extend([
        ("HOME".to_owned(), directory.display().to_string()),
        ("PATH".to_owned(), path),
        ("TMPDIR".to_owned(), temporary.display().to_string()),
        ("TF_LOG_PROVIDER".to_owned(), "debug".to_owned()),
    ]);
    Ok(Protocol {
        program: provider()?,
        environment,
        log: directory.join("provider.log"),
    })
}

/// Measures the subjects that were not measured yet, side by side.
async fn measure(lanes: &mut [Lane<'_, Protocol>], results: &Mutex<Results>) -> anyhow::Result<()> {
    let known = |subject: &Subject| lock(results).usual.contains_key(subject);
    let open: Vec<Subject> = Subject::ALL.into_iter().filter(|one| !known(one)).collect();
    let chunks = open.chunks(open.len().div_ceil(lanes.len()).max(1));
    let measured = lanes
        .iter_mut()
        .zip(chunks)
        .map(|(lane, subjects)| async move {
            for subject in subjects {
                let usual = play::measure(lane, *subject).await?;
                println!("{}: {:?}", subject.type_name(), usual.milliseconds);
                lock(results).measured(*subject, usual)?;
            }
            anyhow::Ok(())
        });
    try_join_all(measured).await?;
    Ok(())
}

/// Plays life after life until there is none.
async fn play_all(
    lane: &mut Lane<'_, Protocol>,
    next: impl Fn() -> Option<Life>,
    results: &Mutex<Results>,
) -> anyhow::Result<()> {
    while let Some((subject, mut cells)) = next() {
        // A cell that ends badly ends the life; the others are played in another one.
        while !cells.is_empty() {
            match play::play(lane, subject, &cells).await {
                Ok(played) => {
                    for one in played {
                        println!("{} {:?}", one.cell, one.verdict);
                        cells.retain(|cell| *cell != one.cell);
                        lock(results).record(one)?;
                    }
                }
                Err(error) => {
                    eprintln!("{subject:?} {cells:?}: {error:#}");
                    lane.clean_up().await?;
                    break;
                }
            }
        }
    }
    Ok(())
}

fn lock(results: &Mutex<Results>) -> MutexGuard<'_, Results> {
    results.lock().unwrap_or_else(PoisonError::into_inner)
}
