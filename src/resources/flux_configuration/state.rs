//! The attributes of `arc_flux_configuration` as typed data, and how Azure fills them.

#![expect(
    missing_docs,
    reason = "the schema describes each attribute under the same name"
)]

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::resources::connection::ConnectionState;
use crate::resources::shared::managed::{At, common_attributes};
use crate::resources::shared::timeouts::TimeoutsState;
use crate::usecases::flux_configuration::{Object, Properties, ProtectedSettings, Spec, Status};
use crate::usecases::{ResourceId, parent_of};

use super::kustomizations::KustomizationState;
use super::sources::{BlobState, BucketState, GitState, OciState};

/// All attributes; see the schema for what they mean.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct State {
    pub id: Option<ResourceId>,
    pub connected_cluster_id: Option<ResourceId>,
    pub name: String,
    pub kubernetes: Option<ConnectionState>,
    pub namespace: Option<String>,
    pub scope: Option<String>,
    pub suspend: Option<bool>,
    pub git_repository: Option<GitState>,
    pub bucket: Option<BucketState>,
    pub blob_storage: Option<BlobState>,
    pub oci_repository: Option<OciState>,
    pub kustomizations: BTreeMap<String, KustomizationState>,
    #[serde(skip_serializing)]
    pub configuration_protected_settings_wo: Option<BTreeMap<String, SecretString>>,
    pub configuration_protected_settings_wo_version: Option<i64>,
    pub wait_for_compliance: Option<bool>,
    pub adopt_existing: Option<bool>,
    pub deletion_policy: Option<String>,
    pub force_delete: Option<bool>,
    pub provisioning_state: Option<String>,
    pub compliance_state: Option<String>,
    pub source_synced_commit_id: Option<String>,
    pub repository_public_key: Option<String>,
    pub error_message: Option<String>,
    pub statuses: Option<Vec<StatusState>>,
    pub drift: Option<Vec<String>>,
    pub timeouts: Option<TimeoutsState>,
}

common_attributes!(State, ResourceId);

/// One of `statuses`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct StatusState {
    pub name: Option<String>,
    pub namespace: Option<String>,
    pub kind: Option<String>,
    pub compliance_state: Option<String>,
    pub message: Option<String>,
}

impl State {
    /// What the use cases are told. `config` holds the write-only values.
    pub(super) fn spec(&self, at: &At<'_, ResourceId>, config: &Self) -> Spec {
        Spec {
            cluster: parent_of(at.id),
            connection: at.connection.cloned(),
            name: self.name.clone(),
            properties: self.properties(config),
            wait_for_compliance: self.wait_for_compliance.unwrap_or(true),
            adopt_existing: self.adopt_existing.unwrap_or(false),
        }
    }

    fn properties(&self, config: &Self) -> Properties {
        let secrets = config.configuration_protected_settings_wo.clone();
        let kustomizations = self.kustomizations.iter();
        Properties {
            scope: self.scope.clone(),
            namespace: self.namespace.clone(),
            source_kind: Some(self.source_kind().to_owned()),
            suspend: self.suspend,
            git_repository: self.git_repository.as_ref().map(GitState::wanted),
            bucket: self
                .bucket
                .as_ref()
                .map(|bucket| bucket.wanted(config.bucket.as_ref())),
            azure_blob: self
                .blob_storage
                .as_ref()
                .map(|blob| blob.wanted(config.blob_storage.as_ref())),
            oci_repository: self.oci_repository.as_ref().map(OciState::wanted),
            kustomizations: Some(
                kustomizations
                    .map(|(name, own)| (name.clone(), own.wanted()))
                    .collect(),
            ),
            configuration_protected_settings: secrets.map(ProtectedSettings),
            ..Properties::default()
        }
    }

