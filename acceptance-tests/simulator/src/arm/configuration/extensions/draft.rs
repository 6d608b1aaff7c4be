//! Bodies that clients write, taken apart and found to fit the schema.

use serde_json::{Map, Value};

use super::schema::{PATCHABLE, PROPERTIES, RESOURCE, Version};
use super::{Extension, Scope};
use crate::arm::ArmError;
use crate::arm::check::Check;
use crate::arm::protected::{self, Protected};
use crate::request::{object, text};

/// The body of a PUT.
pub(super) struct Draft {
    /// The extension's type as it was written.
    pub(super) kind: String,
    pub(super) has_identity: bool,
    pub(super) plan: Option<Value>,
    pub(super) managed_by: Option<String>,
    pub(super) scope: Option<GivenScope>,
    /// What is left of the properties.
    pub(super) settings: Map<String, Value>,
    pub(super) protected: Protected,
}

/// A scope as it was written.
pub(super) enum GivenScope {
    Cluster(Option<String>),
    Namespace(Option<String>),
}

/// The body of a PATCH.
pub(super) struct Patch {
    pub(super) settings: Map<String, Value>,
    pub(super) protected: Protected,
}

impl Draft {
    /// Takes a request's body apart; `old` is what it replaces.
    pub(super) fn parse(
        given: &Map<String, Value>,
        version: Version,
        old: Option<&Extension>,
    ) -> Result<Self, ArmError> {
        let creating = old.is_none();
        let body = Check { version, creating }.object(RESOURCE, given, "")?;
        let mut settings = object(&body, "properties").clone();
        if settings.remove("aksAssignedIdentity").is_some() {
            return Err(invalid(
                "properties.aksAssignedIdentity",
                "The property 'aksAssignedIdentity' is for AKS clusters only.",
            ));
        }
        let scope = settings
            .remove("scope")
            .as_ref()
            .and_then(scope)
            .transpose()?;
        let Some(Value::String(kind)) = settings.remove("extensionType") else {
            return Err(invalid(
                "properties.extensionType",
                "The property 'properties.extensionType' is required.",
            ));
        };
        Ok(Self {
            kind,
            has_identity: text(object(&body, "identity"), "type").is_some(),
            plan: plan(&body)?,
            managed_by: text(&body, "managedBy").map(str::to_owned),
            scope,
            settings,
            protected: protected::parse(object(given, "properties")),
        })
    }
}

impl Patch {
    /// Takes a request's body apart.
    pub(super) fn parse(body: &Map<String, Value>, version: Version) -> Result<Self, ArmError> {
        let properties = object(body, "properties");
        let outside = |name: &&String| *name != "properties";
        let fixed = |name: &&String| !PATCHABLE.contains(&name.as_str());
        let strange = body.keys().find(outside);
        if let Some(name) = strange.or_else(|| properties.keys().find(fixed)) {
            let message =
                format!("Could not find member '{name}' on object of type 'PatchExtension'.");
            return Err(ArmError::invalid_content(message).at(name));
        }
        let check = Check {
            version,
            creating: false,
        };
        Ok(Self {
            settings: check.object(PROPERTIES, properties, "properties")?,
            protected: protected::parse(properties),
        })
    }
}

/// The scope of an extension's properties. An empty one is none, a double one is too much.
fn scope(given: &Value) -> Option<Result<GivenScope, ArmError>> {
    let part = |name: &str| given.get(name).and_then(Value::as_object);
    let named = |part: &Map<String, Value>, name| text(part, name).map(str::to_owned);
    match (part("cluster"), part("namespace")) {
        (None, None) => None,
        (Some(cluster), None) => Some(Ok(GivenScope::Cluster(named(cluster, "releaseNamespace")))),
        (None, Some(space)) => Some(Ok(GivenScope::Namespace(named(space, "targetNamespace")))),
        (Some(_), Some(_)) => Some(Err(invalid(
            "properties.scope",
            "An extension has either the scope 'cluster' or the scope 'namespace', not both.",
        ))),
    }
}

fn plan(body: &Map<String, Value>) -> Result<Option<Value>, ArmError> {
    let Some(Value::Object(plan)) = body.get("plan") else {
        return Ok(None);
    };
    for name in ["name", "publisher", "product"] {
        if text(plan, name).is_none() {
            let path = format!("plan.{name}");
            let message = format!("The property '{path}' is required.");
            return Err(invalid(&path, message));
        }
    }
    Ok(Some(plan.clone().into()))
}

/// 400 for a property.
pub(super) fn invalid(path: &str, message: impl Into<String>) -> ArmError {
    ArmError::bad("InvalidParameter", message).at(path)
}

impl GivenScope {
    /// The scope in full, where it names a namespace.
    pub(super) fn in_namespace(&self, otherwise: &str) -> Scope {
        let namespace =
            |given: &Option<String>| given.clone().unwrap_or_else(|| otherwise.to_owned());
        match self {
            Self::Cluster(given) => Scope::Cluster {
                namespace: namespace(given),
            },
            Self::Namespace(given) => Scope::Namespace {
                namespace: namespace(given),
            },
        }
    }
}
