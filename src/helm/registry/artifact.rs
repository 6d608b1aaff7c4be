//! What an artifact is made of: a manifest that names its content, and maybe an index that names the manifest.
//!
//! Each is named by its digest in the one before, so the digest of any of them pins all that follow. The same reading
//! serves for what a registry sends and for what was kept of it.

use std::collections::BTreeMap;
use std::fs::File;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::helm::Error;
use crate::helm::digest::Digest;

/// The largest content that is taken: Helm clients are below 20 MiB, charts below 1 MiB.
const LARGEST: u64 = 256 * 1024 * 1024;

/// The title of a layer or of an index's member: a file name.
const TITLE: &str = "org.opencontainers.image.title";

/// What to pull.
#[derive(Clone, Debug)]
pub(in crate::helm) struct Wanted {
    /// Host and path, with or without `oci://`.
    pub(in crate::helm) repository: String,
    /// The tag.
    pub(in crate::helm) tag: String,
    /// The digest that the index, the manifest or the content must have.
    pub(in crate::helm) digest: Option<String>,
    /// Tells the member of an index that is wanted, by its platform (`linux/amd64`) and title.
    pub(in crate::helm) member: fn(platform: &str, title: &str) -> bool,
    /// The media type of the layer that is wanted; the first layer if none has it.
    pub(in crate::helm) media_type: &'static str,
}

/// An index or a manifest, as it was sent.
#[derive(Debug)]
pub(in crate::helm) struct Document {
    /// The digest of its bytes.
    pub(in crate::helm) digest: Digest,
    /// Its bytes.
    pub(in crate::helm) bytes: Vec<u8>,
}

/// What was pulled.
#[derive(Debug)]
pub(in crate::helm) struct Artifact {
    /// The index, if there was one, and the manifest.
    pub(in crate::helm) documents: Vec<Document>,
    /// What the manifest says of the content.
    pub(in crate::helm) content: Descriptor,
    /// The content, verified, to be read from its start.
    pub(in crate::helm) file: File,
}

/// How a manifest names content. Addresses of other servers, which it may name too, are not read.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::helm) struct Descriptor {
    media_type: String,
    pub(in crate::helm) digest: Digest,
    pub(in crate::helm) size: u64,
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Index {
    #[serde(default)]
    manifests: Vec<Member>,
}

#[derive(Deserialize)]
struct Member {
    digest: Digest,
    platform: Option<Platform>,
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Platform {
    os: String,
    architecture: String,
}

impl Document {
    /// A document of some bytes.
    pub(in crate::helm) fn new(bytes: Vec<u8>) -> Self {
        let digest = Digest::of(&bytes);
        Self { digest, bytes }
    }
}

impl Artifact {
    /// The digest of the manifest that names the content.
    pub(in crate::helm) fn digest(&self) -> String {
        let manifest = self.documents.last();
        manifest.map_or_else(String::new, |manifest| manifest.digest.to_string())
    }
}

impl Wanted {
    /// What errors call it: `mcr.microsoft.com/a/b:1.2.3`.
    pub(in crate::helm) fn name(&self) -> String {
        let repository = self.repository.trim_start_matches("oci://");
        format!("{repository}:{}", self.tag)
    }

    /// The manifest that is wanted of an index; none when the documents end in a manifest already.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the index has none for us, [`Error::Archive`] when it cannot be read.
    pub(in crate::helm) fn member_of(
        &self,
        documents: &[Document],
    ) -> Result<Option<Digest>, Error> {
        let index: Index = self.read(documents)?;
        if index.manifests.is_empty() {
            return Ok(None);
        }
        let wanted = index.manifests.into_iter().find(|one| self.is_wanted(one));
        let wanted = wanted.ok_or_else(|| self.not_found())?;
        Ok(Some(wanted.digest))
    }

    /// The content that the last of the documents names, when the pin is met.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none, [`Error::Archive`] when it cannot be one, [`Error::Digest`].
    pub(in crate::helm) fn content_of(&self, documents: &[Document]) -> Result<Descriptor, Error> {
        let layers = self.read::<Manifest>(documents)?.layers;
        let named = layers.iter().find(|one| one.media_type == self.media_type);
        let content = named.or(layers.first()).ok_or_else(|| self.not_found())?;
        if content.size > LARGEST {
            return Err(self.refused(format!("its size is {} bytes", content.size)));
        }
        let mut found: Vec<_> = documents.iter().map(|one| one.digest.to_string()).collect();
        found.push(content.digest.to_string());
        match &self.digest {
            Some(expected) if !found.iter().any(|one| one.eq_ignore_ascii_case(expected)) => {
                Err(Error::Digest {
                    artifact: self.name(),
                    expected: expected.clone(),
                    found,
                })
            }
            _ => Ok(content.clone()),
        }
    }

    fn read<T: DeserializeOwned>(&self, documents: &[Document]) -> Result<T, Error> {
        let bytes = documents.last().map_or(&[][..], |last| &last.bytes);
        serde_json::from_slice(bytes)
            .map_err(|error| self.refused(format!("its manifest cannot be read: {error}")))
    }

    fn is_wanted(&self, member: &Member) -> bool {
        let platform = member.platform.as_ref();
        let platform = platform.map(|one| format!("{}/{}", one.os, one.architecture));
        let title = member.annotations.as_ref().and_then(|all| all.get(TITLE));
        (self.member)(
            platform.as_deref().unwrap_or_default(),
            title.map_or("", String::as_str),
        )
    }

    /// The error of an artifact that is not taken.
    pub(in crate::helm) fn refused(&self, reason: String) -> Error {
        Error::Archive {
            name: self.name(),
            reason,
        }
    }

    /// The error of an artifact that is not there.
    pub(in crate::helm) fn not_found(&self) -> Error {
        Error::NotFound {
            artifact: self.name(),
        }
    }
}
