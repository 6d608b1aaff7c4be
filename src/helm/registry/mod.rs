//! Pulls artifacts from OCI registries, anonymously or with the token that a registry gives to anybody.
//!
//! A registry is not trusted. It is spoken to over HTTPS only, also where it redirects or sends for a token; of all that
//! it sends no more is read than such a thing may have, and content goes into a file and not into memory.

mod artifact;
mod challenge;
mod content;
mod fault;
mod name;
mod repository;

use std::path::Path;
use std::time::Duration;

pub(super) use artifact::{Artifact, Document, Wanted};
pub(super) use content::Content;
pub use fault::RegistryFault;

use self::repository::Repository;
use super::Error;
use crate::call::{Call, Probe, poll_until};

/// How often a pull is tried when a repetition can help, and the pause between two tries (the Azure CLI's numbers).
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(3);

/// How registries are spoken to: through the proxies of the environment, and always over HTTPS except in tests.
#[derive(Clone, Debug)]
pub(super) struct Registry {
    plain: bool,
    pause: Duration,
}

impl Default for Registry {
    fn default() -> Self {
        Self {
            plain: false,
            pause: PAUSE,
        }
    }
}

impl Registry {
    /// Registries that speak plain HTTP and are asked again at once, for tests.
    #[cfg(test)]
    pub(super) fn plain() -> Self {
        Self {
            plain: true,
            pause: Duration::ZERO,
        }
    }

    /// Pulls an artifact, and tries again while the registry is unavailable. Its content goes into a file without a name
    /// in `directory`.
    ///
    /// # Errors
    ///
    /// [`Error::BadReference`], [`Error::NotFound`], [`Error::Denied`], [`Error::Digest`], [`Error::Archive`],
    /// [`Error::Registry`], [`Error::File`] or [`Error::Halted`].
    pub(super) async fn pull(
        &self,
        call: &Call,
        wanted: &Wanted,
        directory: &Path,
    ) -> Result<Artifact, Error> {
        let repository = Repository::open(wanted, self.plain)?;
        let mut tries = 0;
        let awaited = format!("pull of {}", wanted.name());
        let pulled = poll_until(call, awaited, self.pause, || {
            tries += 1;
            let last = tries == TRIES;
            let attempt = attempt(&repository, wanted, directory);
            async move {
                match attempt.await {
                    Err(Error::Registry { source, .. }) if !last && source.is_passing() => {
                        Ok(Probe::pending(source.to_string()))
                    }
                    outcome => outcome.map(Probe::Ready),
                }
            }
        });
        Ok(pulled.await?)
    }
}

async fn attempt(
    repository: &Repository,
    wanted: &Wanted,
    directory: &Path,
) -> Result<Artifact, Error> {
    let mut documents = vec![repository.document(&wanted.tag).await?];
    if let Some(member) = wanted.member_of(&documents)? {
        documents.push(repository.document(&member.to_string()).await?);
    }
    let content = wanted.content_of(&documents)?;
    let mut file = Content::new(wanted.name(), &content, directory)?;
    repository.blob(&content, &mut file).await?;
    Ok(Artifact {
        documents,
        file: file.finish()?,
        content,
    })
}

#[cfg(test)]
mod tests;
