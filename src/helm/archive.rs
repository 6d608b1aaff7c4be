//! Unpacks what came from a registry, without trusting it.
//!
//! Charts and Helm clients are plain files in directories. An archive with anything else, with a path that leads out of
//! its directory, or with more in it than such an archive has, is refused.

use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path};

use flate2::read::GzDecoder;
use tar::{Archive, Entry, EntryType};

use super::Error;

/// How much an archive may hold unpacked. The largest, Helm's, holds 60 MB.
const LARGEST: u64 = 512 * 1024 * 1024;

/// How many files and directories an archive may hold. Empty ones take no bytes, and each takes an inode.
const MOST: usize = 10_000;

/// Unpacks a `.tar.gz` into a directory that exists. `name` is what errors call the archive.
///
/// This blocks: call it where blocking is allowed.
///
/// # Errors
///
/// [`Error::Archive`] when it is damaged or refused. What was unpacked until then stays.
pub(super) fn unpack(name: &str, archive: impl Read, directory: &Path) -> Result<(), Error> {
    each_entry(archive, |entry| place(entry, directory)).map_err(|error| Error::Archive {
        name: name.to_owned(),
        reason: error.to_string(),
    })
}

fn each_entry<R: Read>(
    archive: R,
    mut work: impl FnMut(&mut Entry<'_, io::Take<GzDecoder<R>>>) -> io::Result<()>,
) -> io::Result<()> {
    let mut archive = Archive::new(GzDecoder::new(archive).take(LARGEST));
    for (count, entry) in archive.entries()?.enumerate() {
        if count == MOST {
            return Err(io::Error::other(format!("it has more than {MOST} entries")));
        }
        work(&mut entry?)?;
    }
    Ok(())
}

fn place<R: Read>(entry: &mut Entry<'_, R>, directory: &Path) -> io::Result<()> {
    let path = entry.path()?.into_owned();
    if !is_inside(&path) {
        return Err(refused(&path, "leads out of its directory"));
    }
    let target = directory.join(&path);
    match entry.header().entry_type() {
        EntryType::Directory => fs::create_dir_all(target),
        EntryType::Regular => {
            fs::create_dir_all(target.parent().unwrap_or(directory))?;
            entry.unpack(&target).map(drop)
        }
        EntryType::XGlobalHeader => Ok(()),
        _ => Err(refused(&path, "is neither a file nor a directory")),
    }
}

/// Whether the path has only names in it: no root, no `..`.
fn is_inside(path: &Path) -> bool {
    path.components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

fn refused(path: &Path, reason: &str) -> io::Error {
    io::Error::other(format!("{} {reason}", path.display()))
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::{Builder, Header};

    use super::*;

    /// A `.tar.gz` of entries as they are, also those that a tool would refuse to write.
    pub(in crate::helm) fn archive(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
        let mut tar = Builder::new(Vec::new());
        for (path, kind, contents) in entries {
            let mut header = Header::new_old();
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_entry_type(*kind);
            header.set_mode(0o644);
            header.set_size(contents.len() as u64);
            header.set_cksum();
            tar.append(&header, *contents).expect("memory takes it");
        }
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&tar.into_inner().expect("finished"))
            .expect("memory takes it");
        gzip.finish().expect("memory takes it")
    }

    fn unpacked(entries: &[(&str, EntryType, &[u8])]) -> (tempfile::TempDir, Result<(), Error>) {
        let directory = tempfile::tempdir().expect("a directory");
        let inner = directory.path().join("inner");
        fs::create_dir(&inner).expect("created");
        let outcome = unpack("chart x:1", archive(entries).as_slice(), &inner);
        (directory, outcome)
    }

    #[test]
    fn files_land_where_they_belong() {
        let (directory, outcome) = unpacked(&[
            ("x/Chart.yaml", EntryType::Regular, b"name: x"),
            ("x/templates/", EntryType::Directory, b""),
            ("./x/templates/a.yaml", EntryType::Regular, b"{}"),
        ]);
        outcome.expect("a plain archive");
        let read = |path: &str| fs::read(directory.path().join("inner/x").join(path));
        assert_eq!(read("Chart.yaml").expect("it is there"), b"name: x");
        assert_eq!(read("templates/a.yaml").expect("it is there"), b"{}");
    }

    #[test]
    fn nothing_is_written_outside() {
        for path in ["../escaped", "x/../../escaped", "/escaped"] {
            let (directory, outcome) = unpacked(&[(path, EntryType::Regular, b"x")]);
            let error = outcome.expect_err(path);
            assert_eq!(
                error.to_string(),
                format!("cannot unpack chart x:1: {path} leads out of its directory")
            );
            assert!(!directory.path().join("escaped").exists(), "{path}");
        }
    }

    #[test]
    fn links_are_refused() {
        let (_directory, outcome) = unpacked(&[("x", EntryType::Symlink, b"")]);
        let error = outcome.expect_err("a link");
        assert!(
            error
                .to_string()
                .ends_with("x is neither a file nor a directory"),
            "{error}"
        );
    }

    #[test]
    fn more_entries_than_any_chart_has_are_refused() {
        let entry: (&str, EntryType, &[u8]) = ("x", EntryType::Directory, b"");
        let (_directory, outcome) = unpacked(&vec![entry; 10_000]);
        outcome.expect("still plausible");
        let (_directory, outcome) = unpacked(&vec![entry; 10_001]);
        let error = outcome.expect_err("too many");
        assert!(error.to_string().ends_with("10000 entries"), "{error}");
    }

    #[test]
    fn a_damaged_archive_is_an_error() {
        let mut archive = archive(&[("x", EntryType::Regular, &[7; 4096])]);
        archive.truncate(archive.len() / 2);
        let directory = tempfile::tempdir().expect("a directory");
        assert!(matches!(
            unpack("chart x:1", archive.as_slice(), directory.path()),
            Err(Error::Archive { .. })
        ));
    }
}
