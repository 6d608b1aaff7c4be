//! What we ask of Helm: install or upgrade a release, and remove it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use semver::Version;
use serde_json::Value;

use super::process::{Run, Supervisor, is_release_not_found};
use super::{Error, Workspace};
use crate::call::Call;

/// How long Helm may wait for the hooks of an uninstall when the call has no deadline: the Azure CLI's longest.
const UNINSTALL_LIMIT: Duration = Duration::from_mins(15);

/// The first Helm that writes labels of the caller's on its records.
const LABELS_SINCE: Version = Version::new(3, 13, 0);

/// What Helm's own limit leaves of the call's time, for Helm to mark its release and end.
const MARGIN: Duration = Duration::from_secs(5);

/// How long one cheap look into the cluster may take, with the start of a login plugin.
const PROBE_LIMIT: Duration = Duration::from_mins(1);

/// A Helm client that was found to work. Cheap to clone; see [`Helm::locate`].
#[derive(Clone, Debug)]
pub struct Helm {
    pub(super) program: PathBuf,
    pub(super) version: Version,
    pub(super) supervisor: Supervisor,
    /// The directory of a program that was unpacked for this process, which goes with the last clone.
    pub(super) _home: Option<Arc<Workspace>>,
}

/// How Helm gets into the cluster, and where its own files go.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    /// A kubeconfig whose current context is the cluster. Its exec plugins run with our `AWS_*` variables.
    pub kubeconfig: &'a Path,
    /// The private directory of the operation.
    pub workspace: &'a Workspace,
}

/// What to install. It holds secrets, so it cannot be printed.
#[derive(Clone, Copy)]
pub struct Install<'a> {
    /// The release's name.
    pub release: &'a str,
    /// The namespace of the release's record; Helm makes it.
    pub namespace: &'a str,
    /// The unpacked chart.
    pub chart: &'a Path,
    /// All values that differ from the chart's. They may hold secrets.
    pub values: &'a Value,
    /// How long Helm waits until everything that it made is ready.
    pub wait_timeout: Duration,
    /// A label of the release's record, where Helm can write one (version 3.13 and later).
    pub label: (&'a str, &'a str),
}

impl Helm {
    /// The program.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Asks the cluster one cheap question, so that a Helm that cannot work there is found out before it is needed.
    ///
    /// It lists one release of the namespace. That reads and needs no right that an install does not need: to list
    /// Secrets in the namespace, which need not exist.
    ///
    /// # Errors
    ///
    /// What a failed Helm stands for; [`Error::Unreachable`] when it has no answer within a minute.
    pub async fn probe(
        &self,
        call: &Call,
        access: &Access<'_>,
        namespace: &str,
    ) -> Result<(), Error> {
        let arguments = words(["list", "--namespace", namespace, "--max", "1", "--short"]);
        let action = format!("helm list in {namespace}");
        let limited = call.within(PROBE_LIMIT);
        match self.run(&limited, access, arguments, &action).await {
            Err(Error::Halted { .. }) if call.check().is_ok() => Err(Error::Unreachable {
                action,
                said: format!("no answer within {} s", PROBE_LIMIT.as_secs()),
            }),
            outcome => outcome.map(drop),
        }
    }

    /// Installs the release, or upgrades the one that is there, and waits until its objects are ready.
    ///
    /// The values replace those of the revision before. They go to Helm in a file that is removed afterwards.
    ///
    /// # Errors
    ///
    /// [`Error::TimedOut`] when the objects are not ready in time; the release is then `failed` and can be upgraded
    /// again. [`Error::PendingOperation`] when the release's status says that another Helm is at work. Otherwise what a
    /// failed Helm stands for.
    pub async fn upgrade_install(
        &self,
        call: &Call,
        access: &Access<'_>,
        install: &Install<'_>,
    ) -> Result<(), Error> {
        let values = access
            .workspace
            .passing(install.values.to_string().as_bytes())?;
        let mut arguments = words(["upgrade", "--install", install.release]);
        arguments.push(install.chart.into());
        arguments.extend(words(["--namespace", install.namespace]));
        arguments.extend(words(["--create-namespace", "--output", "json", "--wait"]));
        arguments.extend(words(["--timeout", &limit(call, install.wait_timeout)]));
        arguments.extend(["--values".into(), values.path().into()]);
        if self.version >= LABELS_SINCE {
            let (key, value) = install.label;
            arguments.extend(words(["--labels", &format!("{key}={value}")]));
        }
        let action = format!("helm upgrade of {}", install.release);
        self.run(call, access, arguments, &action).await.map(drop)
    }

    /// Removes the release and its objects, with or without running the chart's hooks. A release that is gone is fine.
    ///
    /// # Errors
    ///
    /// What a failed Helm stands for.
    pub async fn uninstall(
        &self,
        call: &Call,
        access: &Access<'_>,
        release: &str,
        namespace: &str,
        hooks: bool,
    ) -> Result<(), Error> {
        let mut arguments = words(["uninstall", release, "--namespace", namespace]);
        arguments.extend(words(["--timeout", &limit(call, UNINSTALL_LIMIT)]));
        arguments.extend((!hooks).then(|| "--no-hooks".into()));
        let action = format!("helm uninstall of {release}");
        match self.run(call, access, arguments, &action).await {
            Err(error) if is_release_not_found(&error) => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    async fn run(
        &self,
        call: &Call,
        access: &Access<'_>,
        mut arguments: Vec<OsString>,
        action: &str,
    ) -> Result<Vec<u8>, Error> {
        call.step(action);
        arguments.extend(["--kubeconfig".into(), access.kubeconfig.into()]);
        Run {
            program: &self.program,
            arguments,
            workspace: access.workspace,
            action: action.to_owned(),
        }
        .output(call, &self.supervisor)
        .await
    }
}

/// Helm's own limit, so that it ends by itself, with its release marked, before the call ends it.
fn limit(call: &Call, wanted: Duration) -> String {
    let left = call.remaining().map(|left| left.saturating_sub(MARGIN));
    let limit = left.map_or(wanted, |left| left.min(wanted));
    format!("{}s", limit.as_secs().max(1))
}

fn words<const N: usize>(words: [&str; N]) -> Vec<OsString> {
    words.map(OsString::from).into()
}

#[cfg(test)]
mod tests;
