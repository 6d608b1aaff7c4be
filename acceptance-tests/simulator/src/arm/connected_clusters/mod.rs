//! Microsoft.Kubernetes/connectedClusters.
//!
//! One stored object serves every api-version: [`schema`] says since when each property exists, [`draft`] holds
//! requests to it, [`view`] shows an object through it.

mod credential;
mod draft;
mod progress;
pub(crate) mod public_key;
mod rules;
mod schema;
mod stored;
mod view;
mod write;

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::change::Change;
use super::{Answer, ArmError, Context, require_method, require_version, resource_groups};
use crate::reply::Reply;
use crate::store::Tags;

pub(super) use credential::credential;
pub(super) use schema::API_VERSIONS;

use schema::Version;

/// A connected cluster as Azure keeps it.
pub(crate) struct ConnectedCluster {
    /// In the spelling of its creation.
    pub(crate) id: String,
    name: String,
    location: String,
    tags: Tags,
    kind: Option<String>,
    /// `None` for a cluster without an identity.
    principal_id: Option<String>,
    /// The properties that clients may write, as they were written.
    settings: Map<String, Value>,
    provisioning_state: ProvisioningState,
    /// The operation that may change the object.
    operation: Option<String>,
    /// What the agents reported last.
    report: Option<Report>,
    pub(crate) connectivity: Connectivity,
    created: Change,
    modified: Change,
    /// Until then no request finds the object.
    hidden_until: Timestamp,
    /// Id of the gateway through which the agents' requests reach Azure.
    gateway: Option<String>,
}

/// `provisioningState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ProvisioningState {
    Accepted,
    Updating,
    Succeeded,
    Failed,
    Deleting,
}

/// `connectivityStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connectivity {
    Connecting,
    Connected,
    Offline,
    Expired,
}

/// What agents report of their cluster.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Report {
    pub(crate) kubernetes_version: String,
    pub(crate) agent_version: String,
    pub(crate) distribution: String,
    pub(crate) infrastructure: String,
    pub(crate) nodes: usize,
    pub(crate) cores: i64,
    pub(crate) reported_at: Timestamp,
    pub(crate) certificate_expires: Timestamp,
    pub(crate) features: Features,
}

/// What agents are set up to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Features {
    /// Whether clients reach the cluster through Azure.
    pub(crate) cluster_connect: bool,
    /// Whether the custom locations provider of this tenant may use the cluster.
    pub(crate) custom_locations: bool,
}

impl Default for Features {
    /// As the agents' chart has it.
    fn default() -> Self {
        Self {
            cluster_connect: true,
            custom_locations: false,
        }
    }
}

impl ConnectedCluster {
    /// The agents' public key as the client wrote it.
    pub(crate) fn public_key(&self) -> &str {
        let key = self.settings.get("agentPublicKeyCertificate");
        key.and_then(Value::as_str).unwrap_or_default()
    }

    /// Id of the cluster's own principal.
    pub(crate) fn principal_id(&self) -> Option<&str> {
        self.principal_id.as_deref()
    }

    /// Whether the agents may use the object. A change that failed does not cut off those that did before.
    pub(crate) fn is_provisioned(&self) -> bool {
        match self.provisioning_state {
            ProvisioningState::Succeeded | ProvisioningState::Updating => true,
            ProvisioningState::Failed => self.report.is_some(),
            ProvisioningState::Accepted | ProvisioningState::Deleting => false,
        }
    }

    /// Refuses to have something hung on an object that is on its way out.
    pub(crate) fn require_present(&self) -> Result<(), ArmError> {
        if self.provisioning_state != ProvisioningState::Deleting {
            return Ok(());
        }
        let message = format!("The cluster '{}' is being deleted.", self.name);
        Err(ArmError::conflict("Conflict", message))
    }

    /// What the agents reported last.
    pub(crate) fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// When the agents' certificate expires, if they have one.
    pub(crate) fn expires(&self) -> Option<Timestamp> {
        Some(self.report()?.certificate_expires)
    }

    /// Lets time pass for what the agents reported: their last word and their certificate become so much older.
    pub(crate) fn age(&mut self, by: SignedDuration) {
        if let Some(report) = &mut self.report {
            report.reported_at -= by;
            report.certificate_expires -= by;
        }
    }

    /// Takes a heartbeat.
    pub(crate) fn record(&mut self, report: Report) {
        self.report = Some(report);
        self.connectivity = Connectivity::Connected;
    }

