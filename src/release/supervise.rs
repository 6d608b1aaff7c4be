//! The guardian between this program and Helm: this program once more, started with a hidden argument.
//!
//! A Helm that goes on after its provider was killed changes a cluster that nobody watches, and holds the release's
//! lock. The operating system does not tie a child's life to its parent's in a portable way, but it closes a dead
//! process's pipes. So the guardian reads one: the end of its standard input means that nobody waits for Helm any more,
//! and the word [`STOP`] that Helm should end in its own time. Either way it ends Helm's whole process group, exec
//! plugins included.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time;

/// The hidden argument that makes this program a guardian: `PROGRAM run-child COMMAND ARGUMENT…`.
pub const RUN_CHILD: &str = "run-child";

/// What the guardian reads when Helm should end and has time to write down that it did.
pub(super) const STOP: &[u8] = b"stop\n";

/// How long Helm may take to end after it was asked to. Helm then marks its release as failed, which beats pending.
pub(super) const STOP_GRACE: Duration = Duration::from_secs(10);

/// The same when nobody is left to wait for it.
const ORPHAN_GRACE: Duration = Duration::from_secs(3);

/// The exit code when the command could not be started, as shells have it.
const NOT_STARTED: u8 = 127;

/// How often a program that somebody still holds open for writing is tried, and the pause between two tries.
const BUSY_TRIES: u32 = 20;
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// Runs a command for as long as somebody holds our standard input open, and ends with its exit code.
///
/// `arguments` is what follows [`RUN_CHILD`]: the program and its arguments. The command inherits standard output and
/// error and gets no standard input. A command that died of signal n gives 128 + n, as in a shell; one that could not be
/// started gives 127 and a line on standard error.
#[must_use]
pub fn supervise(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Some(program) = arguments.next() else {
        eprintln!("{RUN_CHILD}: no command given");
        return ExitCode::from(NOT_STARTED);
    };
    let mut command = Command::new(&program);
    command.args(arguments);
    let status = block_on(async { watch(&mut command, tokio::io::stdin()).await });
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
async fn watch(command: &mut Command, wish: impl AsyncRead + Unpin) -> io::Result<ExitStatus> {
    let mut child = start(command.stdin(Stdio::null()).process_group(0)).await?;
    tokio::select! {
        status = child.wait() => status,
        grace = unwanted(wish) => end(&mut child, grace?).await,
    }
}

/// Starts the command. A program that was just written can be held open for a moment by another thread's fork.
async fn start(command: &mut Command) -> io::Result<Child> {
    for _ in 1..BUSY_TRIES {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                time::sleep(BUSY_PAUSE).await;
            }
            started => return started,
        }
    }
    command.spawn()
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

/// Asks the command's group to end, and after the grace makes it.
async fn end(child: &mut Child, grace: Duration) -> io::Result<ExitStatus> {
    signal_group(child, Signal::TERM);
    if let Ok(status) = time::timeout(grace, child.wait()).await {
        return status;
    }
    signal_group(child, Signal::KILL);
    child.wait().await
}

/// Signals the group that the command leads. A child that was already waited for has no id, so no stranger is hit.
fn signal_group(child: &Child, signal: Signal) {
    let leader = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    if let Some(leader) = leader {
        // The only failure left is a group that is gone, and that is what was wanted.
        let _ = kill_process_group(leader, signal);
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
mod tests {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream};
    use tokio::task::JoinHandle;

    use super::*;

    /// A watched shell script that has said "ready", and our end of its guardian's standard input.
    async fn ready(script: &str) -> (JoinHandle<io::Result<ExitStatus>>, DuplexStream) {
        let (ours, theirs) = tokio::io::duplex(64);
        let (said, says) = std::io::pipe().expect("a pipe");
        let script = script.to_owned();
        let watched = tokio::spawn(async move {
            let mut command = Command::new("sh");
            command.args(["-c", &script]).stdout(says);
            watch(&mut command, theirs).await
        });
        let said = tokio::net::unix::pipe::Receiver::from_owned_fd(said.into()).expect("a pipe");
        let mut line = String::new();
        BufReader::new(said)
            .read_line(&mut line)
            .await
            .expect("it speaks");
        assert_eq!(line, "ready\n");
        (watched, ours)
    }

    async fn outcome(watched: JoinHandle<io::Result<ExitStatus>>) -> u8 {
        code(watched.await.expect("no panic").expect("it ran"))
    }

    const OBEDIENT: &str = "trap 'exit 7' TERM; echo ready; sleep 600 & wait";
    const DEAF: &str = "trap '' TERM; echo ready; sleep 600 & wait; wait";

    #[tokio::test]
    async fn the_exit_code_is_the_commands() {
        let (watched, _wish) = ready("echo ready; exit 3").await;
        assert_eq!(outcome(watched).await, 3);
    }

    #[tokio::test]
    async fn the_word_stop_asks_the_command_to_end() {
        let (watched, mut wish) = ready(OBEDIENT).await;
        wish.write_all(STOP).await.expect("it listens");
        assert_eq!(outcome(watched).await, 7);
    }

    #[tokio::test]
    async fn an_orphan_is_asked_to_end() {
        let (watched, wish) = ready(OBEDIENT).await;
        drop(wish);
        assert_eq!(outcome(watched).await, 7);
    }

    #[tokio::test(start_paused = true)]
    async fn a_command_that_ignores_the_request_is_killed() {
        let (watched, wish) = ready(DEAF).await;
        drop(wish);
        assert_eq!(outcome(watched).await, 128 + 9);
    }

    #[tokio::test]
    async fn a_missing_program_is_an_error() {
        let (_wish, theirs) = tokio::io::duplex(64);
        let error = watch(&mut Command::new("/no/such/program"), theirs)
            .await
            .expect_err("nothing to run");
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
