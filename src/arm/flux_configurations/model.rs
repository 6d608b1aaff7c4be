//! What Azure stores about a Flux configuration (specification of api-version 2025-04-01).
//!
//! As elsewhere, unknown members are kept in `extra` and secrets are only written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::source::{AzureBlob, Bucket, GitRepository, OciRepository};
use crate::arm::members::null_as_default;
use crate::arm::operation::Resource;
use crate::arm::secret::ProtectedSettings;
use crate::redact;

/// A Flux configuration.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FluxConfiguration {
    /// Read-only. The id in Azure's casing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Read-only.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// Read-only. Who made and changed it, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_data: Option<Value>,
    /// What is particular to Flux configurations.
    #[serde(deserialize_with = "null_as_default")]
    pub properties: FluxProperties,
}

impl Resource for FluxConfiguration {}

/// What is particular to Flux configurations.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FluxProperties {
    /// `cluster` or `namespace`. Cannot change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Namespace of its objects. Cannot change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// `GitRepository`, `Bucket`, `AzureBlob` or `OCIRepository`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_kind: Option<String>,
    /// Whether reconciliation is suspended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspend: Option<bool>,
    /// The source of kind `GitRepository`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git_repository: Option<GitRepository>,
    /// The source of kind `Bucket`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<Bucket>,
    /// The source of kind `AzureBlob`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub azure_blob: Option<AzureBlob>,
    /// The source of kind `OCIRepository`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oci_repository: Option<OciRepository>,
    /// What is applied from the source, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kustomizations: Option<BTreeMap<String, Kustomization>>,
    /// Secrets of the source.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub configuration_protected_settings: Option<ProtectedSettings>,
    /// Read-only. The objects in the cluster, as the agents report them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statuses: Option<Vec<FluxStatus>>,
    /// Read-only. Public half of the key that Flux made for an SSH source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository_public_key: Option<String>,
    /// Read-only. `branch@sha1:commit` that was fetched last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_synced_commit_id: Option<String>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_updated_at: Option<String>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_updated_at: Option<String>,
    /// Read-only. `Compliant`, `Non-Compliant`, `Pending`, `Suspended` or `Unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compliance_state: Option<String>,
    /// Read-only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisioning_state: Option<String>,
    /// Read-only. Why the last operation failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A kustomization: one directory of the source, and how it is applied.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Kustomization {
    /// Directory in the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Kustomizations that come first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depends_on: Option<Vec<String>>,
    /// Limit of one attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_in_seconds: Option<i64>,
    /// Between two reconciliations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_interval_in_seconds: Option<i64>,
    /// Between two attempts after a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_interval_in_seconds: Option<i64>,
    /// Whether objects that left the source are deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prune: Option<bool>,
    /// Whether objects are made anew when a change is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force: Option<bool>,
    /// Whether it waits for the health of what it applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<bool>,
    /// Substitution of variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_build: Option<PostBuild>,
}

/// Substitution of variables.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PostBuild {
    /// Variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub substitute: Option<BTreeMap<String, String>>,
    /// Objects that hold variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub substitute_from: Option<Vec<SubstituteFrom>>,
}

/// An object that holds variables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct SubstituteFrom {
    /// `ConfigMap` or `Secret`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Whether it may be missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optional: Option<bool>,
}

/// An object in the cluster.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FluxStatus {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its kind, such as `Kustomization`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// As for the whole configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compliance_state: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_conditions: Option<Vec<StatusCondition>>,
    /// Members that are not known here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A condition of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StatusCondition {
    /// Such as `Ready`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// `True`, `False` or `Unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// A word for why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl FluxConfiguration {
    /// The same without what only Azure may write. A PUT replaces, so everything else stays in.
    #[must_use]
    pub fn for_put(self) -> Self {
        let mut properties = self.properties;
        properties.extra.remove("configurationProtectedSettings");
        Self {
            properties: FluxProperties {
                statuses: None,
                repository_public_key: None,
                source_synced_commit_id: None,
                source_updated_at: None,
                status_updated_at: None,
                compliance_state: None,
                provisioning_state: None,
                error_message: None,
                ..properties
            },
            ..Self::default()
        }
    }
}

impl FluxStatus {
    /// Whether the object is not as it should be, and why, in one line.
    #[must_use]
    pub fn complaint(&self) -> Option<String> {
        let state = self.compliance_state.as_deref()?;
        if state == "Compliant" {
            return None;
        }
        let conditions = self.status_conditions.iter().flatten();
        let mut bad = conditions.filter(|condition| condition.status.as_deref() == Some("False"));
        let why =
            bad.find_map(|condition| condition.message.as_deref().or(condition.reason.as_deref()));
        let why = why
            .map(|why| format!(": {}", redact::text(why)))
            .unwrap_or_default();
        let kind = self.kind.as_deref().unwrap_or("object");
        let name = self.name.as_deref().unwrap_or_default();
        let namespace = self.namespace.as_deref().unwrap_or_default();
        Some(format!("{kind} {namespace}/{name} is {state}{why}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nulls_are_read_and_only_what_may_be_written_goes_back() {
        let stored = json!({"id": "x", "properties": {
            "scope": "cluster", "sourceKind": "GitRepository", "bucket": null, "configurationProtectedSettings": {"httpsKey": null},
            "gitRepository": {"url": "https://git", "repositoryRef": {"branch": "main", "commit": null}, "future": 1},
            "kustomizations": {"apps": {"name": "apps", "path": "./apps", "postBuild": null}},
            "statuses": null, "complianceState": "Compliant", "provisioningState": "Succeeded", "errorMessage": "",
        }});
        let configuration: FluxConfiguration = serde_json::from_value(stored).expect("readable");
        let expected = json!({"properties": {
            "scope": "cluster", "sourceKind": "GitRepository",
            "gitRepository": {"url": "https://git", "repositoryRef": {"branch": "main"}, "future": 1},
            "kustomizations": {"apps": {"path": "./apps"}},
        }});
        assert_eq!(
            serde_json::to_value(configuration.for_put()).expect("writable"),
            expected
        );
    }

    #[test]
    fn an_object_says_why_it_does_not_comply() {
        let status: FluxStatus = serde_json::from_value(json!({
            "name": "apps", "namespace": "gitops", "kind": "Kustomization", "complianceState": "Non-Compliant",
            "statusConditions": [{"type": "Ready", "status": "False", "message": "path not found"}], "appliedBy": null,
        }))
        .expect("readable");
        assert_eq!(
            status.complaint().as_deref(),
            Some("Kustomization gitops/apps is Non-Compliant: path not found")
        );
    }
}
