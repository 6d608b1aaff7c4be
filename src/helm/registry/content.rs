//! A file that takes no more than was announced, and that counts only when its digest is right.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::artifact::Descriptor;
use crate::helm::Error;
use crate::helm::digest::Digest;

/// How much is copied at once.
const CHUNK: usize = 64 * 1024;

/// Content on its way into a file without a name, so that nothing is left when it is given up.
pub(in crate::helm) struct Content {
    name: String,
    directory: PathBuf,
    announced: Descriptor,
    taken: u64,
    hasher: Sha256,
    file: File,
}

impl Content {
    /// An empty file in `directory` for what a manifest announces. `name` is what errors call the artifact.
    ///
    /// # Errors
    ///
    /// [`Error::File`].
    pub(in crate::helm) fn new(
        name: String,
        announced: &Descriptor,
        directory: &Path,
    ) -> Result<Self, Error> {
        let file = tempfile::tempfile_in(directory)
            .map_err(|source| Error::file("create a file in", directory, source))?;
        Ok(Self {
            name,
            directory: directory.to_owned(),
            announced: announced.clone(),
            taken: 0,
            hasher: Sha256::new(),
            file,
        })
    }

    /// Takes what came next.
    ///
    /// # Errors
    ///
    /// [`Error::Archive`] when that is more than was announced, [`Error::File`].
    pub(in crate::helm) fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.taken += bytes.len() as u64;
        if self.taken > self.announced.size {
            return Err(Error::Archive {
                name: self.name.clone(),
                reason: format!(
                    "it is larger than the {} bytes that its manifest names",
                    self.announced.size
                ),
            });
        }
        self.hasher.update(bytes);
        let written = self.file.write_all(bytes);
        written.map_err(|source| Error::file("write to a file in", &self.directory, source))
    }

    /// Takes all that a file has.
    ///
    /// # Errors
    ///
    /// Those of [`take`](Self::take).
    pub(in crate::helm) fn take_file(&mut self, mut file: File, path: &Path) -> Result<(), Error> {
        let mut chunk = vec![0; CHUNK];
        loop {
            match file.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(count) => self.take(&chunk[..count])?,
                Err(source) => return Err(Error::file("read", path, source)),
            }
        }
    }

    /// The file, to be read from its start.
    ///
    /// # Errors
    ///
    /// [`Error::Digest`] when its content is not what was announced, [`Error::File`].
    pub(in crate::helm) fn finish(mut self) -> Result<File, Error> {
        let found = Digest::from(self.hasher);
        if found != self.announced.digest {
            return Err(Error::Digest {
                artifact: self.name,
                expected: self.announced.digest.to_string(),
                found: vec![found.to_string()],
            });
        }
        let rewound = self.file.seek(SeekFrom::Start(0));
        rewound.map_err(|source| Error::file("read a file in", self.directory, source))?;
        Ok(self.file)
    }
}
