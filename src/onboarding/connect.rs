//! Connecting a cluster: checks, key pair, object in Azure, agents, and the wait until Azure sees them.

use std::time::Duration;

use crate::arm::{ConnectedCluster, ConnectedClusterProperties, ManagedIdentity};
use crate::call::{Call, Probe, WaitError, poll_until};
use crate::cluster::{Cluster, NodeFacts};

use super::agents::{self, Install};
use super::decision::Decision;
use super::disconnect::clear_cluster;
use super::error::Error;
use super::key_pair::{self, KeyPair};
use super::observe::{self, Inside, Observed};
use super::preflight::{self, Preflight};
use super::provisions::Provisions;
use super::session::Session;
use super::spec::ConnectSpec;

/// How often Azure is asked whether the agents reported; the first contact takes seconds to minutes.
const CONNECTED_POLL: Duration = Duration::from_secs(3);

/// A connection that was not completed, and what exists nevertheless.
#[derive(Debug)]
pub struct ConnectFailure {
    /// The object as ARM last showed it; `None` when ARM never accepted it.
    pub reached: Option<Reached>,
    /// Why it stopped.
    pub error: Error,
}

/// What exists from the moment that ARM accepted the object.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The object as ARM last returned it.
    pub object: ConnectedCluster,
    /// UID of the `kube-system` namespace of the cluster behind it.
    pub cluster_uid: String,
}

/// Connects a cluster. `checkpoint` is called as soon as ARM accepted the object.
///
/// # Errors
///
/// [`ConnectFailure`], with what has to be remembered although the work was not completed.
pub async fn connect(
    call: &Call,
    session: &Session,
    spec: &ConnectSpec,
    checkpoint: impl Fn(&Reached),
) -> Result<(ConnectedCluster, Inside), ConnectFailure> {
    let before = |error| ConnectFailure {
        reached: None,
        error,
    };
    let (cluster, preflight, keys, provisions) = Box::pin(prepare(call, session, spec))
        .await
        .map_err(before)?;
    call.check().map_err(|halt| before(halt.into()))?;
    call.step("create the connected cluster in Azure");
    let body = body(spec, &preflight.nodes, &keys);
    let operation = session
        .azure
        .connected_clusters()
        .put(call, &spec.id, &body)
        .await
        .map_err(|error| before(error.into()))?;
    let mut reached = Reached {
        object: operation.initial().cloned().unwrap_or(body),
        cluster_uid: preflight.cluster_uid,
    };
    checkpoint(&reached);
    let finished = Box::pin(async {
        reached.object = operation.wait(call).await?;
        checkpoint(&reached);
        let install = Install {
            session,
            cluster: &cluster,
            object: &reached.object,
            agent: &spec.agent,
            provisions: &provisions,
            private_key: &keys.private,
        };
        Box::pin(install.run(call)).await?;
        if spec.wait_for_connected {
            wait_until_connected(call, session, &cluster, spec).await?;
        }
        Box::pin(observed(call, session, &cluster, spec)).await
    })
    .await;
    finished.map_err(|error| ConnectFailure {
        reached: Some(reached),
        error,
    })
}

/// Everything up to the first write; the key pair is made while both planes are checked and chart and Helm are fetched.
async fn prepare(
    call: &Call,
    session: &Session,
    spec: &ConnectSpec,
) -> Result<(Cluster, Preflight, KeyPair, Provisions), Error> {
    let cluster = session.cluster(call, spec.connection.as_ref()).await?;
    let (preflight, keys, provisions) = futures::try_join!(
        preflight::run(call, session, &cluster, spec),
        key_pair::generate(),
        Provisions::fetch(call, session, &spec.location, &spec.agent),
    )?;
    if preflight.decision == Decision::CleanAndCreate {
        call.step("clear away an earlier attempt");
        clear_cluster(call, session, &cluster, false).await?;
    }
    Ok((cluster, preflight, keys, provisions))
}

fn body(spec: &ConnectSpec, nodes: &NodeFacts, keys: &KeyPair) -> ConnectedCluster {
    ConnectedCluster {
        location: Some(spec.location.clone()),
        tags: Some(spec.tags.clone()),
        identity: Some(ManagedIdentity::system_assigned()),
        properties: ConnectedClusterProperties {
            agent_public_key_certificate: Some(keys.public.clone()),
            distribution: Some(
                spec.distribution
                    .clone()
                    .unwrap_or_else(|| nodes.distribution.clone()),
            ),
            infrastructure: Some(
                spec.infrastructure
                    .clone()
                    .unwrap_or_else(|| nodes.infrastructure.clone()),
            ),
            ..ConnectedClusterProperties::default()
        },
        ..ConnectedCluster::default()
    }
}

async fn wait_until_connected(
    call: &Call,
    session: &Session,
    cluster: &Cluster,
    spec: &ConnectSpec,
) -> Result<(), Error> {
    call.step("wait until Azure reports the cluster as Connected");
    let look = || async {
        let object = session
            .azure
            .connected_clusters()
            .get(call, &spec.id)
            .await?;
        let status = object
            .as_ref()
            .and_then(ConnectedCluster::connectivity_status)
            .unwrap_or("nothing");
        Ok(match status {
            "Connected" => Probe::Ready(()),
            other => Probe::pending(other),
        })
    };
    match poll_until(call, &spec.id, CONNECTED_POLL, look).await {
        Ok(()) => Ok(()),
        Err(WaitError::Probe(error)) => Err(error),
        Err(WaitError::Halted { halt, seen, .. }) => Err(Error::NotConnected {
            id: spec.id.clone(),
            cause: halt,
            seen,
            evidence: agents::evidence(cluster).await,
        }),
    }
}

async fn observed(
    call: &Call,
    session: &Session,
    cluster: &Cluster,
    spec: &ConnectSpec,
) -> Result<(ConnectedCluster, Inside), Error> {
    match observe::both(call, session, cluster, &spec.id).await? {
        Observed::Present { object, inside } => Ok((*object, inside?)),
        Observed::Gone => Err(Error::VanishedMeanwhile {
            id: spec.id.clone(),
        }),
    }
}
