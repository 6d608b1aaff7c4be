//! What the author of a resource sees: values, schema, plan engine, traits and diagnostics.
//!
//! The protocol layer translates Terraform's messages into the request structs of [`resource`], [`data_source`] and
//! [`ephemeral`]; everything that
//! Terraform demands of a provider beyond the encoding (defaults, unknowns, replacement, write-only attributes, what a
//! failed apply must hand back) is decided here, once, from the [`schema`]. A resource writes its lifecycle only.

pub mod bridge;
pub mod checks;
pub mod codec;
pub mod compare;
pub mod context;
pub mod data_source;
pub mod diagnostics;
pub mod duration;
pub mod ephemeral;
pub mod erased;
mod frame;
pub mod object;
pub mod path;
pub mod plan;
pub mod provider;
pub mod resource;
pub mod rules;
pub mod schema;
pub mod timeouts;
pub mod types;
pub mod validate;
pub mod value;

#[cfg(test)]
mod generate;
