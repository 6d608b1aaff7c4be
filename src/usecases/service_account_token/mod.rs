//! A token of a service account, by which people and programs reach a connected cluster through Azure.
//!
//! What the portal asks for after a cluster was connected: a service account, bindings that give it roles, and a token.
//! [`create()`] makes all of it and tries the token out, [`observe()`] compares it with what was made, [`remove()`] takes away
//! exactly that. [`lend()`] issues a token that is needed for a while only. Everything that is made is marked, and nothing
//! that bears no marks is changed unless that is asked for.

mod azure;
mod change;
mod claims;
mod create;
mod decision;
mod drift;
mod error;
mod inside;
mod lend;
mod observe;
mod remove;
mod spec;
mod token;
mod trial;

pub use crate::cluster::{Account, Endpoint, Grant, RoleKind};
pub use azure::ClusterConnect;
pub use change::{Made, Provided, change};
pub use create::create;
pub use error::{Error, Subject};
pub use lend::{Anchor, Loan, give_back, is_honoured, lend};
pub use observe::{Observation, observe};
pub use remove::remove;
pub use spec::{Known, LoanSpec, Spec, TokenForm};
