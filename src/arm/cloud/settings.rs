//! From what a user wrote to what a client needs.
//!
//! [`Settings`] holds arguments and environment variables as given; [`Config`] holds a decision about each. The step
//! between them is the only place that can find them wanting.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::endpoints::KnownCloud;
use super::environment::{self, Env, Variable};
use super::versions::ApiVersions;
use crate::fault::{Explain, Kind, Remedy};
use crate::files;

/// Arguments as written; `None` where the user wrote nothing.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// See [`environment::SUBSCRIPTION_ID`].
    pub subscription_id: Option<String>,
    /// See [`environment::TENANT_ID`].
    pub tenant_id: Option<String>,
    /// See [`environment::CLIENT_ID`].
    pub client_id: Option<String>,
    /// See [`environment::CLIENT_ID_FILE_PATH`].
    pub client_id_file_path: Option<String>,
    /// See [`environment::CLIENT_SECRET`].
    pub client_secret: Option<SecretString>,
    /// See [`environment::CLIENT_SECRET_FILE_PATH`].
    pub client_secret_file_path: Option<String>,
    /// See [`environment::ENVIRONMENT`].
    pub environment: Option<String>,
    /// See [`environment::METADATA_HOST`].
    pub metadata_host: Option<String>,
    /// See [`environment::USE_CLI`].
    pub use_cli: Option<bool>,
    /// Versions to send instead of the pinned ones.
    pub api_versions: Option<ApiVersions>,
}

/// Everything that a client is made of.
#[derive(Clone, Debug)]
pub struct Config {
    /// The subscription that resources belong to unless they name another.
    pub subscription_id: String,
    /// The tenant to log in to; always set with a client secret.
    pub tenant_id: Option<String>,
    /// How to log in.
    pub credential: CredentialSource,
    /// Name of the cloud.
    pub environment: String,
    /// Where a custom cloud describes itself; without it `environment` is one of [`KnownCloud`].
    pub metadata_host: Option<String>,
    /// The api-versions to send.
    pub api_versions: ApiVersions,
}

/// Where tokens come from.
#[derive(Clone, Debug)]
pub enum CredentialSource {
    /// A service principal and its secret.
    ClientSecret {
        /// Application (client) id.
        client_id: String,
        /// The secret's value.
        secret: SecretString,
    },
    /// Whoever is logged in to the Azure CLI.
    AzureCli,
}

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A setting is needed and absent.
    #[error("no {} is set{}", .setting.argument, .reason)]
    Missing {
        /// The absent one.
        setting: Variable,
        /// Why it is needed, from the space on; empty when it always is.
        reason: &'static str,
    },
    /// A setting has a value that it cannot have.
    #[error("{} cannot be '{value}': {reason}", .setting.argument)]
    Invalid {
        /// The setting at fault.
        setting: Variable,
        /// What was given. Never a secret.
        value: String,
        /// What is possible.
        reason: &'static str,
    },
    /// A file that a setting names cannot be read.
    #[error("the file {path} of {} cannot be read", .setting.argument)]
    File {
        /// The setting that names it.
        setting: Variable,
        /// The path as given.
        path: String,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// No way to log in is left.
    #[error(
        "no credential is configured: there is no client secret and the Azure CLI is switched off"
    )]
    NoCredential,
}

impl ConfigError {
    /// The setting at fault, if it is one.
    #[must_use]
    pub const fn setting(&self) -> Option<Variable> {
        match self {
            Self::Missing { setting, .. }
            | Self::Invalid { setting, .. }
            | Self::File { setting, .. } => Some(*setting),
            Self::NoCredential => None,
        }
    }
}

impl Explain for ConfigError {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }

    fn summary(&self) -> String {
        "Invalid Azure Configuration".to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        let text = match self.setting() {
            Some(setting) => format!(
                "set {} or the environment variable {}",
                setting.argument, setting.name
            ),
            None => "set client_id and client_secret, or let use_cli be true and run `az login`"
                .to_owned(),
        };
        vec![Remedy::new(text)]
    }
}

