//! Removes what a killed process leaves in the directory for temporary files.
//!
//! Workspaces hold secrets, and go when their operations end. A process that is killed ends nothing; but the operating
//! system closes its pipes. So all workspaces of a process lie in one directory, its root, and this program once more,
//! started with a hidden argument, waits for the end of a pipe and removes the root then. Before that it waits until no
//! supervisor holds the root any more: the Helm of a killed provider may write into it for some seconds.
//!
//! Where all of them die at once, as in a cancelled job, the next process of the same user removes the root.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::helm::Error;

/// The hidden argument that makes this program a keeper: `PROGRAM keep-clean ROOT`.
pub const KEEP_CLEAN: &str = "keep-clean";

/// What the names of roots begin with.
const PREFIX: &str = "arc-";

/// The file in a root that supervisors hold, by a shared lock, for as long as they run.
const LOCK: &str = "lock";

/// The root of this process, from the first workspace on.
static KEPT: Mutex<Option<Kept>> = Mutex::new(None);

/// A root and its keeper.
struct Kept {
    root: PathBuf,
    /// Held, shared, for as long as this process lives: what it leaves behind can be told by that.
    _lock: File,
    /// Holds the pipe; the keeper outlives us, so nobody has to wait for it.
    _keeper: Child,
}

/// Waits until standard input ends and nobody holds the root any more, and removes it.
///
/// `arguments` is what follows [`KEEP_CLEAN`]: the root.
#[must_use]
pub fn keep_clean(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Some(root) = arguments.next().map(PathBuf::from) else {
        eprintln!("{KEEP_CLEAN}: no directory given");
        return ExitCode::FAILURE;
    };
    // A pipe that breaks has ended too.
    let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
    let removed = File::open(root.join(LOCK)).and_then(|lock| {
        lock.lock()?;
        fs::remove_dir_all(&root)
    });
    match removed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot remove {}: {error}", root.display());
            ExitCode::FAILURE
        }
    }
}

/// The directory for the workspaces of this process (0700), made and given its keeper at the first call.
///
/// # Errors
///
/// [`Error::File`] or [`Error::Start`].
pub(super) fn root() -> Result<PathBuf, Error> {
    // Unit tests run in the test runner, which cannot be started again as a keeper.
    if cfg!(test) {
        return Ok(std::env::temp_dir());
    }
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.is_none() {
        *kept = Some(Kept::start()?);
    }
    Ok(kept
        .as_ref()
        .map(|kept| kept.root.clone())
        .unwrap_or_default())
}

/// The file to [`hold`] while somebody works in a workspace.
pub(super) fn lock_of(workspace: &Path) -> PathBuf {
    workspace.parent().unwrap_or(workspace).join(LOCK)
}

/// Keeps the root of this file until the returned value is dropped.
///
/// # Errors
///
/// When the root is gone already.
pub(super) fn hold(lock: &Path) -> io::Result<File> {
    let file = File::open(lock)?;
    file.lock_shared()?;
    Ok(file)
}

impl Kept {
    fn start() -> Result<Self, Error> {
        let parent = std::env::temp_dir();
        sweep(&parent, rustix::process::getuid().as_raw());
        let root = tempfile::Builder::new()
            .prefix(PREFIX)
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
            .map_err(|source| Error::file("create a directory in", parent, source))?;
        let lock = held(root.path())
            .map_err(|source| Error::file("create", root.path().join(LOCK), source))?;
        let keeper = keeper(root.path())?;
        Ok(Self {
            root: root.keep(),
            _lock: lock,
            _keeper: keeper,
        })
    }
}

/// Makes the lock of a root and holds it. Found by its name, it is held.
fn held(root: &Path) -> io::Result<File> {
    let draft = root.join("lock.new");
    let lock = File::create_new(&draft)?;
    lock.lock_shared()?;
    fs::rename(draft, root.join(LOCK))?;
    Ok(lock)
}

/// Removes the roots that processes of this user left in a directory when they died together with their keepers. Whether one
/// is left over is told by its lock alone, which nothing holds: neither its process, nor a supervisor, nor a keeper.
fn sweep(parent: &Path, user: u32) {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    for root in entries.map(|entry| entry.path()) {
        let Some(_lock) = left_over(&root, user) else {
            continue;
        };
        match fs::remove_dir_all(&root) {
            Ok(()) => tracing::info!(root = %root.display(), "removed what a killed run left"),
            Err(error) => {
                tracing::warn!(root = %root.display(), %error, "what a killed run left cannot be removed");
            }
        }
    }
}

/// The lock of a root of this user, if no other process holds it. A link, or a directory that others may enter, is no root.
fn left_over(root: &Path, user: u32) -> Option<File> {
    let name = root.file_name()?.to_str()?;
    let metadata = root.symlink_metadata().ok()?;
    let private = metadata.is_dir() && metadata.mode() & 0o777 == 0o700;
    if !name.starts_with(PREFIX) || !private || metadata.uid() != user {
        return None;
    }
    let path = root.join(LOCK);
    path.symlink_metadata().ok().filter(fs::Metadata::is_file)?;
    let lock = File::open(path).ok()?;
    lock.try_lock().ok()?;
    Some(lock)
}

/// In a group of its own: a Ctrl-C is not for it.
fn keeper(root: &Path) -> Result<Child, Error> {
    let program =
        std::env::current_exe().map_err(|source| Error::file("find", "our own program", source))?;
    Command::new(&program)
        .arg(KEEP_CLEAN)
        .arg(root)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(|source| Error::Start { program, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(parent: &Path, name: &str, mode: u32) -> PathBuf {
        let root = parent.join(name);
        fs::create_dir(&root).expect("a directory");
        fs::set_permissions(&root, Permissions::from_mode(mode)).expect("ours");
        fs::create_dir(root.join("workspace-1")).expect("a directory");
        fs::write(root.join("workspace-1/kubeconfig"), "secret").expect("written");
        root
    }

    #[test]
    fn what_a_dead_process_left_goes_and_everything_else_stays() {
        let parent = tempfile::tempdir().expect("a directory");
        let user = rustix::process::getuid().as_raw();
        let private = |name: &str| root(parent.path(), name, 0o700);
        let dead = private("arc-dead");
        drop(held(&dead).expect("a lock"));
        let live = private("arc-live");
        let provider = held(&live).expect("a lock");
        let helm = private("arc-helm");
        drop(held(&helm).expect("a lock"));
        let supervisor = hold(&helm.join(LOCK)).expect("a lock");
        let unlocked = private("arc-unlocked");
        let named = private("other-dead");
        drop(held(&named).expect("a lock"));
        let open = root(parent.path(), "arc-open", 0o755);
        drop(held(&open).expect("a lock"));
        let link = parent.path().join("arc-link");
        std::os::unix::fs::symlink(&named, &link).expect("a link");

        sweep(parent.path(), user + 1);
        assert!(dead.exists(), "it is another user's");
        sweep(parent.path(), user);
        assert!(!dead.exists());
        for kept in [&live, &helm, &unlocked, &named, &open, &link] {
            assert!(kept.exists(), "{}", kept.display());
        }

        drop((provider, supervisor));
        sweep(parent.path(), user);
        assert!(!live.exists() && !helm.exists());
    }
}
