//! The attributes of `arc_service_account_token` as typed data, and how both planes fill them.

#![expect(
    missing_docs,
    reason = "the schema describes each attribute under the same name"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::resources::connection::ConnectionState;
use crate::resources::shared::managed::{At, common_attributes};
use crate::resources::shared::timeouts::TimeoutsState;
use crate::sdk::duration;
use crate::usecases::ResourceId;
use crate::usecases::service_account_token::{
    ClusterConnect, Grant, Known, Made, Observation, Provided, RoleKind, Spec, TokenForm,
};

use super::id::TokenId;
use super::schema::{BOUND, SECRET};

/// The life of a bound token unless the user says otherwise: the longest that EKS grants.
const LIFETIME: Duration = Duration::from_hours(24);

/// All attributes; see the schema for what they mean.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct State {
    pub id: Option<TokenId>,
    pub connected_cluster_id: Option<ResourceId>,
    pub kubernetes: Option<ConnectionState>,
    pub namespace: String,
    pub name: String,
    pub create_service_account: Option<bool>,
    pub adopt_existing: Option<bool>,
    pub cluster_roles: Option<BTreeSet<String>>,
    pub role_bindings: Option<Vec<RoleBindingState>>,
    pub r#type: Option<String>,
    pub duration: Option<String>,
    pub audiences: Option<BTreeSet<String>>,
    pub rotate_before: Option<String>,
    pub rotation_triggers: Option<BTreeMap<String, String>>,
    pub store_token: Option<bool>,
    pub deletion_policy: Option<String>,
    pub force_delete: Option<bool>,
    #[serde(serialize_with = "exposed")]
    pub token: Option<SecretString>,
    pub token_expiration: Option<String>,
    pub secret_name: Option<String>,
    pub service_account_uid: Option<String>,
    pub cluster_uid: Option<String>,
    pub cluster_connect: Option<ConnectState>,
    pub drift: Option<Vec<String>>,
    pub timeouts: Option<TimeoutsState>,
}

common_attributes!(State, TokenId);

/// One of `role_bindings`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct RoleBindingState {
    pub namespace: String,
    pub kind: String,
    pub name: String,
}

/// The `cluster_connect` value.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct ConnectState {
    pub enabled: bool,
    pub relay: Option<String>,
}

impl From<&ClusterConnect> for ConnectState {
    fn from(connect: &ClusterConnect) -> Self {
        Self {
            enabled: connect.enabled,
            relay: connect.relay.clone(),
        }
    }
}

/// Into the state, where the user wants the token to be; nowhere else is it written.
#[expect(clippy::ref_option, reason = "the form that serde calls")]
pub(super) fn exposed<S: Serializer>(
    token: &Option<SecretString>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    token
        .as_ref()
        .map(SecretString::expose_secret)
        .serialize(serializer)
}

/// What is wanted.
impl State {
    /// What the use cases are told.
    pub(super) fn spec(&self, at: &At<'_, TokenId>) -> Spec {
        Spec {
            connected_cluster: at.id.connected_cluster.clone(),
            connection: at.connection.cloned(),
            account: at.id.account.clone(),
            create_account: self.create_service_account.unwrap_or(true),
            grants: self.grants(),
            form: self.form(),
            replace_token: false,
            adopt_existing: self.adopt_existing.unwrap_or(false),
        }
    }

    /// What a token was issued with: when any of it changes, another one takes its place.
    pub(super) fn issued_with(&self) -> impl PartialEq + '_ {
        (
            &self.r#type,
            &self.duration,
            &self.audiences,
            &self.rotation_triggers,
        )
    }

    fn grants(&self) -> Vec<Grant> {
        let in_cluster = self.cluster_roles.iter().flatten();
        let in_namespaces = self.role_bindings.iter().flatten();
        in_cluster
            .map(Grant::cluster_wide)
            .chain(in_namespaces.map(RoleBindingState::grant))
            .collect()
    }

    fn form(&self) -> TokenForm {
        if self.r#type.as_deref() != Some(BOUND) {
            return TokenForm::LongLived;
        }
        TokenForm::Bound {
            lifetime: length(self.duration.as_deref()).unwrap_or(LIFETIME),
            audiences: self.audiences.iter().flatten().cloned().collect(),
            issued: self.stores_token(),
        }
    }

    pub(super) fn stores_token(&self) -> bool {
        self.store_token.unwrap_or(true)
    }

    /// What is remembered of an earlier run.
    pub(super) fn known(&self) -> Known {
        let expires = self.token_expiration.as_deref();
        Known {
            cluster_uid: self.cluster_uid.clone(),
            account_uid: self.service_account_uid.clone(),
            secret_name: self.secret_name.clone(),
            token: self.token.clone(),
            expires: expires.and_then(|time| time.parse().ok()),
            rotate_before: length(self.rotate_before.as_deref()),
        }
    }
}

impl RoleBindingState {
    fn grant(&self) -> Grant {
        Grant {
            namespace: Some(self.namespace.clone()),
            kind: match self.kind.as_str() {
                "Role" => RoleKind::Role,
                _ => RoleKind::ClusterRole,
            },
            role: self.name.clone(),
        }
    }

