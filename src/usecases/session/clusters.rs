//! Clients of clusters, kept as long as the process lives: several objects hang on one cluster, and each is looked at.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::call::Call;
use crate::cluster::{self, Cluster, Connection, Reference};

/// One client for each connection that is a mere reference; it renews its own logins.
#[derive(Default)]
pub struct Clusters(Mutex<HashMap<Reference, Arc<OnceCell<Cluster>>>>);

impl Clusters {
    /// A client for this connection. Whoever asks for the same one at the same time waits for it; a failure is not kept.
    ///
    /// # Errors
    ///
    /// As [`Cluster::connect`].
    pub(super) async fn connect(
        &self,
        call: &Call,
        connection: &Connection,
    ) -> Result<Cluster, cluster::Error> {
        let Some(reference) = connection.reference() else {
            return Cluster::connect(call, connection).await;
        };
        let place = Arc::clone(self.places().entry(reference).or_default());
        let cluster = place
            .get_or_try_init(|| Cluster::connect(call, connection))
            .await?;
        Ok(cluster.clone())
    }

    /// One client that is there already, for tests.
    #[cfg(test)]
    pub(in crate::usecases) fn holding(reference: Reference, cluster: Cluster) -> Self {
        let place = Arc::new(OnceCell::new_with(Some(cluster)));
        Self(Mutex::new([(reference, place)].into()))
    }

    fn places(&self) -> std::sync::MutexGuard<'_, HashMap<Reference, Arc<OnceCell<Cluster>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Clusters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.places().keys()).finish()
    }
}
