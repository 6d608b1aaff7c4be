//! Reads files that a configuration names: kubeconfigs, keys, certificates, charts.
//!
//! Such a path may lead to a pipe, which is never at its end, or to a device, which gives bytes without end. Only regular
//! files of a bounded size are read, and never on a thread that others wait for: a file system may be slow.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use tokio::task::spawn_blocking;

/// The most that a file with a login in it, such as a kubeconfig or a certificate, may have.
pub const SMALL: u64 = 1024 * 1024;

/// Runs work that reads files on a thread where it may take its time.
///
/// # Panics
///
/// When the work does.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(cancelled) => panic!("the runtime is shutting down: {cancelled}"),
        },
    }
}

/// Fails for what is no regular file of at most `limit` bytes. For readers of others, to whom only a path can be given.
///
/// # Errors
///
/// What is wrong with the file, without its name.
pub fn require(path: &Path, limit: u64) -> io::Result<()> {
    let metadata = path.metadata()?;
    if !metadata.is_file() {
        return Err(invalid("it is not a regular file".to_owned()));
    }
    if metadata.len() > limit {
        return Err(invalid(format!("it has more than {} KiB", limit / 1024)));
    }
    Ok(())
}

/// Opens a regular file of at most `limit` bytes. Blocks: call it within [`blocking`].
///
/// # Errors
///
/// As [`require`], or what the system says.
pub fn open(path: &Path, limit: u64) -> io::Result<File> {
    require(path, limit)?;
    File::open(path)
}

/// The content of a regular file of at most `limit` bytes. Blocks: call it within [`blocking`].
///
/// # Errors
///
/// As [`require`], or what the system says.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    // It may have grown since.
    open(path, limit)?.take(limit).read_to_end(&mut content)?;
    Ok(content)
}

/// The same as text.
///
/// # Errors
///
/// As [`read`], and when it is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(read(path, limit)?).map_err(|_| invalid("it is not text in UTF-8".to_owned()))
}

fn invalid(fault: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, fault)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[tokio::test]
    async fn only_regular_files_of_a_bounded_size_are_read() {
        let directory = tempfile::tempdir().expect("a directory");
        let pipe = directory.path().join("pipe");
        let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(made.success());
        let file = directory.path().join("file");
        std::fs::write(&file, "content").expect("written");
        for (path, fault) in [
            (pipe.as_path(), "it is not a regular file"),
            (Path::new("/dev/zero"), "it is not a regular file"),
            (directory.path(), "it is not a regular file"),
        ] {
            let path = path.to_owned();
            let error = blocking(move || read(&path, SMALL)).await.expect_err(fault);
            assert_eq!(error.to_string(), fault);
        }
        assert_eq!(read_text(&file, 7).expect("small"), "content");
        let error = read(&file, 6).expect_err("too large");
        assert_eq!(error.to_string(), "it has more than 0 KiB");
        let missing = read(&directory.path().join("none"), SMALL).expect_err("missing");
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }
}
