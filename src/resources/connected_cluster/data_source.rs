//! The data source `arc_connected_cluster`: a connected cluster that somebody else manages.

use std::time::Duration;

use crate::resources::shared::diagnose;
use crate::sdk::checks;
use crate::sdk::context::Context;
use crate::sdk::data_source::{DataSource, Found};
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::path::AttributePath;
use crate::sdk::resource::DeferReason;
use crate::sdk::schema::{Attribute, Schema};
use crate::sdk::timeouts::{self, Operation};
use crate::usecases::connected_cluster::find;
use crate::usecases::{ResourceId, SessionSlot};

use super::TYPE_NAME;
use super::view::{self, View};

/// How long a read may take.
const LIMIT: Duration = Duration::from_mins(5);

/// The data source type.
#[derive(Clone, Debug)]
pub struct ConnectedClusterDataSource {
    session: SessionSlot,
}

impl ConnectedClusterDataSource {
    /// The type, working through the session that the provider block sets up.
    #[must_use]
    pub const fn new(session: SessionSlot) -> Self {
        Self { session }
    }
}

impl DataSource for ConnectedClusterDataSource {
    type State = View;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        let attributes = named().into_iter().chain(view::attributes()).collect();
        Schema::new(
            "A connected cluster as Azure knows it. The cluster itself is not asked.",
            attributes,
        )
        .block(timeouts::block(&[Operation::Read]))
    }

    fn default_timeout(&self) -> Duration {
        LIMIT
    }

    fn not_yet(&self) -> Option<DeferReason> {
        let ready = self.session.get().is_some();
        (!ready).then_some(DeferReason::ProviderConfigUnknown)
    }

    async fn read(&self, cx: &Context, config: View) -> Result<Found<View>, Diagnostics> {
        let session = diagnose::session(&self.session)?;
        let default = session.azure.subscription_id();
        let subscription = config.subscription_id.as_deref().unwrap_or(default);
        let id =
            ResourceId::connected_cluster(subscription, &config.resource_group_name, &config.name);
        let found = find(&cx.call, &session, &id)
            .await
            .map_err(|error| diagnose::failed(&format!("reading {id}"), &error))?;
        match found {
            Some(object) => Ok(Found {
                state: View::of(&id, &object),
                diagnostics: Diagnostics::default(),
            }),
            None => Err(missing(&id)),
        }
    }
}

fn named() -> Vec<Attribute> {
    vec![
        Attribute::string("name")
            .required()
            .check(checks::non_empty())
            .describe("Name of the connected cluster."),
        Attribute::string("resource_group_name")
            .required()
            .check(checks::non_empty())
            .describe("Its resource group."),
        Attribute::string("subscription_id")
            .optional_computed()
            .check(checks::guid())
            .describe("Its subscription. Default: the provider's."),
    ]
}

fn missing(id: &ResourceId) -> Diagnostics {
    Diagnostics::error(
        AttributePath::attribute("name"),
        "Connected Cluster Not Found",
        format!(
            "There is no {id}.\n\nTo fix this:\n  - see what there is: az connectedk8s list --subscription {} --output table\n  \
             - connect the cluster first",
            id.subscription_id()
        ),
    )
}
