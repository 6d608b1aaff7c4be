//! `arc_custom_location`: a namespace of a connected cluster as a place where Azure puts things.

mod lifecycle;
mod plan;
mod schema;
mod state;

pub use state::State;

use crate::resources::shared::managed::Managed;

/// The Terraform type.
pub const TYPE_NAME: &str = "arc_custom_location";

/// A custom location, as [`Managed`] drives it.
pub struct CustomLocation;

/// The resource type.
pub type CustomLocationResource = Managed<CustomLocation>;
