//! Creating an object in Azure so that no run takes or loses what another one makes.
//!
//! An object in Azure does not say who made it. So a creation holds a Lease of the object in its cluster: a second run that
//! creates the same object hears who is at work, and what a killed run left half made is known as such, because that run
//! left its Lease. Without a connection to the cluster, or without the right to write Leases, an object that is there counts
//! as a stranger's.

use crate::arm::{self, Operation, ResourceId};
use crate::call::{Call, Halt};
use crate::cluster::{Cluster, Work, WorkLease};

use super::error::PlaneError;

/// A creation that is going on.
pub(super) struct Creation {
    lease: Option<WorkLease>,
}

impl Creation {
    /// Begins the creation of an object, and waits until it is clear that no other run is at it.
    ///
    /// # Errors
    ///
    /// The cluster's, among them that another run creates the same object.
    pub(super) async fn begin(
        call: &Call,
        cluster: Option<&Cluster>,
        id: &ResourceId,
    ) -> Result<Self, PlaneError> {
        let lease = match cluster {
            Some(cluster) => Some(cluster.hold(call, Work::Object(&id.to_string())).await?),
            None => None,
        };
        Ok(Self { lease })
    }

    /// Whether an object that is there was begun by a run that was killed.
    pub(super) fn resumes(&self) -> bool {
        self.lease.as_ref().is_some_and(WorkLease::predecessor_died)
    }

    /// Waits until Azure is done with what a killed run began, however that ends: it is written again.
    ///
    /// # Errors
    ///
    /// Azure's, and [`arm::Error::GaveUp`] when the call ends first.
    pub(super) async fn settle<T: arm::Resource>(
        call: &Call,
        begun: Option<Operation<T>>,
    ) -> Result<(), arm::Error> {
        call.step("wait until Azure is done with what an interrupted run began");
        let Some(begun) = begun else { return Ok(()) };
        match begun.wait(call).await {
            Err(arm::Error::Failed { .. }) | Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Ends the creation, also after the end of the call. A run that was stopped may never come to store what it made, so
    /// its Lease stays until it ends by itself.
    pub(super) async fn end(self, call: &Call) {
        let stopped = call.check() == Err(Halt::Interrupted);
        if let Some(lease) = self.lease.filter(|_| !stopped) {
            lease.release(call).await;
        }
    }
}
