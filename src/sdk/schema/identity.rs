//! The attributes by which Terraform 1.12 and later knows an object beyond its id.

use crate::sdk::types::Type;

/// The attributes that identify an object (`GetResourceIdentitySchemas`).
#[derive(Clone, Debug)]
pub struct IdentitySchema {
    /// Version of the stored identity.
    pub version: i64,
    /// The attributes, all of them strings.
    pub attributes: Vec<IdentityAttribute>,
}

/// One identity attribute.
#[derive(Clone, Debug)]
pub struct IdentityAttribute {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Whether an import by identity must give it; otherwise it may.
    pub required_for_import: bool,
}

impl IdentitySchema {
    /// The first version of an identity.
    #[must_use]
    pub const fn new(attributes: Vec<IdentityAttribute>) -> Self {
        Self {
            version: 0,
            attributes,
        }
    }

    /// The type of the identity: an object of strings.
    #[must_use]
    pub fn value_type(&self) -> Type {
        Type::object(
            self.attributes
                .iter()
                .map(|attribute| (attribute.name, Type::String)),
        )
    }
}

impl IdentityAttribute {
    /// An attribute that an import by identity must give.
    #[must_use]
    pub const fn required(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            required_for_import: true,
        }
    }

    /// An attribute that an import by identity may give.
    #[must_use]
    pub const fn optional(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            required_for_import: false,
        }
    }
}
