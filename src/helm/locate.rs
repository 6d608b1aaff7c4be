//! Finds a Helm client: the one that was named, the one on `PATH`, or the one that the Azure CLI uses.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;

use semver::Version;

use super::process::{Run, Supervisor};
use super::registry::Registry;
use super::source::HelmSource;
use super::{Error, Helm, Workspace, download};
use crate::call::Call;
use crate::environment::find_program;

/// How long `helm version` may take.
const VERSION_LIMIT: Duration = Duration::from_secs(30);

impl Helm {
    /// Finds a Helm of version 3 or 4: at `source.path`, else on `PATH`, else in the cache of downloaded clients, else
    /// in the registry.
    ///
    /// # Errors
    ///
    /// [`Error::UnusableHelm`] when `source.path` does not work, since a named program is never replaced by another;
    /// [`Error::NoHelm`], which lists each place, when nothing works; [`Error::Digest`] when the registry has something
    /// else than what was pinned; [`Error::Halted`].
    pub async fn locate(call: &Call, source: &HelmSource) -> Result<Self, Error> {
        Search {
            source,
            path: env::var_os("PATH").unwrap_or_default(),
            supervisor: Supervisor::this_program()?,
            registry: Registry::default(),
        }
        .run(call)
        .await
    }
}

/// A search and its surroundings.
struct Search<'a> {
    source: &'a HelmSource,
    path: OsString,
    supervisor: Supervisor,
    registry: Registry,
}

impl Search<'_> {
    async fn run(&self, call: &Call) -> Result<Helm, Error> {
        if let Some(path) = &self.source.path {
            return self.probe(call, path).await;
        }
        let mut tried = Vec::new();
        match find_program(OsStr::new("helm"), &self.path) {
            None => tried.push("no helm on PATH".to_owned()),
            Some(program) => match self.probe(call, &program).await {
                Err(error @ (Error::UnusableHelm { .. } | Error::Start { .. })) => {
                    tried.push(chain(&error));
                }
                probed => return probed,
            },
        }
        match download::helm(call, self.source, &self.registry).await {
            Ok(program) => self.probe(call, &program).await,
            Err(error @ (Error::Halted { .. } | Error::Digest { .. })) => Err(error),
            Err(error) => {
                tried.push(chain(&error));
                Err(Error::NoHelm { tried })
            }
        }
    }

    /// Asks the program for its version.
    async fn probe(&self, call: &Call, program: &Path) -> Result<Helm, Error> {
        let unusable = |reason: String| Error::UnusableHelm {
            path: program.to_owned(),
            reason,
        };
        let workspace = Workspace::new()?;
        let run = Run {
            program,
            arguments: vec!["version".into(), "--short".into()],
            workspace: &workspace,
            action: format!("{} version", program.display()),
        };
        let output = match run
            .output(&call.within(VERSION_LIMIT), &self.supervisor)
            .await
        {
            Err(Error::Failed { said, .. }) => return Err(unusable(said)),
            Err(Error::Halted { .. }) if call.check().is_ok() => {
                return Err(unusable("it does not tell its version".to_owned()));
            }
            Err(error) => return Err(error),
            Ok(output) => output,
        };
        let printed = String::from_utf8_lossy(&output);
        let version = parse_version(&printed).ok_or_else(|| unusable(unsupported(&printed)))?;
        Ok(Helm {
            program: program.to_owned(),
            version,
            supervisor: self.supervisor.clone(),
        })
    }
}

/// Reads `v3.20.1+g5c8d9ff`, and gives nothing for a version that is not ours to use.
fn parse_version(printed: &str) -> Option<Version> {
    let version = Version::parse(printed.trim().trim_start_matches('v')).ok()?;
    (3..=4).contains(&version.major).then_some(version)
}

fn unsupported(printed: &str) -> String {
    let shown: String = printed.trim().chars().take(80).collect();
    format!("its version is `{shown}`, not 3 or 4")
}

/// An error and its sources on one line.
fn chain(error: &Error) -> String {
    let first: &dyn std::error::Error = error;
    std::iter::successors(Some(first), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

#[cfg(test)]
mod tests;
