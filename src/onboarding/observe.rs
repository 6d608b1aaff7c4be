//! Looking at a connected cluster on both planes.

use crate::arm::{ConnectedCluster, ResourceId};
use crate::call::Call;
use crate::cluster::{Agents, ArcConfig, Cluster, Connection};
use crate::release::Record;

use super::error::Error;
use super::session::Session;

/// What a look showed.
#[derive(Debug)]
pub enum Observed {
    /// ARM says that there is no such object.
    Gone,
    /// The object is there.
    Present {
        /// As ARM shows it.
        object: Box<ConnectedCluster>,
        /// As the cluster shows it, or why the cluster could not be looked at.
        inside: Result<Inside, Error>,
    },
}

/// The cluster's side.
#[derive(Clone, Debug)]
pub struct Inside {
    /// UID of the `kube-system` namespace: which cluster this is.
    pub cluster_uid: String,
    /// The agents' deployments.
    pub agents: Agents,
    /// The newest record of the agents' Helm release.
    pub release: Option<Record>,
}

/// Looks at the object in Azure and, if it is there, at the cluster behind it. Changes nothing.
///
/// # Errors
///
/// Only Azure's: what goes wrong in the cluster is part of the answer.
pub async fn observe(
    call: &Call,
    session: &Session,
    id: &ResourceId,
    connection: Option<&Connection>,
) -> Result<Observed, Error> {
    let cluster = match session.cluster(call, connection).await {
        Ok(cluster) => cluster,
        Err(error) => return azure_only(call, session, id, error).await,
    };
    both(call, session, &cluster, id).await
}

/// The same with a cluster at hand; both planes are asked at the same time.
pub(super) async fn both(
    call: &Call,
    session: &Session,
    cluster: &Cluster,
    id: &ResourceId,
) -> Result<Observed, Error> {
    let clusters = session.azure.connected_clusters();
    let (object, inside) =
        futures::join!(clusters.get(call, id), Box::pin(look_inside(call, cluster)));
    Ok(present(object?, inside))
}

async fn azure_only(
    call: &Call,
    session: &Session,
    id: &ResourceId,
    error: Error,
) -> Result<Observed, Error> {
    let object = session.azure.connected_clusters().get(call, id).await?;
    Ok(present(object, Err(error)))
}

fn present(object: Option<ConnectedCluster>, inside: Result<Inside, Error>) -> Observed {
    match object {
        None => Observed::Gone,
        Some(object) => Observed::Present {
            object: Box::new(object),
            inside,
        },
    }
}

async fn look_inside(call: &Call, cluster: &Cluster) -> Result<Inside, Error> {
    let (cluster_uid, agents, release) = futures::try_join!(
        cluster.uid(call),
        cluster.agents(call),
        cluster.agent_release(call),
    )?;
    let release = release
        .map(|stored| Record::decode(&stored.payload))
        .transpose()?;
    Ok(Inside {
        cluster_uid,
        agents,
        release,
    })
}

/// The connected cluster that the agents in a cluster say they belong to.
pub(super) fn owner(config: &ArcConfig) -> ResourceId {
    ResourceId::connected_cluster(
        &config.subscription_id,
        &config.resource_group,
        &config.name,
    )
}
