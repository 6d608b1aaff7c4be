//! Shows a stored cluster through an api-version.

use serde_json::{Map, Value, json};

use super::schema::{RESOURCE, Version};
use super::{ConnectedCluster, Connectivity, ProvisioningState};
use crate::arm::Context;
use crate::arm::change::system_data;
use crate::arm::schema::visible;

/// The cluster as this api-version shows it.
pub(super) fn show(cx: &Context<'_>, cluster: &ConnectedCluster, version: Version) -> Value {
    let whole = cluster.whole(&cx.config.tenant_id);
    let mut shown = visible(RESOURCE, &whole, version);
    if cx.store.behaviour.shuffled_casing || cx.overrides.shuffled_casing {
        shuffle(&mut shown);
    }
    shown
}

/// The cluster in the general form of all resources.
pub(super) fn summary(cluster: &ConnectedCluster) -> Value {
    json!({
        "id": cluster.id,
        "name": cluster.name,
        "type": "Microsoft.Kubernetes/connectedClusters",
        "location": cluster.location,
        "tags": cluster.tags,
    })
}

impl ConnectedCluster {
    /// Everything that is known of the cluster, for a test to look at.
    pub(crate) fn dump(&self) -> Value {
        self.whole("")
    }

    /// The cluster in the newest of all versions.
    fn whole(&self, tenant: &str) -> Value {
        let mut whole = summary(self);
        whole["identity"] = match &self.principal_id {
            Some(principal) => {
                json!({"type": "SystemAssigned", "principalId": principal, "tenantId": tenant})
            }
            None => json!({"type": "None"}),
        };
        whole["systemData"] = system_data(&self.created, &self.modified);
        whole["properties"] = self.properties().into();
        if let Some(kind) = &self.kind {
            whole["kind"] = json!(kind);
        }
        whole
    }

    fn properties(&self) -> Map<String, Value> {
        let mut properties = self.settings.clone();
        let mut default = |name: &str, value: Value| {
            properties.entry(name).or_insert(value);
        };
        default("azureHybridBenefit", json!("NotApplicable"));
        default("privateLinkState", json!("Disabled"));
        default("arcAgentProfile", json!({}));
        default("provisioningState", json!(self.provisioning_state.name()));
        default("connectivityStatus", json!(self.connectivity.name()));
        for (name, value) in self.reported() {
            default(name, value);
        }
        if let Some(profile) = properties
            .get_mut("arcAgentProfile")
            .and_then(Value::as_object_mut)
        {
            let state = self.report.as_ref().map(|_| "Succeeded");
            profile
                .entry("agentAutoUpgrade")
                .or_insert(json!("Enabled"));
            profile.insert("agentState".to_owned(), json!(state));
        }
        if let Some(profile) = properties
            .get_mut("oidcIssuerProfile")
            .and_then(Value::as_object_mut)
        {
            let issuer = self.issuer_url(profile);
            profile.insert("issuerUrl".to_owned(), issuer);
        }
        properties
    }

    /// Before the first report these are explicit nulls, as clients must expect them.
    fn reported(&self) -> [(&'static str, Value); 9] {
        let report = self.report.as_ref();
        [
            ("distribution", json!(report.map(|r| &r.distribution))),
            ("infrastructure", json!(report.map(|r| &r.infrastructure))),
            (
                "kubernetesVersion",
                json!(report.map(|r| &r.kubernetes_version)),
            ),
            ("agentVersion", json!(report.map(|r| &r.agent_version))),
            ("offering", json!(report.map(|r| &r.distribution))),
            ("totalNodeCount", json!(report.map(|r| r.nodes))),
            ("totalCoreCount", json!(report.map(|r| r.cores))),
            ("lastConnectivityTime", json!(report.map(|r| r.reported_at))),
            (
                "managedIdentityCertificateExpirationTime",
                json!(report.map(|r| r.certificate_expires)),
            ),
        ]
    }

    fn issuer_url(&self, profile: &Map<String, Value>) -> Value {
        if profile.get("enabled") != Some(&Value::Bool(true)) {
            return Value::Null;
        }
        let own = || {
            let principal = self.principal_id.as_deref().unwrap_or_default();
            json!(format!(
                "https://{}.oic.prod-arc.azure.com/{principal}/",
                self.location
            ))
        };
        profile
            .get("selfHostedIssuerUrl")
            .cloned()
            .unwrap_or_else(own)
    }
}

impl ProvisioningState {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Accepted => "Accepted",
            Self::Updating => "Updating",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Deleting => "Deleting",
        }
    }
}

impl Connectivity {
    fn name(self) -> &'static str {
        match self {
            Self::Connecting => "Connecting",
            Self::Connected => "Connected",
            Self::Offline => "Offline",
            Self::Expired => "Expired",
        }
    }
}

/// The other spellings that Azure is known to use.
fn shuffle(shown: &mut Value) {
    let id = shown["id"].as_str().unwrap_or_default();
    let id = id.replace("/resourceGroups/", "/resourcegroups/").replace(
        "/Microsoft.Kubernetes/connectedClusters/",
        "/microsoft.kubernetes/ConnectedClusters/",
    );
    shown["id"] = id.into();
    shown["type"] = "microsoft.kubernetes/connectedclusters".into();
    shown["location"] = shown["location"]
        .as_str()
        .unwrap_or_default()
        .to_uppercase()
        .into();
}
