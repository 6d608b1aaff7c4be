//! The types of Terraform's language, as far as an attribute can have them.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// The type of an attribute. Terraform's JSON spelling is `"string"`, `["list","string"]`,
/// `["object",{"name":"string"}]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// An exact decimal number of any size.
    Number,
    /// Unicode text.
    String,
    /// Ordered elements of one type.
    List(Box<Type>),
    /// Elements of one type, without order or duplicates.
    Set(Box<Type>),
    /// Elements of one type by key.
    Map(Box<Type>),
    /// Named attributes, each of a type of its own.
    Object(BTreeMap<String, Type>),
}

impl Type {
    /// An object type from its attributes.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, attribute)| (name.into(), attribute))
                .collect(),
        )
    }

    /// What messages call a value of this type, with its article.
    #[must_use]
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Bool => "a bool",
            Self::Number => "a number",
            Self::String => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Object(_) => "an object",
        }
    }

    /// Terraform's JSON spelling, as in the `type` of a schema's attribute.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        self.json().to_string().into_bytes()
    }

    fn json(&self) -> Json {
        match self {
            Self::Bool => json!("bool"),
            Self::Number => json!("number"),
            Self::String => json!("string"),
            Self::List(element) => json!(["list", element.json()]),
            Self::Set(element) => json!(["set", element.json()]),
            Self::Map(element) => json!(["map", element.json()]),
            Self::Object(attributes) => {
                let attributes = attributes
                    .iter()
                    .map(|(name, attribute)| (name.clone(), attribute.json()));
                json!(["object", Json::Object(attributes.collect())])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_spelled_as_terraform_spells_it() {
        let cluster = Type::object([
            ("name", Type::String),
            ("sizes", Type::Set(Box::new(Type::Number))),
        ]);
        let clusters = Type::Map(Box::new(Type::List(Box::new(cluster))));
        assert_eq!(
            String::from_utf8_lossy(&clusters.to_json()),
            r#"["map",["list",["object",{"name":"string","sizes":["set","number"]}]]]"#
        );
    }
}
