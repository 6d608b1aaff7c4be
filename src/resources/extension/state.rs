//! The attributes of `arc_extension` as typed data, and how both planes fill them.

#![expect(
    missing_docs,
    reason = "the schema describes each attribute under the same name"
)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::resources::connection::ConnectionState;
use crate::resources::shared::managed::{At, common_attributes};
use crate::resources::shared::timeouts::TimeoutsState;
use crate::usecases::extension::{Object, Observation, Scope, Spec};
use crate::usecases::{Connection, ResourceId, parent_of};

use super::parts::{ErrorInfoState, PlanState, StatusState, WorkloadState};
use super::secrets::{self, Secrets};

/// All attributes; see the schema for what they mean.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct State {
    pub id: Option<ResourceId>,
    pub connected_cluster_id: Option<ResourceId>,
    pub name: String,
    pub extension_type: String,
    pub version: Option<String>,
    pub auto_upgrade_minor_version: Option<bool>,
    pub release_train: Option<String>,
    pub release_namespace: Option<String>,
    pub target_namespace: Option<String>,
    pub identity_enabled: Option<bool>,
    pub plan: Option<PlanState>,
    pub configuration_settings: Option<BTreeMap<String, String>>,
    #[serde(serialize_with = "secrets::stored")]
    pub configuration_protected_settings: Option<Secrets>,
    #[serde(skip_serializing)]
    pub configuration_protected_settings_wo: Option<Secrets>,
    pub configuration_protected_settings_wo_version: Option<i64>,
    pub kubernetes: Option<ConnectionState>,
    pub wait_for_workloads: Option<bool>,
    pub adopt_existing: Option<bool>,
    pub deletion_policy: Option<String>,
    pub force_delete: Option<bool>,
    pub current_version: Option<String>,
    pub provisioning_state: Option<String>,
    pub statuses: Option<Vec<StatusState>>,
    pub error_info: Option<ErrorInfoState>,
    pub principal_id: Option<String>,
    pub tenant_id: Option<String>,
    pub is_system_extension: Option<bool>,
    pub workloads: Option<BTreeMap<String, WorkloadState>>,
    pub drift: Option<Vec<String>>,
    pub timeouts: Option<TimeoutsState>,
}

common_attributes!(State, ResourceId);

/// What is wanted.
impl State {
    /// What the use cases are told. `config` holds the write-only values.
    pub(super) fn spec(&self, at: &At<'_, ResourceId>, config: &Self) -> Spec {
        self.spec_on(parent_of(at.id), at.connection.cloned(), config)
    }

    fn spec_on(&self, cluster: ResourceId, connection: Option<Connection>, config: &Self) -> Spec {
        let auto_upgrade = self.auto_upgrade_minor_version;
        let auto_upgrade = auto_upgrade.unwrap_or_else(|| self.version.is_none());
        let stored = self.configuration_protected_settings.as_ref();
        let secrets = stored.or(config.configuration_protected_settings_wo.as_ref());
        Spec {
            cluster,
            name: self.name.clone(),
            extension_type: self.extension_type.clone(),
            version: self.version.clone().filter(|_| !auto_upgrade),
            auto_upgrade_minor_version: auto_upgrade,
            release_train: self.release_train.clone(),
            scope: self.scope(),
            settings: self.configuration_settings.clone(),
            protected_settings: secrets.cloned().unwrap_or_default(),
            identity: self.identity_enabled,
            plan: self.plan.as_ref().map(PlanState::plan),
            connection,
            wait_for_workloads: self.wait_for_workloads.unwrap_or(true),
            adopt_existing: self.adopt_existing.unwrap_or(false),
        }
    }

    fn scope(&self) -> Scope {
        match (&self.target_namespace, &self.release_namespace) {
            (Some(namespace), _) => Scope::Namespace(namespace.clone()),
            (None, Some(namespace)) => Scope::Cluster(namespace.clone()),
            (None, None) => Scope::Default,
        }
    }

    /// Whether secrets are to be sent that the stored object does not have yet.
    pub(super) fn secrets_differ(&self, prior: &Self) -> bool {
        let own = self.configuration_protected_settings.as_ref();
        let version = self.configuration_protected_settings_wo_version;
        !secrets::same(own, prior.configuration_protected_settings.as_ref())
            || version != prior.configuration_protected_settings_wo_version
    }
}

