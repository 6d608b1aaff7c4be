//! `arc_connected_cluster`: a Kubernetes cluster in Azure Arc, object and agents.

mod data_source;
mod found;
mod imported;
mod lifecycle;
mod moved;
mod plan;
mod refresh;
mod repair;
mod rules;
mod schema;
mod state;
mod takeover;

pub mod view;
mod wanted;

pub use data_source::ConnectedClusterDataSource;
pub use state::State;

use crate::resources::shared::managed::Managed;

/// The Terraform type.
pub const TYPE_NAME: &str = "arc_connected_cluster";

/// A connected cluster, as [`Managed`] drives it.
pub struct ConnectedCluster;

/// The resource type.
pub type ConnectedClusterResource = Managed<ConnectedCluster>;
