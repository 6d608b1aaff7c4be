//! One operation's private directory.
//!
//! Helm wants files: a kubeconfig, values, an unpacked chart, homes of its own. Parallel operations must not share them
//! and nobody else may read them, since values and kubeconfig hold secrets.

use std::fs::{OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempDir};

use super::keeper;
use crate::helm::Error;

/// A directory that only this user can enter (0700). It is removed with everything in it when this value is dropped.
#[derive(Debug)]
pub struct Workspace(TempDir);

impl Workspace {
    /// Makes the directory where it goes also when this process is killed (module `keeper`).
    ///
    /// # Errors
    ///
    /// [`Error::File`] or [`Error::Start`] when it cannot be made.
    pub fn new() -> Result<Self, Error> {
        let root = keeper::root()?;
        Builder::new()
            .prefix("workspace-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&root)
            .map(Self)
            .map_err(|source| Error::file("create a directory in", root, source))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file that only this user can read (0600), such as a kubeconfig, and says where it is.
    ///
    /// # Errors
    ///
    /// [`Error::File`] when it cannot be written, also when `name` is there already.
    pub fn write(&self, name: &str, contents: &[u8]) -> Result<PathBuf, Error> {
        let path = self.path().join(name);
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(contents))
            .map_err(|source| Error::file("write", &path, source))?;
        Ok(path)
    }

    /// Writes a file that only this user can read (0600) and that goes when the returned value is dropped.
    pub(in crate::helm) fn passing(&self, contents: &[u8]) -> Result<NamedTempFile, Error> {
        let written = || {
            let mut file = Builder::new()
                .suffix(".json")
                .permissions(Permissions::from_mode(0o600))
                .tempfile_in(self.path())?;
            file.write_all(contents)?;
            Ok(file)
        };
        written().map_err(|source| Error::file("write a file in", self.path(), source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().expect("it exists").permissions().mode() & 0o777
    }

    #[test]
    fn nobody_else_can_read_it_and_nothing_stays() {
        let workspace = Workspace::new().expect("a temporary directory");
        let root = workspace.path().to_owned();
        let kubeconfig = workspace.write("kubeconfig", b"{}").expect("written");
        let values = workspace.passing(b"{}").expect("written");
        assert_eq!(mode(&root), 0o700);
        assert_eq!(mode(&kubeconfig), 0o600);
        assert_eq!(mode(values.path()), 0o600);

        let values = values.into_temp_path().to_path_buf();
        assert!(!values.exists());
        drop(workspace);
        assert!(!root.exists());
    }

    #[test]
    fn a_file_is_never_overwritten() {
        let workspace = Workspace::new().expect("a temporary directory");
        workspace.write("kubeconfig", b"one").expect("written");
        let error = workspace.write("kubeconfig", b"two").expect_err("taken");
        assert!(error.to_string().starts_with("cannot write /"), "{error}");
    }
}
