//! What every program of this crate does: read its configuration, start, say so, wait, stop.

use std::ffi::OsString;
use std::future::Future;
use std::path::PathBuf;

use anyhow::{Context, bail};
use serde::de::DeserializeOwned;
use tokio::signal::unix::{SignalKind, signal};

/// Runs a server that is configured by the JSON file named by `--config`.
///
/// Once `start` returned, the line `ready` goes to standard output. SIGTERM and SIGINT run what `start` returned, and end
/// the program. Logs go to standard error.
///
/// # Errors
///
/// When the arguments or the configuration make no sense, or the server does not start.
pub async fn run<C, F, S>(start: impl FnOnce(C) -> F) -> anyhow::Result<()>
where
    C: DeserializeOwned,
    F: Future<Output = anyhow::Result<S>>,
    S: Future<Output = ()>,
{
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let path = config_path(lexopt::Parser::from_env())?;
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let config = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = start(config).await?;
    println!("ready");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    stop.await;
    Ok(())
}

fn config_path(mut arguments: lexopt::Parser) -> anyhow::Result<PathBuf> {
    let mut path: Option<OsString> = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("config") => path = Some(arguments.value()?),
            other => bail!(other.unexpected()),
        }
    }
    path.map(PathBuf::from).context("usage: --config FILE")
}
