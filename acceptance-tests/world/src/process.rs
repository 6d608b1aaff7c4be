//! A running program of the world: started through a guard, its output in a log file, its readiness polled.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use futures::future::join_all;
use tokio::process::{ChildStdin, Command};
use tokio::sync::watch;

use super::wait::within;

/// How long a program may take to become ready; generous, since the machine may be busy compiling.
const START_LIMIT: Duration = Duration::from_secs(90);
/// Pause between two looks at something that is not ready yet.
const INTERVAL: Duration = Duration::from_millis(50);
/// Lines of a log that an error message shows.
const TAIL: usize = 12;

/// What to run.
#[derive(Debug)]
pub struct Program {
    name: String,
    words: Vec<OsString>,
    env: BTreeMap<String, OsString>,
}

impl Program {
    /// A program without arguments, under the name that its log file and messages carry.
    pub fn new(name: impl Into<String>, path: impl Into<OsString>) -> Self {
        Self {
            name: name.into(),
            words: vec![path.into()],
            env: BTreeMap::new(),
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, word: impl Into<OsString>) -> Self {
        self.words.push(word.into());
        self
    }

    /// Adds `--name value`.
    #[must_use]
    pub fn flag(self, name: &str, value: impl Into<OsString>) -> Self {
        self.arg(format!("--{name}")).arg(value)
    }

    /// Sets one variable. Of our own environment a program sees only `PATH`.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }
}

/// A started program. Dropping it ends the program, without waiting.
#[derive(Debug)]
pub struct Process {
    name: String,
    log: PathBuf,
    stdin: Mutex<Option<ChildStdin>>,
    exit: watch::Receiver<Option<ExitStatus>>,
}

impl Process {
    /// Polls until `probe` answers with something, and gives up at once when the program ends.
    ///
    /// A probe's error is taken for "not yet" and shown if nothing better comes in time.
    ///
    /// # Errors
    ///
    /// When the program ends or does not become ready in time; the message holds the end of its log.
    pub async fn ready<T, P, F>(&self, probe: P) -> anyhow::Result<T>
    where
        P: Fn() -> F,
        F: Future<Output = anyhow::Result<T>>,
    {
        let what = format!("{} is ready", self.name);
        within(START_LIMIT, INTERVAL, &what, || async {
            let seen = match probe().await {
                Ok(value) => return Ok(Ok(value)),
                Err(seen) => seen,
            };
            match *self.exit.borrow() {
                Some(status) => bail!("{} ended with {status}", self.name),
                None => Ok(Err(format!("{seen:#}"))),
            }
        })
        .await
        .with_context(|| self.tail())
    }

    /// Ends the program and waits until it is gone.
    pub async fn stop(&self) {
        self.stdin
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // The sender lives in the task that waits for the guard, so an error means that the guard is gone as well.
        let _ = self.exit.clone().wait_for(Option::is_some).await;
    }

    fn tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let tail = lines[lines.len().saturating_sub(TAIL)..].join("\n");
        format!("{}:\n{tail}", self.log.display())
    }
}

/// All programs of one world.
#[derive(Debug)]
pub struct Processes {
    guard: PathBuf,
    logs: PathBuf,
    running: Mutex<Vec<Arc<Process>>>,
}

impl Processes {
    /// None yet. `guard` is the `world` program, `logs` an existing directory.
    pub fn new(guard: &Path, logs: &Path) -> Self {
        Self {
            guard: guard.to_owned(),
            logs: logs.to_owned(),
            running: Mutex::default(),
        }
    }

    /// Starts a program behind a guard, with its output in `<name>.log`.
    ///
    /// # Errors
    ///
    /// When the log cannot be written or the guard cannot be started. A program that does not exist shows in
    /// [`Process::ready`].
    pub fn start(&self, program: Program) -> anyhow::Result<Arc<Process>> {
        let log = self.logs.join(format!("{}.log", program.name));
        let output =
            File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut child = Command::new(&self.guard)
            .arg("guard")
            .args(program.words)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(program.env)
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", self.guard.display()))?;
        let (sender, exit) = watch::channel(None);
        let process = Arc::new(Process {
            name: program.name,
            log,
            stdin: Mutex::new(child.stdin.take()),
            exit,
        });
        tokio::spawn(async move { sender.send(child.wait().await.ok()) });
        self.lock().push(Arc::clone(&process));
        Ok(process)
    }

    /// Ends all programs, `last` after all others, and waits until they are gone.
    pub async fn stop(&self, last: &str) {
        let running = std::mem::take(&mut *self.lock());
        let (last, first): (Vec<_>, Vec<_>) = running
            .into_iter()
            .partition(|process| process.name == last);
        join_all(first.iter().map(|process| process.stop())).await;
        join_all(last.iter().map(|process| process.stop())).await;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Process>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
