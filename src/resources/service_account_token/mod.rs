//! `arc_service_account_token`: a service account with its roles and a token, by which people and programs reach a
//! connected cluster through Azure. As a managed resource it lasts; as an ephemeral one the token lives as long as a run.

mod about;
mod ephemeral;
mod id;
mod lifecycle;
mod plan;
mod rules;
mod schema;
mod state;

pub use ephemeral::ServiceAccountTokenEphemeral;
pub use state::State;

use crate::usecases::SessionSlot;

/// The Terraform type, of both kinds.
pub const TYPE_NAME: &str = "arc_service_account_token";

/// The managed resource type.
#[derive(Clone, Debug)]
pub struct ServiceAccountTokenResource {
    session: SessionSlot,
}

impl ServiceAccountTokenResource {
    /// The type, working through the session that the provider block sets up.
    #[must_use]
    pub const fn new(session: SessionSlot) -> Self {
        Self { session }
    }
}
