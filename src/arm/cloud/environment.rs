//! The environment variables that stand in for arguments, under the names that azurerm gave them.
//!
//! Each variable is declared here once; error messages and documentation take its name from here.

use std::collections::HashMap;

/// An environment variable and the argument that it stands in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name in the environment.
    pub name: &'static str,
    /// The argument that wins over it.
    pub argument: &'static str,
}

macro_rules! variables {
    ($($(#[$doc:meta])* $constant:ident = $name:literal for $argument:literal;)*) => {
        $($(#[$doc])* pub const $constant: Variable = Variable { name: $name, argument: $argument };)*
    };
}

variables! {
    /// UUID of the subscription that resources belong to unless they name another.
    SUBSCRIPTION_ID = "ARM_SUBSCRIPTION_ID" for "subscription_id";
    /// UUID of the Entra tenant to log in to.
    TENANT_ID = "ARM_TENANT_ID" for "tenant_id";
    /// Application (client) id of the service principal.
    CLIENT_ID = "ARM_CLIENT_ID" for "client_id";
    /// File that holds the client id.
    CLIENT_ID_FILE_PATH = "ARM_CLIENT_ID_FILE_PATH" for "client_id_file_path";
    /// Secret of the service principal.
    CLIENT_SECRET = "ARM_CLIENT_SECRET" for "client_secret";
    /// File that holds the client secret.
    CLIENT_SECRET_FILE_PATH = "ARM_CLIENT_SECRET_FILE_PATH" for "client_secret_file_path";
    /// The cloud: `public` (default), `usgovernment`, `china`, or a name from the metadata host.
    ENVIRONMENT = "ARM_ENVIRONMENT" for "environment";
    /// Host, with an optional port, that describes a custom cloud.
    METADATA_HOST = "ARM_METADATA_HOSTNAME" for "metadata_host";
    /// Whether the login of the Azure CLI may be used; `true` unless set.
    USE_CLI = "ARM_USE_CLI" for "use_cli";
}

/// Where variables are read from.
#[derive(Clone, Debug)]
pub enum Env {
    /// The environment of this process.
    Process,
    /// A fixed set, for tests.
    Map(HashMap<String, String>),
}

impl Env {
    /// The value of a variable; an empty one counts as absent, as in azurerm.
    #[must_use]
    pub fn get(&self, variable: Variable) -> Option<String> {
        let value = match self {
            Self::Process => std::env::var(variable.name).ok(),
            Self::Map(map) => map.get(variable.name).cloned(),
        };
        value.filter(|value| !value.is_empty())
    }
}
