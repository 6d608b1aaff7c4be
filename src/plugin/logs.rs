//! What this process writes to stderr, and how much of it.

use std::env;
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::thread;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry;

use super::error::Error;
use super::hclog::Hclog;
use crate::sdk::diagnostics::Diagnostic;
use crate::sdk::path::AttributePath;

/// Where the level is looked for; the first one that is set counts.
const LEVELS: [&str; 3] = ["TF_LOG_PROVIDER_ARC", "TF_LOG_PROVIDER", "TF_LOG"];

/// The program whose log this is. Every other crate is held at WARN: a call prints dozens of lines of HTTP/2 otherwise.
const OURS: &str = "terraform_provider_arc";

/// What the names of kube's crates begin with. kube-client logs the whole body of an answer that it cannot read, and bodies
/// are Secrets and tokens. Its errors reach the log and the user through ours.
const KUBE: &str = "kube";

/// Sends this process's log to the host and makes a panic part of it.
pub(super) fn install() {
    let level = LEVELS
        .iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()))
        .map_or(LevelFilter::ERROR, |value| level(&value));
    let log = registry().with(Hclog(write_stderr).with_filter(filter(level)));
    // Fails where a log is installed already, and then that one will do.
    let _ = tracing::subscriber::set_global_default(log);
    panic::set_hook(Box::new(report_panic));
}

fn filter(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target(OURS, level)
        .with_target(KUBE, LevelFilter::OFF)
}

/// Terraform's own reading of its levels: JSON means everything, and so does a word that it does not know.
fn level(value: &str) -> LevelFilter {
    match value.to_ascii_uppercase().as_str() {
        "OFF" => LevelFilter::OFF,
        "ERROR" => LevelFilter::ERROR,
        "WARN" => LevelFilter::WARN,
        "INFO" => LevelFilter::INFO,
        "DEBUG" => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    }
}

/// A panic in a handler fails that call only and is a line in the log. One on the main thread ends the process; then a
/// line that begins with `panic: ` makes Terraform print its report of a crashed plugin.
fn report_panic(info: &PanicHookInfo<'_>) {
    let reason = info.payload_as_str().unwrap_or("no reason given");
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(location, "panicked: {reason}");
    if thread::current().name() == Some("main") {
        write_stderr(format!("panic: {reason} at {location}\n").as_bytes());
    }
}

/// Tells a person why the provider was not started, and what to do.
pub(super) fn explain(error: &Error) {
    let message = Diagnostic::explain(AttributePath::root(), "starting the provider", error);
    write_stderr(format!("{}\n\n{}\n", message.summary, message.detail).as_bytes());
}

/// Writes whole lines at once, so that those of two threads do not mix. A host that no longer reads is no reason to end.
pub(super) fn write_stderr(lines: &[u8]) {
    let _ = io::stderr().lock().write_all(lines);
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn others_are_held_at_warn_and_who_logs_bodies_is_silent_at_every_level() {
        for word in ["error", "warn", "info", "debug", "trace", "json"] {
            let filter = filter(level(word));
            for target in [
                "kube_client::client",
                "kube_client::client::retry",
                "kube_runtime::watcher",
            ] {
                assert!(
                    !filter.would_enable(target, &Level::ERROR),
                    "{word}: {target}"
                );
            }
            assert!(filter.would_enable(OURS, &Level::ERROR));
            assert!(!filter.would_enable("hyper::client", &Level::INFO));
        }
    }

    #[test]
    fn levels_are_read_as_terraform_reads_them() {
        assert_eq!(level("warn"), LevelFilter::WARN);
        assert_eq!(level("JSON"), LevelFilter::TRACE);
        assert_eq!(level("loud"), LevelFilter::TRACE);
        assert_eq!(level("off"), LevelFilter::OFF);
    }
}
