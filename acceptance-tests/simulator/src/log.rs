//! The request log: one line per request, in memory for tests and in a file for people.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;

use serde_json::Value;

/// All requests since the start or the last reset.
pub(super) struct RequestLog {
    file: Option<Mutex<File>>,
    lines: Mutex<Vec<Value>>,
}

impl RequestLog {
    /// Opens the file for appending and creates it if need be.
    pub(super) fn open(path: Option<&Path>) -> io::Result<Self> {
        let open = |path| OpenOptions::new().create(true).append(true).open(path);
        Ok(Self {
            file: path.map(open).transpose()?.map(Mutex::new),
            lines: Mutex::default(),
        })
    }

    /// Appends one line. A full disk must not fail a request, so it is only reported.
    pub(super) fn write(&self, line: Value) {
        if let Some(file) = &self.file {
            let mut file = file.lock().expect("no writer panics");
            if let Err(error) = writeln!(file, "{line}") {
                tracing::warn!(%error, "request log");
            }
        }
        self.lines.lock().expect("no writer panics").push(line);
    }

    /// Lines from this one on, counted from nought.
    pub(super) fn since(&self, first: usize) -> Vec<Value> {
        let lines = self.lines.lock().expect("no writer panics");
        lines.iter().skip(first).cloned().collect()
    }

    /// Forgets the lines in memory; the file keeps them.
    pub(super) fn clear(&self) {
        self.lines.lock().expect("no writer panics").clear();
    }
}
