//! A directory with a configuration, and the commands that are run in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::Value;
use tokio::process::Command;
use tokio::time::timeout;

use super::{Engine, Run};
use crate::World;
use crate::environment::Environment;
use crate::files::{make_directory, write_private};
use crate::programs::built_program;

/// How long one command may take.
const LIMIT: Duration = Duration::from_mins(5);

/// A root module of its own, with its own state.
#[derive(Debug)]
pub struct Workdir {
    directory: PathBuf,
    program: PathBuf,
    environment: Environment,
    runs: AtomicUsize,
}

impl Workdir {
    /// A new directory in a world's `runs`, with the world's variables.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn new(world: &World, engine: &Engine, name: &str) -> anyhow::Result<Self> {
        let directory = world
            .directory()
            .join("runs")
            .join(format!("{name}-{}", engine.name));
        make_directory(&directory)?;
        let mut environment = world.environment().clone();
        let path = std::env::var("PATH").context("PATH")?;
        let own = [
            ("HOME", directory.display().to_string()),
            ("PATH", format!("{}:{path}", world.bin().display())),
            ("TF_IN_AUTOMATION", "1".to_owned()),
            ("TF_INPUT", "0".to_owned()),
            ("TF_LOG_CORE", "warn".to_owned()),
            ("TF_LOG_PROVIDER", "debug".to_owned()),
        ];
        environment.extend(own.map(|(name, value)| (name.to_owned(), value)));
        Ok(Self {
            directory,
            program: engine.program.clone(),
            environment,
            runs: AtomicUsize::new(0),
        })
    }

    /// Sets a variable for the runs to come; an empty value removes it.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.remove(name);
        if !value.is_empty() {
            self.environment.insert(name.to_owned(), value.to_owned());
        }
    }

    /// A variable as the runs see it; empty if it is not set.
    pub fn variable(&self, name: &str) -> &str {
        self.environment.get(name).map_or("", String::as_str)
    }

    /// Where the configuration, the state and the logs of the runs are.
    pub fn path(&self) -> &Path {
        &self.directory
    }

    /// Writes `main.tf`, in place of an earlier one.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub fn configure(&self, configuration: &str) -> anyhow::Result<()> {
        write_private(&self.directory.join("main.tf"), configuration)
    }

    /// `init`, which must succeed.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub async fn init(&self) -> anyhow::Result<Run> {
        self.run(&["init", "-no-color"]).await?.expect_success()
    }

    /// `plan`, whatever comes of it.
    ///
    /// # Errors
    ///
    /// When it cannot be run or takes too long; so with all commands.
    pub async fn plan(&self) -> anyhow::Result<Run> {
        self.run(&["plan", "-json", "-detailed-exitcode"]).await
    }

    /// `plan` in the form for people: what changes, with all values.
    ///
    /// # Errors
    ///
    /// As [`Workdir::plan`].
    pub async fn plan_text(&self) -> anyhow::Result<Run> {
        self.run(&["plan", "-no-color", "-detailed-exitcode"]).await
    }

    /// `apply`.
    ///
    /// # Errors
    ///
    /// As [`Workdir::plan`].
    pub async fn apply(&self) -> anyhow::Result<Run> {
        self.run(&["apply", "-json", "-auto-approve"]).await
    }

    /// `apply`, which must succeed, and a `plan`, which must be empty then.
    ///
    /// # Errors
    ///
    /// When one of them is not so.
    pub async fn converge(&self) -> anyhow::Result<()> {
        self.apply().await?.expect_success()?;
        self.plan().await?.expect_empty()
    }

    /// `destroy`.
    ///
    /// # Errors
    ///
    /// As [`Workdir::plan`].
    pub async fn destroy(&self) -> anyhow::Result<Run> {
        self.run(&["destroy", "-json", "-auto-approve"]).await
    }

    /// `import` of one object by its id.
    ///
    /// # Errors
    ///
    /// As [`Workdir::plan`].
    pub async fn import(&self, address: &str, id: &str) -> anyhow::Result<Run> {
        self.run(&["import", "-no-color", address, id]).await
    }

    /// The attributes of one resource in the state.
    ///
    /// # Errors
    ///
    /// When there is no such resource.
    pub async fn attributes(&self, address: &str) -> anyhow::Result<Value> {
        let run = self.run(&["show", "-json"]).await?.expect_success()?;
        let state: Value = serde_json::from_str(&run.text)?;
        let resources = state["values"]["root_module"]["resources"].as_array();
        let found = resources
            .into_iter()
            .flatten()
            .find(|resource| resource["address"] == address);
        Ok(found.with_context(|| format!("{address} is not in the state"))?["values"].clone())
    }

    /// Where the provider's log of the next run will be, if it is this command.
    pub fn next_log(&self, command: &str) -> PathBuf {
        let number = self.runs.load(Ordering::Relaxed);
        self.directory.join(format!("{number}-{command}.log"))
    }

    /// Runs any command of the engine, its provider's log in `<number>-<command>.log`.
    ///
    /// # Errors
    ///
    /// As [`Workdir::plan`].
    pub async fn run(&self, words: &[&str]) -> anyhow::Result<Run> {
        let number = self.runs.fetch_add(1, Ordering::Relaxed);
        let log = self.directory.join(format!("{number}-{}.log", words[0]));
        let mut command = Command::new(built_program("world")?);
        command
            .arg("guard")
            .arg(&self.program)
            .args(words)
            .current_dir(&self.directory)
            .env_clear()
            .envs(&self.environment)
            .env("TF_LOG_PATH", OsString::from(&log));
        let name = words.join(" ");
        let output = run_within(LIMIT, command)
            .await
            .with_context(|| format!("{name}, see {}", log.display()))?;
        let mut text = String::from_utf8(output.stdout)?;
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        Ok(Run::read(name, output.status.code().unwrap_or(-1), text))
    }
}

/// Runs a guarded command. Its standard input is what keeps it going.
async fn run_within(limit: Duration, mut command: Command) -> anyhow::Result<Output> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let stdin = child.stdin.take();
    let mut output = pin!(child.wait_with_output());
    if let Ok(output) = timeout(limit, &mut output).await {
        return Ok(output?);
    }
    drop(stdin);
    let output = output.await?;
    bail!(
        "ended after {} s\n{}",
        limit.as_secs(),
        String::from_utf8_lossy(&output.stdout)
    )
}
