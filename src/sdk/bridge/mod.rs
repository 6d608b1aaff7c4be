//! Between values and the typed structs that resources work with.
//!
//! A struct mirrors its schema: one field for each attribute, an `Option` wherever there can be no value. What is not
//! known yet arrives as `None` too; code that must tell the two apart looks at the [`Value`](super::value::Value). Enums travel as strings.
//! A write-only secret is an `Option<SecretString>` with `#[serde(skip_serializing)]`: it can come in and never go out.

mod de;
mod ser;

use std::fmt;

use super::path::{AttributePath, Step};
use crate::fault::{Explain, Kind, Remedy};

pub use de::from_value;
pub use ser::to_value;

/// A value that does not fit a struct, or a struct that does not fit its schema. The message never holds the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BridgeError {
    /// The part at fault.
    pub path: AttributePath,
    /// What is wrong with it.
    pub message: String,
}

impl BridgeError {
    fn new(message: impl fmt::Display) -> Self {
        Self {
            path: AttributePath::root(),
            message: message.to_string(),
        }
    }

    /// The same error, seen from one step further out.
    fn within(self, step: Step) -> Self {
        Self {
            path: self.path.within(step),
            ..self
        }
    }
}

impl fmt::Display for BridgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.steps() {
            [] => f.write_str(&self.message),
            _ => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

impl std::error::Error for BridgeError {}

/// Values were checked against the schema before, so a struct that cannot take one is not in step with its schema.
impl Explain for BridgeError {
    fn kind(&self) -> Kind {
        Kind::ProviderBug
    }

    fn summary(&self) -> String {
        "State Does Not Fit the Schema".to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        vec![Remedy::new(
            "report this to the provider's developers; it is a bug in the provider",
        )]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use secrecy::{ExposeSecret, SecretString};
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::sdk::types::Type;
    use crate::sdk::value::Value;

    #[derive(Debug, Deserialize, Serialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Policy {
        Delete,
        Abandon,
    }

    #[derive(Debug, Deserialize, Serialize)]
    struct Cluster {
        name: Option<String>,
        policy: Option<Policy>,
        node_count: Option<u32>,
        share: Option<f64>,
        tags: Option<BTreeMap<String, String>>,
        eks: Option<Eks>,
        drift: Option<Vec<String>>,
        #[serde(skip_serializing)]
        password: Option<SecretString>,
    }

    #[derive(Debug, Deserialize, Serialize)]
    struct Eks {
        region: String,
    }

    fn schema() -> Type {
        let strings = Box::new(Type::String);
        Type::object([
            ("name", Type::String),
            ("policy", Type::String),
            ("node_count", Type::Number),
            ("share", Type::Number),
            ("tags", Type::Map(strings.clone())),
            ("eks", Type::object([("region", Type::String)])),
            ("drift", Type::List(strings)),
            ("password", Type::String),
        ])
    }

    fn value() -> Value {
        Value::object([
            ("name", Value::from("eks-1")),
            ("policy", Value::from("abandon")),
            ("node_count", Value::from(3)),
            ("share", Value::Number("0.1".parse().expect("a number"))),
            ("tags", Value::object([("City", Value::from("Demo"))])),
            ("eks", Value::object([("region", Value::from("us-east-1"))])),
            ("drift", Value::unknown()),
            ("password", Value::from("s3cr3t")),
        ])
    }

    fn with(name: &str, part: Value) -> Value {
        let Value::Map(mut members) = value() else {
            panic!("an object")
        };
        members.insert(name.to_owned(), part);
        Value::Map(members)
    }

    #[test]
    fn a_struct_comes_back_as_the_value_it_came_from() {
        let cluster: Cluster = from_value(&value()).expect("it fits");
        assert_eq!(cluster.policy, Some(Policy::Abandon));
        assert_eq!(cluster.drift, None);
        let password = cluster.password.as_ref().expect("a password");
        assert_eq!(password.expose_secret(), "s3cr3t");

        let Value::Map(mut expected) = value() else {
            panic!("an object")
        };
        expected.insert("drift".to_owned(), Value::Null);
        expected.insert("password".to_owned(), Value::Null);
        assert_eq!(to_value(&cluster, &schema()), Ok(Value::Map(expected)));
    }

    #[test]
    fn an_attribute_without_a_field_is_left_out() {
        for extra in [Value::Null, Value::unknown(), value()] {
            let cluster: Cluster = from_value(&with("timeouts", extra)).expect("it fits");
            assert_eq!(cluster.name.as_deref(), Some("eks-1"));
        }
    }

    #[test]
    fn an_error_names_the_part_and_not_its_content() {
        let error = |value: &Value| {
            from_value::<Cluster>(value)
                .expect_err("it must be refused")
                .to_string()
        };
        for (name, part, expected) in [
            (
                "name",
                Value::from(7),
                "name: expected a string, found a number",
            ),
            (
                "password",
                Value::from(true),
                "password: expected a string, found a bool",
            ),
            (
                "node_count",
                Value::Number("1.5".parse().expect("a number")),
                "node_count: expected u32, found a number",
            ),
            (
                "policy",
                Value::from("keep"),
                r#"policy: "keep" is not one of "delete", "abandon""#,
            ),
            (
                "eks",
                Value::object([("region", Value::unknown())]),
                "eks.region: expected a string, found an unknown",
            ),
            (
                "tags",
                Value::object([("City", Value::Null)]),
                r#"tags["City"]: expected a string, found null"#,
            ),
            (
                "drift",
                Value::List(vec!["a".into(), 7.into()]),
                "drift[1]: expected a string, found a number",
            ),
        ] {
            assert_eq!(error(&with(name, part)), expected);
        }
    }

    #[test]
    fn a_struct_out_of_step_with_its_schema_is_an_error() {
        let cluster: Cluster = from_value(&value()).expect("it fits");
        let error = |of: &Type| {
            to_value(&cluster, of)
                .expect_err("it must be refused")
                .to_string()
        };
        let Type::Object(mut attributes) = schema() else {
            panic!("an object")
        };
        attributes.insert("eks".to_owned(), Type::object([("region", Type::Bool)]));
        assert_eq!(
            error(&Type::Object(attributes.clone())),
            "eks.region: expected a bool, found a string"
        );
        attributes.remove("eks");
        assert_eq!(
            error(&Type::Object(attributes)),
            r#"the schema has no attribute "eks""#
        );
    }
}
