//! The hidden arguments of the real program: a child that does not outlive whoever waits for it, and a directory that does
//! not either.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long an orphan may live.
const LIMIT: Duration = Duration::from_secs(5);

fn supervised(script: &str) -> Child {
    let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    start(&["run-child", lock, "sh", "-c", script])
}

fn start(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_terraform-provider-arc"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("our own program")
}

/// The child's process id, which it says first.
fn said_id(supervisor: &mut Child) -> String {
    let stdout = supervisor.stdout.as_mut().expect("piped");
    let mut line = String::new();
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("it speaks");
    line.trim().to_owned()
}

#[test]
fn a_deaf_child_and_its_children_are_gone_soon_after_their_host() {
    let mut supervisor = supervised("trap '' TERM; sleep 600 & echo $!; wait; wait");
    let grandchild = said_id(&mut supervisor);
    let process = Path::new("/proc").join(grandchild);
    assert!(process.exists());

    // The kernel does the same when our process is killed.
    drop(supervisor.stdin.take());
    let begin = tokio::time::Instant::now();
    let status = supervisor.wait().expect("it ends");
    assert_eq!(status.code(), Some(128 + 9));
    // The supervisor has ended the group; init still has to reap what was orphaned.
    while !is_gone(&process) {
        assert!(begin.elapsed() < LIMIT, "still there after {LIMIT:?}");
        std::thread::yield_now();
    }
    assert!(begin.elapsed() < LIMIT);
}

/// A zombie has ended, and has no memory any more.
fn is_gone(process: &Path) -> bool {
    std::fs::read_to_string(process.join("status"))
        .map_or(true, |status| status.contains("State:\tZ"))
}

#[test]
fn a_child_that_is_told_to_stop_ends_in_its_own_way() {
    let mut supervisor = supervised("trap 'exit 7' TERM; echo $$; sleep 600 & wait");
    said_id(&mut supervisor);
    let mut wish = supervisor.stdin.take().expect("piped");
    wish.write_all(b"stop\n").expect("it listens");
    assert_eq!(supervisor.wait().expect("it ends").code(), Some(7));
}

#[test]
fn output_and_exit_code_pass_through() {
    let mut supervisor = supervised("echo out; exit 3");
    let mut stdout = String::new();
    let mut pipe = supervisor.stdout.take().expect("piped");
    pipe.read_to_string(&mut stdout).expect("it speaks");
    assert_eq!(supervisor.wait().expect("it ends").code(), Some(3));
    assert_eq!(stdout, "out\n");
}

#[test]
fn the_directory_of_a_dead_host_goes_when_its_last_child_has_ended() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path().join("root");
    std::fs::create_dir_all(root.join("workspace")).expect("made");
    let lock = root.join("lock");
    std::fs::write(&lock, "").expect("written");
    let last = format!("touch {}/workspace/late; exit 0", root.display());
    let lock = lock.to_str().expect("text");
    let mut child = start(&[
        "run-child",
        lock,
        "sh",
        "-c",
        &format!("trap '{last}' TERM; echo $$; sleep 600 & wait"),
    ]);
    said_id(&mut child);
    let mut keeper = start(&["keep-clean", root.to_str().expect("text")]);

    drop(keeper.stdin.take());
    assert!(
        keeper.try_wait().expect("our child").is_none(),
        "the child still runs"
    );
    drop(child.stdin.take());
    child.wait().expect("it ends");
    assert!(keeper.wait().expect("it ends").success());
    assert!(!root.exists());
}

#[test]
fn no_child_starts_in_a_directory_that_is_gone() {
    let mut child = start(&["run-child", "/nonexistent/lock", "echo", "started"]);
    assert_eq!(child.wait().expect("it ends").code(), Some(127));
}
