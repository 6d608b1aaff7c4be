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

use crate::usecases::SessionSlot;

/// The Terraform type.
pub const TYPE_NAME: &str = "arc_flux_configuration";

/// The resource type.
#[derive(Clone, Debug)]
pub struct FluxConfigurationResource {
    session: SessionSlot,
}

impl FluxConfigurationResource {
    /// The type, working through the session that the provider block sets up.
    #[must_use]
    pub const fn new(session: SessionSlot) -> Self {
        Self { session }
    }
}
