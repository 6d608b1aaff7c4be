//! The wait until Azure has heard of the agents.

use std::time::Duration;

use crate::arm::ConnectedCluster;
use crate::call::{Call, Probe, WaitError, poll_until};
use crate::cluster::Cluster;

use super::agents;
use super::error::Error;
use super::spec::Spec;
use crate::usecases::session::Session;

/// How often Azure is asked whether the agents reported; the first contact takes seconds to minutes.
const POLL: Duration = Duration::from_secs(3);

/// Waits until Azure reports the cluster as `Connected`.
///
/// # Errors
///
/// [`Error::NotConnected`] with what pods, events and secrets show, or Azure's.
pub(super) async fn until_connected(
    call: &Call,
    session: &Session,
    cluster: &Cluster,
    spec: &Spec,
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
    match poll_until(call, &spec.id, POLL, look).await {
        Ok(()) => Ok(()),
        Err(WaitError::Probe(error)) => Err(error),
        Err(WaitError::Halted { halt, seen, .. }) => Err(Error::NotConnected {
            id: spec.id.clone(),
            cause: halt,
            seen,
            evidence: agents::evidence(call, cluster).await,
        }),
    }
}
