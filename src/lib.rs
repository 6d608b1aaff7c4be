//! A Terraform and `OpenTofu` provider that takes Kubernetes clusters to Azure Arc and keeps them there.
//!
//! The house, from the wire inwards:
//!
//! | module | what lives there |
//! |---|---|
//! | [`plugin`] | being a child process of Terraform: handshake, mutual TLS, listener, logs |
//! | [`proto`] | messages and servers, generated from `proto/*.proto` |
//! | [`protocol`] | tfplugin6 on the wire; translates messages, decides nothing |
//! | [`sdk`] | what the author of a resource sees: values, schema, plan engine, traits |
//! | [`provider`] | the provider block and the registry of all types |
//! | [`resources`] | one folder for each Terraform type |
//! | [`usecases`] | the use cases in our own words, one folder for each Terraform type |
//! | [`arm`] | Azure Resource Manager |
//! | [`cluster`] | Kubernetes, EKS included |
//! | [`helm`] | the agents' chart and Helm |
//! | [`call`] | stop token, deadline and progress of one operation |
//! | [`retry`] | when a failed request is sent again |
//! | [`fault`] | how any error describes itself |
//! | [`child`] | runs programs of others for what they print |
//! | [`environment`] | what a child process gets of our environment, and where its program is looked for |
//! | [`files`] | reads the files that a configuration names |
//! | [`redact`] | makes text of other programs and services fit to be shown |
//!
//! Who may import whom is written down in ARCHITECTURE.md and checked by `tests/architecture.rs`.

pub mod arm;
pub mod call;
pub mod child;
pub mod cluster;
pub mod environment;
pub mod fault;
pub mod files;
#[cfg(test)]
mod fuzzing;
pub mod helm;
pub mod plugin;
pub mod proto;
pub mod protocol;
pub mod provider;
pub mod redact;
pub mod resources;
pub mod retry;
pub mod sdk;
pub mod usecases;

/// Product and version, as `User-Agent` of each request to Azure, Kubernetes and a registry.
const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
