//! Pulls artifacts from OCI registries, anonymously or with the token that a registry gives to anybody.

use std::time::Duration;

use oci_client::Reference;
use oci_client::client::{Client, ClientConfig, ClientProtocol};
use oci_client::errors::{DigestError, OciDistributionError, OciErrorCode};
use oci_client::manifest::{ImageIndexEntry, OciDescriptor, OciImageManifest, OciManifest};
use oci_client::secrets::RegistryAuth;

use super::Error;
use crate::call::Call;
use crate::redact::Foreign;
use crate::retry::{Failure as _, Policy, Repetition};

/// As patient as the Azure CLI is with a registry.
const PATIENCE: Policy = Policy {
    attempts: 5,
    throttled_attempts: 5,
    first: Duration::from_secs(3),
    longest: Duration::from_secs(3),
};

/// How long one attempt of a pull may take.
const PULL_LIMIT: Duration = Duration::from_mins(10);

/// How long a registry may be silent.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);
const READ_LIMIT: Duration = Duration::from_mins(1);

/// The largest content that is held in memory: Helm clients are below 20 MiB, charts below 1 MiB.
const LARGEST: i64 = 256 * 1024 * 1024;

/// The title of a layer or of an index's member: a file name.
const TITLE: &str = "org.opencontainers.image.title";

/// How registries are spoken to. By default over HTTPS, through the proxies of the environment.
#[derive(Clone, Debug)]
pub(super) struct Registry {
    protocol: ClientProtocol,
    patience: Policy,
}

impl Default for Registry {
    fn default() -> Self {
        Self {
            protocol: ClientProtocol::Https,
            patience: PATIENCE,
        }
    }
}

/// What to pull.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    /// Host and path, with or without `oci://`.
    pub(super) repository: &'a str,
    /// The tag.
    pub(super) tag: &'a str,
    /// The digest that the manifest or the content must have.
    pub(super) digest: Option<&'a str>,
    /// Tells the member of an index that is wanted, by its platform (`linux/amd64`) and title.
    pub(super) member: fn(platform: &str, title: &str) -> bool,
    /// The media type of the layer that is wanted; the first layer if none has it.
    pub(super) media_type: &'a str,
}

/// What was pulled.
#[derive(Debug)]
pub(super) struct Artifact {
    /// The digest of the manifest that describes the content.
    pub(super) digest: String,
    /// The content of the wanted layer. Its digest is the one that the manifest names.
    pub(super) content: Vec<u8>,
}

impl Wanted<'_> {
    /// What errors call it: `mcr.microsoft.com/a/b:1.2.3`.
    fn name(&self) -> String {
        let repository = self.repository.trim_start_matches("oci://");
        format!("{repository}:{}", self.tag)
    }
}

impl Registry {
    /// Registries that speak plain HTTP and are asked again at once, for tests.
    #[cfg(test)]
    pub(super) fn plain() -> Self {
        Self {
            protocol: ClientProtocol::Http,
            patience: Policy {
                first: Duration::ZERO,
                ..PATIENCE
            },
        }
    }

    /// Pulls an artifact, and tries again while the registry is unavailable.
    ///
    /// # Errors
    ///
    /// [`Error::BadReference`], [`Error::NotFound`], [`Error::Denied`], [`Error::Digest`], [`Error::Registry`] or
    /// [`Error::Halted`].
    pub(super) async fn pull(&self, call: &Call, wanted: &Wanted<'_>) -> Result<Artifact, Error> {
        let pull = Pull::new(self, wanted)?;
        let action = format!("pull of {}", wanted.name());
        let attempt = || async {
            let pulled = call.attempt(PULL_LIMIT, Box::pin(pull.attempt())).await;
            match pulled.map_err(|halt| Error::halted(&action, halt))? {
                Some(pulled) => pulled,
                None => Err(pull.late()),
            }
        };
        self.patience
            .run(call, &action, Repetition::Harmless, attempt)
            .await
    }
}

/// One pull with its client, which keeps the token.
struct Pull<'a> {
    client: Client,
    reference: Reference,
    wanted: &'a Wanted<'a>,
}

impl<'a> Pull<'a> {
    fn new(registry: &Registry, wanted: &'a Wanted<'a>) -> Result<Self, Error> {
        let name = wanted.name();
        let reference =
            Reference::try_from(name.as_str()).map_err(|error| Error::BadReference {
                text: name.clone(),
                reason: error.to_string(),
            })?;
        let config = ClientConfig {
            protocol: registry.protocol.clone(),
            connect_timeout: Some(CONNECT_LIMIT),
            read_timeout: Some(READ_LIMIT),
            user_agent: crate::USER_AGENT,
            ..ClientConfig::default()
        };
        let client = Client::try_from(config).map_err(|error| failed(&name, &error))?;
        Ok(Self {
            client,
            reference,
            wanted,
        })
    }

    async fn attempt(&self) -> Result<Artifact, Error> {
        let (manifest, digest, index) = self.manifest().await?;
        let layer = self.layer(&manifest)?;
        self.verify([Some(digest.clone()), Some(layer.digest.clone()), index])?;
        let mut content = Vec::new();
        self.client
            .pull_blob(&self.reference, layer, &mut content)
            .await
            .map_err(|error| self.failed(&error))?;
        Ok(Artifact { digest, content })
    }

