//! Bodies that clients write, taken apart and found to fit the schema.

use serde_json::{Map, Value};

use super::schema::{PATCHABLE, RESOURCE, Version};
use crate::arm::check::Check;
use crate::arm::{ArmError, Context, tags};
use crate::request::{object, text};
use crate::store::Tags;

/// Properties without which nothing can be made.
const REQUIRED: [&str; 2] = ["hostResourceId", "namespace"];

/// The body of a PUT.
pub(super) struct Draft {
    pub(super) location: String,
    pub(super) tags: Tags,
    pub(super) has_identity: bool,
    pub(super) settings: Map<String, Value>,
}

/// The body of a PATCH.
pub(super) struct Patch {
    /// The whole new map, if the body has one.
    pub(super) tags: Option<Tags>,
    /// Whether there shall be an identity, if the body says so.
    pub(super) has_identity: Option<bool>,
    pub(super) settings: Map<String, Value>,
}

impl Draft {
    /// Takes a request's body apart.
    pub(super) fn parse(
        cx: &Context<'_>,
        version: Version,
        creating: bool,
    ) -> Result<Self, ArmError> {
        let body = Check { version, creating }.object(RESOURCE, &cx.request.json()?, "")?;
        let settings = object(&body, "properties").clone();
        for name in REQUIRED {
            if text(&settings, name).is_none() {
                let path = format!("properties.{name}");
                let message = format!("The property '{path}' is required.");
                return Err(ArmError::bad("InvalidParameter", message).at(path));
            }
        }
        Ok(Self {
            location: location(cx, text(&body, "location"))?,
            tags: tags::parse(&body)?,
            has_identity: has_identity(&body).unwrap_or(false),
            settings,
        })
    }
}

impl Patch {
    /// Takes a request's body apart.
    pub(super) fn parse(given: &Map<String, Value>, version: Version) -> Result<Self, ArmError> {
        let mut names = given.keys();
        if let Some(name) = names.find(|name| !PATCHABLE.contains(&name.as_str())) {
            let message = format!(
                "Could not find member '{name}' on object of type 'PatchableCustomLocations'."
            );
            return Err(ArmError::invalid_content(message).at(name));
        }
        let check = Check {
            version,
            creating: false,
        };
        let body = check.object(RESOURCE, given, "")?;
        let has_tags = body.contains_key("tags");
        Ok(Self {
            tags: has_tags.then(|| tags::parse(&body)).transpose()?,
            has_identity: has_identity(&body),
            settings: object(&body, "properties").clone(),
        })
    }
}

fn has_identity(body: &Map<String, Value>) -> Option<bool> {
    let kind = text(object(body, "identity"), "type")?;
    Some(kind == "SystemAssigned")
}

fn location(cx: &Context<'_>, given: Option<&str>) -> Result<String, ArmError> {
    let given = given.ok_or_else(|| {
        let message = "The location property is required for this definition.";
        ArmError::bad("LocationRequired", message).at("location")
    })?;
    let known = cx.config.location(given).ok_or_else(|| {
        let message = format!(
            "The provided location '{given}' is not available for resource type 'Microsoft.ExtendedLocation/customLocations'."
        );
        ArmError::bad("LocationNotAvailableForResourceType", message).at("location")
    })?;
    Ok(known.name.clone())
}
