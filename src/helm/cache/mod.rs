//! Downloaded Helm clients, kept from one run to the next.
//!
//! Index, manifest and archive are kept as the registry sent them, each in a file that is named after its digest and read
//! only when its content has that digest. So a pin of the user's is checked at each start, a torn file counts as none, and
//! nothing in the directory is ever run. Beside them a note says which digest a client had when it was first seen; all that
//! stands for the note is that only its owner can write here, which module `guard` asks for.

mod guard;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::Error;
use super::digest::Digest;
use super::registry::{Artifact, Content, Document, Wanted};

/// What is being written has this in front of its name.
const STAGED: &str = ".helm-";

/// Held shared by those who write, and alone by the one who clears away what was never finished.
const LOCK: &str = "lock";

/// A document that is larger was never written here.
const LARGEST_DOCUMENT: u64 = 4 * 1024 * 1024;

/// The directory. All of its work blocks: call it where blocking is allowed.
#[derive(Clone, Debug)]
pub(super) struct Cache(PathBuf);

impl Cache {
    /// The cache in a directory, which is made if need be (0700).
    ///
    /// # Errors
    ///
    /// [`Error::UnsafeCache`] when others can write to it, [`Error::File`] when we cannot.
    pub(super) fn open(directory: PathBuf) -> Result<Self, Error> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&directory)
            .map_err(|source| Error::file("create", &directory, source))?;
        guard::inspect(&directory)?;
        let cache = Self(directory);
        cache.sweep().map_err(|source| cache.failed(source))?;
        Ok(cache)
    }

    /// The file that notes which digest the client with this key had when it was first seen.
    pub(super) fn note(&self, key: &str) -> PathBuf {
        self.0.join(format!("{key}.first-seen"))
    }

    /// The digest in that file; `None` when there is none.
    pub(super) fn first_seen(&self, key: &str) -> Option<Digest> {
        let bytes = read(&self.note(key), 100).ok()?;
        Digest::parse(String::from_utf8(bytes).ok()?.trim())
    }

    /// The client that was first seen under a key, if all of it is here and meets the pin. It is copied into `directory`,
    /// since only what is there cannot change between the look at its digest and its use.
    pub(super) fn get(&self, key: &str, wanted: &Wanted, directory: &Path) -> Option<Artifact> {
        let mut documents = vec![self.document(&self.first_seen(key)?)?];
        if let Some(member) = wanted.member_of(&documents).ok()? {
            documents.push(self.document(&member)?);
        }
        let content = wanted.content_of(&documents).ok()?;
        let kept = self.place(&content.digest);
        let mut copy = Content::new(wanted.name(), &content, directory).ok()?;
        copy.take_file(File::open(&kept).ok()?, &kept).ok()?;
        Some(Artifact {
            documents,
            file: copy.finish().ok()?,
            content,
        })
    }

    /// Keeps a client, and notes its digest when all else is written.
    ///
    /// # Errors
    ///
    /// [`Error::File`].
    pub(super) fn keep(&self, key: &str, artifact: &mut Artifact) -> Result<(), Error> {
        self.write(key, artifact)
            .map_err(|source| self.failed(source))
    }

    fn write(&self, key: &str, artifact: &mut Artifact) -> io::Result<()> {
        let lock = self.lock()?;
        lock.lock_shared()?;
        for document in &artifact.documents {
            self.put(&self.place(&document.digest), document.bytes.as_slice())?;
        }
        self.put(&self.place(&artifact.content.digest), &artifact.file)?;
        artifact.file.seek(SeekFrom::Start(0))?;
        let root = artifact
            .documents
            .first()
            .map(|root| root.digest.to_string());
        self.put(&self.note(key), root.unwrap_or_default().as_bytes())
    }

    /// Writes a file that is there whole or not at all, also after a power failure.
    fn put(&self, place: &Path, mut content: impl Read) -> io::Result<()> {
        let mut staged = tempfile::Builder::new()
            .prefix(STAGED)
            .tempfile_in(&self.0)?;
        io::copy(&mut content, staged.as_file_mut())?;
        staged.as_file_mut().flush()?;
        staged.as_file().sync_all()?;
        staged.persist(place)?;
        Ok(())
    }

    /// Clears away what killed processes left. While another process writes, that waits for another time.
    fn sweep(&self) -> io::Result<()> {
        let lock = self.lock()?;
        if lock.try_lock().is_err() {
            return Ok(());
        }
        for entry in self.0.read_dir()? {
            let entry = entry?;
            let name = entry.file_name();
            if !name.to_string_lossy().starts_with(STAGED) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn lock(&self) -> io::Result<File> {
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(self.0.join(LOCK))
    }

    fn document(&self, digest: &Digest) -> Option<Document> {
        let bytes = read(&self.place(digest), LARGEST_DOCUMENT).ok()?;
        Some(Document::new(bytes)).filter(|document| document.digest == *digest)
    }

    fn place(&self, digest: &Digest) -> PathBuf {
        self.0.join(format!("sha256-{}", digest.hex()))
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::file("keep the helm client in", &self.0, source)
    }
}

/// The beginning of a file.
fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
