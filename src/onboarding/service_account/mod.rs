//! A token of a service account, by which people and programs reach a connected cluster through Azure.
//!
//! What the portal asks for after a cluster was connected: a service account, bindings that give it roles, and a token.
//! [`provide`] makes all of it and tries the token out, [`look`] compares it with what was made, [`remove`] takes away
//! exactly that. [`lend`] issues a token that is needed for a while only. Everything that is made is marked, and nothing
//! that bears no marks is changed unless that is asked for.

mod azure;
mod claims;
mod decision;
mod differ;
mod error;
mod inside;
mod lend;
mod provide;
mod remove;
mod spec;
mod token;
mod trial;

pub use crate::cluster::{Account, Endpoint, Grant, RoleKind};
pub use azure::ClusterConnect;
pub use error::{Error, Subject};
pub use inside::{Found, Seen, look};
pub use lend::{Anchor, Loan, give_back, is_honoured, lend};
pub use provide::{Made, ProvideFailure, Provided, Wish, provide};
pub use remove::remove;
pub use spec::{Known, LoanSpec, TokenForm, TokenSpec};
