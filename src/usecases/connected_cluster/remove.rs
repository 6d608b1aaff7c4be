//! Disconnecting a cluster: first the object in Azure, then what is in the cluster.
//!
//! In this order a failure half way leaves agents that talk to nobody, which can be seen and removed; in the other order
//! it leaves an object in Azure that looks like a cluster that is down.

use crate::arm::ResourceId;
use crate::call::Call;
use crate::cluster::{AGENTS_NAMESPACE, Cluster, Connection, RELEASE_NAME, RELEASE_NAMESPACE};
use crate::helm::{self, Helm, Record, Workspace};

use super::error::Error;
use crate::usecases::error::PlaneError;
use crate::usecases::session::Session;
use crate::usecases::target::{Expected, Target};

/// What is still in the cluster after its object in Azure was deleted, and why.
#[derive(Debug)]
pub struct Leftover {
    /// Why the cluster was not cleaned.
    pub reason: Error,
}

/// Deletes the object and removes the agents. An object or release that is gone already is fine.
///
/// With `force`, Azure does not wait for the agents, and the chart's hooks are not run. Returns what could not be removed
/// because the cluster is unreachable or is not the one it was.
///
/// # Errors
///
/// When Azure does not delete the object, or when a reachable cluster refuses to be cleaned.
pub async fn remove(
    call: &Call,
    session: &Session,
    id: &ResourceId,
    connection: Option<&Connection>,
    asked: Removal<'_>,
) -> Result<Option<Leftover>, Error> {
    let expected = Expected {
        uid: asked.cluster_uid,
        ..Expected::at_most_agents_of(id)
    };
    let cluster = match expected.reach(call, session, connection).await {
        Ok(Target { cluster, .. }) => {
            cluster.note_removal(call, &id.to_string()).await?;
            Ok(cluster)
        }
        Err(reason) if leaves_rest(&reason) => Err(Leftover {
            reason: reason.into(),
        }),
        Err(error) => return Err(error.into()),
    };
    call.step("delete the connected cluster in Azure");
    let clusters = session.azure.connected_clusters();
    let operation = clusters.delete(call, id, asked.force).await?;
    operation.wait(call).await?;
    match cluster {
        Ok(cluster) => clear_cluster(call, session, &cluster, !asked.force)
            .await
            .map(|()| None),
        Err(leftover) => Ok(Some(leftover)),
    }
}

/// What is known of a connected cluster that is to go, and how it shall go.
#[derive(Clone, Copy, Debug)]
pub struct Removal<'a> {
    /// UID of the cluster that it was made for; `None` when it was never seen.
    pub cluster_uid: Option<&'a str>,
    /// Whether to go on where the orderly way is blocked.
    pub force: bool,
}

/// Whether the cluster is out of reach for reasons that a repetition will not cure: the object in Azure is gone, so the
/// user is told what remains instead of being stuck.
const fn leaves_rest(error: &PlaneError) -> bool {
    matches!(
        error,
        PlaneError::OtherCluster { .. }
            | PlaneError::OtherAgents { .. }
            | PlaneError::NoConnection
            | PlaneError::Cluster(_)
    )
}

/// Removes release, definitions and namespaces. The chart's hooks run only where they are wanted and the release is whole:
/// those of a ruin wait for pods that never come.
pub(super) async fn clear_cluster(
    call: &Call,
    session: &Session,
    cluster: &Cluster,
    hooks: bool,
) -> Result<(), Error> {
    if let Some(stored) = cluster.agent_release(call).await? {
        call.step("uninstall the agents with Helm");
        let record = Record::decode(&stored.payload);
        let whole = record.is_ok_and(|record| record.status == "deployed");
        uninstall(call, session, cluster, &stored.namespace, hooks && whole).await?;
    }
    call.step("remove the agents' definitions and namespaces");
    cluster.delete_arc_crds(call).await?;
    cluster.delete_namespace(call, AGENTS_NAMESPACE).await?;
    cluster.delete_namespace(call, RELEASE_NAMESPACE).await?;
    Ok(())
}

async fn uninstall(
    call: &Call,
    session: &Session,
    cluster: &Cluster,
    namespace: &str,
    hooks: bool,
) -> Result<(), Error> {
    let workspace = Workspace::new()?;
    let helm = Helm::locate(call, &session.helm).await?;
    let lease = cluster.lease_kubeconfig(call, workspace.path()).await?;
    let access = helm::Access {
        kubeconfig: lease.path(),
        workspace: &workspace,
    };
    helm.uninstall(call, &access, RELEASE_NAME, namespace, hooks)
        .await?;
    Ok(())
}
