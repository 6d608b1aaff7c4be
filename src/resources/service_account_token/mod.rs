//! `arc_service_account_token`: a service account with its roles and a token, by which people and programs reach a
//! connected cluster through Azure. As a managed resource it lasts; as an ephemeral one the token lives as long as a run.

mod ephemeral;
mod id;
mod lifecycle;
mod plan;
mod rules;
mod schema;
mod state;

pub use ephemeral::ServiceAccountTokenEphemeral;
pub use state::State;

use crate::resources::shared::managed::Managed;

/// The Terraform type, of both kinds.
pub const TYPE_NAME: &str = "arc_service_account_token";

/// A token, as [`Managed`] drives it.
pub struct ServiceAccountToken;

/// The resource type.
pub type ServiceAccountTokenResource = Managed<ServiceAccountToken>;
