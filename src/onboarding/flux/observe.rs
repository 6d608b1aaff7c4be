//! Looking at a Flux configuration. Azure's statuses are the cluster's own report of its objects.

use crate::arm::{FluxConfiguration, ResourceId};
use crate::call::Call;
use crate::onboarding::session::Session;

use super::compliance::complaints;
use super::error::Error;

/// The configuration as ARM shows it; `None` when ARM says that there is none.
///
/// # Errors
///
/// Azure's.
pub async fn observe(
    call: &Call,
    session: &Session,
    id: &ResourceId,
) -> Result<Option<FluxConfiguration>, Error> {
    Ok(session.azure.flux_configurations().get(call, id).await?)
}

/// What is not as it was applied and would be put right by applying it again, one sentence each. Objects that do not
/// comply are no such thing: their cure is in the source.
#[must_use]
pub fn drift(object: &FluxConfiguration) -> Vec<String> {
    let state = object.properties.provisioning_state.as_deref();
    let Some(state) = state.filter(|state| ["Failed", "Canceled"].contains(state)) else {
        return Vec::new();
    };
    let why = complaints(object).into_iter().next();
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    vec![format!("the configuration is {state} in Azure{why}")]
}
