//! What we ask of Helm: find a release, read its values, install or upgrade it, remove it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use semver::Version;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::process::{Run, Supervisor};
use super::{Error, Workspace, failure};
use crate::call::Call;

/// A heading of `helm get values` that the Azure CLI feeds back into the release as a value, during `update`.
const STRAY_HEADING: &str = "USER-SUPPLIED VALUES";

/// How long Helm may wait for the hooks of an uninstall when the call has no deadline: the Azure CLI's longest.
const UNINSTALL_LIMIT: Duration = Duration::from_mins(15);

/// The first Helm that writes labels of the caller's on its records.
const LABELS_SINCE: Version = Version::new(3, 13, 0);

/// What Helm's own limit leaves of the call's time, for Helm to mark its release and end.
const MARGIN: Duration = Duration::from_secs(5);

/// A Helm client that was found to work. Cheap to clone; see [`Helm::locate`].
#[derive(Clone, Debug)]
pub struct Helm {
    pub(super) program: PathBuf,
    pub(super) version: Version,
    pub(super) supervisor: Supervisor,
}

/// How Helm gets into the cluster, and where its own files go.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    /// A kubeconfig whose current context is the cluster. Its exec plugins run with our `AWS_*` variables.
    pub kubeconfig: &'a Path,
    /// The private directory of the operation.
    pub workspace: &'a Workspace,
}

/// A release as `helm list` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// The namespace that holds its record.
    pub namespace: String,
    /// Counts installs, upgrades and rollbacks.
    pub revision: u64,
    /// Helm's word: `deployed`, `failed`, `pending-install`, `pending-upgrade`, `uninstalling` and others.
    pub status: String,
    /// The name of its chart.
    pub chart_name: String,
    /// The version of its chart.
    pub chart_version: String,
    /// The version of what the chart installs; empty when the chart does not say.
    pub app_version: String,
}

/// What to install.
#[derive(Clone, Copy, Debug)]
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

    /// Looks for a release in all namespaces and in every status.
    ///
    /// # Errors
    ///
    /// [`Error::SeveralReleases`], or what a failed Helm stands for.
    pub async fn find_release(
        &self,
        call: &Call,
        access: &Access<'_>,
        name: &str,
    ) -> Result<Option<Release>, Error> {
        let filter = format!("^{}$", regex::escape(name));
        let mut arguments = words(["list", "--all-namespaces", "--output", "json", "--filter"]);
        arguments.push(filter.into());
        // Helm 4 shows every status and no longer has the option.
        arguments.extend((self.version.major < 4).then(|| "--all".into()));
        let action = format!("helm list of {name}");
        let output = self.run(call, access, arguments, &action).await?;
        let listed: Vec<Listed> = json(&output, action)?;
        only(name, listed.into_iter().map(Release::from).collect())
    }

    /// The values that were given at the last install or upgrade; an empty object when none were.
    ///
    /// They may hold secrets: proxy passwords, and the private key of older agents.
    ///
    /// # Errors
    ///
    /// What a failed Helm stands for.
    pub async fn get_values(
        &self,
        call: &Call,
        access: &Access<'_>,
        release: &str,
        namespace: &str,
    ) -> Result<Map<String, Value>, Error> {
        let arguments = words(["get", "values", release, "--namespace", namespace])
            .into_iter()
            .chain(words(["--output", "json"]))
            .collect();
        let action = format!("helm get values of {release}");
        let output = self.run(call, access, arguments, &action).await?;
        let values: Option<Map<String, Value>> = json(&output, action)?;
        let mut values = values.unwrap_or_default();
        values.remove(STRAY_HEADING);
        Ok(values)
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
            Err(error) if failure::is_release_not_found(&error) => Ok(()),
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

/// One entry of `helm list --output json`.
#[derive(Deserialize)]
struct Listed {
    name: String,
    namespace: String,
    /// A number in quotes.
    revision: String,
    status: String,
    /// Name and version, joined by `-`.
    chart: String,
    app_version: String,
}

impl From<Listed> for Release {
    fn from(listed: Listed) -> Self {
        let (chart_name, chart_version) = split_chart(&listed.chart);
        Self {
            name: listed.name,
            namespace: listed.namespace,
            revision: listed.revision.parse().unwrap_or_default(),
            status: listed.status,
            chart_name: chart_name.to_owned(),
            chart_version: chart_version.to_owned(),
            app_version: listed.app_version,
        }
    }
}

/// Splits at the first `-` that a version follows: both names and versions may have more of them.
fn split_chart(chart: &str) -> (&str, &str) {
    chart
        .match_indices('-')
        .map(|(at, _)| (&chart[..at], &chart[at + 1..]))
        .find(|(_, version)| Version::parse(version.trim_start_matches('v')).is_ok())
        .unwrap_or((chart, ""))
}

fn only(name: &str, mut found: Vec<Release>) -> Result<Option<Release>, Error> {
    if found.len() > 1 {
        return Err(Error::SeveralReleases {
            name: name.to_owned(),
            namespaces: found.into_iter().map(|release| release.namespace).collect(),
        });
    }
    Ok(found.pop())
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

fn json<T: serde::de::DeserializeOwned>(output: &[u8], action: String) -> Result<T, Error> {
    serde_json::from_slice(output).map_err(|source| Error::Output { action, source })
}

#[cfg(test)]
mod tests;