    const fn source_kind(&self) -> &'static str {
        match (&self.git_repository, &self.bucket, &self.blob_storage) {
            (Some(_), ..) => "GitRepository",
            (_, Some(_), _) => "Bucket",
            (_, _, Some(_)) => "AzureBlob",
            _ => "OCIRepository",
        }
    }

    /// Takes over what ARM shows. Azure keeps objects of other kinds as nulls, so the kind decides which source counts.
    #[must_use]
    pub(super) fn with_object(mut self, id: &ResourceId, object: &Object) -> Self {
        let found = &object.properties;
        self.id = Some(id.clone());
        self.namespace = found.namespace.clone().or(self.namespace);
        self.scope = found.scope.clone().or(self.scope);
        self.suspend = Some(found.suspend.unwrap_or(false));
        self.take_source(found);
        self.take_kustomizations(found);
        self.provisioning_state
            .clone_from(&found.provisioning_state);
        self.compliance_state.clone_from(&found.compliance_state);
        self.source_synced_commit_id
            .clone_from(&found.source_synced_commit_id);
        self.repository_public_key
            .clone_from(&found.repository_public_key);
        self.error_message = found
            .error_message
            .clone()
            .filter(|message| !message.is_empty());
        let statuses = found.statuses.iter().flatten();
        self.statuses = Some(statuses.map(StatusState::from).collect());
        self
    }

    fn take_source(&mut self, found: &Properties) {
        let kind = found.source_kind.as_deref().unwrap_or("GitRepository");
        let is = |wanted: &str| kind.eq_ignore_ascii_case(wanted);
        let git = found
            .git_repository
            .as_ref()
            .filter(|_| is("GitRepository"));
        self.git_repository = git.map(|found| GitState::found(self.git_repository.as_ref(), found));
        let bucket = found.bucket.as_ref().filter(|_| is("Bucket"));
        self.bucket = bucket.map(BucketState::found);
        let blob = found.azure_blob.as_ref().filter(|_| is("AzureBlob"));
        self.blob_storage = blob.map(BlobState::found);
        let oci = found
            .oci_repository
            .as_ref()
            .filter(|_| is("OCIRepository"));
        self.oci_repository = oci.map(|found| OciState::found(self.oci_repository.as_ref(), found));
    }

    fn take_kustomizations(&mut self, found: &Properties) {
        let own = std::mem::take(&mut self.kustomizations);
        let found = found.kustomizations.iter().flatten();
        self.kustomizations = found
            .map(|(name, found)| {
                let own = own.get(name);
                (name.clone(), KustomizationState::found(own, found))
            })
            .collect();
    }
}

impl From<&Status> for StatusState {
    fn from(status: &Status) -> Self {
        let conditions = status.status_conditions.iter().flatten();
        let mut bad = conditions.filter(|condition| condition.status.as_deref() == Some("False"));
        Self {
            name: status.name.clone(),
            namespace: status.namespace.clone(),
            kind: status.kind.clone(),
            compliance_state: status.compliance_state.clone(),
            message: bad.find_map(|condition| condition.message.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn id() -> ResourceId {
        ResourceId::connected_cluster("00000000-0000-0000-0000-000000000001", "rg", "c1")
            .flux_configuration("apps")
    }

    fn written() -> State {
        serde_json::from_value(json!({
            "name": "apps", "namespace": "gitops", "scope": "cluster", "suspend": false,
            "git_repository": {"url": "https://git", "reference": {"branch": "main"}, "timeout_in_seconds": 600, "sync_interval_in_seconds": 600,
                               "https_ca_certificate": "PEM"},
            "kustomizations": {"apps": {"path": "./apps", "timeout_in_seconds": 600, "sync_interval_in_seconds": 600,
                                        "prune": true, "force": false, "wait": true}},
        }))
        .expect("a state")
    }

    #[test]
    fn what_azure_stores_is_what_was_written() {
        let state = written();
        let mut sent = serde_json::to_value(state.properties(&State::default())).expect("JSON");
        assert_eq!(sent["gitRepository"]["httpsCACert"], "UEVN");
        // Azure adds its own choices and nulls.
        sent["gitRepository"]["provider"] = json!("Generic");
        sent["gitRepository"]["repositoryRef"] = json!({"branch": "main", "tag": null});
        sent["kustomizations"]["apps"]["postBuild"] = json!(null);
        sent["kustomizations"]["apps"]["dependsOn"] = json!([]);
        sent["bucket"] = json!(null);
        sent["errorMessage"] = json!("");
        let object: Object =
            serde_json::from_value(json!({"properties": sent})).expect("an object");
        let read = State {
            id: None,
            statuses: None,
            drift: None,
            ..state.clone().with_object(&id(), &object)
        };
        assert_eq!(
            serde_json::to_value(read).expect("JSON"),
            serde_json::to_value(state).expect("JSON")
        );
    }

    #[test]
    fn secrets_are_sent_and_never_shown() {
        let secret = SecretString::from("canary");
        let config = State {
            configuration_protected_settings_wo: Some([("httpsKey".to_owned(), secret)].into()),
            ..written()
        };
        let properties = written().properties(&config);
        let sent = serde_json::to_value(&properties).expect("JSON");
        assert_eq!(sent["configurationProtectedSettings"]["httpsKey"], "canary");
        let stored = serde_json::to_string(&config).expect("JSON");
        assert!(!format!("{config:?}{properties:?}{stored}").contains("canary"));
    }
}
