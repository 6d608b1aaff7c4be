//! A value that the user writes and nobody stores.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};

/// Text of a write-only attribute. It arrives in the configuration of an apply; in every state it is null.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct WriteOnly(SecretString);

impl WriteOnly {
    /// The secret.
    #[must_use]
    pub fn reveal(&self) -> SecretString {
        self.0.clone()
    }
}

/// Whatever it is, it is stored as null.
impl Serialize for WriteOnly {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

impl fmt::Debug for WriteOnly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WriteOnly(…)")
    }
}

impl PartialEq for WriteOnly {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for WriteOnly {}
