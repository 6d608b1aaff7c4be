//! A run that is cut short leaves no process and no temporary file behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use acceptance_tests::engine::{Engine, Workdir};
use acceptance_tests::subject;
use acceptance_tests::world::files::make_directory;
use anyhow::{Context, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, sleep};

use crate::configuration::Configuration;
use crate::pool::Lease;
use crate::runner::Suite;

/// How long provider and Helm may outlive the engine.
const ORPHANS: Duration = Duration::from_secs(5);
/// How long it may take until Helm runs.
const START: Duration = Duration::from_mins(2);

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let name = format!("interruption::engine_killed::{}", engine.name);
    let engine = engine.clone();
    suite.add(name, 1, |lease| engine_killed(lease, engine));
}

/// `kill -9` of the engine while Helm installs the agents.
async fn engine_killed(lease: Arc<Lease>, engine: Engine) -> anyhow::Result<()> {
    let mut work = Workdir::new(lease.world(), &engine, "engine-killed")?;
    let temporary = work.path().join("temporary");
    make_directory(&temporary)?;
    work.set("TMPDIR", &temporary.display().to_string());
    work.configure(&Configuration::of(lease.cluster()).render())?;
    work.init().await?;
    let directory = work.path().canonicalize()?;
    let kill = async {
        await_process(&directory, |words| {
            words.iter().any(|word| word == "upgrade")
        })
        .await?;
        let engine = await_process(&directory, is_engine).await?;
        kill_process(engine, Signal::KILL)?;
        all_gone(&directory).await
    };
    let (run, gone) = tokio::join!(work.apply(), kill);
    gone?;
    let left = workspaces(&temporary)?;
    ensure!(left.is_empty(), "still there: {left:?}");
    ensure!(run?.code != 0, "the engine was killed and ended well");
    subject::scrub(lease.world(), lease.cluster()).await
}

/// What the provider keeps in a directory for temporary files.
fn workspaces(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory)?.map(|entry| Ok(entry?.path()));
    let entries = entries.collect::<anyhow::Result<Vec<_>>>()?;
    let ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with("arc-")
    };
    Ok(entries.into_iter().filter(ours).collect())
}

/// The engine is the one that was told to apply, past the guard that started it.
fn is_engine(words: &[String]) -> bool {
    words.iter().any(|word| word == "apply") && words.get(1).is_some_and(|word| word != "guard")
}

async fn await_process(
    directory: &Path,
    wanted: impl Fn(&[String]) -> bool,
) -> anyhow::Result<Pid> {
    let deadline = Instant::now() + START;
    loop {
        let found = processes(directory)
            .into_iter()
            .find(|(_, words)| wanted(words));
        if let Some((pid, _)) = found {
            return Ok(pid);
        }
        ensure!(
            Instant::now() < deadline,
            "the process that is waited for does not come"
        );
        sleep(Duration::from_millis(10)).await;
    }
}

async fn all_gone(directory: &Path) -> anyhow::Result<()> {
    let deadline = Instant::now() + ORPHANS;
    loop {
        let left = processes(directory);
        if left.is_empty() {
            return Ok(());
        }
        ensure!(
            Instant::now() < deadline,
            "still there after {} s: {left:?}",
            ORPHANS.as_secs()
        );
        sleep(Duration::from_millis(50)).await;
    }
}

/// All processes that work in a directory: engine, provider, supervisor and Helm inherit it from one another.
fn processes(directory: &Path) -> Vec<(Pid, Vec<String>)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| process(&entry.path(), directory).ok())
        .collect()
}

fn process(entry: &Path, directory: &Path) -> anyhow::Result<(Pid, Vec<String>)> {
    let id = entry
        .file_name()
        .and_then(|name| name.to_str())
        .context("no name")?
        .parse()?;
    ensure!(
        fs::read_link(entry.join("cwd"))? == directory,
        "it works elsewhere"
    );
    let words = fs::read_to_string(entry.join("cmdline"))?;
    let words = words
        .split_terminator('\0')
        .map(ToOwned::to_owned)
        .collect();
    Ok((Pid::from_raw(id).context("no process id")?, words))
}
