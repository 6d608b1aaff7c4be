//! Programs of others that are run for what they print: credential plugins and the Azure CLI.
//!
//! They may hang, fork, or print without end. A run has a time limit, its output a size, and whatever it started ends with
//! it: when it is over, when it takes too long, and when nothing waits for it any more.

mod group;

use std::io;
use std::pin::pin;
use std::process::Output;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use tokio::time;

pub(crate) use self::group::Group;

/// How long a program may take. A login that waits for a browser is none that a run without a terminal can make.
pub const LIMIT: Duration = Duration::from_mins(1);

/// How many bytes of standard output are taken: far more than any credential has.
const STDOUT: usize = 1024 * 1024;

/// How many bytes of standard error are kept, the last ones.
const STDERR: usize = 16 * 1024;

/// How long what the program left behind outside of its group may hold the output open.
const DRAIN: Duration = Duration::from_secs(1);

/// Runs a command to its end, without standard input. Its process group does not outlive this future.
///
/// # Errors
///
/// That it cannot be started; [`io::ErrorKind::TimedOut`] and [`io::ErrorKind::InvalidData`] when it takes too long or
/// prints too much.
pub async fn output(command: &mut Command, limit: Duration) -> io::Result<Output> {
    let mut group = Group::start(command).await?;
    let run = time::timeout(limit, until_end(&mut group));
    run.await.unwrap_or_else(|_| {
        let words = format!("it did not end within {} s", limit.as_secs());
        Err(io::Error::new(io::ErrorKind::TimedOut, words))
    })
}

async fn until_end(group: &mut Group) -> io::Result<Output> {
    let (stdout, stderr) = group.output();
    let (mut printed, mut said) = (Vec::new(), Vec::new());
    let status = {
        let mut reading =
            pin!(async { tokio::try_join!(whole(stdout, &mut printed), last(stderr, &mut said)) });
        let read = tokio::select! {
            ended = group.ended() => ended.map(|()| false)?,
            read = &mut reading => read.map(|_| true)?,
        };
        group.ended().await?;
        // What the program left running in its group holds the output open no longer.
        let status = group.reap().await?;
        if !read && let Ok(read) = time::timeout(DRAIN, reading).await {
            read?;
        }
        status
    };
    Ok(Output {
        status,
        stdout: printed,
        stderr: said,
    })
}

/// Takes a stream to its end, or fails when there is too much of it.
async fn whole(stream: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) -> io::Result<()> {
    let Some(mut stream) = stream else {
        return Ok(());
    };
    while stream.read_buf(into).await? > 0 {
        if into.len() > STDOUT {
            let words = format!("it printed more than {} KiB", STDOUT / 1024);
            return Err(io::Error::new(io::ErrorKind::InvalidData, words));
        }
    }
    Ok(())
}

/// Takes a stream to its end and keeps the last part.
async fn last(stream: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) -> io::Result<()> {
    let Some(mut stream) = stream else {
        return Ok(());
    };
    while stream.read_buf(into).await? > 0 {
        let excess = into.len().saturating_sub(STDERR);
        into.drain(..excess);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rustix::process::{Pid, test_kill_process};

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    async fn run(script: &str, limit: Duration) -> io::Result<Output> {
        output(&mut shell(script), limit).await
    }

    /// Waits until no process of this number is left.
    async fn gone(pid: &str) {
        let pid = pid.trim().parse().ok().and_then(Pid::from_raw);
        let pid = pid.expect("a number");
        while test_kill_process(pid).is_ok() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_a_program_prints_and_how_it_ends_come_back() {
        let output = run("echo out; echo err >&2; exit 3", LIMIT)
            .await
            .expect("it ran");
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(
            (&*output.stdout, &*output.stderr),
            (&b"out\n"[..], &b"err\n"[..])
        );
        let silent = run("exec >&- 2>&-; exit 4", LIMIT).await.expect("it ran");
        assert_eq!(silent.status.code(), Some(4));
    }

    #[tokio::test]
    async fn what_a_program_leaves_running_ends_with_it() {
        let output = run("sleep 1000 & echo $!", LIMIT).await.expect("it ran");
        gone(&String::from_utf8_lossy(&output.stdout)).await;
    }

    #[tokio::test]
    async fn a_program_that_hangs_ends_with_all_that_it_started() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let path = file.path().display();
        let error = run(
            &format!("sleep 1000 & echo $! > {path}; sleep 1000"),
            Duration::from_millis(300),
        )
        .await
        .expect_err("too late");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        gone(&std::fs::read_to_string(file.path()).expect("written")).await;
    }

    #[tokio::test]
    async fn a_program_that_is_no_longer_wanted_ends_with_all_that_it_started() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let path = file.path().to_owned();
        let script = format!("sleep 1000 & echo $! > {}; sleep 1000", path.display());
        let running = tokio::spawn(async move { run(&script, LIMIT).await });
        let child = loop {
            match std::fs::read_to_string(&path) {
                Ok(text) if text.ends_with('\n') => break text,
                _ => tokio::task::yield_now().await,
            }
        };
        running.abort();
        gone(&child).await;
    }

    #[tokio::test]
    async fn output_without_end_is_an_error_and_the_end_of_what_was_said_is_kept() {
        let error = run("cat /dev/zero", LIMIT).await.expect_err("too much");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        let output = run("head -c 100000 /dev/zero >&2; echo end >&2", LIMIT).await;
        let stderr = output.expect("it ran").stderr;
        assert!(stderr.len() <= STDERR && stderr.ends_with(b"end\n"));
    }
}
