//! A whole cloud on the loopback address: Kubernetes clusters with EKS in front of them, an OCI registry, a simulated
//! Azure, and a proxy that leads public names to all of it.
//!
//! Everything but Azure is the real program, and every client runs in its production configuration: it needs only the
//! variables of [`World::environment`]. Several worlds live side by side, each in a directory of its own. A world ends
//! with the process that started it, however that ends (see [`guard`]).
//!
//! [`engine`] runs Terraform and `OpenTofu` in a world. Past the provider, tests read and change both planes by [`arm`],
//! [`simulator_client`], [`kubectl`] and [`helm`], read the [`request_log`], and look for [`leftovers`]. [`names`] has the
//! constants that several modules share, [`wait`] the one way to wait.

#![allow(
    clippy::missing_errors_doc,
    reason = "an error ends a test, which shows it with its cause"
)]

pub mod arm;
pub mod aws;
pub mod azure;
pub mod checks;
pub mod cluster;
pub mod daemon;
pub mod eks;
pub mod engine;
pub mod environment;
pub mod files;
pub mod forwarder;
pub mod guard;
pub mod helm;
pub mod kubeconfig;
pub mod kubectl;
pub mod leftovers;
pub mod names;
pub mod programs;
pub mod proxy;
pub mod request_log;
pub mod simulator_client;
pub mod wait;

mod authenticator;
mod clusters;
mod components;
mod etcd;
mod oci;
mod pki;
mod ports;
mod process;
mod registry;
mod sandbox;
mod world;

pub use world::World;
