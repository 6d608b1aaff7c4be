//! The data source `arc_connected_clusters`: the connected clusters of a subscription or resource group.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::resources::connected_cluster::view::{self, View};
use crate::resources::shared::diagnose;
use crate::sdk::checks;
use crate::sdk::context::Context;
use crate::sdk::data_source::{DataSource, Found};
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::DeferReason;
use crate::sdk::schema::{Attribute, Nesting, Schema};
use crate::sdk::timeouts::{self, Operation};
use crate::sdk::types::Type;
use crate::usecases::connected_cluster::{ConnectedCluster, ListScope, Selection, select};
use crate::usecases::{ResourceId, SessionSlot};

/// How long a read may take, all pages included.
const LIMIT: Duration = Duration::from_mins(5);

/// The data source type.
#[derive(Clone, Debug)]
pub struct ConnectedClustersDataSource {
    session: SessionSlot,
}

impl ConnectedClustersDataSource {
    /// The type, working through the session that the provider block sets up.
    #[must_use]
    pub const fn new(session: SessionSlot) -> Self {
        Self { session }
    }
}

/// All attributes; see the schema for what they mean.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct State {
    subscription_id: Option<String>,
    resource_group_name: Option<String>,
    tags: Option<BTreeMap<String, String>>,
    connectivity_status: Option<String>,
    connected_clusters: Option<Vec<View>>,
}

impl DataSource for ConnectedClustersDataSource {
    type State = State;

    fn type_name(&self) -> &'static str {
        "arc_connected_clusters"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "The connected clusters of a subscription or of a resource group, all of them or those with certain tags or a \
             certain connectivity.",
            attributes(),
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

    async fn read(&self, cx: &Context, config: State) -> Result<Found<State>, Diagnostics> {
        let session = diagnose::session(&self.session)?;
        let selection = config.selection(session.azure.subscription_id());
        let found = select(&cx.call, &session, &selection)
            .await
            .map_err(|error| diagnose::failed("listing connected clusters", &error))?;
        Ok(Found {
            state: State {
                subscription_id: Some(selection.scope.subscription_id),
                connected_clusters: Some(found.iter().filter_map(shown).collect()),
                ..config
            },
            diagnostics: Diagnostics::default(),
        })
    }
}

impl State {
    fn selection(&self, default_subscription: &str) -> Selection {
        let subscription = self.subscription_id.as_deref();
        Selection {
            scope: ListScope {
                subscription_id: subscription.unwrap_or(default_subscription).to_owned(),
                resource_group: self.resource_group_name.clone(),
            },
            tags: self.tags.clone().unwrap_or_default(),
            connectivity: self.connectivity_status.clone(),
        }
    }
}

/// An element of a list has its id in Azure's casing; one without an id cannot be referred to.
fn shown(object: &ConnectedCluster) -> Option<View> {
    let id = ResourceId::parse(object.id.as_deref()?).ok()?;
    Some(View::of(&id, object))
}

fn attributes() -> Vec<Attribute> {
    vec![
        Attribute::string("subscription_id")
            .optional_computed()
            .check(checks::guid())
            .describe("The subscription. Default: the provider's."),
        Attribute::string("resource_group_name")
            .check(checks::non_empty())
            .describe("A resource group. Default: all of the subscription."),
        Attribute::map_of("tags", Type::String)
            .describe("Tags that each of the clusters has, with these values. Default: any."),
        Attribute::string("connectivity_status")
            .check(checks::one_of(&[
                "Connecting",
                "Connected",
                "Offline",
                "Expired",
                "AgentNotInstalled",
            ]))
            .describe("The connectivity that each of the clusters has. Default: any."),
        Attribute::nested("connected_clusters", Nesting::List, element())
            .computed()
            .describe("The connected clusters, in the order of their ids."),
    ]
}

fn element() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name).computed().describe(description);
    let named = [
        text("name", "Name of the connected cluster."),
        text("resource_group_name", "Its resource group."),
        text("subscription_id", "Its subscription."),
    ];
    named.into_iter().chain(view::attributes()).collect()
}
