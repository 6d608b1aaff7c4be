//! Faults of single requests: what becomes of a run, and of the next one, when its n-th request meets trouble.
//!
//! A [`Cell`] is one such fault. [`Lane`] is where it is played: a cluster with a forwarder before each plane, so that
//! several are played side by side in one world. A [`Host`] runs the provider there: a [`RealEngine`], or the
//! [`Protocol`] alone. [`play`] plays and judges, [`results`] remembers and counts.

mod cell;
mod engine;
mod host;
mod inventory;
mod lane;
pub mod play;
mod protocol;
pub mod results;
mod subject;

pub use cell::{Cell, Kind, Operation, Plane};
pub use engine::RealEngine;
pub use host::Host;
pub use lane::Lane;
pub use protocol::Protocol;
pub use subject::Subject;
