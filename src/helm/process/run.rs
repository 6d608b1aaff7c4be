//! Runs Helm once and brings back what it said.
//!
//! The process does not outlive the call: at a stop or a deadline its supervisor is told, and when the future is
//! dropped or this program dies the supervisor notices by itself ([`super::supervise()`]). Secrets reach Helm in files
//! only; of our environment it gets what proxies, certificates and exec plugins need.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time;

use super::failure;
use super::keeper::lock_of;
use super::supervise::{RUN_CHILD, STOP, STOP_GRACE};
use super::workspace::Workspace;
use crate::call::{Call, Halt};
use crate::environment;
use crate::helm::Error;
use crate::redact;

/// How many bytes of standard output are kept. The release list of a large cluster is below 1 MiB.
const STDOUT_KEPT: usize = 8 * 1024 * 1024;

/// How many bytes of standard error are kept: what a person can read.
const STDERR_KEPT: usize = 16 * 1024;

/// How long a told supervisor may take: Helm's grace, and some time for the kernel.
const PATIENCE: Duration = Duration::from_secs(STOP_GRACE.as_secs() + 5);

/// Settings that would make Helm keep its record elsewhere or talk to another cluster than it was told to.
const HELM_SETTINGS: &str = "HELM_";

/// The program that stands between us and Helm.
#[derive(Clone, Debug)]
pub(in crate::helm) struct Supervisor {
    program: PathBuf,
    argument: Option<&'static str>,
}

impl Supervisor {
    /// This program itself, which hands [`RUN_CHILD`] on to [`super::supervise::supervise`].
    pub(in crate::helm) fn this_program() -> Result<Self, Error> {
        Ok(Self {
            program: std::env::current_exe()
                .map_err(|source| Error::file("find", "our own program", source))?,
            argument: Some(RUN_CHILD),
        })
    }

    /// A program that takes a command line as its arguments, for tests, whose own program is the test runner.
    #[cfg(test)]
    pub(in crate::helm) fn stand_in(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            argument: None,
        }
    }

    fn command(&self, program: &Path, workspace: &Workspace) -> Command {
        let mut command = Command::new(&self.program);
        if let Some(argument) = self.argument {
            command.arg(argument).arg(lock_of(workspace.path()));
        }
        command.arg(program);
        command
    }
}

/// One run of Helm.
pub(in crate::helm) struct Run<'a> {
    /// The Helm program.
    pub(in crate::helm) program: &'a Path,
    /// Its arguments, without secrets.
    pub(in crate::helm) arguments: Vec<OsString>,
    /// Where its homes are.
    pub(in crate::helm) workspace: &'a Workspace,
    /// What errors call this run, such as "helm upgrade of azure-arc".
    pub(in crate::helm) action: String,
}

impl Run<'_> {
    /// Runs Helm to its end and gives its standard output.
    ///
    /// # Errors
    ///
    /// [`Error::Start`], [`Error::Halted`], or what [`failure::classify`] makes of its exit code and standard error.
    pub(in crate::helm) async fn output(
        self,
        call: &Call,
        supervisor: &Supervisor,
    ) -> Result<Vec<u8>, Error> {
        call.check().map_err(|halt| self.halted(halt, &[]))?;
        let mut child = self.spawn(supervisor)?;
        let wish = child.stdin.take();
        let mut ended = pin!(ended(&mut child));
        tokio::select! {
            biased;
            end = &mut ended => self.verdict(end?),
            halt = call.halted() => {
                tell(wish).await;
                let said = time::timeout(PATIENCE, ended).await;
                let stderr = said.ok().and_then(Result::ok).map(|end| end.stderr);
                Err(self.halted(halt, &stderr.unwrap_or_default()))
            }
        }
    }

    fn spawn(&self, supervisor: &Supervisor) -> Result<Child, Error> {
        let home = |name: &str| self.workspace.path().join("helm").join(name);
        let mut command = supervisor.command(self.program, self.workspace);
        environment::withhold_also(&mut command, &[HELM_SETTINGS]);
        command
            .args(&self.arguments)
            .env("HELM_CACHE_HOME", home("cache"))
            .env("HELM_CONFIG_HOME", home("config"))
            .env("HELM_DATA_HOME", home("data"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|source| Error::Start {
                program: supervisor.program.clone(),
                source,
            })
    }

    fn verdict(&self, end: End) -> Result<Vec<u8>, Error> {
        if end.status.success() {
            return Ok(end.stdout);
        }
        let said = readable(&end.stderr);
        Err(failure::classify(&self.action, end.status.code(), said))
    }

    fn halted(&self, halt: Halt, stderr: &[u8]) -> Error {
        Error::Halted {
            doing: self.action.clone(),
            seen: readable(stderr),
            halt,
        }
    }
}

/// How a run ended.
struct End {
    status: ExitStatus,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

/// Reads both streams to their end, then waits. Dropping this future drops the supervisor's pipe, which ends Helm.
async fn ended(child: &mut Child) -> Result<End, Error> {
    let streams = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr, status) = tokio::join!(
        tail(streams.0, STDOUT_KEPT),
        tail(streams.1, STDERR_KEPT),
        child.wait()
    );
    status
        .map(|status| End {
            status,
            stdout,
            stderr,
        })
        .map_err(|source| Error::file("wait for", "helm", source))
}

/// The last `limit` bytes of a stream. A stream that breaks ends there.
async fn tail(stream: Option<impl AsyncRead + Unpin>, limit: usize) -> Vec<u8> {
    let mut kept = Vec::new();
    let Some(mut stream) = stream else {
        return kept;
    };
    while let Ok(1..) = stream.read_buf(&mut kept).await {
        if kept.len() > 2 * limit {
            kept.drain(..kept.len() - limit);
        }
    }
    let excess = kept.len().saturating_sub(limit);
    kept.drain(..excess);
    kept
}

/// Asks the supervisor to end Helm. One that cannot be told is gone, and so is Helm.
async fn tell(wish: Option<ChildStdin>) {
    if let Some(mut wish) = wish {
        let _ = wish.write_all(STOP).await;
    }
}

fn readable(stderr: &[u8]) -> String {
    redact::ending(String::from_utf8_lossy(stderr).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_of_a_long_stream_is_kept() {
        let stream: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        for limit in [1, 1_000, 99_999, 100_000, 200_000] {
            let expected = &stream[stream.len().saturating_sub(limit)..];
            assert_eq!(tail(Some(stream.as_slice()), limit).await, expected);
        }
        assert_eq!(tail(None::<&[u8]>, 10).await, b"");
    }
}
