//! The supervisor between this program and Helm: this program once more, started with a hidden argument.
//!
//! A Helm that goes on after its provider was killed changes a cluster that nobody watches, and holds the release's
//! lock. The operating system does not tie a child's life to its parent's in a portable way, but it closes a dead
//! process's pipes. So the supervisor reads one: the end of its standard input means that nobody waits for Helm any
//! more, and the word [`STOP`] that Helm should end in its own time. Either way it ends Helm's whole process group,
//! exec plugins included.
//!
//! Helm's output passes through the supervisor, which goes on taking it when nobody listens any more. Otherwise the
//! first word that Helm says about its end would kill it with a broken pipe, and leave its release pending for ever.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::pin::pin;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, copy, sink};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time;

use super::keeper;
use crate::child::Group;

/// The hidden argument that makes this program a supervisor: `PROGRAM run-child LOCK COMMAND ARGUMENT…`.
pub const RUN_CHILD: &str = "run-child";

/// What the supervisor reads when Helm should end and has time to write down that it did.
pub(super) const STOP: &[u8] = b"stop\n";

/// How long Helm may take to end after it was asked to. Helm then marks its release as failed, which beats pending.
pub(super) const STOP_GRACE: Duration = Duration::from_secs(10);

/// The same when nobody is left to wait for it.
const ORPHAN_GRACE: Duration = Duration::from_secs(3);

/// How long somebody who left Helm's group may hold its output open.
const DRAIN_LIMIT: Duration = Duration::from_secs(1);

/// The exit code when the command could not be started, as shells have it.
const NOT_STARTED: u8 = 127;

/// Runs a command for as long as somebody holds our standard input open, and ends with its exit code.
///
/// `arguments` is what follows [`RUN_CHILD`]: a file to hold meanwhile (module `keeper`), the program and its arguments.
/// What the command writes to standard output and error comes out of ours, and it gets no standard input. A command that
/// died of signal n gives 128 + n, as in a shell; one that could not be started gives 127 and a line on standard error.
#[must_use]
pub fn supervise(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let (Some(lock), Some(program)) = (arguments.next(), arguments.next()) else {
        eprintln!("{RUN_CHILD}: no command given");
        return ExitCode::from(NOT_STARTED);
    };
    let _held = match keeper::hold(Path::new(&lock)) {
        Ok(held) => held,
        Err(error) => {
            eprintln!("cannot hold {}: {error}", lock.display());
            return ExitCode::from(NOT_STARTED);
        }
    };
    let mut command = Command::new(&program);
    command.args(arguments);
    let status = block_on(async {
        let output = (tokio::io::stdout(), tokio::io::stderr());
        watch(&mut command, tokio::io::stdin(), output).await
    });
    match status {
        Ok(status) => ExitCode::from(code(status)),
        Err(error) => {
            eprintln!("cannot run {}: {error}", program.display());
            ExitCode::from(NOT_STARTED)
        }
    }
}

/// Leaves the thread that still reads standard input behind: nothing else could end that read.
fn block_on<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let output = runtime.block_on(work);
    runtime.shutdown_background();
    output
}

/// Runs the command until it ends by itself or is no longer wanted.
async fn watch(
    command: &mut Command,
    wish: impl AsyncRead + Unpin,
    (stdout, stderr): (impl AsyncWrite + Unpin, impl AsyncWrite + Unpin),
) -> io::Result<ExitStatus> {
    let mut group = Group::start(command).await?;
    let output = group.output();
    let mut relays = pin!(async { tokio::join!(relay(output.0, stdout), relay(output.1, stderr)) });
    let mut ended = pin!(until_end(&mut group, wish));
    let status = tokio::select! {
        status = &mut ended => status,
        _ = &mut relays => return ended.await,
    };
    // The group has written all it will; only somebody who left it can still hold the pipes.
    let _ = time::timeout(DRAIN_LIMIT, relays).await;
    status
}

/// Waits for the command's end, and brings it about when it is no longer wanted.
async fn until_end(group: &mut Group, wish: impl AsyncRead + Unpin) -> io::Result<ExitStatus> {
    let grace = tokio::select! {
        ended = group.ended() => ended.map(|()| None),
        grace = unwanted(wish) => grace.map(Some),
    };
    if let Some(grace) = grace? {
        group.terminate();
        // Ended or not, the rest is killed.
        let _ = time::timeout(grace, group.ended()).await;
    }
    group.reap().await
}

/// Passes output on, and takes it in when it can no longer be passed on.
async fn relay(from: Option<impl AsyncRead + Unpin>, mut to: impl AsyncWrite + Unpin) {
    let Some(mut from) = from else { return };
    if copy(&mut from, &mut to).await.is_err() {
        let _ = copy(&mut from, &mut sink()).await;
    }
}

/// Completes when the command should end, and says how long it may take.
async fn unwanted(mut wish: impl AsyncRead + Unpin) -> io::Result<Duration> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut word = [0; STOP.len()];
    tokio::select! {
        read = wish.read_exact(&mut word) => Ok(read.map_or(ORPHAN_GRACE, |_| STOP_GRACE)),
        _ = terminate.recv() => Ok(STOP_GRACE),
    }
}

fn code(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok())
        .unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests;
