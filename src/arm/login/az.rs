//! Runs the Azure CLI for a token, under the rules for programs of others.
//!
//! The crate's own way leaves a CLI running that no one waits for any more, with all of our environment.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::process::Output;

use azure_identity::Executor;
use tokio::process::Command;

use crate::{child, environment};

/// Runs what the credential asks for, which is a shell that looks for `az` on `PATH`.
#[derive(Debug)]
pub(super) struct Az;

#[async_trait::async_trait]
impl Executor for Az {
    async fn run(&self, program: &OsStr, args: &[&OsStr]) -> io::Result<Output> {
        let path = env::var_os("PATH").unwrap_or_default();
        let mut command = Command::new(program);
        environment::withhold(&mut command);
        command
            .args(args)
            .env("PATH", environment::absolute_path(&path));
        child::output(&mut command, child::LIMIT).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_cli_is_run_with_directories_that_do_not_depend_on_where_we_are() {
        let args = ["-c", "echo $PATH; exit 5"].map(OsStr::new);
        let output = Az.run(OsStr::new("/bin/sh"), &args).await.expect("it ran");
        assert_eq!(output.status.code(), Some(5));
        let printed = String::from_utf8_lossy(&output.stdout);
        let relative = printed
            .trim()
            .split(':')
            .find(|entry| !entry.starts_with('/'));
        assert_eq!(relative, None, "{printed}");
    }
}
