//! Removes what a killed process leaves in the directory for temporary files.
//!
//! Workspaces hold secrets, and go when their operations end. A process that is killed ends nothing; but the operating
//! system closes its pipes. So all workspaces of a process lie in one directory, its root, and this program once more,
//! started with a hidden argument, waits for the end of a pipe and removes the root then. Before that it waits until no
//! supervisor holds the root any more: the Helm of a killed provider may write into it for some seconds.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::helm::Error;

/// The hidden argument that makes this program a keeper: `PROGRAM keep-clean ROOT`.
pub const KEEP_CLEAN: &str = "keep-clean";

/// The file in a root that supervisors hold, by a shared lock, for as long as they run.
const LOCK: &str = "lock";

/// The root of this process, from the first workspace on.
static KEPT: Mutex<Option<Kept>> = Mutex::new(None);

/// A root and its keeper.
struct Kept {
    root: PathBuf,
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
        let root = tempfile::Builder::new()
            .prefix("arc-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
            .map_err(|source| Error::file("create a directory in", parent, source))?;
        let lock = root.path().join(LOCK);
        File::create_new(&lock).map_err(|source| Error::file("create", lock, source))?;
        let keeper = keeper(root.path())?;
        Ok(Self {
            root: root.keep(),
            _keeper: keeper,
        })
    }
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
