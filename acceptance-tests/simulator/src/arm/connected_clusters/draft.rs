//! Bodies that clients write, taken apart and found to be in order.

use serde_json::{Map, Value};

use super::public_key;
use super::rules;
use super::schema::{PROPERTIES, RESOURCE, Version};
use crate::arm::check::Check;
use crate::arm::{ArmError, Context, tags};
use crate::request::{object, text};
use crate::store::Tags;

const NAME_LENGTH: usize = 63;

/// The body of a PUT.
pub(super) struct Draft {
    pub(super) location: String,
    pub(super) tags: Tags,
    pub(super) kind: Option<String>,
    pub(super) has_identity: bool,
    pub(super) settings: Map<String, Value>,
}

/// The body of a PATCH.
pub(super) struct Patch {
    /// The whole new map, if the body has one. Whether Azure replaces or merges is not known.
    pub(super) tags: Option<Tags>,
    pub(super) settings: Map<String, Value>,
}

impl Draft {
    /// Takes a request's body apart.
    pub(super) fn parse(
        cx: &Context<'_>,
        version: Version,
        creating: bool,
    ) -> Result<Self, ArmError> {
        check_name(cx.request.segment(7))?;
        let body = Check { version, creating }.object(RESOURCE, &cx.request.json()?, "")?;
        let identity = required(object(&body, "identity"), "type", "identity.")?;
        let settings = object(&body, "properties").clone();
        let public_key = required(&settings, "agentPublicKeyCertificate", "properties.")?;
        rules::check(cx, &settings)?;
        let kind = text(&body, "kind").map(str::to_owned);
        if kind.is_none() {
            let target = "properties.agentPublicKeyCertificate";
            public_key::check(public_key)
                .map_err(|reason| ArmError::bad("InvalidParameter", reason).at(target))?;
        }
        Ok(Self {
            location: location(cx, text(&body, "location"))?,
            tags: tags::parse(&body)?,
            has_identity: identity == "SystemAssigned",
            kind,
            settings,
        })
    }
}

impl Patch {
    /// Takes a request's body apart.
    pub(super) fn parse(body: &Map<String, Value>, version: Version) -> Result<Self, ArmError> {
        let properties = object(body, "properties");
        let outside = |name: &&String| !matches!(name.as_str(), "tags" | "properties");
        let fixed = |name: &&String| !version.patchable().contains(&name.as_str());
        let strange = body.keys().find(outside);
        if let Some(name) = strange.or_else(|| properties.keys().find(fixed)) {
            let message = format!(
                "Could not find member '{name}' on object of type 'ConnectedClusterPatch'."
            );
            return Err(ArmError::invalid_content(message).at(name));
        }
        let check = Check {
            version,
            creating: false,
        };
        let has_tags = body.get("tags").is_some_and(|tags| !tags.is_null());
        Ok(Self {
            tags: has_tags.then(|| tags::parse(body)).transpose()?,
            settings: check.object(PROPERTIES, properties, "properties")?,
        })
    }
}

fn check_name(name: &str) -> Result<(), ArmError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.chars().all(allowed) && name.len() <= NAME_LENGTH {
        return Ok(());
    }
    let message =
        format!("The name '{name}' must have 1 to {NAME_LENGTH} letters, digits, '-' or '_'.");
    Err(ArmError::bad("InvalidResourceName", message).at("name"))
}

fn required<'a>(
    object: &'a Map<String, Value>,
    name: &str,
    path: &str,
) -> Result<&'a str, ArmError> {
    text(object, name).ok_or_else(|| {
        let path = format!("{path}{name}");
        ArmError::bad(
            "InvalidParameter",
            format!("The property '{path}' is required."),
        )
        .at(path)
    })
}

fn location(cx: &Context<'_>, given: Option<&str>) -> Result<String, ArmError> {
    let given = given.ok_or_else(|| {
        ArmError::bad(
            "LocationRequired",
            "The location property is required for this definition.",
        )
        .at("location")
    })?;
    let Some(location) = cx.config.location(given) else {
        let offered: Vec<&str> = cx
            .config
            .locations
            .iter()
            .map(|location| location.name.as_str())
            .collect();
        return Err(ArmError::bad(
            "LocationNotAvailableForResourceType",
            format!(
                "The provided location '{given}' is not available for resource type 'Microsoft.Kubernetes/connectedClusters'. List of available regions for the resource type is '{}'.",
                offered.join(",")
            ),
        )
        .at("location"));
    };
    Ok(location.name.clone())
}
