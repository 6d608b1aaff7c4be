//! Everything that the simulated Azure remembers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::agents::Presence;
use super::arm::configuration::extensions::Extension;
use super::arm::configuration::flux::FluxConfiguration;
use super::arm::connected_clusters::ConnectedCluster;
use super::arm::custom_locations::CustomLocation;
use super::arm::throttle::Throttle;
use super::config::{Behaviour, Config};
use super::operations::Operation;

/// Tags of a resource.
pub(super) type Tags = BTreeMap<String, String>;

/// The state behind all services. Keys are ids in lower case, as Azure compares them.
pub(super) struct Store {
    pub(super) behaviour: Behaviour,
    pub(super) subscriptions: BTreeMap<String, Subscription>,
    /// By resource id.
    pub(super) groups: BTreeMap<String, ResourceGroup>,
    /// By resource id.
    pub(super) clusters: BTreeMap<String, ConnectedCluster>,
    /// By resource id.
    pub(super) extensions: BTreeMap<String, Extension>,
    /// By resource id.
    pub(super) flux_configurations: BTreeMap<String, FluxConfiguration>,
    /// By resource id.
    pub(super) custom_locations: BTreeMap<String, CustomLocation>,
    /// Private link scopes and gateways by resource id.
    pub(super) hybrid_compute: BTreeMap<String, Value>,
    pub(super) throttle: Throttle,
    /// By the name in the operation's address.
    pub(super) operations: BTreeMap<String, Operation>,
    /// What the agents' side last saw of each real cluster, by the name in the configuration.
    pub(super) agent_reports: BTreeMap<String, String>,
    /// Where tests decide about the agents, by the id of the connected cluster.
    pub(super) presences: BTreeMap<String, Presence>,
}

/// A subscription.
pub(super) struct Subscription {
    pub(super) id: String,
    pub(super) name: String,
    /// By namespace in lower case.
    pub(super) registrations: BTreeMap<String, Registration>,
}

/// Whether a subscription may use a resource provider.
#[derive(Clone)]
pub(super) enum Registration {
    /// As the configuration says: `Registered`, `NotRegistered`, `Unregistered`.
    Settled(String),
    /// `Registering` until then.
    Until(Timestamp),
}

/// A resource group.
pub(super) struct ResourceGroup {
    /// In the spelling of its creation.
    pub(super) id: String,
    pub(super) name: String,
    pub(super) location: String,
    pub(super) tags: Tags,
    pub(super) deleting: bool,
}

impl Store {
    /// The state that the configuration describes.
    pub(super) fn new(config: &Config) -> Self {
        let mut store = Self {
            behaviour: config.behaviour.clone(),
            subscriptions: BTreeMap::new(),
            groups: BTreeMap::new(),
            clusters: BTreeMap::new(),
            extensions: BTreeMap::new(),
            flux_configurations: BTreeMap::new(),
            custom_locations: BTreeMap::new(),
            hybrid_compute: BTreeMap::new(),
            throttle: Throttle::default(),
            operations: BTreeMap::new(),
            agent_reports: BTreeMap::new(),
            presences: BTreeMap::new(),
        };
        for subscription in &config.subscriptions {
            store.add_subscription(subscription);
        }
        store
    }

    fn add_subscription(&mut self, given: &super::Subscription) {
        for group in &given.resource_groups {
            let id = format!("/subscriptions/{}/resourceGroups/{}", given.id, group.name);
            let group = ResourceGroup {
                id,
                name: group.name.clone(),
                location: super::config::normalise(&group.location),
                tags: Tags::new(),
                deleting: false,
            };
            self.groups.insert(group.id.to_lowercase(), group);
        }
        let settled = |(namespace, state): (&String, &String)| {
            (
                namespace.to_lowercase(),
                Registration::Settled(state.clone()),
            )
        };
        let subscription = Subscription {
            id: given.id.clone(),
            name: given.name.clone(),
            registrations: given.providers.iter().map(settled).collect(),
        };
        self.subscriptions
            .insert(given.id.to_lowercase(), subscription);
    }

    /// Forgets a cluster with everything that belongs to it.
    pub(super) fn drop_cluster(&mut self, key: &str) {
        self.clusters.remove(key);
        let inside = format!("{key}/");
        let outside = |id: &String| !id.starts_with(&inside);
        let mut lost = Vec::new();
        self.extensions.retain(|id, extension| {
            lost.extend(
                extension
                    .operation()
                    .filter(|_| !outside(id))
                    .map(str::to_owned),
            );
            outside(id)
        });
        self.flux_configurations.retain(|id, configuration| {
            lost.extend(
                configuration
                    .operation()
                    .filter(|_| !outside(id))
                    .map(str::to_owned),
            );
            outside(id)
        });
        for operation in lost {
            self.preempt(&operation);
        }
    }

    /// Forgets a resource group with everything in it.
    pub(super) fn drop_group(&mut self, key: &str) {
        let inside = format!("{key}/");
        let clusters: Vec<String> = self.clusters.keys().cloned().collect();
        for cluster in clusters.iter().filter(|id| id.starts_with(&inside)) {
            self.drop_cluster(cluster);
        }
        self.custom_locations
            .retain(|id, _| !id.starts_with(&inside));
        self.groups.remove(key);
    }

    /// The whole state for a test to look at.
    pub(super) fn dump(&self) -> Value {
        let clusters: Map<String, Value> = self
            .clusters
            .values()
            .map(|cluster| (cluster.id.clone(), cluster.dump()))
            .collect();
        let extensions: Map<String, Value> = self
            .extensions
            .values()
            .map(|extension| (extension.id.clone(), extension.dump()))
            .collect();
        let flux_configurations: Map<String, Value> = self
            .flux_configurations
            .values()
            .map(|configuration| (configuration.id.clone(), configuration.dump()))
            .collect();
        let custom_locations: Map<String, Value> = self
            .custom_locations
            .values()
            .map(|location| (location.id.clone(), location.dump()))
            .collect();
        let operations: Vec<Value> = self.operations.values().map(Operation::dump).collect();
        let groups: Vec<&str> = self
            .groups
            .values()
            .map(|group| group.id.as_str())
            .collect();
        json!({
            "behaviour": self.behaviour,
            "resource_groups": groups,
            "connected_clusters": clusters,
            "extensions": extensions,
            "flux_configurations": flux_configurations,
            "custom_locations": custom_locations,
            "operations": operations,
            "agents": self.agent_reports,
        })
    }
}
