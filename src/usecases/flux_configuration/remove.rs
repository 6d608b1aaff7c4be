//! Removing a Flux configuration, and what it applied where it prunes.

use crate::arm::{self, ResourceId};
use crate::call::{Call, Halt};
use crate::usecases::error::Work;
use crate::usecases::session::Session;
use crate::usecases::target::{dead, parent_of};

use super::compliance::complaints;
use super::error::Error;

/// Removes a configuration. One that is gone already, or whose cluster is, is fine. A cluster whose agents will never act
/// again is not waited for.
///
/// # Errors
///
/// [`Error::Failed`] with what Azure says about the objects.
pub async fn remove(
    call: &Call,
    session: &Session,
    id: &ResourceId,
    force: bool,
) -> Result<(), Error> {
    let clusters = session.azure.connected_clusters();
    let Some(parent) = clusters.get(call, &parent_of(id)).await? else {
        return Ok(());
    };
    call.step("remove the Flux configuration");
    let configurations = session.azure.flux_configurations();
    let operation = configurations
        .delete(call, id, force || dead(&parent).is_some())
        .await?;
    match operation.wait(call).await {
        Ok(()) => Ok(()),
        Err(error) if error.halt() == Some(Halt::Interrupted) => Err(error.into()),
        Err(error) => Err(failed(call, session, id, Work::Remove, error).await),
    }
}

/// The failure of an operation, with what Azure says about the objects.
pub(super) async fn failed(
    call: &Call,
    session: &Session,
    id: &ResourceId,
    work: Work,
    error: arm::Error,
) -> Error {
    let call = call.afterwards();
    let found = session.azure.flux_configurations().get(&call, id).await;
    let evidence = found
        .ok()
        .flatten()
        .as_ref()
        .map(complaints)
        .unwrap_or_default();
    Error::Failed {
        id: id.clone(),
        work,
        source: Box::new(error),
        evidence,
    }
}
