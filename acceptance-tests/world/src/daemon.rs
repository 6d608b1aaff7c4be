//! A world in the background, for people: a process that holds it, and a socket in its directory to talk to.
//!
//! Whether it runs is known by the socket alone. No process id is recorded, which could belong to another process by the
//! time it is used.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::signal::unix::{SignalKind, signal};

use super::World;
use super::files::remove_directory;

const STATUS: &str = "status\n";
const DOWN: &str = "down\n";

/// Runs a world with these clusters until a request or a signal ends it.
///
/// # Errors
///
/// When there is a world in this directory already, or this one does not start.
pub async fn run(directory: &Path, clusters: &[&str]) -> anyhow::Result<()> {
    let listener = UnixListener::bind(socket(directory)).context("is there a world already?")?;
    let begin = Instant::now();
    let world = tokio::select! {
        world = World::start(directory, clusters) => world?,
        () = ended_by_signal()? => return Ok(()),
    };
    let status = describe(&world, begin);
    let last = tokio::select! {
        last = serve(&listener, &status) => Some(last?),
        () = ended_by_signal()? => None,
    };
    world.stop().await;
    // The client that asked for the end waits until this connection closes.
    let removed = remove_directory(directory);
    drop(last);
    removed
}

/// Asks the world in a directory how it is, once it has started; `None` when there is none.
///
/// # Errors
///
/// When it went away before it answered.
pub async fn status(directory: &Path) -> anyhow::Result<Option<String>> {
    let answer = ask(directory, STATUS).await?;
    if let Some(text) = &answer {
        ensure!(!text.is_empty(), "the world did not come up");
    }
    Ok(answer)
}

/// Ends the world in a directory and waits until it is gone; false when there is none.
///
/// # Errors
///
/// When the directory of a world that died cannot be removed.
pub async fn end(directory: &Path) -> anyhow::Result<bool> {
    let answer = ask(directory, DOWN).await?;
    if answer.is_none() {
        remove_directory(directory)?;
    }
    Ok(answer.is_some())
}

async fn ask(directory: &Path, question: &str) -> anyhow::Result<Option<String>> {
    let mut stream = match UnixStream::connect(socket(directory)).await {
        Ok(stream) => stream,
        Err(error) if is_absent(error.kind()) => return Ok(None),
        Err(error) => bail!(
            "cannot talk to the world in {}: {error}",
            directory.display()
        ),
    };
    stream.write_all(question.as_bytes()).await?;
    let mut answer = String::new();
    // A world that fails while it starts resets the connection, which says as much as an empty answer.
    let _ = stream.read_to_string(&mut answer).await;
    Ok(Some(answer))
}

fn is_absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::ConnectionRefused)
}

/// Answers questions until one asks for the end, and answers that connection.
async fn serve(listener: &UnixListener, status: &str) -> anyhow::Result<UnixStream> {
    loop {
        let (mut stream, _) = listener.accept().await?;
        let mut question = String::new();
        BufReader::new(&mut stream).read_line(&mut question).await?;
        if question == DOWN {
            return Ok(stream);
        }
        // The client may have closed the connection.
        let _ = stream.write_all(status.as_bytes()).await;
    }
}

fn ended_by_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn describe(world: &World, begin: Instant) -> String {
    let env = world.directory().join("env");
    let clusters: Vec<&str> = world
        .clusters
        .iter()
        .map(|cluster| cluster.name.as_str())
        .collect();
    format!(
        "world: up, started in {:.1} s\n  clusters  {}\n  use it    source {}\n",
        begin.elapsed().as_secs_f32(),
        clusters.join(", "),
        env.display(),
    )
}

fn socket(directory: &Path) -> PathBuf {
    directory.join("socket")
}
