//! The types of a provider on the wire: what their schemas say about encoding, worked out once.

use std::sync::Arc;

use super::convert;
use crate::proto::tfplugin6 as wire;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::{ErasedResource, ObjectReply, StoredObject};
use crate::sdk::schema::Schema;
use crate::sdk::types::Type;
use crate::sdk::value::Value;

/// A type whose objects are asked for and not stored: a data source or an ephemeral resource.
pub(super) struct AskedType<K: ?Sized> {
    /// The data source or ephemeral resource itself.
    pub kind: Arc<K>,
    state: Type,
}

/// A managed resource type.
pub(super) struct ResourceType {
    /// The resource itself.
    pub resource: Arc<dyn ErasedResource>,
    state: Type,
    identity: Type,
}

impl<K: ?Sized> AskedType<K> {
    /// Works out what the schema says.
    pub fn new(kind: &Arc<K>, schema: &Schema) -> Self {
        Self {
            kind: Arc::clone(kind),
            state: schema.value_type(),
        }
    }

    /// A configuration.
    ///
    /// # Errors
    ///
    /// As for [`convert::decode`].
    pub fn decode(&self, value: Option<wire::DynamicValue>) -> Result<Value, Diagnostics> {
        convert::decode(&self.state, value)
    }

    /// An answer as a message.
    ///
    /// # Errors
    ///
    /// As for [`convert::encode`].
    pub fn encode(&self, value: &Value) -> Result<wire::DynamicValue, Diagnostics> {
        convert::encode(&self.state, value)
    }
}

impl ResourceType {
    /// Works out what the schema says.
    pub fn new(resource: Arc<dyn ErasedResource>) -> Self {
        Self {
            state: resource.schema().value_type(),
            identity: resource.identity_schema().value_type(),
            resource,
        }
    }

    /// A configuration or stored object.
    ///
    /// # Errors
    ///
    /// As for [`convert::decode`].
    pub fn decode(&self, value: Option<wire::DynamicValue>) -> Result<Value, Diagnostics> {
        convert::decode(&self.state, value)
    }

    /// A stored object as a message.
    ///
    /// # Errors
    ///
    /// As for [`convert::encode`].
    pub fn encode(&self, value: &Value) -> Result<wire::DynamicValue, Diagnostics> {
        convert::encode(&self.state, value)
    }

    /// An identity.
    ///
    /// # Errors
    ///
    /// As for [`convert::decode`].
    pub fn decode_identity(
        &self,
        identity: Option<wire::ResourceIdentityData>,
    ) -> Result<Option<Value>, Diagnostics> {
        convert::decode_identity(&self.identity, identity)
    }

    /// The identity of an old version, from the JSON of the state file.
    ///
    /// # Errors
    ///
    /// A diagnostic when it does not fit the schema of today.
    pub fn identity_from_json(&self, json: &[u8]) -> Result<Value, Diagnostics> {
        convert::decode_json(&self.identity, json)
    }

    /// An identity as a message.
    ///
    /// # Errors
    ///
    /// As for [`convert::encode`].
    pub fn encode_identity(
        &self,
        identity: Option<&Value>,
    ) -> Result<Option<wire::ResourceIdentityData>, Diagnostics> {
        convert::encode_identity(&self.identity, identity)
    }

    /// A stored object from its three messages.
    ///
    /// # Errors
    ///
    /// As for [`convert::decode`].
    pub fn decode_object(
        &self,
        state: Option<wire::DynamicValue>,
        private: Vec<u8>,
        identity: Option<wire::ResourceIdentityData>,
    ) -> Result<StoredObject, Diagnostics> {
        Ok(StoredObject {
            state: self.decode(state)?,
            private,
            identity: self.decode_identity(identity)?,
        })
    }

    /// The messages of a stored object.
    ///
    /// # Errors
    ///
    /// As for [`convert::encode`], behind what the resource had to say.
    pub fn encode_reply(&self, reply: ObjectReply) -> Result<ObjectMessages, Diagnostics> {
        let ObjectReply {
            object,
            diagnostics,
        } = reply;
        let encoded = self.encode(&object.state).and_then(|state| {
            let identity = self.encode_identity(object.identity.as_ref())?;
            Ok((state, identity))
        });
        match encoded {
            Ok((state, identity)) => Ok(ObjectMessages {
                state,
                private: object.private,
                identity,
                diagnostics: convert::diagnostics(diagnostics),
            }),
            Err(misfit) => Err(diagnostics.into_iter().chain(misfit).collect()),
        }
    }
}

/// A stored object as several replies hold it.
pub(super) struct ObjectMessages {
    /// The attributes.
    pub state: wire::DynamicValue,
    /// The provider's own bytes.
    pub private: Vec<u8>,
    /// The identity.
    pub identity: Option<wire::ResourceIdentityData>,
    /// Messages to the user.
    pub diagnostics: Vec<wire::Diagnostic>,
}
