//! Resource providers of a subscription: most types need one that is registered before ARM takes an object of theirs.

use crate::call::Call;

use super::error::PlaneError;
use super::session::Session;

/// Resource provider of extensions and Flux configurations.
pub(super) const KUBERNETES_CONFIGURATION: &str = "Microsoft.KubernetesConfiguration";

/// Checks, or sees to it, that a subscription may use a resource provider.
///
/// # Errors
///
/// [`PlaneError::ResourceProviderNotRegistered`], or Azure's.
pub(super) async fn check_registered(
    call: &Call,
    session: &Session,
    subscription: &str,
    namespace: &str,
) -> Result<(), PlaneError> {
    let providers = session.azure.resource_providers();
    let provider = providers.get(call, subscription, namespace).await?;
    let state = &provider.registration_state;
    require_registered(call, session, subscription, namespace, state).await
}

/// Judges a state that ARM reported. `Registering` will do: ARM does not hold back a create while a registration is
/// under way.
///
/// # Errors
///
/// As [`check_registered`].
pub(super) async fn require_registered(
    call: &Call,
    session: &Session,
    subscription: &str,
    namespace: &str,
    state: &str,
) -> Result<(), PlaneError> {
    if ["Registered", "Registering"]
        .iter()
        .any(|fine| state.eq_ignore_ascii_case(fine))
    {
        return Ok(());
    }
    if session.register_resource_providers {
        call.step("register resource provider");
        session
            .azure
            .resource_providers()
            .register(call, subscription, namespace)
            .await?;
        return Ok(());
    }
    Err(PlaneError::ResourceProviderNotRegistered {
        namespace: namespace.to_owned(),
        state: state.to_owned(),
        subscription: subscription.to_owned(),
    })
}
