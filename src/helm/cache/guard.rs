//! Who can write to the cache directory.
//!
//! The rule is that of ssh for `~/.ssh`: the directory and all above it belong to us or to root, and no other user can write
//! to them. Above it a directory of all with the sticky bit, such as `/tmp`, will do: in there no other user can take the place of
//! what is ours. Symbolic links count like directories: who owns one decides where it leads.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, absolute};

use crate::helm::Error;

/// Write permission for group and others; the sticky bit.
const OTHERS_WRITE: u32 = 0o022;
const STICKY: u32 = 0o1000;

const ROOT: u32 = 0;

/// Looks at a directory that exists, and at all above it.
///
/// # Errors
///
/// [`Error::UnsafeCache`] when another user can write to one of them, [`Error::File`].
pub(super) fn inspect(directory: &Path) -> Result<(), Error> {
    let us = rustix::process::geteuid().as_raw();
    let looked = || -> io::Result<Option<String>> {
        let written = absolute(directory)?;
        let real = directory.canonicalize()?;
        for path in written.ancestors().chain(real.ancestors()) {
            let found = path.symlink_metadata()?;
            if let Some(fault) = fault(&found, us, path == real) {
                return Ok(Some(format!("{} {fault}", path.display())));
            }
        }
        Ok(None)
    };
    match looked() {
        Ok(None) => Ok(()),
        Ok(Some(reason)) => Err(Error::UnsafeCache {
            path: directory.to_owned(),
            reason,
        }),
        Err(source) => Err(Error::file("look at", directory, source)),
    }
}

/// What is wrong with a directory or link; `is_cache` tells the cache from those above it.
fn fault(found: &Metadata, us: u32, is_cache: bool) -> Option<String> {
    let (owner, mode) = (found.uid(), found.mode() & 0o7777);
    if owner != us && (is_cache || owner != ROOT) {
        return Some(format!("belongs to user {owner}, and we are user {us}"));
    }
    let is_open = mode & OTHERS_WRITE != 0 && (is_cache || mode & STICKY == 0);
    (found.is_dir() && is_open).then(|| format!("can be written to by others (mode {mode:04o})"))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// `parent/cache` in a directory of our own, with the modes of the two.
    fn inspected(parent: u32, cache: u32) -> Result<(), Error> {
        let base = tempfile::tempdir().expect("a directory");
        let above = base.path().join("parent");
        let directory = above.join("cache");
        fs::create_dir_all(&directory).expect("made");
        fs::set_permissions(&directory, Permissions::from_mode(cache)).expect("ours");
        fs::set_permissions(&above, Permissions::from_mode(parent)).expect("ours");
        inspect(&directory)
    }

    #[test]
    fn only_we_may_write_to_the_cache_and_in_its_way() {
        for (parent, cache) in [(0o755, 0o700), (0o700, 0o755), (0o1777, 0o700)] {
            inspected(parent, cache).expect("no other user can write");
        }
        for (parent, cache, named) in [
            (0o755, 0o777, "parent/cache can be"),
            (0o755, 0o770, "(mode 0770)"),
            (0o755, 0o1777, "(mode 1777)"),
            (0o777, 0o700, "parent can be"),
            (0o775, 0o700, "(mode 0775)"),
        ] {
            let error = inspected(parent, cache).expect_err(named);
            assert!(matches!(error, Error::UnsafeCache { .. }), "{error}");
            assert!(error.to_string().contains(named), "{error}");
        }
    }

    #[test]
    fn a_link_is_followed_and_what_it_leads_to_is_looked_at() {
        let base = tempfile::tempdir().expect("a directory");
        let (open, link) = (base.path().join("open"), base.path().join("link"));
        fs::create_dir_all(open.join("cache")).expect("made");
        symlink(open.join("cache"), &link).expect("made");
        inspect(&link).expect("only ours");
        fs::set_permissions(&open, Permissions::from_mode(0o777)).expect("ours");
        let error = inspect(&link).expect_err("others can write");
        assert!(error.to_string().contains("open can be"), "{error}");
    }

    #[test]
    fn what_belongs_to_another_user_is_refused() {
        let base = tempfile::tempdir().expect("a directory");
        let found = base.path().symlink_metadata().expect("it is there");
        let (us, another) = (found.uid(), found.uid() + 1);
        assert_eq!(fault(&found, us, true), None);
        let said = fault(&found, another, true).expect("not ours");
        assert!(said.contains(&format!("belongs to user {us}")), "{said}");
    }
}