impl Settings {
    /// Fills what the user did not write from the environment.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] when a variable that says yes or no says something else.
    pub fn or_environment(self, env: &Env) -> Result<Self, ConfigError> {
        let or = |written: Option<String>, variable| written.or_else(|| env.get(variable));
        let use_cli = match self.use_cli {
            Some(written) => Some(written),
            None => env.get(environment::USE_CLI).map(parse_bool).transpose()?,
        };
        let secret = || env.get(environment::CLIENT_SECRET).map(SecretString::from);
        Ok(Self {
            subscription_id: or(self.subscription_id, environment::SUBSCRIPTION_ID),
            tenant_id: or(self.tenant_id, environment::TENANT_ID),
            client_id: or(self.client_id, environment::CLIENT_ID),
            client_id_file_path: or(self.client_id_file_path, environment::CLIENT_ID_FILE_PATH),
            client_secret: self.client_secret.or_else(secret),
            client_secret_file_path: or(
                self.client_secret_file_path,
                environment::CLIENT_SECRET_FILE_PATH,
            ),
            environment: or(self.environment, environment::ENVIRONMENT),
            metadata_host: or(self.metadata_host, environment::METADATA_HOST),
            use_cli,
            api_versions: self.api_versions,
        })
    }

    /// Decides what the settings mean. Reads the files that they name; asks no network.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the argument and the variable at fault.
    pub fn into_config(self) -> Result<Config, ConfigError> {
        let credential = self.credential()?;
        let environment = self.environment.unwrap_or_else(|| "public".to_owned());
        check_environment(&environment, self.metadata_host.as_deref())?;
        let subscription_id = self
            .subscription_id
            .ok_or(missing(environment::SUBSCRIPTION_ID, ""))?;
        check_subscription(&subscription_id)?;
        Ok(Config {
            subscription_id,
            tenant_id: self.tenant_id,
            credential,
            environment,
            metadata_host: self.metadata_host,
            api_versions: self.api_versions.unwrap_or_default(),
        })
    }

    /// A secret wins over the Azure CLI, as in azurerm; a client id alone does not switch the CLI off.
    fn credential(&self) -> Result<CredentialSource, ConfigError> {
        let Some(secret) = self.secret()? else {
            return match self.use_cli {
                Some(false) => Err(ConfigError::NoCredential),
                Some(true) | None => Ok(CredentialSource::AzureCli),
            };
        };
        let reason = " for the client secret";
        let client_id = self
            .identifier()?
            .ok_or(missing(environment::CLIENT_ID, reason))?;
        if self.tenant_id.is_none() {
            return Err(missing(environment::TENANT_ID, reason));
        }
        Ok(CredentialSource::ClientSecret { client_id, secret })
    }

    fn secret(&self) -> Result<Option<SecretString>, ConfigError> {
        if let Some(secret) = &self.client_secret {
            return Ok(Some(secret.clone()).filter(|secret| !secret.expose_secret().is_empty()));
        }
        let path = self.client_secret_file_path.as_deref();
        let read = path.map(|path| read_line(environment::CLIENT_SECRET_FILE_PATH, path));
        Ok(read.transpose()?.map(SecretString::from))
    }

    fn identifier(&self) -> Result<Option<String>, ConfigError> {
        if self.client_id.is_some() {
            return Ok(self.client_id.clone());
        }
        let path = self.client_id_file_path.as_deref();
        path.map(|path| read_line(environment::CLIENT_ID_FILE_PATH, path))
            .transpose()
    }
}

const fn missing(setting: Variable, reason: &'static str) -> ConfigError {
    ConfigError::Missing { setting, reason }
}

/// The content of a file without the line end that editors leave.
fn read_line(setting: Variable, path: &str) -> Result<String, ConfigError> {
    let content =
        files::read_text(Path::new(path), files::SMALL).map_err(|source| ConfigError::File {
            setting,
            path: path.to_owned(),
            source,
        })?;
    Ok(content.trim().to_owned())
}

fn parse_bool(value: String) -> Result<bool, ConfigError> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(ConfigError::Invalid {
            setting: environment::USE_CLI,
            value,
            reason: "it is true or false",
        }),
    }
}

fn check_environment(name: &str, metadata_host: Option<&str>) -> Result<(), ConfigError> {
    if metadata_host.is_some() || KnownCloud::from_name(name).is_some() {
        return Ok(());
    }
    Err(ConfigError::Invalid {
        setting: environment::ENVIRONMENT,
        value: name.to_owned(),
        reason: "without a metadata_host it is public, usgovernment or china",
    })
}

