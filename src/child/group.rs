//! A process and all that it starts, from the first to the last.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time;

/// How often a program that somebody still holds open for writing is tried, and the pause between two tries.
const BUSY_TRIES: u32 = 20;
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// A process group. Its leader is not waited for before [`Group::reap`], so that the group's number stays its own and
/// no signal hits a stranger. A group that is dropped before is killed.
pub(crate) struct Group {
    child: Child,
    leader: Pid,
    /// Whether the leader may have been waited for, so that its number may be another's.
    reaped: bool,
}

impl Group {
    /// Starts a command as the leader of a new group, without standard input and with its output in pipes.
    pub(crate) async fn start(command: &mut Command) -> io::Result<Self> {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let child = spawn(command).await?;
        let leader = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw)
            .ok_or(io::ErrorKind::NotFound)?;
        Ok(Self {
            child,
            leader,
            reaped: false,
        })
    }

    /// The pipes of standard output and error, once.
    pub(crate) fn output(&mut self) -> (Option<ChildStdout>, Option<ChildStderr>) {
        (self.child.stdout.take(), self.child.stderr.take())
    }

    /// Completes when the leader has ended. Others of the group may still run.
    pub(crate) async fn ended(&self) -> io::Result<()> {
        let mut changes = signal(SignalKind::child())?;
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        while waitid(WaitId::Pid(self.leader), look)?.is_none() {
            changes.recv().await;
        }
        Ok(())
    }

    /// Asks the whole group to end.
    pub(crate) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Kills what is left of the group, and gives the leader's status.
    pub(crate) async fn reap(&mut self) -> io::Result<ExitStatus> {
        self.signal(Signal::KILL);
        self.reaped = true;
        self.child.wait().await
    }

    fn signal(&self, signal: Signal) {
        // The only failure is a group in which nobody is left to signal, and that is what was wanted.
        let _ = kill_process_group(self.leader, signal);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.reaped {
            self.signal(Signal::KILL);
        }
    }
}

/// Starts the command. A program that was just written can be held open for a moment by another thread's fork.
#[expect(
    clippy::disallowed_methods,
    reason = "a second at most, also in the supervisor, which is a process of its own and has no call"
)]
async fn spawn(command: &mut Command) -> io::Result<Child> {
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
