//! A run that is cut short leaves no process and no temporary file behind.

mod children;
mod processes;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use rustix::process::{Signal, kill_process};
use serde_json::json;
use world::engine::{Engine, Workdir};
use world::files::make_directory;
use world::leftovers;
use world::wait::within;

use processes::{all_gone, await_process, is_engine, is_helm, is_provider, send_signal};

use crate::common::{Configuration, Fixture, Suite};

/// How long it may take until a step is reached.
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
enum Interruption {
    /// `kill -9` of the provider: the engine lives and stores what it knows.
    Provider,
    /// `kill -9` of the engine: nothing is stored.
    Engine,
    /// Ctrl-C in a terminal.
    Interrupt,
    /// `kill -9` of Helm, at the steps in which it runs.
    Helm,
}

impl Interruption {
    /// Whether its process runs at a step.
    fn is_possible(self, step: &str) -> bool {
        !matches!(self, Self::Helm) || step.starts_with("helm ")
    }
}

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add("interruption::engine_killed", 1, engine, engine_killed);
}

/// What does not depend on the engine: a lifecycle that is interrupted at every step, and what extends a cluster.
pub fn once(suite: &mut Suite, engine: &Engine) {
    for interruption in [
        Interruption::Provider,
        Interruption::Engine,
        Interruption::Interrupt,
        Interruption::Helm,
    ] {
        let name = format!("interruption::every_step::{interruption:?}").to_lowercase();
        suite.add(&name, 1, engine, move |test| lifecycle(test, interruption));
    }
    suite.add(
        "interruption::children_are_taken_up_again",
        1,
        engine,
        children::run,
    );
}

/// Each attempt is cut short one step later than the one before and goes on from what that left. The last is let through.
async fn lifecycle(mut test: Fixture, interruption: Interruption) -> anyhow::Result<()> {
    let temporary = test.work.path().join("temporary");
    make_directory(&temporary)?;
    test.work.set("TMPDIR", &temporary.display().to_string());
    let mut configuration = Configuration::of(test.cluster());
    test.init(&configuration.render()).await?;
    let id = test.id();
    for step in CREATE {
        let presence = if step == AWAITED { "away" } else { "real" };
        test.simulator.presence(&id, json!(presence)).await?;
        interrupt(&test.work, "apply", step, interruption)
            .await
            .context(step)?;
    }
    test.work.converge().await?;
    "agent = { auto_upgrade_enabled = false }".clone_into(&mut configuration.more);
    test.work.configure(&configuration.render())?;
    for step in UPDATE {
        interrupt(&test.work, "apply", step, interruption)
            .await
            .context(step)?;
    }
    test.work.converge().await?;
    for step in DELETE {
        interrupt(&test.work, "destroy", step, interruption)
            .await
            .context(step)?;
    }
    test.destroy().await?;
    let left = workspaces(&temporary)?;
    ensure!(left.is_empty(), "still there: {left:?}");
    Ok(())
}

/// Runs a command and cuts it short as soon as the provider's log names the step. A step that the run no longer needs to
/// take is no mistake: then it simply ends well.
async fn interrupt(
    work: &Workdir,
    command: &str,
    step: &str,
    interruption: Interruption,
) -> anyhow::Result<()> {
    let directory = work.path().canonicalize()?;
    if !interruption.is_possible(step) {
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
    match interruption {
        Interruption::Provider => send_signal(&directory, is_provider, Signal::KILL)?,
        Interruption::Engine => send_signal(&directory, is_engine, Signal::KILL)?,
        Interruption::Interrupt => send_signal(&directory, is_engine, Signal::INT)?,
        Interruption::Helm => {
            let helm = await_process(&directory, is_helm).await?;
            kill_process(helm, Signal::KILL)?;
            run.await?.expect_failure()?;
            return all_gone(&directory).await;
        }
    }
    run.await?;
    all_gone(&directory).await
}

/// Waits until the provider's log names a step.
async fn until_logged(log: &Path, step: &str) -> anyhow::Result<()> {
    let line = format!("step=\"{step}\"");
    let what = format!("the run reaches {step:?}");
    within(START, Duration::from_millis(5), &what, || {
        let text = fs::read(log).unwrap_or_default();
        let reached = String::from_utf8_lossy(&text).contains(&line);
        async move { Ok(reached) }
    })
    .await
}

/// `kill -9` of the engine while Helm installs the agents.
async fn engine_killed(mut test: Fixture) -> anyhow::Result<()> {
    let temporary = test.work.path().join("temporary");
    make_directory(&temporary)?;
    test.work.set("TMPDIR", &temporary.display().to_string());
    test.init(&Configuration::of(test.cluster()).render())
        .await?;
    let directory = test.work.path().canonicalize()?;
    let kill = async {
        await_process(&directory, |words| {
            words.iter().any(|word| word == "upgrade")
        })
        .await?;
        let engine = await_process(&directory, is_engine).await?;
        kill_process(engine, Signal::KILL)?;
        all_gone(&directory).await
    };
    let (run, gone) = tokio::join!(test.work.apply(), kill);
    gone?;
    let left = workspaces(&temporary)?;
    ensure!(left.is_empty(), "still there: {left:?}");
    ensure!(run?.code != 0, "the engine was killed and ended well");
    leftovers::clean_up(test.world(), test.cluster()).await
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
