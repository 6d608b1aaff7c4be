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

use crate::resources::shared::managed::Managed;

/// The Terraform type.
pub const TYPE_NAME: &str = "arc_extension";

/// An extension, as [`Managed`] drives it.
pub struct Extension;

/// The resource type.
pub type ExtensionResource = Managed<Extension>;
