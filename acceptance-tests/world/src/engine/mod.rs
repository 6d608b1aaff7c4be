//! Running the real `terraform` and `tofu`, and reading what they say as data.
//!
//! A run sees the world's variables and nothing of ours. It is guarded like every other child process, so that a run
//! that takes too long is ended with its provider, and none outlives the tests.

mod output;
mod workdir;

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;

use crate::programs::tools;

pub use output::{Action, Change, Diagnostic, Run};
pub use workdir::Workdir;

/// A program that speaks Terraform's language.
#[derive(Clone, Debug)]
pub struct Engine {
    /// As in the name of a test: `terraform`, `terraform-1.15`, `opentofu`.
    pub name: &'static str,
    program: PathBuf,
}

impl Engine {
    /// The Terraform on the `PATH`, if there is one, and those that the tools build.
    ///
    /// # Errors
    ///
    /// When a tool cannot be built.
    pub fn available() -> anyhow::Result<Vec<Self>> {
        let [newer, tofu] = tools(["terraform-1.15", "tofu"])?;
        let found = on_path("terraform").map(|program| ("terraform", program));
        let built = [("terraform-1.15", newer), ("opentofu", tofu)];
        let engines = found.into_iter().chain(built);
        Ok(engines
            .map(|(name, program)| Self { name, program })
            .collect())
    }

    /// What it calls itself, such as `Terraform v1.11.4`.
    ///
    /// # Errors
    ///
    /// When it cannot be run.
    pub fn version(&self) -> anyhow::Result<String> {
        let mut command = Command::new(&self.program);
        command.arg("version").env("CHECKPOINT_DISABLE", "1");
        let output = command.output().context(self.name)?;
        let text = String::from_utf8(output.stdout)?;
        Ok(text.lines().next().unwrap_or_default().to_owned())
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|directory| directory.join(name))
        .find(|program| program.is_file())
}
