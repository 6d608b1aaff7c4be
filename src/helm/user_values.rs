//! The values that somebody gave to Helm for a release.

use std::fmt;

use serde_json::{Map, Value};

/// A heading of `helm get values` that the Azure CLI feeds back into the release as a value, during `update`.
const STRAY_HEADING: &str = "USER-SUPPLIED VALUES";

/// Values as Helm recorded them. They may hold secrets (proxy passwords, and the private key of older agents), so nothing
/// of them is ever printed.
#[derive(Clone, Default, PartialEq)]
pub struct UserValues(Map<String, Value>);

impl UserValues {
    /// Values from their JSON; a heading that the Azure CLI left among them goes.
    #[must_use]
    pub fn new(mut values: Map<String, Value>) -> Self {
        values.remove(STRAY_HEADING);
        Self(values)
    }

    /// The text of the value with this dotted key, such as `global.httpsProxy`; `None` when it is not set or empty.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        let mut parts = key.split('.');
        let first = self.0.get(parts.next()?)?;
        match parts.try_fold(first, |value, part| value.get(part))? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// These values with others laid over them, member by member.
    #[must_use]
    pub fn overlaid(&self, over: Value) -> Value {
        let mut base = Value::Object(self.0.clone());
        overlay(&mut base, over);
        base
    }

    /// The same without the values with these dotted keys.
    #[must_use]
    pub fn without(mut self, keys: &[&str]) -> Self {
        for key in keys {
            let (parents, last) = key.rsplit_once('.').unwrap_or(("", key));
            let mut object = Some(&mut self.0);
            for part in parents.split('.').filter(|part| !part.is_empty()) {
                object = object.and_then(|object| object.get_mut(part)?.as_object_mut());
            }
            if let Some(object) = object {
                object.remove(last);
            }
        }
        self
    }
}

impl fmt::Debug for UserValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserValues(…)")
    }
}

fn overlay(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (name, value) in over {
                overlay(base.entry(name).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn values() -> UserValues {
        let Value::Object(values) = json!({
            "USER-SUPPLIED VALUES": null,
            "global": {"httpsProxy": "http://u:secret@proxy", "noProxy": ""},
            "systemDefaultValues": {"guard": {"enabled": true}, "customLocations": {"enabled": false}},
        }) else {
            unreachable!()
        };
        UserValues::new(values)
    }

    #[test]
    fn a_value_is_found_by_its_dotted_key_and_none_is_printed() {
        let text = |key| values().text(key);
        assert_eq!(
            text("systemDefaultValues.guard.enabled").as_deref(),
            Some("true")
        );
        assert_eq!(text("global.noProxy"), None);
        assert_eq!(text("global.httpProxy"), None);
        assert_eq!(text("nothing.here"), None);
        assert!(!format!("{:?}", values()).contains("secret"));
    }

    #[test]
    fn what_others_set_stays_and_what_is_ours_wins() {
        let kept = values().without(&["global.httpsProxy", "absent.key"]);
        let merged =
            kept.overlaid(json!({"systemDefaultValues": {"customLocations": {"enabled": true}}}));
        let expected = json!({
            "global": {"noProxy": ""},
            "systemDefaultValues": {"guard": {"enabled": true}, "customLocations": {"enabled": true}},
        });
        assert_eq!(merged, expected);
    }
}
