//! From the provider block and the environment to access to both planes.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::SecretString;
use serde::Deserialize;

use crate::arm::environment::Env;
use crate::arm::{self, Client, ConfigError, Settings};
use crate::resources::connection::ConnectionState;
use crate::sdk::bridge;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::value::Value;
use crate::usecases::{Clusters, HelmSource, OfferedLocations, Session, TagRules};

/// The provider block as written.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Block {
    subscription_id: Option<String>,
    tenant_id: Option<String>,
    client_id: Option<String>,
    client_id_file_path: Option<String>,
    client_secret: Option<SecretString>,
    client_secret_file_path: Option<String>,
    environment: Option<String>,
    metadata_host: Option<String>,
    use_cli: Option<bool>,
    resource_provider_registrations: Option<String>,
    kubernetes: Option<ConnectionState>,
    helm: Option<HelmBlock>,
    default_tags: Option<DefaultTags>,
    ignore_tags: Option<IgnoreTags>,
    on_unreachable: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct DefaultTags {
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct IgnoreTags {
    keys: Option<BTreeSet<String>>,
    key_prefixes: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct HelmBlock {
    path: Option<String>,
    repository: Option<String>,
    digest: Option<String>,
    cache_dir: Option<String>,
}

/// Access to both planes, without touching the network. `None` while the block holds values that are not known yet: a
/// plan then goes on without a backend.
///
/// # Errors
///
/// Diagnostics at the argument that is missing or wrong.
pub(super) fn session(config: &Value) -> Result<Option<Session>, Diagnostics> {
    if !config.is_wholly_known() {
        return Ok(None);
    }
    let block: Block = bridge::from_value(config).map_err(|error| {
        Diagnostics::error(
            error.path.clone(),
            "Invalid Provider Configuration",
            error.to_string(),
        )
    })?;
    block.session().map(Some)
}

impl Block {
    fn session(self) -> Result<Session, Diagnostics> {
        let register = self.resource_provider_registrations.as_deref() == Some("arc");
        let unreachable_is_error = self.on_unreachable.as_deref() == Some("error");
        let default_connection = self.kubernetes.as_ref().map(ConnectionState::connection);
        let helm = self
            .helm
            .as_ref()
            .map(HelmBlock::source)
            .unwrap_or_default();
        let tags = self.tag_rules();
        Ok(Session {
            azure: self.azure()?,
            default_connection,
            helm,
            register_resource_providers: register,
            unreachable_is_error,
            tags,
            clusters: Clusters::default(),
            offered: OfferedLocations::default(),
        })
    }

    fn tag_rules(&self) -> TagRules {
        let defaults = self.default_tags.clone().unwrap_or_default();
        let ignored = self.ignore_tags.clone().unwrap_or_default();
        TagRules {
            defaults: defaults.tags.unwrap_or_default(),
            ignored: ignored.keys.unwrap_or_default(),
            ignored_prefixes: ignored.key_prefixes.unwrap_or_default(),
        }
    }

    fn azure(self) -> Result<Client, Diagnostics> {
        let config = self
            .settings()
            .or_environment(&Env::Process)
            .and_then(Settings::into_config)
            .map_err(|error| wrong_setting(&error))?;
        Client::new(config).map_err(|error: arm::Error| {
            Diagnostic::explain(AttributePath::root(), "setting up the Azure client", &error).into()
        })
    }

    fn settings(self) -> Settings {
        Settings {
            subscription_id: self.subscription_id,
            tenant_id: self.tenant_id,
            client_id: self.client_id,
            client_id_file_path: self.client_id_file_path,
            client_secret: self.client_secret,
            client_secret_file_path: self.client_secret_file_path,
            environment: self.environment,
            metadata_host: self.metadata_host,
            use_cli: self.use_cli,
            api_versions: None,
        }
    }
}

impl HelmBlock {
    fn source(&self) -> HelmSource {
        HelmSource {
            path: self.path.as_ref().map(Into::into),
            repository: self.repository.clone(),
            digest: self.digest.clone(),
            cache_dir: self.cache_dir.as_ref().map(Into::into),
        }
    }
}

fn wrong_setting(error: &ConfigError) -> Diagnostics {
    let path = error.setting().map_or_else(AttributePath::root, |setting| {
        AttributePath::attribute(setting.argument)
    });
    Diagnostic::explain(path, "reading the provider's Azure settings", error).into()
}
