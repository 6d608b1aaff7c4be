//! Taking away what was made for a service account, and nothing else.

use crate::call::Call;
use crate::usecases::Session;
use crate::usecases::target::same_cluster;

use super::error::Error;
use super::inside::{self, Inside};
use super::spec::{Known, Spec};

/// Removes bindings, Secrets and the service account, as far as they bear our marks. What is gone already is fine.
///
/// # Errors
///
/// Those of the cluster, a wrong one included. Azure is not asked: it knows nothing of any of it.
pub async fn remove(
    call: &Call,
    session: &Session,
    spec: &Spec,
    known: &Known,
) -> Result<(), Error> {
    let cluster = session.cluster(call, spec.connection.as_ref()).await?;
    let inside = Box::pin(inside::inside(call, &cluster, spec)).await?;
    same_cluster(known.cluster_uid.as_deref(), &inside.cluster_uid)?;
    call.step("remove bindings, token and service account");
    let Inside {
        account,
        bindings,
        secret,
        anchor,
        spare,
        ..
    } = inside;
    for binding in bindings.iter().filter(|binding| binding.ours) {
        cluster.delete_binding(call, binding).await?;
    }
    let secrets = secret.into_iter().chain(anchor).chain(spare);
    for secret in secrets.filter(|secret| secret.ours) {
        cluster
            .delete_token_secret(call, &spec.account, &secret.name, &secret.uid)
            .await?;
    }
    if let Some(account) = account.filter(|account| account.ours && spec.create_account) {
        cluster
            .delete_service_account(call, &spec.account, &account.uid)
            .await?;
    }
    Ok(())
}