    /// Whether the object asks for automatic upgrades of its agents.
    pub(crate) fn auto_upgrade(&self) -> bool {
        let profile = self.settings.get("arcAgentProfile");
        profile.and_then(|profile| profile.get("agentAutoUpgrade")) != Some(&json!("Disabled"))
    }

    /// What a client has set at this place, such as `["gateway", "enabled"]`.
    pub(crate) fn setting(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        let mut rest = rest.iter();
        rest.try_fold(self.settings.get(*first)?, |value, name| value.get(name))
    }

    /// Id of the gateway that the cluster is associated with.
    pub(crate) fn gateway(&self) -> Option<&str> {
        self.gateway.as_deref()
    }

    /// Associates the cluster with a gateway, or with none.
    pub(super) fn associate(&mut self, gateway: Option<String>) {
        self.gateway = gateway;
    }

    /// Region of the object.
    pub(crate) fn location(&self) -> &str {
        &self.location
    }
}

/// All methods of one cluster's address.
pub(super) fn handle(cx: &mut Context<'_>, subscription: &str, group: &str) -> Answer {
    let version = version(cx)?;
    let key = key(cx);
    match cx.request.method {
        Method::GET => {
            resource_groups::require(cx, subscription, group)?;
            show(cx, &key)
        }
        Method::PUT => write::put(cx, version, subscription, group),
        Method::PATCH => write::patch(cx, version, subscription, group),
        Method::DELETE => write::delete(cx, subscription, group),
        _ => Err(ArmError::method_not_allowed(cx.request)),
    }
}

/// `GET .../connectedClusters` of everything whose id begins with `scope`, in lower case.
pub(super) fn list(cx: &Context<'_>, scope: &str) -> Answer {
    require_method(cx.request, &[Method::GET])?;
    let version = version(cx)?;
    let clusters = cx
        .store
        .clusters
        .iter()
        .filter(|(key, cluster)| key.starts_with(scope) && cluster.hidden_until <= cx.now);
    let items: Vec<Value> = clusters
        .map(|(_, cluster)| view::show(cx, cluster, version))
        .collect();
    cx.page(&items)
}

/// The clusters of a resource group in the general form of all resources.
pub(super) fn summaries(cx: &Context<'_>, group: &str) -> Vec<Value> {
    let inside = format!("{group}/");
    let clusters = cx
        .store
        .clusters
        .iter()
        .filter(|(key, _)| key.starts_with(&inside));
    clusters
        .map(|(_, cluster)| view::summary(cluster))
        .collect()
}

/// The cluster of a key in the request's api-version, or a 404.
pub(crate) fn show(cx: &Context<'_>, key: &str) -> Answer {
    let version = version(cx)?;
    let cluster = require(cx, key)?;
    if cluster.hidden_until > cx.now {
        return Err(not_found(key));
    }
    Ok(Reply::ok(view::show(cx, cluster, version)))
}

/// The cluster of a key, or a 404.
pub(super) fn require<'a>(
    cx: &'a Context<'_>,
    key: &str,
) -> Result<&'a ConnectedCluster, ArmError> {
    cx.store.clusters.get(key).ok_or_else(|| not_found(key))
}

/// The same, to be changed.
pub(super) fn require_mut<'a>(
    cx: &'a mut Context<'_>,
    key: &str,
) -> Result<&'a mut ConnectedCluster, ArmError> {
    let cluster = cx.store.clusters.get_mut(key);
    cluster.ok_or_else(|| not_found(key))
}

fn not_found(key: &str) -> ArmError {
    let name = key.rsplit('/').next().unwrap_or_default();
    let message =
        format!("The Resource 'Microsoft.Kubernetes/connectedClusters/{name}' was not found.");
    ArmError::not_found("ResourceNotFound", message)
}

/// The cluster's id in lower case, from the address.
fn key(cx: &Context<'_>) -> String {
    format!("/{}", cx.request.route()[..8].join("/"))
}

fn version(cx: &Context<'_>) -> Result<Version, ArmError> {
    let given = cx.request.query("api-version").unwrap_or_default();
    if let Some(version) = Version::parse(given) {
        return Ok(version);
    }
    // Without a version at all the refusal is the same as everywhere.
    require_version(cx.request, &[given])?;
    let versions = API_VERSIONS.join(", ");
    Err(ArmError::bad(
        "NoRegisteredProviderFound",
        format!(
            "No registered resource provider found for API version '{given}' for type 'connectedClusters'. The supported api-versions are '{versions}'."
        ),
    ))
}
