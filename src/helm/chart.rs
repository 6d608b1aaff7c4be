//! The agents' chart: which one it is, and getting it into the workspace.

use std::fs::File;
use std::path::{Path, PathBuf};

use semver::Version;
use serde::Deserialize;
use tokio::task::spawn_blocking;

use super::registry::{Registry, Wanted};
use super::{Error, Workspace, archive, manifest};
use crate::call::Call;
use crate::files;

/// The oldest agents that are installed from an OCI registry.
const OLDEST_AGENT: Version = Version::new(1, 14, 0);

/// The layer of an OCI artifact that is a chart's archive.
const CHART_LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// The largest archive of a chart that is unpacked, as from a registry.
const LARGEST_ARCHIVE: u64 = 256 * 1024 * 1024;

/// The largest file of a chart that Helm loads (`MaxDecompressedFileSize`).
const LARGEST_FILE: u64 = 5 * 1024 * 1024;

/// A chart in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartReference {
    /// Host and path, without `oci://`.
    pub repository: String,
    /// Its version.
    pub version: String,
}

impl ChartReference {
    /// Reads `HOST/PATH/azure-arc-k8sagents:VERSION`, as Azure's configuration service names the agents' chart.
    ///
    /// The registry has charts in a repository of their own, with `v2` before the last part; the Azure CLI inserts it
    /// too.
    ///
    /// # Errors
    ///
    /// [`Error::BadReference`], and [`Error::AgentTooOld`] below 1.14.0. As with the Azure CLI a version with a suffix
    /// is taken as it is.
    pub fn from_repository_path(path: &str) -> Result<Self, Error> {
        let bad = |reason: &str| Error::BadReference {
            text: path.to_owned(),
            reason: reason.to_owned(),
        };
        let (parent, last) = path.rsplit_once('/').ok_or_else(|| bad("no repository"))?;
        let (name, version) = last.split_once(':').ok_or_else(|| bad("no version"))?;
        if parent.is_empty() || name.is_empty() || version.is_empty() {
            return Err(bad("an empty part"));
        }
        let parsed = Version::parse(version).map_err(|error| bad(&error.to_string()))?;
        if parsed.pre.is_empty() && parsed < OLDEST_AGENT {
            return Err(Error::AgentTooOld {
                version: version.to_owned(),
            });
        }
        Ok(Self {
            repository: format!("{parent}/v2/{name}"),
            version: version.to_owned(),
        })
    }
}

/// Where a chart comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChartSource {
    /// A registry.
    Reference {
        /// Host and path, with or without `oci://`.
        repository: String,
        /// The chart's version.
        version: String,
        /// The digest (`sha256:…`) that its manifest or its archive must have.
        digest: Option<String>,
    },
    /// A directory with a `Chart.yaml`, or a `.tgz` of one.
    Path(PathBuf),
}

impl From<ChartReference> for ChartSource {
    fn from(reference: ChartReference) -> Self {
        Self::Reference {
            repository: reference.repository,
            version: reference.version,
            digest: None,
        }
    }
}

/// A chart that is ready to install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// The directory with its `Chart.yaml`. It goes with the workspace, unless the chart was a local directory.
    pub path: PathBuf,
    /// The version that its `Chart.yaml` names.
    pub version: String,
    /// The digest of its manifest in the registry; none for a local chart.
    pub digest: Option<String>,
}

/// Gets a chart, unpacked. What is downloaded or unpacked goes into the workspace.
///
/// # Errors
///
/// [`Error::NotFound`] with repository and version, [`Error::Digest`] with both digests, [`Error::Archive`],
/// [`Error::BadChart`] and what else a registry can be short of.
pub async fn pull(
    call: &Call,
    source: &ChartSource,
    workspace: &Workspace,
) -> Result<Chart, Error> {
    pull_from(call, &Registry::default(), source, workspace).await
}

/// The custom resource definitions that Helm makes at the first install of a chart and never again: the documents of the
/// YAML files in its folder `crds`.
///
/// # Errors
///
/// [`Error::File`] when one of them cannot be read.
pub fn definitions(chart: &Chart) -> Result<Vec<String>, Error> {
    let folder = chart.path.join("crds");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = |source| Error::file("read", &folder, source);
    let entries = std::fs::read_dir(&folder).map_err(unreadable)?;
    let mut files: Vec<_> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    files.sort();
    let mut documents = Vec::new();
    for file in files {
        let text = files::read_text(&file, LARGEST_FILE)
            .map_err(|source| Error::file("read", &file, source))?;
        let found = manifest::documents(&text, "CustomResourceDefinition");
        documents.extend(found.map(|one| one.trim_start_matches("---").to_owned()));
    }
    Ok(documents)
}

async fn pull_from(
    call: &Call,
    registry: &Registry,
    source: &ChartSource,
    workspace: &Workspace,
) -> Result<Chart, Error> {
    match source {
        ChartSource::Path(path) => local(path, workspace).await,
        ChartSource::Reference {
            repository,
            version,
            digest,
        } => {
            call.step("pull chart");
            let wanted = Wanted {
                repository: repository.clone(),
                // `+` is not allowed in a tag; Helm writes `_` for it.
                tag: version.replace('+', "_"),
                digest: digest.clone(),
                member: |_, _| false,
                media_type: CHART_LAYER,
            };
            let artifact = registry.pull(call, &wanted, workspace.path()).await?;
            let digest = Some(artifact.digest());
            let name = format!("chart {repository}:{version}");
            let chart = unpack(name, artifact.file, workspace).await?;
            Ok(Chart { digest, ..chart })
        }
    }
}

async fn local(path: &Path, workspace: &Workspace) -> Result<Chart, Error> {
    if path.is_dir() {
        return read(path);
    }
    let source = path.to_owned();
    let archive = files::blocking(move || files::open(&source, LARGEST_ARCHIVE))
        .await
        .map_err(|source| Error::file("read chart", path, source))?;
    unpack(path.display().to_string(), archive, workspace).await
}

/// Unpacks an archive, whose only directory is the chart.
async fn unpack(name: String, content: File, workspace: &Workspace) -> Result<Chart, Error> {
    let into = tempfile::Builder::new()
        .prefix("chart-")
        .tempdir_in(workspace.path())
        .map_err(|source| Error::file("create a directory in", workspace.path(), source))?
        .keep();
    let directory = into.clone();
    spawn_blocking(move || archive::unpack(&name, content, &directory))
        .await
        .map_err(|panic| Error::file("unpack a chart into", &into, panic.into()))??;
    read(&only_directory(&into)?)
}

fn only_directory(parent: &Path) -> Result<PathBuf, Error> {
    let listed = parent
        .read_dir()
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|source| Error::file("list", parent, source))?;
    match listed.as_slice() {
        [one] => Ok(one.path()),
        _ => Err(bad(parent, "its archive must hold one directory")),
    }
}

/// The part of `Chart.yaml` that matters here.
#[derive(Deserialize)]
struct Metadata {
    version: String,
}

fn read(directory: &Path) -> Result<Chart, Error> {
    let text = files::read_text(&directory.join("Chart.yaml"), LARGEST_FILE)
        .map_err(|error| bad(directory, &format!("no Chart.yaml can be read: {error}")))?;
    let metadata: Metadata = serde_saphyr::from_str(&text)
        .map_err(|error| bad(directory, &format!("its Chart.yaml is not valid: {error}")))?;
    Ok(Chart {
        path: directory.to_owned(),
        version: metadata.version,
        digest: None,
    })
}

fn bad(path: &Path, reason: &str) -> Error {
    Error::BadChart {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests;