    fn of(grant: &Grant) -> Option<Self> {
        Some(Self {
            namespace: grant.namespace.clone()?,
            kind: grant.kind.to_string(),
            name: grant.role.clone(),
        })
    }
}

/// A length of time that was checked before.
fn length(text: Option<&str>) -> Option<Duration> {
    duration::parse(text?).ok()
}

/// What was made and found.
impl State {
    /// Takes over what exists as soon as anything does.
    #[must_use]
    pub(super) fn with_made(mut self, id: &TokenId, made: &Made) -> Self {
        self.id = Some(id.clone());
        self.service_account_uid = Some(made.account_uid.clone());
        self.cluster_uid = Some(made.cluster_uid.clone());
        self
    }

    /// Takes over what was provided.
    #[must_use]
    pub(super) fn with_provided(self, id: &TokenId, provided: Provided) -> Self {
        let mut state = self.with_made(id, &provided.made);
        state.token = provided.token.filter(|_| state.stores_token());
        state.token_expiration = provided.expires.map(|time| time.to_string());
        state.secret_name = provided.secret_name;
        state.cluster_connect = Some((&provided.connect).into());
        state
    }

    /// Takes over what a look at the cluster found. What was made stays what is remembered of it, or the next look would
    /// no longer see a difference.
    #[must_use]
    pub(super) fn with_found(mut self, found: &Observation) -> Self {
        let account_uid = &mut self.service_account_uid;
        *account_uid = account_uid.take().or_else(|| found.account_uid.clone());
        self.cluster_uid = Some(found.cluster_uid.clone());
        if self.form() == TokenForm::LongLived {
            self.token = found.token.clone().filter(|_| self.stores_token());
        }
        if let Ok(connect) = &found.connect {
            self.cluster_connect = Some(connect.into());
        }
        self
    }

    /// The attributes that describe what a look found, for an object of which nothing but its id is known.
    #[must_use]
    pub(super) fn described_by(mut self, found: &Observation) -> Self {
        let in_cluster: BTreeSet<_> = found
            .grants
            .iter()
            .filter(|grant| grant.namespace.is_none())
            .map(|grant| grant.role.clone())
            .collect();
        let in_namespaces: Vec<_> = found
            .grants
            .iter()
            .filter_map(RoleBindingState::of)
            .collect();
        self.cluster_roles = Some(in_cluster).filter(|roles| !roles.is_empty());
        self.role_bindings = Some(in_namespaces).filter(|roles| !roles.is_empty());
        let (long_lived, bound) = found.forms;
        let is_bound = bound && !long_lived;
        self.r#type = Some(if is_bound { BOUND } else { SECRET }.to_owned());
        self.secret_name.clone_from(&found.secret_name);
        // An account without marks beside objects that bear them was there before.
        self.create_service_account = Some(found.account_is_ours || !found.more_is_ours);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        State {
            namespace: "default".to_owned(),
            name: "azure-user".to_owned(),
            ..State::default()
        }
    }

    fn found() -> Observation {
        Observation {
            cluster_uid: "c1".to_owned(),
            account_uid: Some("u1".to_owned()),
            account_is_ours: true,
            grants: vec![
                Grant::cluster_wide("view"),
                RoleBindingState {
                    namespace: "dev".to_owned(),
                    kind: "Role".to_owned(),
                    name: "reader".to_owned(),
                }
                .grant(),
            ],
            more_is_ours: true,
            token: Some("tok".into()),
            secret_name: Some("azure-user-secret".to_owned()),
            forms: (true, false),
            drift: Vec::new(),
            connect: Ok(ClusterConnect {
                enabled: true,
                relay: Some("relay-1".to_owned()),
            }),
        }
    }

    #[test]
    fn the_token_is_in_the_state_only_when_it_may_be() {
        let kept = state().with_found(&found());
        assert_eq!(
            kept.token.as_ref().map(SecretString::expose_secret),
            Some("tok")
        );
        assert!(!format!("{kept:?}").contains("tok\""));
        let elsewhere = State {
            store_token: Some(false),
            ..state()
        };
        assert!(elsewhere.with_found(&found()).token.is_none());
    }

    #[test]
    fn the_account_that_was_made_is_remembered() {
        let made_before = State {
            service_account_uid: Some("u0".to_owned()),
            ..state()
        };
        let looked = made_before.with_found(&found());
        assert_eq!(looked.service_account_uid.as_deref(), Some("u0"));
        let imported = state().with_found(&found());
        assert_eq!(imported.service_account_uid.as_deref(), Some("u1"));
    }

    #[test]
    fn an_imported_token_is_described_by_what_the_cluster_holds() {
        let described = state().described_by(&found());
        assert_eq!(described.cluster_roles, Some(["view".to_owned()].into()));
        let roles = described.role_bindings.as_ref().expect("a role");
        assert_eq!(
            (roles[0].kind.as_str(), roles[0].name.as_str()),
            ("Role", "reader")
        );
        assert_eq!(described.r#type.as_deref(), Some("secret"));
        assert_eq!(described.create_service_account, Some(true));
        let borrowed = Observation {
            account_is_ours: false,
            ..found()
        };
        let described = state().described_by(&borrowed);
        assert_eq!(described.create_service_account, Some(false));
    }
}
