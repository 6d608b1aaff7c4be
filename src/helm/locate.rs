//! Finds a Helm client: the one that was named, the one on `PATH`, or the one that the Azure CLI uses.
//!
//! A Helm whose origin is named, by repository or digest, comes from there and from nowhere else.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use semver::Version;
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::digest::Digest;
use super::process::{Run, Supervisor};
use super::registry::Registry;
use super::source::HelmSource;
use super::{Error, Helm, Workspace, download};
use crate::call::{Call, Probe, WaitError, poll_until};
use crate::environment::find_program;
use crate::redact;
use crate::retry::Failure as _;

/// How long `helm version` may take.
const VERSION_LIMIT: Duration = Duration::from_secs(30);

/// What the system says of a program that some process still has open for writing.
const BUSY: &str = "Text file busy";
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// What this process has found. A downloaded Helm is unpacked once, into a directory that goes with the process.
static FOUND: Mutex<Vec<(HelmSource, Helm)>> = Mutex::const_new(Vec::new());

impl Helm {
    /// Finds a Helm of version 3 or 4: at `source.path`; else, unless `source` names a repository or a digest, on `PATH`;
    /// else in the cache of downloaded clients, or in the registry. The same source gives the same Helm for as long as
    /// this process runs, and which one that is goes to the log.
    ///
    /// # Errors
    ///
    /// [`Error::UnusableHelm`] when `source.path` does not work, since a named program is never replaced by another;
    /// [`Error::NoHelm`], which lists each place, when nothing works; [`Error::Digest`] when the registry has something
    /// else than what was pinned, and [`Error::Changed`] when it has something else than at first;
    /// [`Error::UnsafeCache`]; [`Error::Halted`].
    pub async fn locate(call: &Call, source: &HelmSource) -> Result<Self, Error> {
        let lock = call.race(FOUND.lock()).await;
        let mut found = lock.map_err(|halt| Error::halted("find helm", halt))?;
        if let Some((_, helm)) = found.iter().find(|(other, _)| other == source) {
            return Ok(helm.clone());
        }
        let search = Search {
            source,
            path: env::var_os("PATH").unwrap_or_default(),
            supervisor: Supervisor::this_program()?,
            registry: Registry::default(),
        };
        let helm = search.run(call).await?;
        announce(&helm).await?;
        found.push((source.clone(), helm.clone()));
        Ok(helm)
    }
}

/// Says which Helm is used, so that a log tells it afterwards.
async fn announce(helm: &Helm) -> Result<(), Error> {
    let path = helm.program.clone();
    let hashed = spawn_blocking(move || -> io::Result<Digest> {
        let mut hasher = Sha256::new();
        io::copy(&mut File::open(path)?, &mut hasher)?;
        Ok(hasher.into())
    });
    let digest = hashed
        .await
        .unwrap_or_else(|panic| Err(panic.into()))
        .map_err(|source| Error::file("read", &helm.program, source))?;
    let (path, version) = (helm.program.display(), &helm.version);
    tracing::info!(%path, %version, %digest, "this Helm is used");
    Ok(())
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
            return self.examine(call, path, None).await;
        }
        let mut tried = Vec::new();
        if self.source.repository.is_none() && self.source.digest.is_none() {
            match find_program(OsStr::new("helm"), &self.path) {
                None => tried.push("no helm on PATH".to_owned()),
                Some(program) => match self.examine(call, &program, None).await {
                    Err(error @ (Error::UnusableHelm { .. } | Error::Start { .. })) => {
                        tried.push(chain(&error));
                    }
                    examined => return examined,
                },
            }
        }
        match download::helm(call, self.source, &self.registry).await {
            Ok(found) => self.examine(call, &found.program, Some(found.home)).await,
            Err(
                error @ (Error::Halted { .. }
                | Error::Digest { .. }
                | Error::Changed { .. }
                | Error::UnsafeCache { .. }),
            ) => Err(error),
            Err(error) => {
                tried.push(chain(&error));
                Err(Error::NoHelm { tried })
            }
        }
    }

    /// Asks the program for its version.
    async fn examine(
        &self,
        call: &Call,
        program: &Path,
        home: Option<Arc<Workspace>>,
    ) -> Result<Helm, Error> {
        let unusable = |reason: String| Error::UnusableHelm {
            path: program.to_owned(),
            reason,
        };
        let workspace = Workspace::new()?;
        let limited = call.within(VERSION_LIMIT);
        let asked = poll_until(&limited, "helm version", BUSY_PAUSE, || {
            self.ask(&limited, program, &workspace)
        });
        let printed = match asked.await {
            Ok(printed) => printed,
            Err(WaitError::Probe(Error::Failed { said, .. })) => return Err(unusable(said)),
            Err(_) if call.check().is_ok() && limited.check().is_err() => {
                return Err(unusable("it does not tell its version".to_owned()));
            }
            Err(WaitError::Probe(error)) => return Err(error),
            Err(WaitError::Halted { halt, .. }) => return Err(Error::halted("find helm", halt)),
        };
        let version = parse_version(&printed).ok_or_else(|| unusable(unsupported(&printed)))?;
        Ok(Helm {
            program: program.to_owned(),
            version,
            supervisor: self.supervisor.clone(),
            _home: home,
        })
    }

    /// One question. A program that was just written cannot be run for as long as a process that another thread started
    /// meanwhile has not let go of it, which takes moments.
    async fn ask(
        &self,
        call: &Call,
        program: &Path,
        workspace: &Workspace,
    ) -> Result<Probe<String>, Error> {
        let run = Run {
            program,
            arguments: vec!["version".into(), "--short".into()],
            workspace,
            action: format!("{} version", program.display()),
        };
        match run.output(call, &self.supervisor).await {
            Err(Error::Failed { said, .. }) if said.contains(BUSY) => Ok(Probe::pending(said)),
            outcome => {
                let printed = outcome?;
                Ok(Probe::Ready(String::from_utf8_lossy(&printed).into_owned()))
            }
        }
    }
}

/// Reads `v3.20.1+g5c8d9ff`, and gives nothing for a version that is not ours to use.
fn parse_version(printed: &str) -> Option<Version> {
    let version = Version::parse(printed.trim().trim_start_matches('v')).ok()?;
    (3..=4).contains(&version.major).then_some(version)
}

fn unsupported(printed: &str) -> String {
    let shown = redact::one_line(printed, 80);
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
