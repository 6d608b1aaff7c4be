//! The requests that went through a world: the tunnels that its proxy opened or refused, and what Azure was asked.

use std::fmt::Write;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;

use super::azure::{REQUESTS, TUNNELS};

/// All requests so far, oldest first, one a line.
///
/// # Errors
///
/// When a log is damaged.
pub fn read(directory: &Path) -> anyhow::Result<String> {
    let mut lines = entries(&directory.join(TUNNELS))?;
    lines.extend(entries(&directory.join(REQUESTS))?);
    lines.sort_by_cached_key(|line| line["time"].to_string());
    let mut text = String::new();
    for line in lines {
        writeln!(text, "{}", describe(&line))?;
    }
    Ok(text)
}

/// The entries of a log of JSON lines; none when nothing was logged yet.
///
/// # Errors
///
/// When a line is not JSON.
pub fn entries(log: &Path) -> anyhow::Result<Vec<Value>> {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let parse = |line| serde_json::from_str(line).context("a line of the log is not JSON");
    text.lines().map(parse).collect()
}

fn describe(line: &Value) -> String {
    let text = |name: &str| match &line[name] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match line.get("method") {
        Some(_) => format!("{} {} https://{}{} {}", text("time"), text("method"), text("host"), text("uri"), text("status")),
        None => format!("{} CONNECT {}:{} {}", text("time"), text("host"), text("port"), text("verdict")),
    }
}
