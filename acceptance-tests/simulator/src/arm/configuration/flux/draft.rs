//! Bodies that clients write, taken apart and found to fit the schema.

use serde_json::{Map, Value};

use super::FluxConfiguration;
use super::schema::{PATCHABLE, PROPERTIES, RESOURCE, Version};
use crate::arm::ArmError;
use crate::arm::check::Check;
use crate::arm::protected::{self, Protected};
use crate::request::object;

/// What a write leads to.
pub(super) struct Draft {
    pub(super) settings: Map<String, Value>,
    pub(super) protected: Protected,
}

impl Draft {
    /// Takes the body of a PUT apart.
    pub(super) fn put(
        given: &Map<String, Value>,
        version: Version,
        creating: bool,
    ) -> Result<Self, ArmError> {
        let body = Check { version, creating }.object(RESOURCE, given, "")?;
        Ok(Self {
            settings: object(&body, "properties").clone(),
            protected: protected::parse(object(given, "properties")),
        })
    }

    /// Takes the body of a PATCH apart. Objects are merged, null removes, protected settings come all or none.
    pub(super) fn patch(
        given: &Map<String, Value>,
        version: Version,
        old: &FluxConfiguration,
    ) -> Result<Self, ArmError> {
        let properties = object(given, "properties");
        let outside = |name: &&String| *name != "properties";
        let fixed = |name: &&String| !PATCHABLE.contains(&name.as_str());
        let strange = given.keys().find(outside);
        if let Some(name) = strange.or_else(|| properties.keys().find(fixed)) {
            let message = format!(
                "Could not find member '{name}' on object of type 'FluxConfigurationPatch'."
            );
            return Err(ArmError::invalid_content(message).at(name));
        }
        let check = Check {
            version,
            creating: false,
        };
        let kept = check.object(PROPERTIES, &without_nulls(properties), "properties")?;
        let mut settings = old.settings.clone();
        merge(&mut settings, kept);
        remove_nulls(&mut settings, properties);
        let protected = if properties.contains_key("configurationProtectedSettings") {
            protected::parse(properties)
        } else {
            old.protected.clone()
        };
        Ok(Self {
            settings,
            protected,
        })
    }
}

/// The same without members that are null, at any depth.
fn without_nulls(given: &Map<String, Value>) -> Map<String, Value> {
    let members = given.iter().filter(|(_, value)| !value.is_null());
    members
        .map(|(name, value)| {
            let value = match value {
                Value::Object(inner) => without_nulls(inner).into(),
                value => value.clone(),
            };
            (name.clone(), value)
        })
        .collect()
}

fn merge(old: &mut Map<String, Value>, new: Map<String, Value>) {
    for (name, value) in new {
        match (old.get_mut(&name), value) {
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (_, value) => {
                old.insert(name, value);
            }
        }
    }
}

fn remove_nulls(old: &mut Map<String, Value>, given: &Map<String, Value>) {
    for (name, value) in given {
        match (old.get_mut(name), value) {
            (Some(_), Value::Null) => {
                old.remove(name);
            }
            (Some(Value::Object(old)), Value::Object(given)) => remove_nulls(old, given),
            _ => {}
        }
    }
}
