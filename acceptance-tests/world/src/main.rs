//! `world`: a whole cloud on the loopback address, in the background.

use std::env;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};

use anyhow::{Context, bail};
use world::programs::Tools;
use world::wait::eventually;
use world::{daemon, files, guard, request_log};

/// The running example, and a second cluster beside it.
const CLUSTERS: [&str; 2] = ["eks-training-dev-krc", "eks-training-dev-weu"];
const USAGE: &str = "usage: world up | down | status | log

  up      start the world, or say how to use the one that runs
  down    end it and remove its directory
  status  say how to use it, or that there is none
  log     show the requests that went through it

The world lives in .world, or in the directory named by ARC_WORLD.";

fn main() -> anyhow::Result<ExitCode> {
    let mut words = env::args_os().skip(1);
    let word = words.next().unwrap_or_default();
    // Before any thread of a runtime: a guard is small, and there are many.
    if word == "guard" {
        return guard::run(words);
    }
    tokio::runtime::Runtime::new()?.block_on(async {
        let directory = PathBuf::from(env::var_os("ARC_WORLD").unwrap_or_else(|| ".world".into()));
        match word.to_str() {
            Some("up") => up(&directory).await,
            Some("down") => daemon::end(&directory).await.map(|was_up| {
                println!("world: {}", if was_up { "ended" } else { "there was none" });
            }),
            Some("status") => daemon::status(&directory).await.map(|status| {
                print!("{}", status.as_deref().unwrap_or("world: down\n"));
            }),
            Some("log") => request_log::read(&directory).map(|text| print!("{text}")),
            Some("daemon") => daemon::run(&directory, &CLUSTERS).await,
            _ => bail!(USAGE),
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Makes sure that there is a world in the background. Missing tools are built here, where their progress is seen.
async fn up(directory: &Path) -> anyhow::Result<()> {
    let status = match daemon::status(directory).await? {
        Some(status) => status,
        None => start(directory).await?,
    };
    print!("{status}");
    Ok(())
}

async fn start(directory: &Path) -> anyhow::Result<String> {
    Tools::build()?;
    files::remove_directory(directory)?;
    files::make_directory(directory)?;
    let log = directory.join("world.log");
    let mut process = spawn_daemon(&log)?;
    let status = eventually("the world's process listens", || {
        let exit = process.try_wait();
        async move {
            let status = daemon::status(directory).await?;
            match (status, exit?) {
                (None, Some(exit)) => bail!("the world's process ended: {exit}"),
                (status, _) => Ok(status.ok_or_else(String::new)),
            }
        }
    });
    status
        .await
        .with_context(|| fs::read_to_string(&log).unwrap_or_default())
}

/// Starts the process that holds the world, out of reach of this terminal's Ctrl-C.
fn spawn_daemon(log: &Path) -> anyhow::Result<Child> {
    let output = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    Command::new(env::current_exe()?)
        .arg("daemon")
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .process_group(0)
        .spawn()
        .context("cannot start the world's process")
}
