//! The only place that writes to stdout.
//!
//! The first line there belongs to go-plugin: a stray one before it and Terraform refuses the provider.

use std::io::{self, Write};

/// Writes one line to stdout and flushes it.
///
/// # Errors
///
/// When nobody reads the other end.
pub fn write_line(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}
