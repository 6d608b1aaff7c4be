//! The Helm client that the Azure CLI uses, for machines that have none.
//!
//! It is pulled from the OCI artifact that Microsoft keeps for the purpose, so that a machine which may reach the
//! agents' images may reach Helm too. It is kept in a cache directory and appears there in one rename: parallel
//! processes either see all of it or nothing.

use std::env;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use super::registry::{Artifact, Registry, Wanted};
use super::source::HelmSource;
use super::{Error, archive};
use crate::call::Call;

/// The repository of Helm clients, and the client in it that the Azure CLI has pinned (connectedk8s 1.11.2).
const REPOSITORY: &str = "mcr.microsoft.com/azurearck8s/helm";
const VERSION: &str = "v3.20.1";

/// The platform as Go names it.
const OS: &str = if cfg!(target_os = "macos") {
    "darwin"
} else {
    env::consts::OS
};
const ARCH: &str = if cfg!(target_arch = "x86_64") {
    "amd64"
} else if cfg!(target_arch = "aarch64") {
    "arm64"
} else {
    env::consts::ARCH
};

/// The downloaded Helm client: from the cache, else from the registry.
///
/// # Errors
///
/// What the registry is short of, and [`Error::File`] when the cache directory cannot be used.
pub(super) async fn helm(
    call: &Call,
    source: &HelmSource,
    registry: &Registry,
) -> Result<PathBuf, Error> {
    let repository = source.repository.as_deref().unwrap_or(REPOSITORY);
    let digest = source.digest.as_deref();
    let directory = cache(source)?.join(key(repository, digest));
    let program = directory.join("helm");
    if !program.is_file() {
        call.step("download helm");
        let artifact = pull(call, registry, repository, digest).await?;
        let unpacked = directory.clone();
        spawn_blocking(move || install(&artifact.content, &unpacked))
            .await
            .map_err(|panic| Error::file("unpack helm into", &directory, panic.into()))??;
    }
    Ok(program)
}

/// Pulls the archive by the tag of this platform, or by the index that has all platforms.
async fn pull(
    call: &Call,
    registry: &Registry,
    repository: &str,
    digest: Option<&str>,
) -> Result<Artifact, Error> {
    let tag = format!("helm-{VERSION}-{OS}-{ARCH}");
    let mut wanted = Wanted {
        repository,
        tag: &tag,
        digest,
        member: is_ours,
        media_type: "",
    };
    match registry.pull(call, &wanted).await {
        Err(Error::NotFound { .. }) => {}
        outcome => return outcome,
    }
    let tag = format!("helm-{VERSION}");
    wanted.tag = &tag;
    registry.pull(call, &wanted).await
}

/// Whether a member of an index is for this platform. Not all indexes name platforms; titles are file names.
fn is_ours(platform: &str, title: &str) -> bool {
    platform == format!("{OS}/{ARCH}") || title.contains(&format!("{OS}-{ARCH}"))
}

/// Unpacks the archive beside its place and renames it there.
fn install(content: &[u8], place: &Path) -> Result<(), Error> {
    let parent = place.parent().unwrap_or(place);
    let staged = stage(parent).map_err(|source| Error::file("write to", parent, source))?;
    archive::unpack("the helm client", content, staged.path())?;
    let unpacked = staged.path().join(format!("{OS}-{ARCH}"));
    let program = unpacked.join("helm");
    fs::set_permissions(&program, Permissions::from_mode(0o755))
        .map_err(|source| Error::file("make executable", &program, source))?;
    match fs::rename(&unpacked, place) {
        // Another process was faster, and its files are as good as ours.
        Err(_) if place.join("helm").is_file() => Ok(()),
        renamed => renamed.map_err(|source| Error::file("create", place, source)),
    }
}

fn stage(parent: &Path) -> io::Result<tempfile::TempDir> {
    fs::create_dir_all(parent)?;
    tempfile::Builder::new().prefix(".helm-").tempdir_in(parent)
}

/// What comes from elsewhere, or was pinned, is kept elsewhere.
fn key(repository: &str, digest: Option<&str>) -> String {
    let origin = Sha256::digest(format!("{repository}@{}", digest.unwrap_or_default()));
    format!("helm-{VERSION}-{OS}-{ARCH}-{origin:x}")
}

fn cache(source: &HelmSource) -> Result<PathBuf, Error> {
    if let Some(directory) = &source.cache_dir {
        return Ok(directory.clone());
    }
    user_cache(|name| env::var_os(name).map(PathBuf::from))
        .map(|cache| cache.join("terraform-provider-arc"))
        .ok_or_else(|| {
            let unset = io::Error::new(
                io::ErrorKind::NotFound,
                "XDG_CACHE_HOME and HOME are not set",
            );
            Error::file("find", "the user's cache directory", unset)
        })
}

/// The XDG base directory specification's cache directory. It wants relative paths ignored.
fn user_cache(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |name| variable(name).filter(|path| path.is_absolute());
    absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))
}

#[cfg(test)]
mod tests;
