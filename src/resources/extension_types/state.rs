//! The attributes of `arc_extension_types` as typed data.

#![expect(
    missing_docs,
    reason = "the schema describes each attribute under the same name"
)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::usecases::ResourceId;
use crate::usecases::extension::Offer;

/// All attributes; see the schema for what they mean.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct State {
    pub connected_cluster_id: Option<ResourceId>,
    pub versions_of: Option<Vec<String>>,
    pub release_trains: Option<Vec<String>>,
    pub types: Option<BTreeMap<String, TypeState>>,
}

/// One of `types`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct TypeState {
    pub description: Option<String>,
    pub publisher: Option<String>,
    pub default_scope: Option<String>,
    pub default_release_namespace: Option<String>,
    pub multiple_instances: Option<bool>,
    pub identity_required: Option<bool>,
    pub is_system_extension: Option<bool>,
    pub plan: Option<PlanState>,
    pub versions: BTreeMap<String, Vec<String>>,
}

/// A `plan`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct PlanState {
    pub name: Option<String>,
    pub publisher: Option<String>,
    pub product: Option<String>,
}

impl State {
    pub(super) fn with(self, found: Vec<Offer>) -> Self {
        let found = found.into_iter();
        Self {
            types: Some(
                found
                    .map(|offer| (offer.of.name.clone(), TypeState::from(offer)))
                    .collect(),
            ),
            ..self
        }
    }
}

impl From<Offer> for TypeState {
    fn from(offer: Offer) -> Self {
        let properties = offer.of.properties;
        let scopes = properties.supported_scopes.unwrap_or_default();
        let cluster = scopes
            .cluster_scope_settings
            .map(|settings| settings.properties);
        let cluster = cluster.unwrap_or_default();
        Self {
            description: properties.description,
            publisher: properties.publisher,
            default_scope: scopes.default_scope,
            default_release_namespace: cluster.default_release_namespace,
            multiple_instances: cluster.allow_multiple_instances,
            identity_required: properties.is_managed_identity_required,
            is_system_extension: properties.is_system_extension,
            plan: properties.plan_info.map(|plan| PlanState {
                name: plan.plan_id,
                publisher: plan.publisher_id,
                product: plan.offer_id,
            }),
            versions: offer.versions,
        }
    }
}
