//! Looking for secrets where they must not be: also inside of archives and under base64.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// A process lives for longer than this.
const INTERVAL: Duration = Duration::from_millis(20);
/// Fixed part of the header of a file in a zip archive, and where in it the lengths of name and extra field are.
const ENTRY: usize = 30;
const SIGNATURE: &[u8] = b"PK\x03\x04";

/// Secrets by what they are.
#[derive(Default)]
pub struct Secrets(Vec<(&'static str, Vec<u8>)>);

impl Secrets {
    /// A secret, as it is and as base64 writes it.
    pub fn add(&mut self, what: &'static str, secret: &str) {
        self.0.push((what, secret.as_bytes().to_vec()));
        self.0.push((what, STANDARD.encode(secret).into_bytes()));
    }

    /// A key: one line from its middle, since a copy may have other line breaks.
    pub fn add_pem(&mut self, what: &'static str, pem: &[u8]) -> anyhow::Result<()> {
        let text = std::str::from_utf8(pem)?;
        let lines: Vec<&str> = text.lines().collect();
        let line = lines.get(lines.len() / 2).context("an empty key")?;
        ensure!(line.len() > 20, "{what}: {line} is too short to look for");
        self.0.push((what, line.as_bytes().to_vec()));
        self.0.push((what, STANDARD.encode(pem).into_bytes()));
        Ok(())
    }

    /// Checks a text, the files in an archive, and Terraform's private bytes in a state.
    pub fn not_in(&self, place: &str, content: &[u8]) -> anyhow::Result<()> {
        let mut layers = vec![content.to_vec()];
        layers.extend(unzipped(content));
        let private: Vec<_> = layers.iter().flat_map(|layer| private(layer)).collect();
        layers.extend(private);
        for (what, secret) in &self.0 {
            let found = layers.iter().any(|layer| holds(layer, secret));
            ensure!(!found, "{what} is in {place}");
        }
        Ok(())
    }

    /// Checks all files under a directory, and their names.
    pub fn not_under(&self, directory: &Path) -> anyhow::Result<()> {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            let place = path.display().to_string();
            self.not_in("a file's name", place.as_bytes())?;
            if kind.is_dir() {
                self.not_under(&path)?;
            } else if kind.is_file() {
                self.not_in(&place, &fs::read(&path)?)?;
            }
        }
        Ok(())
    }

    /// Checks command lines.
    pub fn not_in_arguments(&self, seen: &BTreeSet<String>) -> anyhow::Result<()> {
        ensure!(
            seen.iter().any(|line| line.contains("helm")),
            "not even Helm was seen"
        );
        seen.iter()
            .try_for_each(|line| self.not_in("arguments of a process", line.as_bytes()))
    }
}

/// The files in a zip archive whose entries are deflated streams, as Go writes them.
fn unzipped(content: &[u8]) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for (start, window) in content.windows(ENTRY).enumerate() {
        if !window.starts_with(SIGNATURE) {
            continue;
        }
        let length = |at: usize| usize::from(u16::from_le_bytes([window[at], window[at + 1]]));
        let begin = start + ENTRY + length(26) + length(28);
        let mut file = Vec::new();
        let stream = content.get(begin..).unwrap_or_default();
        if DeflateDecoder::new(stream).read_to_end(&mut file).is_ok() {
            files.push(file);
        }
    }
    files
}

/// What providers keep in a state for themselves.
fn private(state: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(state);
    let values = text.split("\"private\": \"").skip(1);
    values
        .filter_map(|rest| STANDARD.decode(rest.split('"').next()?).ok())
        .collect()
}

fn holds(content: &[u8], secret: &[u8]) -> bool {
    content.windows(secret.len()).any(|window| window == secret)
}

/// Command lines of all processes while it watches.
pub struct Arguments {
    stop: Arc<AtomicBool>,
    watcher: JoinHandle<BTreeSet<String>>,
}

impl Arguments {
    /// Looks every few milliseconds from now on.
    pub fn watch() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let watcher = tokio::spawn(async move {
            let mut seen = BTreeSet::new();
            while !stopped.load(Ordering::Relaxed) {
                seen.extend(command_lines());
                sleep(INTERVAL).await;
            }
            seen
        });
        Self { stop, watcher }
    }

    /// Stops looking, and answers what was seen.
    pub async fn seen(self) -> anyhow::Result<BTreeSet<String>> {
        self.stop.store(true, Ordering::Relaxed);
        self.watcher.await.context("the watcher")
    }
}

fn command_lines() -> Vec<String> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| fs::read(process.path().join("cmdline")).ok())
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .collect()
}
