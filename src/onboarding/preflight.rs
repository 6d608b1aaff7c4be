//! Everything that is checked on both planes before the first write.

use futures::try_join;

use crate::arm;
use crate::call::Call;
use crate::cluster::{Cluster, NodeFacts};

use super::decision::{Decision, Findings, ReleaseFinding, decide};
use super::error::Error;
use super::location::{NAMESPACE, check_location};
use super::session::Session;
use super::spec::ConnectSpec;

/// What the checks brought to light.
#[derive(Debug)]
pub(super) struct Preflight {
    /// UID of the `kube-system` namespace: which cluster this is.
    pub cluster_uid: String,
    /// Distribution, infrastructure and architectures of the nodes.
    pub nodes: NodeFacts,
    /// Whether something has to be cleared away first.
    pub decision: Decision,
}

/// Looks at both planes at the same time.
///
/// # Errors
///
/// The first check that fails, on either plane. Nothing has been changed then, except that a resource provider may have
/// been registered.
pub(super) async fn run(
    call: &Call,
    session: &Session,
    cluster: &Cluster,
    spec: &ConnectSpec,
) -> Result<Preflight, Error> {
    call.step("check Azure and the cluster");
    let ((), object, (cluster_uid, nodes, release)) = try_join!(
        check_azure(call, session, spec),
        existing(call, session, spec),
        check_cluster(call, session, cluster),
    )?;
    let decision = decide(&Findings {
        wanted: &spec.id,
        azure: object.as_ref(),
        release,
    })?;
    Ok(Preflight {
        cluster_uid,
        nodes,
        decision,
    })
}

async fn existing(
    call: &Call,
    session: &Session,
    spec: &ConnectSpec,
) -> Result<Option<arm::ConnectedCluster>, Error> {
    Ok(session
        .azure
        .connected_clusters()
        .get(call, &spec.id)
        .await?)
}

async fn check_azure(call: &Call, session: &Session, spec: &ConnectSpec) -> Result<(), Error> {
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
    check_location(call, session, subscription, &spec.location).await
}

/// Checks, or sees to it, that a subscription may use a resource provider.
///
/// # Errors
///
/// [`Error::ResourceProviderNotRegistered`], or Azure's.
pub(super) async fn check_registered(
    call: &Call,
    session: &Session,
    subscription: &str,
    namespace: &str,
) -> Result<(), Error> {
    let providers = session.azure.resource_providers();
    let provider = providers.get(call, subscription, namespace).await?;
    let state = &provider.registration_state;
    require_registered(call, session, subscription, namespace, state).await
}

/// `Registering` will do: ARM does not hold back a create while a registration is under way.
async fn require_registered(
    call: &Call,
    session: &Session,
    subscription: &str,
    namespace: &str,
    state: &str,
) -> Result<(), Error> {
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
    Err(Error::ResourceProviderNotRegistered {
        namespace: namespace.to_owned(),
        state: state.to_owned(),
        subscription: subscription.to_owned(),
    })
}

async fn check_cluster(
    call: &Call,
    session: &Session,
    cluster: &Cluster,
) -> Result<(String, NodeFacts, ReleaseFinding), Error> {
    let (uid, nodes, (), release) = try_join!(
        async { Ok::<_, Error>(cluster.uid(call).await?) },
        async { Ok(cluster.nodes(call).await?) },
        async { Ok(cluster.require_onboarding_rights(call).await?) },
        find_release(call, session, cluster),
    )?;
    if nodes.linux_nodes == 0 {
        return Err(Error::NoLinuxNode);
    }
    Ok((uid, nodes, release))
}

/// Whose agents are in the cluster, and whether that connected cluster still exists.
async fn find_release(
    call: &Call,
    session: &Session,
    cluster: &Cluster,
) -> Result<ReleaseFinding, Error> {
    let (record, config) = try_join!(cluster.agent_release(call), cluster.arc_config(call))?;
    let Some(config) = config else {
        return Ok(match record {
            Some(_) => ReleaseFinding::Anonymous,
            None => ReleaseFinding::None,
        });
    };
    let owner = super::observe::owner(&config);
    let alive = session
        .azure
        .connected_clusters()
        .get(call, &owner)
        .await?
        .is_some();
    Ok(match (record, alive) {
        (None, false) => ReleaseFinding::Anonymous,
        (_, alive) => ReleaseFinding::Owned { owner, alive },
    })
}
