//! Clusters for scenarios that run side by side: each belongs to one scenario at a time.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use world::World;
use world::cluster::Cluster;

/// The clusters of a world.
pub struct Pool {
    pub world: World,
    free: Mutex<Vec<usize>>,
    permits: Arc<Semaphore>,
}

impl Pool {
    pub fn new(world: World) -> Arc<Self> {
        let count = world.clusters.len();
        Arc::new(Self {
            world,
            free: Mutex::new((0..count).rev().collect()),
            permits: Arc::new(Semaphore::new(count)),
        })
    }

    /// Waits until this many clusters are free.
    pub async fn take(self: &Arc<Self>, count: u32) -> Lease {
        let permits = Arc::clone(&self.permits);
        let permit = permits
            .acquire_many_owned(count)
            .await
            .expect("it is never closed");
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let keep = free.len() - count as usize;
        Lease {
            indexes: free.split_off(keep),
            pool: Arc::clone(self),
            _permit: permit,
        }
    }
}

/// Clusters that belong to one scenario until it ends.
pub struct Lease {
    indexes: Vec<usize>,
    pool: Arc<Pool>,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    pub fn world(&self) -> &World {
        &self.pool.world
    }

    pub fn clusters(&self) -> impl Iterator<Item = &Cluster> {
        self.indexes
            .iter()
            .map(|index| &self.world().clusters[*index])
    }

    /// The first cluster, for scenarios that need only one.
    pub fn cluster(&self) -> &Cluster {
        &self.world().clusters[self.indexes[0]]
    }
}

impl Drop for Lease {
    // The permit is released after this, so a cluster is free before anybody is told so.
    fn drop(&mut self) {
        let mut free = self
            .pool
            .free
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        free.append(&mut self.indexes);
    }
}