fn check_subscription(id: &str) -> Result<(), ConfigError> {
    if uuid::Uuid::try_parse(id).is_ok() {
        return Ok(());
    }
    Err(ConfigError::Invalid {
        setting: environment::SUBSCRIPTION_ID,
        value: id.to_owned(),
        reason: "it is a UUID",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "7b795fb9-09d3-42f4-a494-38864f99ba3c";

    fn env(variables: &[(&str, &str)]) -> Env {
        let owned = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Env::Map(owned.collect())
    }

    fn config(settings: Settings, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        settings.or_environment(&env(variables))?.into_config()
    }

    #[test]
    fn an_azurerm_pipeline_works_unchanged() {
        let variables = [
            ("ARM_SUBSCRIPTION_ID", SUBSCRIPTION),
            ("ARM_TENANT_ID", "tenant"),
            ("ARM_CLIENT_ID", "app"),
            ("ARM_CLIENT_SECRET", "canary"),
            ("ARM_ENVIRONMENT", ""),
        ];
        let config = config(Settings::default(), &variables).expect("complete");
        assert_eq!(config.environment, "public");
        let CredentialSource::ClientSecret { client_id, secret } = &config.credential else {
            panic!("a secret wins: {config:?}");
        };
        assert_eq!(
            (client_id.as_str(), secret.expose_secret()),
            ("app", "canary")
        );
        assert!(!format!("{config:?}").contains("canary"));
    }

    #[test]
    fn an_argument_wins_over_its_variable() {
        let written = Settings {
            subscription_id: Some(SUBSCRIPTION.to_owned()),
            use_cli: Some(true),
            ..Settings::default()
        };
        let config = config(
            written,
            &[("ARM_SUBSCRIPTION_ID", "other"), ("ARM_USE_CLI", "false")],
        )
        .expect("complete");
        assert_eq!(config.subscription_id, SUBSCRIPTION);
        assert!(matches!(config.credential, CredentialSource::AzureCli));
    }

    #[test]
    fn secrets_may_lie_in_files() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "from-file\n").expect("writable");
        let path = file.path().to_str().expect("utf-8");
        let variables = [
            ("ARM_SUBSCRIPTION_ID", SUBSCRIPTION),
            ("ARM_TENANT_ID", "tenant"),
            ("ARM_CLIENT_ID_FILE_PATH", path),
            ("ARM_CLIENT_SECRET_FILE_PATH", path),
        ];
        let config = config(Settings::default(), &variables).expect("complete");
        let CredentialSource::ClientSecret { client_id, secret } = config.credential else {
            panic!("the files give a secret");
        };
        assert_eq!(
            (client_id.as_str(), secret.expose_secret()),
            ("from-file", "from-file")
        );
    }

    #[test]
    fn what_is_missing_is_named_with_its_variable() {
        let id = ("ARM_SUBSCRIPTION_ID", SUBSCRIPTION);
        let secret = ("ARM_CLIENT_SECRET", "s");
        let cases: [(&[_], _, _); 6] = [
            (&[], "no subscription_id is set", "ARM_SUBSCRIPTION_ID"),
            (
                &[id, secret],
                "no client_id is set for the client secret",
                "ARM_CLIENT_ID",
            ),
            (
                &[id, secret, ("ARM_CLIENT_ID", "a")],
                "no tenant_id is set",
                "ARM_TENANT_ID",
            ),
            (
                &[id, ("ARM_USE_CLI", "false")],
                "no credential is configured",
                "use_cli",
            ),
            (
                &[id, ("ARM_USE_CLI", "perhaps")],
                "use_cli cannot be 'perhaps'",
                "ARM_USE_CLI",
            ),
            (
                &[id, ("ARM_ENVIRONMENT", "moon")],
                "environment cannot be 'moon'",
                "ARM_ENVIRONMENT",
            ),
        ];
        for (variables, message, remedy) in cases {
            let error = config(Settings::default(), variables).expect_err(message);
            assert!(error.to_string().starts_with(message), "{error}");
            assert!(error.remedies()[0].to_string().contains(remedy), "{error}");
        }
    }
}
