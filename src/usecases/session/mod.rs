//! Access to both planes, set up once and shared by everything that runs in this process.

mod clusters;
mod locations;

use std::sync::{Arc, RwLock};

use crate::arm;
use crate::call::Call;
use crate::cluster::{Cluster, Connection};
use crate::helm::HelmSource;

use super::error::PlaneError;
use super::tags::TagRules;

pub use self::clusters::Clusters;
pub(super) use self::locations::NAMESPACE;
pub use self::locations::{OfferedLocations, check_location, same_location};

/// Access to both planes.
#[derive(Debug)]
pub struct Session {
    /// Azure.
    pub azure: arm::Client,
    /// The cluster that is meant where an object names none.
    pub default_connection: Option<Connection>,
    /// Where the Helm client comes from.
    pub helm: HelmSource,
    /// Whether missing resource providers are registered (otherwise they are an error).
    pub register_resource_providers: bool,
    /// Whether a look that finds nobody to ask is an error (otherwise what is stored is kept, with a warning).
    pub unreachable_is_error: bool,
    /// Rules for the tags of all objects.
    pub tags: TagRules,
    /// Clusters that were connected to already.
    pub clusters: Clusters,
    /// Regions that were asked for already.
    pub offered: OfferedLocations,
}

impl Session {
    /// A client for the cluster that a connection, or else the default, names.
    ///
    /// # Errors
    ///
    /// [`PlaneError::NoConnection`] without any connection, [`PlaneError::Cluster`] when it cannot be resolved.
    pub(super) async fn cluster(
        &self,
        call: &Call,
        connection: Option<&Connection>,
    ) -> Result<Cluster, PlaneError> {
        let connection = connection
            .or(self.default_connection.as_ref())
            .ok_or(PlaneError::NoConnection)?;
        Ok(self.clusters.connect(call, connection).await?)
    }
}

/// The place of the session before and after it is set up.
#[derive(Clone, Debug, Default)]
pub struct SessionSlot(Arc<RwLock<Option<Arc<Session>>>>);

impl SessionSlot {
    /// Puts a session in; a second one takes the place of the first.
    pub fn set(&self, session: Session) {
        *self
            .0
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(Arc::new(session));
    }

    /// The session, or `None` while its settings are not known yet.
    #[must_use]
    pub fn get(&self) -> Option<Arc<Session>> {
        self.0
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }
}
