//! `arc_custom_location`: a namespace of a connected cluster as a place where Azure puts things.

mod lifecycle;
mod plan;
mod schema;
mod state;

pub use state::State;

use crate::usecases::SessionSlot;

/// The Terraform type.
pub const TYPE_NAME: &str = "arc_custom_location";

/// The resource type.
#[derive(Clone, Debug)]
pub struct CustomLocationResource {
    session: SessionSlot,
}

impl CustomLocationResource {
    /// The type, working through the session that the provider block sets up.
    #[must_use]
    pub const fn new(session: SessionSlot) -> Self {
        Self { session }
    }
}
