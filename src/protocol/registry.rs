//! The provider's types by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::types::{AskedType, ResourceType};
use crate::sdk::data_source::ErasedDataSource;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::ephemeral::ErasedEphemeralResource;
use crate::sdk::path::AttributePath;
use crate::sdk::provider::Provider;
use crate::sdk::types::Type;

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

/// The client asks for a type that no schema of ours names.
pub(super) fn unknown_type(kind: &str, type_name: &str) -> Diagnostics {
    Diagnostics::error(
        AttributePath::root(),
        "Unknown Type",
        format!("This version of the provider has no {kind} type {type_name:?}."),
    )
}
