//! One run of Helm as a child process that never outlives this program, and that leaves no secret behind.
//!
//! A run has a private directory, a supervisor that ends Helm when this program is gone, and a keeper that then removes
//! the directory. Supervisor and keeper are this same program, started with a hidden argument. What Helm said on standard
//! error is freed of secrets and made an [`Error`](super::Error) before anything else sees it.

mod failure;
mod keeper;
mod run;
mod supervise;
mod workspace;

pub(super) use self::failure::is_release_not_found;
pub use self::keeper::{KEEP_CLEAN, keep_clean};
pub(super) use self::run::{Run, Supervisor};
pub use self::supervise::{RUN_CHILD, supervise};
pub use self::workspace::Workspace;
