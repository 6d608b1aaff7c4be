//! A run that is cut short leaves no process and no temporary file behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tokio::time::{Instant, sleep};
use world::arm::Arm;
use world::engine::{Engine, Workdir};
use world::files::make_directory;
use world::leftovers::{self, nothing_is_left};
use world::simulator_client::SimulatorClient;

use crate::configuration::Configuration;
use crate::pool::Lease;
use crate::runner::Suite;

/// How long provider and Helm may outlive the engine.
const ORPHANS: Duration = Duration::from_secs(5);
/// How long it may take until Helm runs.
const START: Duration = Duration::from_mins(2);

/// A step that may be over at once: agents of an attempt before may have reported already.
const AWAITED: &str = "wait until Azure reports the cluster as Connected";
/// The steps of a create, as the provider's log names them, in order. Each is a place where a run is cut short.
const CREATE: [&str; 9] = [
    "check Azure and the cluster",
    "fetch the agents' chart and Helm",
    "hand the private key to the agents",
    "create the connected cluster in Azure",
    "ask the Arc data plane for the agents' values",
    "install the agents with Helm",
    "helm upgrade of azure-arc",
    AWAITED,
    // The run before was killed while it waited; this one has nothing to do but to note that it is done.
    "helm upgrade of azure-arc",
];
/// The steps of an update that changes both planes.
const UPDATE: [&str; 4] = [
    "fetch the agents' chart and Helm",
    "change the connected cluster in Azure",
    "install the agents with Helm",
    "helm upgrade of azure-arc",
];
/// The steps of a destroy.
const DELETE: [&str; 4] = [
    "delete the connected cluster in Azure",
    "uninstall the agents with Helm",
    "helm uninstall of azure-arc",
    "remove the agents' definitions and namespaces",
];

/// How a run is cut short.
#[derive(Clone, Copy, Debug)]
enum Blow {
    /// `kill -9` of the provider: the engine lives and stores what it knows.
    Provider,
    /// `kill -9` of the engine: nobody stores anything.
    Engine,
    /// Ctrl-C in a terminal.
    Interrupt,
    /// `kill -9` of Helm, at the steps in which it runs.
    Helm,
}

impl Blow {
    /// Whether there is somebody to strike at a step.
    fn can_fall(self, step: &str) -> bool {
        !matches!(self, Self::Helm) || step.starts_with("helm ")
    }
}

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    let name = format!("interruption::engine_killed::{}", engine.name);
    let engine = engine.clone();
    suite.add(name, 1, |lease| engine_killed(lease, engine));
}

/// A whole life, cut short at every step of it.
pub fn every_step(suite: &mut Suite, engine: &Engine) {
    for blow in [Blow::Provider, Blow::Engine, Blow::Interrupt, Blow::Helm] {
        let engine = engine.clone();
        let name = format!("interruption::every_step::{blow:?}::{}", engine.name);
        suite.add(name.to_lowercase(), 1, move |lease| {
            life(lease, engine, blow)
        });
    }
}

/// Each attempt is cut short one step later than the one before and goes on from what that left. The last is let through.
async fn life(lease: Arc<Lease>, engine: Engine, blow: Blow) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let arm = Arm::login(lease.world()).await?;
    let name = format!("life-{blow:?}").to_lowercase();
    let mut work = Workdir::new(lease.world(), &engine, &name)?;
    let temporary = work.path().join("temporary");
    make_directory(&temporary)?;
    work.set("TMPDIR", &temporary.display().to_string());
    let mut configuration = Configuration::of(cluster);
    work.configure(&configuration.render())?;
    work.init().await?;
    let simulator = SimulatorClient::new(lease.world())?;
    let id = arm.id(&cluster.name);
    for step in CREATE {
        let presence = if step == AWAITED { "away" } else { "real" };
        simulator.presence(&id, json!(presence)).await?;
        cut(&work, "apply", step, blow).await.context(step)?;
    }
    work.apply().await?.expect_success()?;
    work.plan().await?.expect_empty()?;
    "agent = { auto_upgrade_enabled = false }".clone_into(&mut configuration.more);
    work.configure(&configuration.render())?;
    for step in UPDATE {
        cut(&work, "apply", step, blow).await.context(step)?;
    }
    work.apply().await?.expect_success()?;
    work.plan().await?.expect_empty()?;
    for step in DELETE {
        cut(&work, "destroy", step, blow).await.context(step)?;
    }
    work.destroy().await?.expect_success()?;
    nothing_is_left(&arm, lease.world(), cluster).await?;
    let left = workspaces(&temporary)?;
    ensure!(left.is_empty(), "still there: {left:?}");
    Ok(())
}

/// Runs a command and cuts it short as soon as the provider's log names the step. A step that the run no longer needs to
/// take is no mistake: then it simply ends well.
async fn cut(work: &Workdir, command: &str, step: &str, blow: Blow) -> anyhow::Result<()> {
    let directory = work.path().canonicalize()?;
    if !blow.can_fall(step) {
        return Ok(());
    }
    let log = work.next_log(command);
    let words = [command, "-json", "-auto-approve"];
    let run = work.run(&words);
    tokio::pin!(run);
    tokio::select! {
        run = &mut run => return run?.expect_success().map(drop),
        reached = until_logged(&log, step) => reached?,
    }
    match blow {
        Blow::Provider => strike(&directory, is_provider, Signal::KILL)?,
        Blow::Engine => strike(&directory, is_engine, Signal::KILL)?,
        Blow::Interrupt => strike(&directory, is_engine, Signal::INT)?,
        Blow::Helm => {
            let helm = await_process(&directory, is_helm).await?;
            kill_process(helm, Signal::KILL)?;
            run.await?.expect_failure()?;
            return all_gone(&directory).await;
        }
    }
    run.await?;
    all_gone(&directory).await
}

/// A process that is gone already needs no blow.
fn strike(directory: &Path, victim: fn(&[String]) -> bool, signal: Signal) -> anyhow::Result<()> {
    for (pid, words) in processes(directory) {
        if victim(&words) {
            match kill_process(pid, signal) {
                Ok(()) | Err(rustix::io::Errno::SRCH) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

async fn until_logged(log: &Path, step: &str) -> anyhow::Result<()> {
    let line = format!("step=\"{step}\"");
    let deadline = Instant::now() + START;
    loop {
        let text = fs::read(log).unwrap_or_default();
        if String::from_utf8_lossy(&text).contains(&line) {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "{step:?} is not reached");
        sleep(Duration::from_millis(5)).await;
    }
}

/// The provider itself, not the supervisor or the keeper that it starts as the same program.
fn is_provider(words: &[String]) -> bool {
    words.len() == 1 && words[0].contains("terraform-provider-arc")
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
    leftovers::clean_up(lease.world(), lease.cluster()).await
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

/// Helm itself, not the supervisor that starts it.
fn is_helm(words: &[String]) -> bool {
    let is_ours = words
        .iter()
        .any(|word| word.contains("terraform-provider-arc"));
    let told = words
        .iter()
        .any(|word| word == "upgrade" || word == "uninstall");
    told && !is_ours
}

/// The engine is the one that was told to apply or destroy, past the guard that started it.
fn is_engine(words: &[String]) -> bool {
    let told = words
        .iter()
        .any(|word| word == "apply" || word == "destroy");
    told && words.get(1).is_some_and(|word| word != "guard")
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
