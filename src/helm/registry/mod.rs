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
use crate::call::Call;
use crate::retry::{AZURE_CLI, Failure as _, Policy, Repetition};

/// How long one attempt of a pull may take.
const PULL_LIMIT: Duration = Duration::from_mins(10);

/// How registries are spoken to: through the proxies of the environment, and always over HTTPS except in tests.
#[derive(Clone, Debug)]
pub(super) struct Registry {
    plain: bool,
    patience: Policy,
}

impl Default for Registry {
    fn default() -> Self {
        Self {
            plain: false,
            patience: AZURE_CLI,
        }
    }
}

impl Registry {
    /// Registries that speak plain HTTP and are asked again at once, for tests.
    #[cfg(test)]
    pub(super) fn plain() -> Self {
        Self {
            plain: true,
            patience: Policy {
                first: Duration::ZERO,
                ..AZURE_CLI
            },
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
        let action = format!("pull of {}", wanted.name());
        let attempt = || async {
            let pull = Box::pin(attempt(&repository, wanted, directory));
            let pulled = call.attempt(PULL_LIMIT, pull).await;
            match pulled.map_err(|halt| Error::halted(&action, halt))? {
                Some(pulled) => pulled,
                None => Err(repository.late(PULL_LIMIT)),
            }
        };
        self.patience
            .run(call, &action, Repetition::Harmless, attempt)
            .await
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
