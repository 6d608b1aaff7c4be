//! The provider block, and the registry of all types.

mod configure;
mod schema;

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::files;
use crate::resources::connected_cluster::{ConnectedClusterDataSource, ConnectedClusterResource};
use crate::resources::connected_clusters::ConnectedClustersDataSource;
use crate::resources::connection;
use crate::resources::custom_location::CustomLocationResource;
use crate::resources::extension::{ExtensionDataSource, ExtensionResource};
use crate::resources::extension_types::ExtensionTypesDataSource;
use crate::resources::flux_configuration::FluxConfigurationResource;
use crate::resources::service_account_token::{
    ServiceAccountTokenEphemeral, ServiceAccountTokenResource,
};
use crate::sdk::context::Context;
use crate::sdk::data_source::ErasedDataSource;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::ephemeral::ErasedEphemeralResource;
use crate::sdk::erased::{erase, erase_data_source, erase_ephemeral};
use crate::sdk::path::AttributePath;
use crate::sdk::provider::Provider;
use crate::sdk::resource::ErasedResource;
use crate::sdk::schema::Schema;
use crate::sdk::validate::validate;
use crate::sdk::value::Value;
use crate::usecases::SessionSlot;

/// The provider.
pub struct ArcProvider {
    schema: Schema,
    session: SessionSlot,
    resources: Vec<Arc<dyn ErasedResource>>,
    data_sources: Vec<Arc<dyn ErasedDataSource>>,
    ephemeral_resources: Vec<Arc<dyn ErasedEphemeralResource>>,
}

impl ArcProvider {
    /// The provider, not configured yet.
    #[must_use]
    pub fn new() -> Self {
        let session = SessionSlot::default();
        Self {
            schema: schema::schema(),
            resources: vec![
                erase(ConnectedClusterResource::new(session.clone())),
                erase(ExtensionResource::new(session.clone())),
                erase(FluxConfigurationResource::new(session.clone())),
                erase(CustomLocationResource::new(session.clone())),
                erase(ServiceAccountTokenResource::new(session.clone())),
            ],
            data_sources: vec![
                erase_data_source(ConnectedClusterDataSource::new(session.clone())),
                erase_data_source(ConnectedClustersDataSource::new(session.clone())),
                erase_data_source(ExtensionDataSource::new(session.clone())),
                erase_data_source(ExtensionTypesDataSource::new(session.clone())),
            ],
            ephemeral_resources: vec![erase_ephemeral(ServiceAccountTokenEphemeral::new(
                session.clone(),
            ))],
            session,
        }
    }
}

impl Default for ArcProvider {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider for ArcProvider {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn resources(&self) -> &[Arc<dyn ErasedResource>] {
        &self.resources
    }

    fn data_sources(&self) -> &[Arc<dyn ErasedDataSource>] {
        &self.data_sources
    }

    fn ephemeral_resources(&self) -> &[Arc<dyn ErasedEphemeralResource>] {
        &self.ephemeral_resources
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let mut found = validate(&self.schema, config, false);
        let path = AttributePath::attribute(connection::NAME);
        found.extend(connection::validate(&path, config.get(connection::NAME)));
        found
    }

    fn configure<'a>(&'a self, _cx: &'a Context, config: Value) -> BoxFuture<'a, Diagnostics> {
        async move {
            match files::blocking(move || configure::session(&config)).await {
                Ok(Some(session)) => {
                    self.session.set(session);
                    Diagnostics::default()
                }
                Ok(None) => Diagnostics::default(),
                Err(diagnostics) => diagnostics,
            }
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdk::schema::{Attribute, Shape};

    const SCHEMES: [&str; 4] = ["https", "http", "oci", "ssh"];

    /// The attributes that are stored, each with its path.
    fn stored<'a>(path: &str, of: &'a [Attribute], found: &mut Vec<(String, &'a Attribute)>) {
        for attribute in of.iter().filter(|attribute| !attribute.write_only) {
            let path = format!("{path}.{}", attribute.name);
            if let Shape::Nested(_, of) = &attribute.shape {
                stored(&path, of, found);
            }
            found.push((path, attribute));
        }
    }

    fn takes(attribute: &Attribute, text: &str) -> bool {
        let value = Value::string(text);
        attribute
            .checks
            .iter()
            .all(|check| check.judge(&value).is_ok())
    }

    #[test]
    fn no_address_that_is_stored_takes_credentials() {
        let provider = ArcProvider::new();
        let resources = provider.resources().iter();
        let data_sources = provider.data_sources().iter();
        let schemas = resources
            .map(|one| (one.type_name(), one.schema()))
            .chain(data_sources.map(|one| (one.type_name(), one.schema())));
        let mut found = Vec::new();
        for (name, schema) in schemas {
            stored(name, &schema.attributes, &mut found);
        }
        let mut addresses = 0;
        for (path, attribute) in found {
            let plain = SCHEMES.map(|scheme| format!("{scheme}://host.example/a"));
            let an_address =
                plain.iter().any(|text| takes(attribute, text)) && !takes(attribute, "no address");
            if attribute.mode.is_computed() || !(an_address || attribute.name == "repository") {
                continue;
            }
            addresses += 1;
            for scheme in SCHEMES {
                for text in [
                    format!("{scheme}://u:p@host.example"),
                    format!("{scheme}://u:p/a@host.example"),
                ] {
                    assert!(!takes(attribute, &text), "{path} takes {text}");
                }
            }
        }
        assert!(
            addresses > 15,
            "only {addresses} attributes were found to be addresses"
        );
    }

    #[test]
    fn the_provider_block_is_not_stored_and_may_hold_credentials() {
        let provider = ArcProvider::new();
        let mut found = Vec::new();
        stored("", &provider.schema().attributes, &mut found);
        let proxy = found
            .iter()
            .find(|(path, _)| path == ".kubernetes.proxy_url");
        assert!(takes(proxy.expect("there").1, "http://u:p@proxy:3128"));
    }
}
