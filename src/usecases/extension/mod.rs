//! Extensions of a connected cluster: install, look at, change, remove.
//!
//! An extension lives on two planes: Azure keeps what is wanted, the agents install it as a Helm release of the same
//! name. Azure's word that it succeeded is not the end; the release's workloads are looked at as well.

mod catalogue;
mod change;
mod create;
mod diagnosis;
mod error;
mod finish;
mod known;
mod observe;
mod offer;
mod remove;
mod spec;
mod workloads;

pub use crate::arm::{Extension as Object, ExtensionStatus as Status};
pub use catalogue::{Offer, catalogue, find};
pub use change::{Repair, change};
pub use create::create;
pub use error::{Error, Subject};
pub use known::{Known, known};
pub use observe::{Observation, observe};
pub use offer::{Wanted, check_new, check_offer};
pub use remove::{Removed, remove};
pub use spec::{Plan, Scope, Spec};
pub use workloads::{Baseline, Workloads};
