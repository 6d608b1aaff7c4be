//! Values of Terraform's language, with the two things that ordinary data lacks: null and not-yet-known.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;

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

    /// The attribute of an object or element of a map; null where this is no map or lacks it.
    #[must_use]
    pub fn get(&self, name: &str) -> &Self {
        const NULL: &Value = &Value::Null;
        match self {
            Self::Map(members) => members.get(name).unwrap_or(NULL),
            _ => NULL,
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
