//! Custom locations: a namespace of a connected cluster as a place where Azure puts things.
//!
//! Azure's own error about a cluster that is not set up for them is about permissions and misleads; so both planes are
//! looked at before Azure is asked.

mod change;
mod create;
mod error;
mod observe;
mod remove;
mod spec;

pub use crate::arm::CustomLocation as Object;
pub use change::change;
pub use create::create;
pub use error::{Error, Subject};
pub use observe::{Observation, observe};
pub use remove::remove;
pub use spec::Spec;
