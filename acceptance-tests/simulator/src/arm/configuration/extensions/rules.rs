//! What the type of an extension demands of it, and which version it gets.

use serde_json::{Map, Value};

use super::draft::{Draft, GivenScope, invalid};
use super::{Extension, Scope, of_cluster};
use crate::arm::connected_clusters::ConnectedCluster;
use crate::arm::{ArmError, Context};
use crate::request::text;

use super::super::extension_types::{self, ExtensionType, Scope as TypeScope};

const NAME_LENGTH: usize = 253;

/// Types that cannot live side by side in a cluster.
const EXCLUSIVE: [&str; 2] = ["microsoft.web.appservice", "microsoft.app.environment"];

/// The type that a draft names, if it is offered in the region of the cluster.
pub(super) fn known_type(
    cluster: &ConnectedCluster,
    name: &str,
) -> Result<&'static ExtensionType, ArmError> {
    extension_types::find(name).ok_or_else(|| {
        let message = format!(
            "Extension type {} is not registered in region {}.",
            name.to_lowercase(),
            cluster.location()
        );
        ArmError::bad("ExtensionTypeRegistrationGetFailed", message)
    })
}

/// An extension's name: letters, digits, dashes and dots, the first a letter or a digit.
pub(super) fn check_name(name: &str) -> Result<(), ArmError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins_well && name.len() <= NAME_LENGTH && name.chars().all(allowed) {
        return Ok(());
    }
    let message = format!("The extension name '{name}' is not valid.");
    Err(ArmError::bad("InvalidResourceName", message).at("name"))
}

/// Holds a new extension to the limits of its type.
pub(super) fn check_new(
    cx: &Context<'_>,
    cluster: &str,
    name: &str,
    kind: &ExtensionType,
) -> Result<(), ArmError> {
    if let Some(fixed) = kind.fixed_name.filter(|fixed| *fixed != name) {
        return Err(failed(format!(
            "An extension of type {} must be named '{fixed}'.",
            kind.name
        )));
    }
    let in_the_way = |other: &&Extension| {
        let other = other.kind.to_lowercase();
        let both = |kind: &str| EXCLUSIVE.contains(&kind);
        (!kind.many && other == kind.name) || (both(kind.name) && both(&other))
    };
    let mut others = of_cluster(cx.store, cluster).map(|(_, extension)| extension);
    match others.find(in_the_way) {
        None => Ok(()),
        Some(other) => Err(failed(format!(
            "Extension type {} cannot be installed, because the cluster has the extension '{}' of type {}.",
            kind.name, other.name, other.kind
        ))),
    }
}

/// Holds a draft to its type: identity and plan.
pub(super) fn check_draft(draft: &Draft, kind: &ExtensionType) -> Result<(), ArmError> {
    if kind.identity && !draft.has_identity {
        let message = format!("Extension type {} needs a managed identity.", kind.name);
        return Err(invalid("identity", message));
    }
    let given = |name: &str| {
        let plan = draft.plan.as_ref().and_then(|plan| plan.get(name));
        plan.and_then(Value::as_str).unwrap_or_default()
    };
    match (&kind.plan, &draft.plan) {
        (None, None) => Ok(()),
        (None, Some(_)) => {
            let message = format!(
                "Extension type {} is no offer of the marketplace.",
                kind.name
            );
            Err(invalid("plan", message))
        }
        (Some(plan), Some(_))
            if (plan.name, plan.product, plan.publisher)
                == (given("name"), given("product"), given("publisher")) =>
        {
            Ok(())
        }
        (Some(plan), _) => Err(invalid(
            "plan",
            format!(
                "Extension type {} needs the plan '{}' of product '{}' by publisher '{}'.",
                kind.name, plan.name, plan.product, plan.publisher
            ),
        )),
    }
}

/// The scope that a draft asks for, in full.
pub(super) fn scope(
    given: Option<&GivenScope>,
    kind: &ExtensionType,
    name: &str,
) -> Result<Scope, ArmError> {
    let wrong = |allowed: &str| {
        let message = format!(
            "Extension type {} has the scope '{allowed}' only.",
            kind.name
        );
        Err(invalid("properties.scope", message))
    };
    match (&kind.scope, given) {
        (TypeScope::Namespace, Some(GivenScope::Cluster(_))) => wrong("namespace"),
        (TypeScope::Cluster { .. }, Some(GivenScope::Namespace(_))) => wrong("cluster"),
        (TypeScope::Namespace, given) => {
            let given = given.ok_or_else(|| {
                invalid(
                    "properties.scope.namespace.targetNamespace",
                    "A target namespace is required.",
                )
            })?;
            Ok(given.in_namespace(name))
        }
        (TypeScope::Cluster { namespace, fixed }, given) => {
            let usual = namespace.unwrap_or(name);
            let scope = given
                .unwrap_or(&GivenScope::Cluster(None))
                .in_namespace(usual);
            if *fixed && scope.namespace() != usual {
                let path = "properties.scope.cluster.releaseNamespace";
                let message = format!(
                    "Extension type {} is installed in namespace '{usual}' only.",
                    kind.name
                );
                return Err(invalid(path, message));
            }
            Ok(scope)
        }
    }
}

/// The version that the settings lead to, if they make sense. `current` is the one in the cluster, and what the service
/// shows where it chooses the version by itself: to send that back is harmless.
pub(super) fn resolve(
    settings: &Map<String, Value>,
    kind: &ExtensionType,
    current: Option<&str>,
) -> Result<String, ArmError> {
    let auto = settings.get("autoUpgradeMinorVersion") != Some(&Value::Bool(false));
    let train = text(settings, "releaseTrain").unwrap_or("Stable");
    let versions = kind
        .versions(train)
        .filter(|versions| !versions.is_empty())
        .ok_or_else(unresolved)?;
    match text(settings, "version") {
        Some(pinned) if auto && current != Some(pinned) => Err(invalid(
            "properties.version",
            format!(
                "The version '{pinned}' can be chosen only where 'autoUpgradeMinorVersion' is false."
            ),
        )),
        Some(pinned) if !auto => {
            let known = versions.contains(&pinned) || current == Some(pinned);
            known.then(|| pinned.to_owned()).ok_or_else(unresolved)
        }
        _ => Ok(versions[0].to_owned()),
    }
}

fn unresolved() -> ArmError {
    failed(
        "Failed to resolve the extension version from the given values. Please refer https://aka.ms/k8s-extension-type-versions to find the correct version for your installation, For general troubleshooting visit: https://aka.ms/k8s-extensions-TSG.",
    )
}

/// The refusal of what only the service behind this resource type can judge.
fn failed(reason: impl std::fmt::Display) -> ArmError {
    let message = format!("The extension operation failed with the following error:  {reason}");
    ArmError::bad("ExtensionOperationFailed", message)
}
