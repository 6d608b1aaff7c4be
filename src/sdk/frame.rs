//! From a resource's typed state to the whole object that Terraform stores.

use std::sync::Arc;

use serde::Serialize;

use super::bridge::{self, BridgeError};
use super::schema::{Attribute, Nesting, Schema, Shape};
use super::timeouts;
use super::types::Type;
use super::value::Value;

/// What an object has beside the state that its resource knows: its type, and the `timeouts` block as planned.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    schema: Arc<Schema>,
    of: Arc<Type>,
    timeouts: Value,
}

impl Frame {
    /// A frame around the objects of a schema, with no `timeouts`.
    pub(super) fn new(schema: Schema) -> Self {
        Self {
            of: Arc::new(schema.value_type()),
            schema: Arc::new(schema),
            timeouts: Value::Null,
        }
    }

    /// The same frame with the `timeouts` of an object.
    pub(super) fn around(&self, object: &Value) -> Self {
        Self {
            timeouts: object.get(timeouts::BLOCK).clone(),
            ..self.clone()
        }
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    pub(super) fn of(&self) -> &Type {
        &self.of
    }

    /// The whole object: the state, the `timeouts`, and null for whatever must not be stored.
    pub(super) fn object<S: Serialize>(&self, state: &S) -> Result<Value, BridgeError> {
        let mut object = bridge::to_value(state, &self.of)?;
        forget(&self.schema.attributes, &mut object);
        if let Value::Map(members) = &mut object
            && let Some(timeouts) = members.get_mut(timeouts::BLOCK)
        {
            timeouts.clone_from(&self.timeouts);
        }
        Ok(object)
    }
}

/// Nulls write-only values, so that a resource which hands one back by mistake does not put a secret into state.
fn forget(of: &[Attribute], object: &mut Value) {
    let Value::Map(members) = object else { return };
    for attribute in of {
        let Some(value) = members.get_mut(attribute.name) else {
            continue;
        };
        match (&attribute.shape, &mut *value) {
            _ if attribute.write_only => *value = Value::Null,
            (Shape::Nested(_, of), Value::List(elements)) => {
                for element in elements {
                    forget(of, element);
                }
            }
            (Shape::Nested(Nesting::Map, of), Value::Map(members)) => {
                for member in members.values_mut() {
                    forget(of, member);
                }
            }
            (Shape::Nested(_, of), object) => forget(of, object),
            (Shape::Plain(_), _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdk::timeouts::Operation;

    #[derive(Serialize)]
    struct State {
        name: &'static str,
        auth: Vec<Auth>,
    }

    #[derive(Serialize)]
    struct Auth {
        user: &'static str,
        password: &'static str,
    }

    #[test]
    fn a_stored_object_has_its_timeouts_and_no_secret() {
        let auth = vec![
            Attribute::string("user"),
            Attribute::string("password").write_only(),
        ];
        let attributes = vec![
            Attribute::string("name"),
            Attribute::nested("auth", Nesting::List, auth),
        ];
        let schema =
            Schema::new("A cluster.", attributes).block(timeouts::block(&[Operation::Create]));
        let timeouts = Value::object([("create", Value::from("1h"))]);
        let planned = Value::object([("timeouts", timeouts.clone())]);
        let state = State {
            name: "eks-1",
            auth: vec![Auth {
                user: "u",
                password: "s3cr3t",
            }],
        };

        let object = Frame::new(schema)
            .around(&planned)
            .object(&state)
            .expect("it fits");

        let auth = Value::object([("user", Value::from("u")), ("password", Value::Null)]);
        let expected = Value::object([
            ("name", Value::from("eks-1")),
            ("auth", Value::List(vec![auth])),
            ("timeouts", timeouts),
        ]);
        assert_eq!(object, expected);
    }
}
