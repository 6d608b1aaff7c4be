//! Values of Terraform's language, with the two things that ordinary data lacks: null and not-yet-known.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;

use super::path::{AttributePath, Step};

/// One value. Its [`Type`](super::types::Type) stands in the schema: a list and a set are both [`Value::List`], a map
/// and an object both [`Value::Map`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// Left out, or set to `null`.
    #[default]
    Null,
    /// To be known after apply, with what is promised about it.
    Unknown(Refinements),
    /// A truth value.
    Bool(bool),
    /// An exact number.
    Number(BigDecimal),
    /// Text.
    String(String),
    /// The elements of a list or set.
    List(Vec<Value>),
    /// The elements of a map, or all attributes of an object.
    Map(BTreeMap<String, Value>),
}

/// What Terraform promises about an unknown value (the msgpack extension 12 of its wire format).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refinements {
    /// Whether the value will be null; `None` when nothing is promised.
    pub is_null: Option<bool>,
    /// What a string will begin with.
    pub prefix: Option<String>,
    /// The least number of elements of a collection.
    pub min_length: Option<u64>,
    /// The largest number of elements of a collection.
    pub max_length: Option<u64>,
}

impl Value {
    /// A value about which nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self::Unknown(Refinements::default())
    }

    /// An object or a map from its members.
    pub fn object<N: Into<String>>(members: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Map(
            members
                .into_iter()
                .map(|(name, member)| (name.into(), member))
                .collect(),
        )
    }

    /// Text.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    /// Whether this is null.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether this value itself is unknown; its elements are not looked at.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// Whether nothing in here is unknown.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::List(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Map(members) => members.values().all(Self::is_wholly_known),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
        }
    }

    /// What messages call this value, with its article.
    #[must_use]
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Unknown(_) => "an unknown",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }

    /// The attribute of an object or element of a map; null where this is no map or lacks it. A part of an unknown is
    /// that unknown.
    #[must_use]
    pub fn get(&self, name: &str) -> &Self {
        const NULL: &Value = &Value::Null;
        match self {
            Self::Map(members) => members.get(name).unwrap_or(NULL),
            Self::Unknown(_) => self,
            _ => NULL,
        }
    }

    /// The part at the end of a path; `None` where there is none. A part of an unknown is that unknown.
    #[must_use]
    pub fn at(&self, path: &AttributePath) -> Option<&Self> {
        path.steps()
            .iter()
            .try_fold(self, |value, step| match (value, step) {
                (Self::Unknown(_), _) => Some(value),
                (Self::Map(members), Step::Attribute(name) | Step::Key(name)) => members.get(name),
                (Self::List(elements), Step::Index(index)) => elements.get(*index),
                _ => None,
            })
    }

    /// The same value with null in place of each unknown: how what is half made is saved.
    #[must_use]
    pub fn without_unknowns(self) -> Self {
        match self {
            Self::Unknown(_) => Self::Null,
            Self::List(elements) => {
                Self::List(elements.into_iter().map(Self::without_unknowns).collect())
            }
            Self::Map(members) => Self::object(
                members
                    .into_iter()
                    .map(|(name, member)| (name, member.without_unknowns())),
            ),
            known => known,
        }
    }

    /// The text of a known string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(option: Option<T>) -> Self {
        option.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_a_part() {
        let cluster = Value::object([
            ("tags", Value::object([("City", Value::from("Demo"))])),
            ("nodes", Value::List(vec![Value::from(1)])),
            ("eks", Value::unknown()),
            ("proxy", Value::Null),
        ]);
        let part = |path: AttributePath| cluster.at(&path).cloned();
        let tags = AttributePath::attribute("tags");
        let nodes = AttributePath::attribute("nodes");

        assert_eq!(part(AttributePath::root()), Some(cluster.clone()));
        assert_eq!(
            part(tags.child(Step::Key("City".to_owned()))),
            Some("Demo".into())
        );
        assert_eq!(part(nodes.child(Step::Index(0))), Some(1.into()));
        assert_eq!(part(nodes.child(Step::Index(1))), None);
        assert_eq!(
            part(AttributePath::attribute("eks").dot("region")),
            Some(Value::unknown())
        );
        assert_eq!(part(AttributePath::attribute("proxy")), Some(Value::Null));
        assert_eq!(part(AttributePath::attribute("proxy").dot("http")), None);
    }

    #[test]
    fn what_is_saved_has_no_unknowns() {
        let planned = Value::object([
            ("name", Value::from("eks-1")),
            ("drift", Value::List(vec![Value::unknown()])),
        ]);
        assert!(!planned.is_wholly_known());
        let saved = planned.without_unknowns();
        assert!(saved.is_wholly_known());
        assert_eq!(saved.get("drift"), &Value::List(vec![Value::Null]));
    }
}