/// What was found.
impl State {
    /// Takes over what ARM shows. Where Azure only spells a value differently, the user's spelling stays.
    #[must_use]
    pub(super) fn with_object(mut self, id: &ResourceId, object: &Object) -> Self {
        let properties = &object.properties;
        self.id = Some(id.clone());
        keep_spelling(
            &mut self.extension_type,
            properties.extension_type.as_deref(),
        );
        let train = properties.release_train.as_deref();
        let written = self.release_train.take();
        self.release_train = match (written, train) {
            (Some(own), Some(found)) if own.eq_ignore_ascii_case(found) => Some(own),
            (_, found) => found.map(str::to_owned),
        };
        self.version.clone_from(&properties.version);
        self.auto_upgrade_minor_version = properties.auto_upgrade_minor_version;
        self.take_scope(object);
        self.identity_enabled = Some(object.has_identity());
        self.plan = PlanState::found(self.plan, object.plan.as_ref());
        let settings = properties.configuration_settings.clone();
        self.configuration_settings = Some(settings.unwrap_or_default());
        self.current_version.clone_from(&properties.current_version);
        self.provisioning_state
            .clone_from(&properties.provisioning_state);
        let statuses = properties.statuses.iter().flatten();
        self.statuses = Some(statuses.map(StatusState::from).collect());
        self.error_info = properties.error_info.as_ref().map(|info| ErrorInfoState {
            code: info.code.clone(),
            message: info.message.clone(),
        });
        let identity = object.identity.as_ref();
        self.principal_id = identity.and_then(|identity| identity.principal_id.clone());
        self.tenant_id = identity.and_then(|identity| identity.tenant_id.clone());
        self.is_system_extension = Some(object.is_system());
        self
    }

    fn take_scope(&mut self, object: &Object) {
        let Some(scope) = &object.properties.scope else {
            return;
        };
        let (cluster, namespace) = (scope.cluster.as_ref(), scope.namespace.as_ref());
        self.release_namespace = cluster.and_then(|scope| scope.release_namespace.clone());
        self.target_namespace = namespace.and_then(|scope| scope.target_namespace.clone());
    }

    /// Takes over what both planes show; the cluster's part only where it could be looked at.
    #[must_use]
    pub(super) fn with_observation(self, id: &ResourceId, observation: &Observation) -> Self {
        let mut state = self.with_object(id, &observation.object);
        if let Ok(workloads) = &observation.inside {
            let workloads = workloads.iter();
            let workloads = workloads.map(|(name, workload)| (name.clone(), workload.into()));
            state.workloads = Some(workloads.collect());
        }
        state
    }
}

fn keep_spelling(own: &mut String, found: Option<&str>) {
    if let Some(found) = found.filter(|found| !found.eq_ignore_ascii_case(own)) {
        found.clone_into(own);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::SecretString;
    use serde_json::{Value, json};

    fn id() -> ResourceId {
        cluster().cluster_extension("flux")
    }

    fn cluster() -> ResourceId {
        ResourceId::connected_cluster("00000000-0000-0000-0000-000000000001", "rg", "c1")
    }

    fn object(properties: Value) -> Object {
        let mut object = json!({});
        object["properties"] = properties;
        serde_json::from_value(object).expect("an extension")
    }

    #[test]
    fn a_pinned_version_is_sent_and_one_that_azure_chose_is_not() {
        let pinned = State {
            version: Some("1.6.3".to_owned()),
            ..State::default()
        };
        let spec = pinned.spec_on(cluster(), None, &State::default());
        assert_eq!(
            (spec.version.as_deref(), spec.auto_upgrade_minor_version),
            (Some("1.6.3"), false)
        );
        let chosen = State {
            auto_upgrade_minor_version: Some(true),
            ..pinned
        };
        let spec = chosen.spec_on(cluster(), None, &State::default());
        assert_eq!(
            (spec.version, spec.auto_upgrade_minor_version),
            (None, true)
        );
    }

    #[test]
    fn what_is_written_survives_another_spelling_and_a_status_that_only_ages() {
        let state = State {
            extension_type: "Microsoft.Flux".to_owned(),
            release_train: Some("stable".to_owned()),
            ..State::default()
        };
        let found = |time: &str| {
            object(json!({
                "extensionType": "microsoft.flux", "releaseTrain": "Stable", "configurationSettings": {},
                "statuses": [{"code": "Installed", "level": "Information", "time": time}],
            }))
        };
        let state = state.with_object(&id(), &found("10:00"));
        assert_eq!(state.extension_type, "Microsoft.Flux");
        assert_eq!(state.release_train.as_deref(), Some("stable"));
        let later = state.clone().with_object(&id(), &found("10:05"));
        assert_eq!(later.statuses, state.statuses);
    }

    #[test]
    fn secrets_are_sent_from_either_place_and_shown_in_none() {
        let secret = |text: &str| -> Option<Secrets> {
            Some([("key".to_owned(), SecretString::from(text))].into())
        };
        let config = State {
            configuration_protected_settings_wo: secret("canary"),
            ..State::default()
        };
        let spec = State::default().spec_on(cluster(), None, &config);
        assert!(spec.protected_settings.contains_key("key"));
        assert!(!format!("{config:?}{spec:?}").contains("canary"));
        let written = serde_json::to_string(&config).expect("text");
        assert!(!written.contains("canary"), "{written}");
        let stored = State {
            configuration_protected_settings: secret("one"),
            ..State::default()
        };
        let changed = State {
            configuration_protected_settings: secret("two"),
            ..State::default()
        };
        assert!(changed.secrets_differ(&stored));
        assert!(!stored.secrets_differ(&stored));
    }
}
