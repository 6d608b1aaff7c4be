//! The types of Terraform's language, as far as an attribute can have them.

use std::collections::BTreeMap;

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
}
