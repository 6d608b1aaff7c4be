use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, duplex};
use tokio::task::JoinHandle;

use super::*;

/// A watched shell script that has said "ready".
struct Watched {
    outcome: JoinHandle<io::Result<ExitStatus>>,
    /// Our end of the supervisor's standard input.
    wish: DuplexStream,
    stdout: BufReader<DuplexStream>,
}

impl Watched {
    async fn ready(script: &str) -> Self {
        let (wish, theirs) = duplex(64);
        let (said, says) = duplex(64);
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let outcome =
            tokio::spawn(async move { watch(&mut command, theirs, (says, sink())).await });
        let mut watched = Self {
            outcome,
            wish,
            stdout: BufReader::new(said),
        };
        assert_eq!(watched.line().await, "ready\n");
        watched
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).await.expect("it speaks");
        line
    }

    async fn code(self) -> u8 {
        code(self.outcome.await.expect("no panic").expect("it ran"))
    }
}

const OBEDIENT: &str = "trap 'echo bye; exit 7' TERM; echo ready; sleep 600 & wait";
const DEAF: &str = "trap '' TERM; echo ready; sleep 600 & wait; wait";

#[tokio::test]
async fn output_and_exit_code_are_the_commands() {
    let mut watched = Watched::ready("echo ready; echo more; exit 3").await;
    assert_eq!(watched.line().await, "more\n");
    assert_eq!(watched.code().await, 3);
}

#[tokio::test]
async fn the_word_stop_asks_the_command_to_end() {
    let mut watched = Watched::ready(OBEDIENT).await;
    watched.wish.write_all(STOP).await.expect("it listens");
    assert_eq!(watched.line().await, "bye\n");
    assert_eq!(watched.code().await, 7);
}

#[tokio::test]
async fn an_orphan_can_say_its_last_word_to_nobody() {
    let Watched { outcome, .. } = Watched::ready(OBEDIENT).await;
    assert_eq!(code(outcome.await.expect("no panic").expect("it ran")), 7);
}

#[tokio::test(start_paused = true)]
async fn a_command_that_ignores_the_request_is_killed() {
    let mut watched = Watched::ready(DEAF).await;
    watched.wish.shutdown().await.expect("a pipe in memory");
    assert_eq!(watched.code().await, 128 + 9);
}

#[tokio::test]
async fn what_the_command_started_ends_with_it() {
    let mut watched = Watched::ready("echo ready; sleep 600 & echo $!; exit 5").await;
    let id = watched.line().await;
    assert_eq!(watched.code().await, 5);
    let status = format!("/proc/{}/status", id.trim());
    // The kernel has the signal and may still be at it; a zombie has ended.
    while std::fs::read_to_string(&status).is_ok_and(|status| !status.contains("State:\tZ")) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_left_the_group_cannot_hold_the_supervisor() {
    // The one who leaves says so to the leader, whose number is its `$0`.
    let mut watched = Watched::ready(
        r"trap 'exit 5' USR1; echo ready
          setsid sh -c 'echo $$; kill -USR1 $0; exec sleep 600' $$ &
          wait; wait",
    )
    .await;
    let id = watched.line().await;
    assert_eq!(watched.code().await, 5);
    let id = id.trim().parse().ok().and_then(Pid::from_raw);
    kill_process(id.expect("an id"), Signal::KILL).expect("it still sleeps");
}

#[tokio::test]
async fn a_missing_program_is_an_error() {
    let (_wish, theirs) = duplex(64);
    let error = watch(
        &mut Command::new("/no/such/program"),
        theirs,
        (sink(), sink()),
    )
    .await
    .expect_err("nothing to run");
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}
