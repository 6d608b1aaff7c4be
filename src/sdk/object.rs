//! An object as Terraform stores it, untyped.

use super::value::Value;

/// An object on the wire between Terraform and the provider.
#[derive(Clone, Debug, Default)]
pub struct StoredObject {
    /// The attributes; null for no object.
    pub state: Value,
    /// The provider's private bytes.
    pub private: Vec<u8>,
    /// The identity, where Terraform knows one.
    pub identity: Option<Value>,
}
