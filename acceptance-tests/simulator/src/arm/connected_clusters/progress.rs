//! Operations on a connected cluster: what they do to it, and where they are watched.

use super::{ConnectedCluster, ProvisioningState, require};
use crate::arm::{ArmError, Context};
use crate::operations::{Failure, Outcome};
use crate::store::Store;

/// Begins an operation that may change the cluster at its end, unless another one took over meanwhile. Until then the
/// cluster is in `state`, afterwards it has succeeded or failed.
pub(super) fn begin(
    cx: &mut Context<'_>,
    key: &str,
    state: ProvisioningState,
    apply: impl FnOnce(&mut ConnectedCluster) + Send + 'static,
) -> String {
    let target = key.to_owned();
    let change = move |store: &mut Store, name: &str, failure: Option<&Failure>| {
        let Some(cluster) = in_charge(store, &target, name) else {
            return;
        };
        cluster.operation = None;
        cluster.provisioning_state = ProvisioningState::Failed;
        if failure.is_none() {
            cluster.provisioning_state = ProvisioningState::Succeeded;
            apply(cluster);
        }
    };
    let name = cx.begin(key, Outcome::Cluster(key.to_owned()), Box::new(change));
    enter(cx, key, state, &name);
    name
}

/// Begins the deletion of the cluster.
pub(super) fn begin_delete(cx: &mut Context<'_>, key: &str) -> String {
    let target = key.to_owned();
    let change = move |store: &mut Store, name: &str, failure: Option<&Failure>| {
        let Some(cluster) = in_charge(store, &target, name) else {
            return;
        };
        cluster.operation = None;
        cluster.provisioning_state = ProvisioningState::Failed;
        if failure.is_none() {
            store.drop_cluster(&target);
        }
    };
    let name = cx.begin(key, Outcome::Gone, Box::new(change));
    enter(cx, key, ProvisioningState::Deleting, &name);
    name
}

/// Where this provider's operations are watched. The region is spelled as Azure spells it there.
pub(super) fn path(cx: &Context<'_>, key: &str) -> Result<String, ArmError> {
    let location = require(cx, key)?.location.to_uppercase();
    Ok(format!(
        "/providers/Microsoft.Kubernetes/locations/{location}/operationStatuses"
    ))
}

/// The cluster, if this operation may still change it.
fn in_charge<'a>(
    store: &'a mut Store,
    key: &str,
    operation: &str,
) -> Option<&'a mut ConnectedCluster> {
    let cluster = store.clusters.get_mut(key)?;
    (cluster.operation.as_deref() == Some(operation)).then_some(cluster)
}

fn enter(cx: &mut Context<'_>, key: &str, state: ProvisioningState, operation: &str) {
    if let Some(cluster) = cx.store.clusters.get_mut(key) {
        cluster.provisioning_state = state;
        cluster.operation = Some(operation.to_owned());
    }
}
