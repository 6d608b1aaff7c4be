//! The world that the provider is tested in: real clusters, real tools, and an Azure of our own.
//!
//! Nothing here depends on the provider. What it says about Azure, Kubernetes or AWS it says on its own authority, so
//! that a mistake in the provider cannot hide behind the same mistake in its tests.

pub mod engine;
mod glob;
pub mod hands;
pub mod program;
pub mod proxy;
pub mod simulator;
pub mod subject;
pub mod world;
