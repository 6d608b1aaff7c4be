//! Creating an object in Azure so that no run takes or loses what another one makes.
//!
//! An object in Azure does not say who made it. So a creation holds a Lease of the object in its cluster: a second run that
//! creates the same object hears who is at work, and what a killed run left half made is known as such, because that run
//! left its Lease. Without a connection to the cluster, or without the right to write Leases, an object that is there counts
//! as a stranger's.

use std::future::Future;

use crate::arm::{self, Operation, ResourceId};
use crate::call::{Call, Halt};
use crate::cluster::{Cluster, Work, WorkLease};

use super::error::{Incomplete, PlaneError};

/// What is there already under the id of an object that is to be created.
pub(super) struct Remainder<E, F> {
    /// The error where it is not what a killed run began.
    pub(super) not_ours: E,
    /// Brings it to where it can be written again; see [`settle`].
    pub(super) go_on: F,
}

/// Creates an object by `make`, as the only run that does. What a killed run began is gone on with first; anything else that
/// is there is another's.
///
/// The Lease is given back also after the end of the call. A run that was stopped may never come to store what it made, so its
/// Lease stays until it ends by itself.
///
/// # Errors
///
/// The cluster's, among them that another run creates the same object; [`Remainder::not_ours`]; those of the work.
pub(super) async fn create<T, R, E: From<PlaneError>>(
    call: &Call,
    cluster: Option<&Cluster>,
    id: &ResourceId,
    remainder: Option<Remainder<E, impl Future<Output = Result<(), E>>>>,
    make: impl Future<Output = Result<T, Incomplete<R, E>>>,
) -> Result<T, Incomplete<R, E>> {
    let lease = match cluster {
        Some(cluster) => {
            let held = cluster.hold(call, Work::Object(&id.to_string())).await;
            Some(held.map_err(|error| Incomplete::nothing(PlaneError::from(error)))?)
        }
        None => None,
    };
    let is_ours = lease.as_ref().is_some_and(WorkLease::predecessor_died);
    let outcome = Box::pin(async {
        match remainder {
            Some(Remainder { not_ours, .. }) if !is_ours => {
                return Err(Incomplete::nothing(not_ours));
            }
            Some(Remainder { go_on, .. }) => go_on.await.map_err(Incomplete::nothing)?,
            None => {}
        }
        make.await
    })
    .await;
    let stopped = call.check() == Err(Halt::Interrupted);
    if let Some(lease) = lease.filter(|_| !stopped) {
        lease.release(call).await;
    }
    outcome
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
