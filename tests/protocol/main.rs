//! The provider as its host sees it: a real child process, spoken to over its socket with the generated client.
//!
//! The process is this test program itself, started again with go-plugin's environment to serve the provider of
//! [`fixture`] through the same [`plugin::run`](terraform_provider_arc::plugin::run) as the product. What does not need a
//! provider of a special kind is asked of the product's own binary.

mod client;
mod fixture;
mod host;
mod identity;
mod values;

mod calls;
mod changes;
mod data_sources;
mod ephemeral;
mod handshake;
mod lifecycle;
mod logs;
mod moves;
mod plans;
mod schema;
mod write_only;
