//! The data source `arc_extension_types`: what a cluster can have, in which versions.

mod schema;
mod state;

pub use state::State;

use std::time::Duration;

use crate::resources::shared::{diagnose, ids};
use crate::sdk::context::Context;
use crate::sdk::data_source::{DataSource, Found};
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::DeferReason;
use crate::sdk::schema::Schema;
use crate::usecases::SessionSlot;
use crate::usecases::extension::catalogue;

/// The Terraform type.
pub const TYPE_NAME: &str = "arc_extension_types";

/// How long a look may take.
const TIMEOUT: Duration = Duration::from_mins(5);

/// The data source type.
#[derive(Clone, Debug)]
pub struct ExtensionTypesDataSource {
    session: SessionSlot,
}

impl ExtensionTypesDataSource {
    /// The type, working through the session that the provider block sets up.
    #[must_use]
    pub const fn new(session: SessionSlot) -> Self {
        Self { session }
    }
}

impl DataSource for ExtensionTypesDataSource {
    type State = State;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn default_timeout(&self) -> Duration {
        TIMEOUT
    }

    fn not_yet(&self) -> Option<DeferReason> {
        diagnose::not_yet(&self.session)
    }

    async fn read(&self, cx: &Context, config: State) -> Result<Found<State>, Diagnostics> {
        let session = diagnose::session(&self.session)?;
        let cluster = ids::required_cluster(config.connected_cluster_id.as_ref())?.clone();
        let wanted = config.versions_of.clone().unwrap_or_default();
        let trains = config.release_trains.clone().unwrap_or_default();
        let found = catalogue(&cx.call, &session, &cluster, &wanted, &trains).await;
        let found = found.map_err(|error| {
            let attempted = format!("listing the extension types of {cluster}");
            diagnose::failed(&attempted, &error)
        })?;
        Ok(Found {
            state: config.with(found),
            diagnostics: Diagnostics::default(),
        })
    }
}
