//! The requests that went through a world: the tunnels that its proxy opened or refused, and what Azure was asked.

use std::fmt::Write;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;

use super::cluster::Cluster;
use super::names::{AZURE_REQUEST_LOG, TUNNEL_LOG, USER_AGENT};

/// All requests so far, oldest first, one a line.
///
/// # Errors
///
/// When a log is damaged.
pub fn read(directory: &Path) -> anyhow::Result<String> {
    let mut lines = entries(&directory.join(TUNNEL_LOG))?;
    lines.retain(|line| line["verdict"] != "closed");
    lines.extend(entries(&directory.join(AZURE_REQUEST_LOG))?);
    lines.sort_by_cached_key(|line| text(line, "time"));
    let mut log = String::new();
    for line in lines {
        writeln!(log, "{} {}", text(&line, "time"), describe(&line))?;
    }
    Ok(log)
}

/// Requests that no client should make: to hosts that the proxy refused, and those that Azure has no answer to.
///
/// # Errors
///
/// When a log is damaged.
pub fn unexpected(directory: &Path) -> anyhow::Result<Vec<String>> {
    let mut lines = entries(&directory.join(TUNNEL_LOG))?;
    lines.retain(|line| line["verdict"] != "opened" && line["verdict"] != "closed");
    let requests = entries(&directory.join(AZURE_REQUEST_LOG))?;
    lines.extend(
        requests
            .into_iter()
            .filter(|line| line["unexpected"] == true),
    );
    Ok(lines.iter().map(describe).collect())
}

/// How many requests Azure has answered so far under a host name.
///
/// # Errors
///
/// When the log is damaged.
pub fn answered_by_azure(directory: &Path, host: &str) -> anyhow::Result<usize> {
    let requests = entries(&directory.join(AZURE_REQUEST_LOG))?;
    Ok(requests.iter().filter(|line| line["host"] == host).count())
}

/// How many requests a cluster has answered so far to EKS logins of the provider itself, which Helm's are not.
///
/// # Errors
///
/// When the log is damaged.
pub fn answered_by_cluster(cluster: &Cluster) -> anyhow::Result<usize> {
    let requests = entries(&cluster.audit_log())?;
    let is_ours = |line: &&Value| text(line, "userAgent").starts_with(USER_AGENT);
    Ok(requests.iter().filter(is_ours).count())
}

/// How many requests so far changed, or tried to change, what a part of an ARM id names.
///
/// # Errors
///
/// When the log is damaged.
pub fn writes(directory: &Path, part: &str) -> anyhow::Result<usize> {
    let requests = entries(&directory.join(AZURE_REQUEST_LOG))?;
    let is_write = |line: &&Value| {
        line["host"] == "management.azure.com"
            && matches!(text(line, "method").as_str(), "PUT" | "PATCH" | "DELETE")
            && text(line, "path").contains(part)
    };
    Ok(requests.iter().filter(is_write).count())
}

/// The entries of a log of JSON lines; none when nothing was logged yet.
fn entries(log: &Path) -> anyhow::Result<Vec<Value>> {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    parse(&text)
}

/// The lines that are complete: the last one may be in the making.
fn parse(text: &str) -> anyhow::Result<Vec<Value>> {
    let lines = text.split_inclusive('\n');
    lines
        .filter(|line| line.ends_with('\n'))
        .map(|line| serde_json::from_str(line).context("a line of the log is not JSON"))
        .collect()
}

fn describe(line: &Value) -> String {
    let of = |name| text(line, name);
    match line.get("method") {
        Some(method) => {
            let version = of("api_version");
            let method = method.as_str().unwrap_or_default();
            let code = of("error_code");
            format!(
                "{method} https://{}{} {version} {} {code}",
                of("host"),
                of("path"),
                of("status")
            )
        }
        None => format!("CONNECT {}:{} {}", of("host"), of("port"), of("verdict")),
    }
}

/// A member as text; empty if it is not there.
fn text(line: &Value, name: &str) -> String {
    match &line[name] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_in_order_and_names_unexpected_requests() {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(directory.path().join("log")).expect("a directory");
        let tunnels = r#"{"time":"1","host":"management.azure.com","port":443,"verdict":"opened"}
{"time":"3","host":"example.com","port":443,"verdict":"refused"}
"#;
        let requests = r#"{"time":"2","method":"GET","host":"management.azure.com","path":"/x","status":404,"unexpected":true}
{"time":"4","host":"in the mak"#;
        std::fs::write(directory.path().join(TUNNEL_LOG), tunnels).expect("written");
        std::fs::write(directory.path().join(AZURE_REQUEST_LOG), requests).expect("written");
        let text = read(directory.path()).expect("a log");
        let hosts: Vec<&str> = text.lines().map(|line| &line[..1]).collect();
        assert_eq!(hosts, ["1", "2", "3"], "{text}");
        let unexpected = unexpected(directory.path()).expect("a list");
        assert_eq!(unexpected.len(), 2, "{unexpected:?}");
    }
}
