//! `arc_flux_configuration`: what a connected cluster takes from a source and keeps applied.

mod kustomizations;
mod lifecycle;
mod plan;
mod rules;
mod schema;
mod source_attributes;
mod sources;
mod state;

pub use state::State;

use crate::resources::shared::managed::Managed;

/// The Terraform type.
pub const TYPE_NAME: &str = "arc_flux_configuration";

/// A Flux configuration, as [`Managed`] drives it.
pub struct FluxConfiguration;

/// The resource type.
pub type FluxConfigurationResource = Managed<FluxConfiguration>;
