//! Everything that is checked on both planes before the first write.

use futures::try_join;

use crate::arm::{self, ResourceId};
use crate::call::Call;
use crate::cluster::{AgentKey, Cluster, NodeFacts};
use crate::fault::{Explain as _, Kind};

use crate::usecases::registration::require_registered;

use crate::usecases::connected_cluster::decision::{
    Decision, Findings, KeyFinding, ReleaseFinding, decide,
};
use crate::usecases::connected_cluster::error::Error;
use crate::usecases::connected_cluster::key_pair;
use crate::usecases::connected_cluster::spec::{Checks, Spec};
use crate::usecases::session::{NAMESPACE, Session, check_location};
use crate::usecases::target::owner;

/// What the checks brought to light.
#[derive(Debug)]
pub struct Preflight {
    /// UID of the `kube-system` namespace: which cluster this is.
    pub cluster_uid: String,
    /// Distribution, infrastructure and architectures of the nodes; `None` where nobody asked for them.
    pub nodes: Option<NodeFacts>,
    /// The object in Azure, if there is one.
    pub object: Option<arm::ConnectedCluster>,
    /// The agents' key that is in the cluster already.
    pub key: Option<AgentKey>,
    /// The way ahead.
    pub decision: Decision,
}

/// Looks at both planes at the same time. `alone` says that no other run is at work in the cluster.
///
/// # Errors
///
/// The first check that fails, on either plane. Nothing has been changed then, except that a resource provider may have
/// been registered.
pub async fn run(
    call: &Call,
    session: &Session,
    cluster: &Cluster,
    spec: &Spec,
    alone: bool,
) -> Result<Preflight, Error> {
    call.step("check Azure and the cluster");
    let in_kubernetes = async { Ok(try_join!(cluster.uid(call), cluster.private_key(call))?) };
    let ((), object, nodes, (cluster_uid, key), release) = try_join!(
        check_azure(call, session, spec),
        existing(call, session, spec),
        check_cluster(call, cluster, spec),
        in_kubernetes,
        find_release(call, session, cluster),
    )?;
    let mut found = found_key(key.as_ref()).await;
    if let Some(other) = found.unfinished.as_ref().filter(|other| **other != spec.id) {
        found.in_use = !alone || is_alive(call, session, other).await?;
    }
    let decision = decide(&Findings {
        wanted: &spec.id,
        azure: object.as_ref(),
        release,
        key: found,
        adopt: spec.adopt,
    })?;
    Ok(Preflight {
        cluster_uid,
        nodes,
        object,
        key,
        decision,
    })
}

/// The agents' key as decisions see it.
pub async fn found_key(key: Option<&AgentKey>) -> KeyFinding {
    let Some(key) = key else {
        return KeyFinding::default();
    };
    let unfinished = key.unfinished.as_deref();
    KeyFinding {
        public: key_pair::public_half(&key.pem).await,
        // A user who may write in the agents' namespace chooses it, and Azure is asked about it.
        unfinished: unfinished
            .and_then(|id| ResourceId::parse(id).ok())
            .filter(ResourceId::is_connected_cluster),
        in_use: false,
    }
}

async fn existing(
    call: &Call,
    session: &Session,
    spec: &Spec,
) -> Result<Option<arm::ConnectedCluster>, Error> {
    Ok(session
        .azure
        .connected_clusters()
        .get(call, &spec.id)
        .await?)
}

async fn check_azure(call: &Call, session: &Session, spec: &Spec) -> Result<(), Error> {
    if spec.checks == Checks::Off {
        return Ok(());
    }
    let subscription = spec.id.subscription_id();
    let (providers, groups) = (
        session.azure.resource_providers(),
        session.azure.resource_groups(),
    );
    let (provider, group) = try_join!(
        providers.get(call, subscription, NAMESPACE),
        groups.get(call, subscription, spec.id.resource_group()),
    )?;
    if group.is_none() {
        return Err(Error::ResourceGroupMissing {
            subscription: subscription.to_owned(),
            name: spec.id.resource_group().to_owned(),
        });
    }
    let state = &provider.registration_state;
    require_registered(call, session, subscription, NAMESPACE, state).await?;
    Ok(check_location(call, session, subscription, &spec.location).await?)
}

/// Rights and nodes. The nodes also tell distribution and infrastructure, so they are asked unless both are given.
async fn check_cluster(
    call: &Call,
    cluster: &Cluster,
    spec: &Spec,
) -> Result<Option<NodeFacts>, Error> {
    let settings = &spec.settings;
    let given = settings.distribution.is_some() && settings.infrastructure.is_some();
    if spec.checks == Checks::Off {
        if given {
            return Ok(None);
        }
        return Ok(Some(cluster.nodes(call).await?));
    }
    let (nodes, ()) = try_join!(cluster.nodes(call), cluster.require_onboarding_rights(call))?;
    if nodes.linux_nodes == 0 {
        return Err(Error::NoLinuxNode);
    }
    Ok(Some(nodes))
}

/// Whose agents are in the cluster, and whether that connected cluster still exists.
async fn find_release(
    call: &Call,
    session: &Session,
    cluster: &Cluster,
) -> Result<ReleaseFinding, Error> {
    let (record, config) = try_join!(cluster.agent_release(call), cluster.arc_config(call))?;
    let present = record.is_some() || config.is_some();
    let Some(owner) = config.as_ref().and_then(owner) else {
        return Ok(if present {
            ReleaseFinding::Anonymous
        } else {
            ReleaseFinding::None
        });
    };
    let alive = is_alive(call, session, &owner).await?;
    Ok(match (record, alive) {
        (None, false) => ReleaseFinding::Anonymous,
        (_, alive) => ReleaseFinding::Owned { owner, alive },
    })
}

/// Whether a connected cluster exists, as far as this login can tell. One that it may not see (another subscription or
/// tenant) may well exist: only a plain no counts.
///
/// # Errors
///
/// Azure's, where the answer says nothing about the object.
pub async fn is_alive(call: &Call, session: &Session, id: &ResourceId) -> Result<bool, Error> {
    match session.azure.connected_clusters().get(call, id).await {
        Ok(object) => Ok(object.is_some()),
        Err(error) if matches!(error.kind(), Kind::Permission | Kind::NotFound) => Ok(true),
        Err(error) => Err(error.into()),
    }
}
