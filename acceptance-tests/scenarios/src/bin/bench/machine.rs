//! What the figures were measured on.

use std::fs::read_to_string;
use std::process::Command;
use std::thread::available_parallelism;

use world::engine::Engine;

use crate::processes::mebibytes;

/// Cores, memory, compiler and engine in one line.
pub fn describe(engine: &Engine) -> anyhow::Result<String> {
    let memory = mebibytes(&read_to_string("/proc/meminfo")?, "MemTotal")? / 1024.0;
    Ok(format!(
        "machine: {} cores, {memory:.1} GiB, {}, {}",
        available_parallelism()?,
        compiler()?,
        engine.version()?
    ))
}

/// `rustc 1.95.0`, without its commit.
fn compiler() -> anyhow::Result<String> {
    let output = Command::new("rustc").arg("--version").output()?;
    let text = String::from_utf8(output.stdout)?;
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    Ok(words.join(" "))
}
