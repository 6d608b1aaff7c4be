//! Removing an extension: Azure tells the agents to uninstall it.

use crate::arm::ResourceId;
use crate::call::Call;
use crate::cluster::Connection;

use super::diagnosis::Failed;
use super::error::Error;
use crate::usecases::error::Work;
use crate::usecases::session::Session;
use crate::usecases::target::{Expected, dead, parent_of};

/// How an extension went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removed {
    /// In order, or it was gone already.
    InOrder,
    /// Azure forgot it although nobody could uninstall it; its workloads may still be in the cluster.
    Forgotten {
        /// Connectivity status of the cluster.
        status: String,
    },
}

/// Removes an extension. One that is gone already, or whose cluster is, is fine.
///
/// # Errors
///
/// [`Error::System`]; [`Error::Failed`] with what Azure's statuses, pods and events show.
pub async fn remove(
    call: &Call,
    session: &Session,
    id: &ResourceId,
    connection: Option<&Connection>,
    force: bool,
) -> Result<Removed, Error> {
    let (extensions, clusters) = (
        session.azure.extensions(),
        session.azure.connected_clusters(),
    );
    let cluster = parent_of(id);
    let (object, parent) =
        futures::try_join!(extensions.get(call, id), clusters.get(call, &cluster))?;
    let (Some(object), Some(parent)) = (object, parent) else {
        return Ok(Removed::InOrder);
    };
    if object.is_system() {
        return Err(Error::System { id: id.clone() });
    }
    let dead = dead(&parent);
    call.step("remove the extension");
    let operation = extensions.delete(call, id, force || dead.is_some()).await?;
    if let Err(error) = operation.wait(call).await {
        let look = call.afterwards();
        let expected = Expected::at_most_agents_of(&cluster);
        let inside = Box::pin(expected.reach(&look, session, connection)).await;
        let failed = Failed {
            id,
            work: Work::Remove,
            cluster: inside.as_ref().ok().map(|target| &target.cluster),
            namespace: object.namespace(),
        };
        return Err(failed.explain(call, session, error).await);
    }
    Ok(dead.map_or(Removed::InOrder, |status| Removed::Forgotten {
        status: status.to_owned(),
    }))
}
