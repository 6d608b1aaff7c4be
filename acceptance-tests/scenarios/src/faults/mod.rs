//! Faults of single requests: what becomes of a run, and of the next one, when its n-th request meets trouble.
//!
//! A [`Cell`] is one such fault. [`Lane`] is where it is played: a cluster with a forwarder before each plane, so that
//! several are played side by side in one world. [`host`] is the part of an engine that this takes; [`play`] plays and
//! judges, [`results`] remembers and counts.

mod cell;
pub mod host;
mod inventory;
mod lane;
pub mod play;
pub mod results;
mod subject;

pub use cell::{Cell, Kind, Operation, Plane};
pub use lane::Lane;
pub use subject::Subject;
