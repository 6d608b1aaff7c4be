//! Protected settings: written by clients, shown in no reply.
//!
//! The simulator keeps no value. What tests may know is which names were sent last, and whether a value is the one that
//! they sent.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::request::object;

/// Hashes (SHA-256, in hexadecimal) of the protected settings by their names.
pub(super) type Protected = BTreeMap<String, String>;

/// The protected settings in a body's properties.
pub(super) fn parse(properties: &Map<String, Value>) -> Protected {
    let settings = object(properties, "configurationProtectedSettings");
    let hash = |value: &Value| {
        let value = value.as_str().unwrap_or_default();
        format!("{:x}", Sha256::digest(value))
    };
    settings
        .iter()
        .map(|(name, value)| (name.clone(), hash(value)))
        .collect()
}
