//! No program outlives the tests that started it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// A guard and its standard input, which is apart from the child, since [`Child::wait`] drops what the child holds.
fn guarded(script: &str) -> (Child, ChildStdin) {
    let mut guard = Command::new(env!("CARGO_BIN_EXE_world"))
        .args(["guard", "sh", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a guard");
    let stdin = guard.stdin.take().expect("a pipe");
    (guard, stdin)
}

/// The first line that the script prints.
fn first_line(guard: &mut Child) -> String {
    let mut line = String::new();
    let output = guard.stdout.take().expect("a pipe");
    BufReader::new(output).read_line(&mut line).expect("a line");
    line.trim().to_owned()
}

#[test]
fn a_program_that_has_to_be_asked_twice_ends_with_its_starter() {
    let (mut guard, stdin) =
        guarded("trap 'trap - TERM' TERM; echo $$; while :; do sleep 0.1; done");
    let program = first_line(&mut guard);
    assert!(
        Path::new("/proc").join(&program).exists(),
        "no program {program}"
    );
    drop(stdin);
    let status = guard.wait().expect("an end");
    assert_eq!(status.code(), Some(128 + 15));
    assert!(
        !Path::new("/proc").join(&program).exists(),
        "program {program} is still there"
    );
}

#[test]
fn the_starter_learns_how_a_program_ended() {
    let (mut guard, _lifeline) = guarded("exit 7");
    assert_eq!(guard.wait().expect("an end").code(), Some(7));
}
