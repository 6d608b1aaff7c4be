//! What the command line asks for.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use lexopt::prelude::*;
use sha2::{Digest, Sha256};
use world::programs::provider;

const USAGE: &str =
    "usage: faults [--directory PATH] [--seed NUMBER] [--minutes NUMBER] [--only TEXT]";

/// Where results are kept unless the command line says otherwise: in a directory for each build of the provider.
const DIRECTORY: &str = "target/faults";
/// How long cells are begun.
const MINUTES: u64 = 110;

/// The command line.
pub struct Arguments {
    /// Where results are kept.
    pub directory: PathBuf,
    /// Decides the order.
    pub seed: u64,
    /// For how long cells are begun.
    pub time: Duration,
    /// What the names of cells have in them.
    pub only: String,
}

impl Arguments {
    /// Reads the command line.
    pub fn from_command_line() -> anyhow::Result<Self> {
        let mut arguments = Self {
            directory: Path::new(DIRECTORY).join(digest()?),
            seed: 0,
            time: Duration::from_mins(MINUTES),
            only: String::new(),
        };
        arguments.read().context(USAGE)?;
        Ok(arguments)
    }

    fn read(&mut self) -> Result<(), lexopt::Error> {
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("directory") => self.directory = parser.value()?.into(),
                Long("seed") => self.seed = parser.value()?.parse()?,
                Long("minutes") => self.time = Duration::from_mins(parser.value()?.parse()?),
                Long("only") => self.only = parser.value()?.string()?,
                other => return Err(other.unexpected()),
            }
        }
        Ok(())
    }
}

/// A short digest of the provider's program.
fn digest() -> anyhow::Result<String> {
    let digest = format!("{:x}", Sha256::digest(std::fs::read(provider()?)?));
    Ok(digest[..12].to_owned())
}
