//! `arc_extension`: an extension of a connected cluster, its object in Azure and its release in the cluster.

mod data_source;
mod lifecycle;
mod parts;
mod plan;
mod rules;
mod schema;
mod secrets;
mod state;

pub use data_source::ExtensionDataSource;
pub use state::State;

use crate::usecases::SessionSlot;

/// The Terraform type.
pub const TYPE_NAME: &str = "arc_extension";

/// The resource type.
#[derive(Clone, Debug)]
pub struct ExtensionResource {
    session: SessionSlot,
}

impl ExtensionResource {
    /// The type, working through the session that the provider block sets up.
    #[must_use]
    pub const fn new(session: SessionSlot) -> Self {
        Self { session }
    }
}
