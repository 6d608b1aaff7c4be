//! The processes of one run: engine, provider, its helpers and Helm.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use rustix::process::{Pid, Signal, kill_process};
use world::wait::within;

/// How long provider and Helm may outlive the engine.
const ORPHANS: Duration = Duration::from_secs(5);
/// How long it may take until a process runs.
const START: Duration = Duration::from_mins(2);

/// Sends a signal to the processes in a directory that a condition selects. One that is gone already needs none.
pub fn send_signal(
    directory: &Path,
    selects: fn(&[String]) -> bool,
    signal: Signal,
) -> anyhow::Result<()> {
    for (pid, words) in processes(directory) {
        if selects(&words) {
            match kill_process(pid, signal) {
                Ok(()) | Err(rustix::io::Errno::SRCH) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// Waits until a process runs in a directory whose command line a condition selects.
pub async fn await_process(
    directory: &Path,
    selects: impl Fn(&[String]) -> bool,
) -> anyhow::Result<Pid> {
    within(START, Duration::from_millis(10), "the process runs", || {
        let mut running = processes(directory).into_iter();
        let found = running.find(|(_, words)| selects(words));
        let found = found.map(|(pid, _)| pid).ok_or_else(String::new);
        async { Ok(found) }
    })
    .await
}

/// Waits until no process runs in a directory any more.
pub async fn all_gone(directory: &Path) -> anyhow::Result<()> {
    let interval = Duration::from_millis(50);
    within(ORPHANS, interval, "all processes are gone", || {
        let left = processes(directory);
        async move {
            Ok(if left.is_empty() {
                Ok(())
            } else {
                Err(format!("{left:?}"))
            })
        }
    })
    .await
}

/// The provider itself, not the supervisor or the keeper that it starts as the same program.
pub fn is_provider(words: &[String]) -> bool {
    words.len() == 1 && words[0].contains("terraform-provider-arc")
}

/// Helm itself, not the supervisor that starts it.
pub fn is_helm(words: &[String]) -> bool {
    let is_ours = words
        .iter()
        .any(|word| word.contains("terraform-provider-arc"));
    let told = words
        .iter()
        .any(|word| word == "upgrade" || word == "uninstall");
    told && !is_ours
}

/// The engine is the one that was told to apply or destroy, past the guard that started it.
pub fn is_engine(words: &[String]) -> bool {
    let told = words
        .iter()
        .any(|word| word == "apply" || word == "destroy");
    told && words.get(1).is_some_and(|word| word != "guard")
}

/// All processes that work in a directory: engine, provider, supervisor and Helm inherit it from one another.
fn processes(directory: &Path) -> Vec<(Pid, Vec<String>)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| process(&entry.path(), directory).ok())
        .collect()
}

fn process(entry: &Path, directory: &Path) -> anyhow::Result<(Pid, Vec<String>)> {
    let id = entry
        .file_name()
        .and_then(|name| name.to_str())
        .context("no name")?
        .parse()?;
    ensure!(
        fs::read_link(entry.join("cwd"))? == directory,
        "it works elsewhere"
    );
    let words = fs::read_to_string(entry.join("cmdline"))?;
    let words = words
        .split_terminator('\0')
        .map(ToOwned::to_owned)
        .collect();
    Ok((Pid::from_raw(id).context("no process id")?, words))
}
