//! Disconnecting a cluster: first the object in Azure, then what is in the cluster.
//!
//! In this order a failure half way leaves agents that talk to nobody, which can be seen and removed; in the other order
//! it leaves an object in Azure that looks like a cluster that is down. The agents may do anything in their cluster, so
//! nothing is deleted in Azure before it is certain that they can be removed, or that they are not there, or not wanted gone.

use std::time::Duration;

use crate::arm::ResourceId;
use crate::call::Call;
use crate::cluster::{
    AGENTS_NAMESPACE, Cluster, Connection, RELEASE_NAME, RELEASE_NAMESPACE, Work, WorkLease,
};
use crate::helm::Record;

use super::error::Error;
use super::tools::Tools;
use crate::usecases::session::Session;
use crate::usecases::target::{Expected, Target};

/// What is still in the cluster after its object in Azure was deleted, and why.
#[derive(Debug)]
pub struct Leftover {
    /// Why the cluster was not cleaned.
    pub reason: Error,
}

impl Leftover {
    /// Whether the cluster itself does not exist any more.
    #[must_use]
    pub fn is_of_gone_cluster(&self) -> bool {
        self.reason.is_cluster_gone()
    }
}

/// What is known of a connected cluster that is to go, and how it shall go.
#[derive(Clone, Copy, Debug)]
pub struct Removal<'a> {
    /// UID of the cluster that it was made for; `None` when it was never seen.
    pub cluster_uid: Option<&'a str>,
    /// Whether to go on where the orderly way is blocked, and to leave what cannot be reached.
    pub force: bool,
}

/// How long a forced removal looks for the cluster.
const FORCED_LOOK: Duration = Duration::from_mins(1);

/// Deletes the object and removes the agents. An object or release that is gone already is fine.
///
/// With `force`, Azure does not wait for the agents, the chart's hooks are not run, and agents that are out of reach are
/// left. Returns what was left: that, and what is in a cluster that is gone or is not the one it was.
///
/// # Errors
///
/// [`Error::OutOfReach`] before anything is touched, where agents would be left unwanted; when Azure does
/// not delete the object; when the cluster refuses to be cleaned.
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
    let looking = if asked.force {
        call.within(FORCED_LOOK)
    } else {
        call.clone()
    };
    let found = Box::pin(find(&looking, session, expected, connection)).await;
    call.check()?;
    let (cluster, tools) = match found {
        Ok(found) => found,
        Err(reason) if asked.force || is_elsewhere(&reason) => {
            delete_object(call, session, id, asked.force).await?;
            return Ok(Some(Leftover { reason }));
        }
        Err(reason) => {
            return Err(Error::OutOfReach {
                id: id.clone(),
                source: Box::new(reason),
            });
        }
    };
    let name = id.to_string();
    let lease = cluster.hold(call, Work::Agents(&name)).await?;
    let disconnection = Disconnection {
        session,
        expected,
        cluster: &cluster,
        lease: &lease,
        tools: tools.as_ref(),
    };
    let removed = Box::pin(disconnection.run(call, asked.force)).await;
    lease.release(call).await;
    removed
}

/// The removal from a cluster in which no other run is at work.
struct Disconnection<'a> {
    session: &'a Session,
    expected: Expected<'a>,
    cluster: &'a Cluster,
    lease: &'a WorkLease,
    tools: Option<&'a Tools>,
}

impl Disconnection<'_> {
    async fn run(&self, call: &Call, force: bool) -> Result<Option<Leftover>, Error> {
        let id = self.expected.connected_cluster;
        // Another run may have been at work until this one had the Lease.
        self.check(call).await?;
        self.cluster.note_removal(call, &id.to_string()).await?;
        self.lease.check()?;
        delete_object(call, self.session, id, force).await?;
        // Azure may have taken its time, and the cluster another owner meanwhile.
        self.lease.check()?;
        match self.check(call).await {
            Err(reason) if is_elsewhere(&reason) => return Ok(Some(Leftover { reason })),
            checked => checked?,
        }
        Box::pin(clear_cluster(
            call,
            self.cluster,
            self.lease,
            self.tools,
            !force,
        ))
        .await?;
        Ok(None)
    }

    /// Checks that the cluster is the expected one, and neither its agents nor its key are another object's.
    async fn check(&self, call: &Call) -> Result<(), Error> {
        let wanted = self.expected.connected_cluster;
        self.expected.check(call, self.cluster).await?;
        let key = self.cluster.private_key(call).await?;
        let owner = key.and_then(|key| ResourceId::parse(&key.unfinished?).ok());
        match owner.filter(|owner| owner != wanted) {
            Some(owner) => Err(Error::BoundElsewhere {
                owner,
                wanted: wanted.clone(),
            }),
            None => Ok(()),
        }
    }
}

/// The cluster, if it is the expected one, and Helm, if there is something for it to do.
async fn find(
    call: &Call,
    session: &Session,
    expected: Expected<'_>,
    connection: Option<&Connection>,
) -> Result<(Cluster, Option<Tools>), Error> {
    let Target { cluster, .. } = expected.reach(call, session, connection).await?;
    let tools = match cluster.agent_release(call).await? {
        Some(_) => Some(Tools::provide(call, session, &cluster).await?),
        None => None,
    };
    Ok((cluster, tools))
}

async fn delete_object(
    call: &Call,
    session: &Session,
    id: &ResourceId,
    force: bool,
) -> Result<(), Error> {
    call.step("delete the connected cluster in Azure");
    let clusters = session.azure.connected_clusters();
    let operation = clusters.delete(call, id, force).await?;
    Ok(operation.wait(call).await?)
}

/// Whether the agents are known not to be behind the connection: the cluster is gone, or belongs to another object.
fn is_elsewhere(error: &Error) -> bool {
    match error {
        Error::BoundElsewhere { .. } => true,
        Error::Plane(error) => error.is_cluster_gone() || error.is_wrong_cluster(),
        _ => false,
    }
}

/// Removes release, definitions and namespaces. The chart's hooks run only where they are wanted, the release is whole and
/// there is a node for their pods: otherwise they wait for pods that never come. Without `tools` there is no release.
pub(super) async fn clear_cluster(
    call: &Call,
    cluster: &Cluster,
    lease: &WorkLease,
    tools: Option<&Tools>,
    hooks: bool,
) -> Result<(), Error> {
    if let (Some(tools), Some(stored)) = (tools, cluster.agent_release(call).await?) {
        call.step("uninstall the agents with Helm");
        let record = Record::decode(&stored.payload);
        let whole = record.is_ok_and(|record| record.status == "deployed");
        let hooks = hooks && whole && cluster.takes_pods(call).await?;
        let (helm, access) = (&tools.helm, tools.access());
        helm.uninstall(call, &access, RELEASE_NAME, &stored.namespace, hooks)
            .await?;
    }
    lease.check()?;
    call.step("remove the agents' definitions and namespaces");
    cluster.delete_arc_crds(call).await?;
    lease.check()?;
    cluster.delete_namespace(call, AGENTS_NAMESPACE).await?;
    lease.check()?;
    cluster.delete_namespace(call, RELEASE_NAMESPACE).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
