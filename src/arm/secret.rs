//! Values that are sent to Azure, which never returns them. Their `Debug` is silent.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// Secret settings by name.
#[derive(Clone, Debug, Default)]
pub struct ProtectedSettings(pub BTreeMap<String, SecretString>);

/// One secret.
#[derive(Clone, Debug)]
pub struct Secret(pub SecretString);

impl Serialize for ProtectedSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, secret) in &self.0 {
            map.serialize_entry(name, secret.expose_secret())?;
        }
        map.end()
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}
