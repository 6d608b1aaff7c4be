//! `arc_connected_cluster`: a Kubernetes cluster in Azure Arc, object and agents.

mod data_source;
mod found;
mod imported;
mod lifecycle;
mod moved;
mod plan;
mod private;
mod refresh;
mod repair;
mod rules;
mod schema;
mod state;

pub mod view;
mod wanted;

pub use data_source::ConnectedClusterDataSource;
pub use state::State;

use crate::usecases::SessionSlot;

/// The Terraform type.
pub const TYPE_NAME: &str = "arc_connected_cluster";

/// The resource type.
#[derive(Clone, Debug)]
pub struct ConnectedClusterResource {
    session: SessionSlot,
}

impl ConnectedClusterResource {
    /// The type, working through the session that the provider block sets up.
    #[must_use]
    pub const fn new(session: SessionSlot) -> Self {
        Self { session }
    }
}
