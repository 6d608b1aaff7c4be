//! Processes as `/proc` shows them.

use std::fs::{read_dir, read_link, read_to_string};
use std::path::Path;

use anyhow::Context;

/// What a process holds in memory, in MiB: `VmRSS` now, `VmHWM` at its peak.
pub fn memory(id: u32, name: &str) -> anyhow::Result<f64> {
    mebibytes(&read_to_string(format!("/proc/{id}/status"))?, name)
}

/// The ids of processes that run this program in this directory.
pub fn running(program: &Path, directory: &Path) -> anyhow::Result<Vec<u32>> {
    // A process that is gone meanwhile has no links.
    let leads_to = |id: u32, link: &str, path: &Path| {
        read_link(format!("/proc/{id}/{link}")).is_ok_and(|target| target == path)
    };
    Ok(read_dir("/proc")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|id| leads_to(*id, "exe", program) && leads_to(*id, "cwd", directory))
        .collect())
}

/// A line `name: N kB` of a file in `/proc`, in MiB.
pub fn mebibytes(text: &str, name: &str) -> anyhow::Result<f64> {
    let figure = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .with_context(|| format!("no {name}"))?;
    let kibibytes: f64 = figure.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_by_its_whole_name() {
        let text = "VmPeak:\t    9999 kB\nVmP:\t    2048 kB\n";
        assert!((mebibytes(text, "VmP").expect("a figure") - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn this_process_is_running_where_it_is() {
        let program = std::env::current_exe().expect("a program");
        let directory = std::env::current_dir().expect("a directory");
        let ids = running(&program, &directory).expect("processes");
        assert!(ids.contains(&std::process::id()));
        let elsewhere = running(&program, Path::new("/")).expect("processes");
        assert!(!elsewhere.contains(&std::process::id()));
    }
}
