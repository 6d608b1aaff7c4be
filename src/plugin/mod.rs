//! Being a child process of Terraform, as go-plugin wants it.
//!
//! Terraform starts the provider, reads one line from its stdout that says where it listens, dials once, and speaks gRPC
//! from then on. This module knows everything about that marriage and nothing about resources: who may connect, how the
//! process learns that it has to end, and what it may write to stdout (that line) and stderr (its log).
//!
//! **Invariant.** The process leaves with its host, however the host ends, and stops its own work before it leaves.

mod connection;
mod debug;
mod error;
mod handshake;
mod hclog;
mod io;
mod lifecycle;
mod listener;
mod logs;
mod pin;
mod serve;
mod services;
mod signals;
mod stdout;
mod tls;

pub use error::Error;
pub use serve::{Mode, run};
pub use stdout::write_line;
