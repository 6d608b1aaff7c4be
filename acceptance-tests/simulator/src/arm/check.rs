//! Holds a request's body to the schema of its api-version.

use serde_json::{Map, Value};

use super::ArmError;
use super::schema::{Access, Field, Shape};

/// What a body is held to.
pub(super) struct Check<V> {
    pub(super) version: V,
    /// On creation no client can have read the values that only the service writes, so sending them is a mistake; later
    /// they may be an echo of what was read, and are passed over.
    pub(super) creating: bool,
}

impl<V: PartialOrd + 'static> Check<V> {
    /// The part of an object that clients may write and the service keeps; `path` names the object in errors.
    pub(super) fn object(
        &self,
        fields: &[Field<V>],
        given: &Map<String, Value>,
        path: &str,
    ) -> Result<Map<String, Value>, ArmError> {
        let mut kept = Map::new();
        for (name, value) in given {
            let path = join(path, name);
            let field = self.field(fields, name, &path)?;
            if value.is_null() {
                continue;
            }
            match field.access {
                Access::Write => {
                    kept.insert(name.clone(), self.value(&field.shape, value, &path)?);
                }
                Access::Secret => {
                    self.value(&field.shape, value, &path)?;
                }
                Access::Read if self.creating && value != "" => return Err(read_only(&path)),
                Access::Read | Access::Echo => {}
            }
        }
        Ok(kept)
    }

    fn field<'a>(
        &self,
        fields: &'a [Field<V>],
        name: &str,
        path: &str,
    ) -> Result<&'a Field<V>, ArmError> {
        let mut fields = fields.iter();
        fields
            .find(|field| field.name == name && field.since <= self.version)
            .ok_or_else(|| {
                let message = format!(
                    "The request content was invalid and could not be deserialized: 'Could not find member '{name}' on the object. Path '{path}'.'"
                );
                ArmError::invalid_content(message).at(path)
            })
    }

    fn value(&self, shape: &Shape<V>, value: &Value, path: &str) -> Result<Value, ArmError> {
        match (shape, value) {
            (Shape::Object(fields), Value::Object(members)) => {
                self.object(fields, members, path).map(Value::Object)
            }
            (Shape::List(fields), Value::Array(items)) => {
                let item = |item: &Value| match item {
                    Value::Object(members) => self.object(fields, members, path).map(Value::Object),
                    _ => Err(mistyped(path)),
                };
                items.iter().map(item).collect()
            }
            (Shape::Named(fields), Value::Object(items)) => {
                let item = |(name, item): (&String, &Value)| match item {
                    Value::Object(members) => {
                        let kept = self.object(fields, members, &join(path, name))?;
                        Ok((name.clone(), Value::Object(kept)))
                    }
                    _ => Err(mistyped(&join(path, name))),
                };
                items
                    .iter()
                    .map(item)
                    .collect::<Result<_, _>>()
                    .map(Value::Object)
            }
            (Shape::Choice(choices), Value::String(text)) => {
                if choices.contains(&text.as_str()) {
                    Ok(value.clone())
                } else {
                    Err(ArmError::bad(
                        "InvalidParameter",
                        format!(
                            "The value '{text}' of '{path}' is not one of {}.",
                            choices.join(", ")
                        ),
                    )
                    .at(path))
                }
            }
            (shape, value) if shape.fits(value) => Ok(value.clone()),
            _ => Err(mistyped(path)),
        }
    }
}

impl<V: 'static> Shape<V> {
    fn fits(&self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Number => value.is_i64(),
            Self::TextList => value
                .as_array()
                .is_some_and(|items| items.iter().all(Value::is_string)),
            Self::TextMap => value
                .as_object()
                .is_some_and(|map| map.values().all(Value::is_string)),
            Self::Any => true,
            Self::Choice(_) | Self::Object(_) | Self::List(_) | Self::Named(_) => false,
        }
    }
}

fn join(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        _ => format!("{path}.{name}"),
    }
}

fn mistyped(path: &str) -> ArmError {
    let message = format!(
        "The request content was invalid and could not be deserialized: '{path}' has the wrong type."
    );
    ArmError::invalid_content(message).at(path)
}

fn read_only(path: &str) -> ArmError {
    let message = format!(
        "The property '{path}' is read-only and must not be sent when the resource is created."
    );
    ArmError::bad("InvalidParameter", message).at(path)
}