    /// The manifest of the content, its digest, and the digest of the index that led to it.
    async fn manifest(&self) -> Result<(OciImageManifest, String, Option<String>), Error> {
        let (manifest, digest) = self.fetch(&self.reference).await?;
        let index = match manifest {
            OciManifest::Image(manifest) => return Ok((manifest, digest, None)),
            OciManifest::ImageIndex(index) => index,
        };
        let member = index.manifests.iter().find(|entry| self.is_wanted(entry));
        let member = member.ok_or_else(|| self.not_found())?;
        let reference = self.reference.clone_with_digest(member.digest.clone());
        match self.fetch(&reference).await? {
            (OciManifest::Image(manifest), found) => Ok((manifest, found, Some(digest))),
            (OciManifest::ImageIndex(_), _) => Err(self.not_found()),
        }
    }

    async fn fetch(&self, reference: &Reference) -> Result<(OciManifest, String), Error> {
        self.client
            .pull_manifest(reference, &RegistryAuth::Anonymous)
            .await
            .map_err(|error| self.failed(&error))
    }

    fn is_wanted(&self, entry: &ImageIndexEntry) -> bool {
        let platform = entry.platform.as_ref();
        let platform =
            platform.map(|platform| format!("{}/{}", platform.os, platform.architecture));
        let title = entry.annotations.as_ref().and_then(|all| all.get(TITLE));
        (self.wanted.member)(
            platform.as_deref().unwrap_or_default(),
            title.map_or("", String::as_str),
        )
    }

    fn layer<'m>(&self, manifest: &'m OciImageManifest) -> Result<&'m OciDescriptor, Error> {
        let mut layers = manifest.layers.iter();
        let layer = layers
            .clone()
            .find(|layer| layer.media_type == self.wanted.media_type)
            .or_else(|| layers.next())
            .ok_or_else(|| self.not_found())?;
        if layer.size > LARGEST {
            return Err(Error::Archive {
                name: self.wanted.name(),
                reason: format!("its size is {} bytes", layer.size),
            });
        }
        Ok(layer)
    }

    fn verify(&self, found: [Option<String>; 3]) -> Result<(), Error> {
        let found: Vec<String> = found.into_iter().flatten().collect();
        match self.wanted.digest {
            Some(expected) if !found.iter().any(|digest| digest == expected) => {
                Err(Error::Digest {
                    artifact: self.wanted.name(),
                    expected: expected.to_owned(),
                    found,
                })
            }
            _ => Ok(()),
        }
    }

    fn failed(&self, error: &OciDistributionError) -> Error {
        failed(&self.wanted.name(), error)
    }

    fn late(&self) -> Error {
        let limit = std::io::Error::from(std::io::ErrorKind::TimedOut);
        self.failed(&OciDistributionError::IoError(limit))
    }

    fn not_found(&self) -> Error {
        Error::NotFound {
            artifact: self.wanted.name(),
        }
    }
}

/// What an answer of the registry, or the lack of one, means.
fn failed(artifact: &str, error: &OciDistributionError) -> Error {
    use OciErrorCode as Code;
    let artifact = artifact.to_owned();
    match error {
        OciDistributionError::DigestError(DigestError::VerificationError { expected, actual }) => {
            Error::Digest {
                artifact,
                expected: expected.clone(),
                found: vec![actual.clone()],
            }
        }
        OciDistributionError::ImageManifestNotFoundError(_)
        | OciDistributionError::ServerError { code: 404, .. } => Error::NotFound { artifact },
        OciDistributionError::RegistryError { envelope, .. } => {
            match envelope.errors.first().map(|error| &error.code) {
                Some(Code::ManifestUnknown | Code::NameUnknown | Code::NotFound) => {
                    Error::NotFound { artifact }
                }
                Some(Code::Unauthorized | Code::Denied) => denied(artifact, error),
                _ => registry(artifact, error),
            }
        }
        OciDistributionError::AuthenticationFailure(_)
        | OciDistributionError::UnauthorizedError { .. } => denied(artifact, error),
        _ => registry(artifact, error),
    }
}

fn denied(artifact: String, source: &OciDistributionError) -> Error {
    Error::Denied {
        artifact,
        source: Foreign::from_error(source),
    }
}

fn registry(artifact: String, source: &OciDistributionError) -> Error {
    Error::Registry {
        artifact,
        passes: passes(source),
        source: Foreign::from_error(source),
    }
}

/// Whether the same pull may succeed later: the network failed, or the registry is overloaded or broken.
fn passes(error: &OciDistributionError) -> bool {
    match error {
        OciDistributionError::RequestError(_) | OciDistributionError::IoError(_) => true,
        OciDistributionError::ServerError { code, .. } => matches!(code, 408 | 429 | 500..),
        OciDistributionError::RegistryError { envelope, .. } => envelope
            .errors
            .iter()
            .any(|error| error.code == OciErrorCode::Toomanyrequests),
        _ => false,
    }
}
