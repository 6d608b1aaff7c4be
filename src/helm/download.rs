//! The Helm client that the Azure CLI uses, for machines that have none.
//!
//! It is pulled from the OCI artifact that Microsoft keeps for the purpose, so that a machine which may reach the
//! agents' images may reach Helm too. What is kept of it is an archive that is verified at each start and unpacked into a
//! private directory of this process: no program that others could have put into the cache is ever run.

use std::env;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::cache::Cache;
use super::digest::Digest;
use super::registry::{Artifact, Registry, Wanted};
use super::source::HelmSource;
use super::{Error, Workspace, archive};
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

/// A Helm client that was unpacked.
#[derive(Debug)]
pub(super) struct Unpacked {
    /// The directory that it is in, and goes with.
    pub(super) home: Arc<Workspace>,
    /// The program.
    pub(super) program: PathBuf,
}

/// The downloaded Helm client: from the cache, else from the registry.
///
/// # Errors
///
/// What the registry is short of; [`Error::Changed`] when it has another client than at first, and none was pinned;
/// [`Error::UnsafeCache`] and [`Error::File`] when the cache directory cannot be used.
pub(super) async fn helm(
    call: &Call,
    source: &HelmSource,
    registry: &Registry,
) -> Result<Unpacked, Error> {
    let (wanted, key) = (wanted(source), key(source));
    let directory = cache_directory(source)?;
    let home = Arc::new(Workspace::new()?);
    let kept = blocking({
        let (wanted, key, home) = (wanted.clone(), key.clone(), home.clone());
        move || {
            let cache = Cache::open(directory)?;
            let artifact = cache.get(&key, &wanted, home.path());
            Ok((cache, artifact))
        }
    });
    let (cache, artifact) = kept.await?;
    let artifact = match artifact {
        Some(artifact) => artifact,
        None => fetch(call, registry, wanted, cache, key, &home).await?,
    };
    blocking(move || unpack(artifact, home)).await
}

/// Pulls the client and keeps it. Without a pin it must be the one that was seen first.
async fn fetch(
    call: &Call,
    registry: &Registry,
    wanted: Wanted,
    cache: Cache,
    key: String,
    home: &Workspace,
) -> Result<Artifact, Error> {
    call.step("download helm");
    let mut artifact = pull(call, registry, wanted.clone(), home).await?;
    blocking(move || {
        let found = artifact.documents.first().map(|root| &root.digest);
        let first = cache.first_seen(&key).filter(|_| wanted.digest.is_none());
        if let (Some(first), Some(found)) = (first, found)
            && first != *found
        {
            return Err(Error::Changed {
                artifact: wanted.name(),
                first: first.to_string(),
                found: found.to_string(),
                note: cache.note(&key),
            });
        }
        cache.keep(&key, &mut artifact)?;
        Ok(artifact)
    })
    .await
}

/// Pulls the archive by the tag of this platform, or by the index that has all platforms.
async fn pull(
    call: &Call,
    registry: &Registry,
    wanted: Wanted,
    home: &Workspace,
) -> Result<Artifact, Error> {
    match registry.pull(call, &wanted, home.path()).await {
        Err(Error::NotFound { .. }) => {}
        outcome => return outcome,
    }
    let tag = format!("helm-{VERSION}");
    let wanted = Wanted { tag, ..wanted };
    registry.pull(call, &wanted, home.path()).await
}

fn wanted(source: &HelmSource) -> Wanted {
    Wanted {
        repository: repository(source).to_owned(),
        tag: format!("helm-{VERSION}-{OS}-{ARCH}"),
        digest: source.digest.clone(),
        member: is_ours,
        media_type: "",
    }
}

fn repository(source: &HelmSource) -> &str {
    source.repository.as_deref().unwrap_or(REPOSITORY)
}

/// Whether a member of an index is for this platform. Not all indexes name platforms; titles are file names.
fn is_ours(platform: &str, title: &str) -> bool {
    platform == format!("{OS}/{ARCH}") || title.contains(&format!("{OS}-{ARCH}"))
}

fn unpack(artifact: Artifact, home: Arc<Workspace>) -> Result<Unpacked, Error> {
    archive::unpack("the helm client", artifact.file, home.path())?;
    let program = home.path().join(format!("{OS}-{ARCH}")).join("helm");
    fs::set_permissions(&program, Permissions::from_mode(0o700))
        .map_err(|source| Error::file("make executable", &program, source))?;
    Ok(Unpacked { home, program })
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    spawn_blocking(work)
        .await
        .map_err(|panic| Error::file("unpack", "the helm client", panic.into()))?
}

/// What comes from elsewhere, or was pinned, is noted elsewhere.
fn key(source: &HelmSource) -> String {
    let digest = source.digest.as_deref().unwrap_or_default();
    let origin = Digest::of(format!("{}@{digest}", repository(source)).as_bytes());
    format!("helm-{VERSION}-{OS}-{ARCH}-{}", origin.hex())
}

fn cache_directory(source: &HelmSource) -> Result<PathBuf, Error> {
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
pub(super) mod tests;
