//! The program between us and every child process: it ends the child when we are gone, however we went.
//!
//! A guard's standard input is a pipe that its starter holds open. When the starter drops it, panics, is interrupted or
//! is killed, the operating system closes the pipe, and the guard ends the child's process group. So nothing in this
//! crate has to find processes by name or by a recorded id.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process_group};

/// How often a child is asked to end before it is killed. aws-iam-authenticator wants to be asked twice, and so does an
/// API server that lost its etcd.
const REQUESTS: usize = 4;
/// How long a child may take to follow one request.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Runs `words` (a program and its arguments) in a process group of its own, until it ends or standard input does.
///
/// # Errors
///
/// When the program cannot be started.
pub fn run(mut words: impl Iterator<Item = OsString>) -> anyhow::Result<ExitCode> {
    let program = words.next().context("nothing to guard")?;
    let mut child = Command::new(&program)
        .args(words)
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let group = Pid::from_child(&child);
    thread::spawn(move || {
        // An error means the same as the end of the input: the starter is gone.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        end(group);
    });
    Ok(code(wait(&mut child)?))
}

fn wait(child: &mut Child) -> anyhow::Result<ExitStatus> {
    child.wait().context("cannot wait for the child")
}

/// Asks, asks again, and then insists.
fn end(group: Pid) {
    for _ in 0..REQUESTS {
        // The group is gone when this fails; then the main thread is about to leave.
        let _ = kill_process_group(group, Signal::TERM);
        thread::sleep(PATIENCE);
    }
    let _ = kill_process_group(group, Signal::KILL);
}

/// The child's exit code, or 128 and its signal as a shell would say it.
fn code(status: ExitStatus) -> ExitCode {
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}
