//! The provider's types by name, with what their schemas say about encoding worked out once.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::proto::tfplugin6 as wire;
use crate::sdk::data_source::ErasedDataSource;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::ephemeral::ErasedEphemeralResource;
use crate::sdk::path::AttributePath;
use crate::sdk::provider::Provider;
use crate::sdk::resource::{ErasedResource, ObjectReply, StoredObject};
use crate::sdk::schema::Schema;
use crate::sdk::types::Type;
use crate::sdk::value::Value;

use super::convert;

/// The provider and its types.
pub(super) struct Registry {
    /// The provider.
    pub provider: Arc<dyn Provider>,
    /// The type of the provider block.
    pub config: Type,
    /// The managed resource types, by name.
    pub resources: BTreeMap<&'static str, ResourceType>,
    /// The data source types, by name.
    pub data_sources: BTreeMap<&'static str, AskedType<dyn ErasedDataSource>>,
    /// The ephemeral resource types, by name.
    pub ephemeral_resources: BTreeMap<&'static str, AskedType<dyn ErasedEphemeralResource>>,
}

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

impl Registry {
    /// Asks the provider for its types.
    pub fn new(provider: Arc<dyn Provider>) -> Self {
        let resources = provider
            .resources()
            .iter()
            .map(|resource| {
                (
                    resource.type_name(),
                    ResourceType::new(Arc::clone(resource)),
                )
            })
            .collect();
        let data_sources = provider
            .data_sources()
            .iter()
            .map(|kind| (kind.type_name(), AskedType::new(kind, kind.schema())))
            .collect();
        let ephemeral_resources = provider
            .ephemeral_resources()
            .iter()
            .map(|kind| (kind.type_name(), AskedType::new(kind, kind.schema())))
            .collect();
        Self {
            config: provider.schema().value_type(),
            resources,
            data_sources,
            ephemeral_resources,
            provider,
        }
    }

    /// A managed resource type.
    ///
    /// # Errors
    ///
    /// A diagnostic when there is none of that name.
    pub fn resource(&self, type_name: &str) -> Result<&ResourceType, Diagnostics> {
        self.resources
            .get(type_name)
            .ok_or_else(|| unknown_type("resource", type_name))
    }

    /// A data source type.
    ///
    /// # Errors
    ///
    /// As for [`Registry::resource`].
    pub fn data_source(
        &self,
        type_name: &str,
    ) -> Result<&AskedType<dyn ErasedDataSource>, Diagnostics> {
        self.data_sources
            .get(type_name)
            .ok_or_else(|| unknown_type("data source", type_name))
    }

    /// An ephemeral resource type.
    ///
    /// # Errors
    ///
    /// As for [`Registry::resource`].
    pub fn ephemeral_resource(
        &self,
        type_name: &str,
    ) -> Result<&AskedType<dyn ErasedEphemeralResource>, Diagnostics> {
        self.ephemeral_resources
            .get(type_name)
            .ok_or_else(|| unknown_type("ephemeral resource", type_name))
    }
}

impl<K: ?Sized> AskedType<K> {
    fn new(kind: &Arc<K>, schema: &Schema) -> Self {
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
    fn new(resource: Arc<dyn ErasedResource>) -> Self {
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

/// The client asks for a type that no schema of ours names.
pub(super) fn unknown_type(kind: &str, type_name: &str) -> Diagnostics {
    Diagnostics::error(
        AttributePath::root(),
        "Unknown Type",
        format!("This version of the provider has no {kind} type {type_name:?}."),
    )
}
