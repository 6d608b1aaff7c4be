//! The proxy's log: one JSON line per event.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;

use jiff::Timestamp;
use serde::Serialize;

/// What became of a request for a tunnel.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// A tunnel stands.
    Opened,
    /// A tunnel ended; the line carries its traffic.
    Closed,
    /// The map does not name the host, or the request was no CONNECT.
    Refused,
    /// The map names the host, and the next hop did not take the tunnel.
    Unreachable,
}

/// One line of the log.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    pub(super) time: Timestamp,
    pub(super) host: &'a str,
    pub(super) port: Option<u16>,
    pub(super) verdict: Verdict,
    /// Bytes from the client to the server and back, known when a tunnel closes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<[u64; 2]>,
}

/// An append-only file, or nothing.
pub(super) struct Log(Option<Mutex<File>>);

impl Log {
    /// Opens the file for appending and creates it if need be.
    pub(super) fn open(path: Option<&Path>) -> io::Result<Self> {
        let open = |path| OpenOptions::new().create(true).append(true).open(path);
        Ok(Self(path.map(open).transpose()?.map(Mutex::new)))
    }

    /// Appends one line. A full disk must not end a tunnel, so it is only reported.
    pub(super) fn write(&self, line: &Line<'_>) {
        let Some(file) = &self.0 else { return };
        let text = serde_json::to_string(line).expect("a line holds only strings and numbers");
        let mut file = file.lock().expect("no writer panics");
        if let Err(error) = writeln!(file, "{text}") {
            tracing::warn!(%error, "proxy log");
        }
    }
}
