//! Extension types and their versions as clients see them.

use serde_json::{Value, json};

use super::catalogue::{ExtensionType, Scope};
use crate::arm::{Answer, ArmError, Context};
use crate::reply::Reply;

const CLUSTER_TYPES: [&str; 3] = ["connectedClusters", "managedClusters", "appliances"];

/// Whether a type passes the filters of the request.
pub(super) fn is_wanted(cx: &Context<'_>, kind: &ExtensionType) -> bool {
    let plan = kind.plan.as_ref();
    let passes = |filter: &str, value: Option<&str>| {
        cx.request
            .query(filter)
            .is_none_or(|wanted| value.is_some_and(|value| value.eq_ignore_ascii_case(wanted)))
    };
    let train = cx.request.query("releaseTrain");
    train.is_none_or(|train| kind.versions(train).is_some())
        && passes("publisherId", plan.map(|plan| plan.publisher))
        && passes("offerId", plan.map(|plan| plan.product))
        && passes("planId", plan.map(|plan| plan.name))
        && cluster_type_is_known(cx)
}

fn cluster_type_is_known(cx: &Context<'_>) -> bool {
    cx.request.query("clusterType").is_none_or(|wanted| {
        CLUSTER_TYPES
            .iter()
            .any(|known| known.eq_ignore_ascii_case(wanted))
    })
}

/// The versions of a type that pass the filters of the request, newest first.
pub(super) fn versions(cx: &Context<'_>, kind: &ExtensionType, base: &str) -> Vec<Value> {
    let train = cx.request.query("releaseTrain").unwrap_or("stable");
    let major = cx.request.query("majorVersion");
    let versions = kind.versions(train).unwrap_or_default().iter();
    let of_major =
        |version: &&&str| major.is_none_or(|major| version.split('.').next() == Some(major));
    let latest = cx
        .request
        .query("showLatest")
        .is_some_and(|latest| latest.eq_ignore_ascii_case("true"));
    let most = if latest { 1 } else { usize::MAX };
    versions
        .filter(of_major)
        .take(most)
        .map(|version| kind.show_version(base, version))
        .collect()
}

/// One version of a type, out of any train.
pub(super) fn version(kind: &ExtensionType, base: &str, version: &str) -> Answer {
    let mut trains = kind.trains.iter();
    if trains.any(|train| train.versions.contains(&version)) {
        Ok(Reply::ok(kind.show_version(base, version)))
    } else {
        let message = format!(
            "The version '{version}' of extension type '{}' was not found.",
            kind.name
        );
        Err(ArmError::not_found("ResourceNotFound", message))
    }
}

impl ExtensionType {
    /// The type in the list at `base`.
    pub(super) fn show(&self, base: &str) -> Value {
        let plan = self.plan.as_ref().map(|plan| {
            json!({"publisherId": plan.publisher, "planId": plan.name, "offerId": plan.product})
        });
        json!({
            "id": format!("{base}/{}", self.name),
            "name": self.name,
            "type": "Microsoft.KubernetesConfiguration/extensionTypes",
            "properties": {
                "isSystemExtension": false,
                "isManagedIdentityRequired": self.identity,
                "description": self.description,
                "publisher": self.publisher,
                "planInfo": plan,
                "supportedClusterTypes": CLUSTER_TYPES,
                "supportedScopes": self.scopes(),
            },
        })
    }

    fn scopes(&self) -> Value {
        match self.scope {
            Scope::Namespace => json!({"defaultScope": "namespace", "clusterScopeSettings": null}),
            Scope::Cluster { namespace, .. } => json!({
                "defaultScope": "cluster",
                "clusterScopeSettings": {"properties": {
                    "allowMultipleInstances": self.many,
                    "defaultReleaseNamespace": namespace,
                }},
            }),
        }
    }

    fn show_version(&self, base: &str, version: &str) -> Value {
        json!({
            "id": format!("{base}/{}/versions/{version}", self.name),
            "name": version,
            "type": "Microsoft.KubernetesConfiguration/extensionTypes/versions",
            "properties": {
                "version": version,
                "unsupportedKubernetesVersions": {"connectedCluster": []},
                "supportedClusterTypes": CLUSTER_TYPES,
            },
        })
    }
}
