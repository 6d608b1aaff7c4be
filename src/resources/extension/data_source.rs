//! The data source `arc_extension`: an extension that somebody else manages.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::resources::shared::diagnose::{self, failed};
use crate::resources::shared::ids;
use crate::sdk::context::Context;
use crate::sdk::data_source::{DataSource, Found};
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::DeferReason;
use crate::sdk::schema::{Attribute, Nesting, Schema};
use crate::sdk::types::Type;
use crate::usecases::extension::find;
use crate::usecases::{ResourceId, SessionSlot};

use super::TYPE_NAME;
use super::parts::{ErrorInfoState, StatusState};
use super::schema::{error_info, status};
use super::state::State;

/// How long a look may take.
const TIMEOUT: Duration = Duration::from_mins(5);

/// The data source type.
#[derive(Clone, Debug)]
pub struct ExtensionDataSource {
    session: SessionSlot,
}

/// Its attributes; see the schema for what they mean.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct DataState {
    pub connected_cluster_id: Option<ResourceId>,
    pub name: String,
    pub id: Option<ResourceId>,
    pub extension_type: Option<String>,
    pub version: Option<String>,
    pub auto_upgrade_minor_version: Option<bool>,
    pub release_train: Option<String>,
    pub release_namespace: Option<String>,
    pub target_namespace: Option<String>,
    pub identity_enabled: Option<bool>,
    pub configuration_settings: Option<BTreeMap<String, String>>,
    pub current_version: Option<String>,
    pub provisioning_state: Option<String>,
    pub statuses: Option<Vec<StatusState>>,
    pub error_info: Option<ErrorInfoState>,
    pub principal_id: Option<String>,
    pub tenant_id: Option<String>,
    pub is_system_extension: Option<bool>,
}

impl ExtensionDataSource {
    /// The type, working through the session that the provider block sets up.
    #[must_use]
    pub const fn new(session: SessionSlot) -> Self {
        Self { session }
    }
}

impl DataSource for ExtensionDataSource {
    type State = DataState;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "An extension of a connected cluster as Azure shows it, whoever made it: another configuration, a policy, or the \
             platform.",
            attributes(),
        )
    }

    fn default_timeout(&self) -> Duration {
        TIMEOUT
    }

    fn not_yet(&self) -> Option<DeferReason> {
        diagnose::not_yet(&self.session)
    }

    async fn read(&self, cx: &Context, config: DataState) -> Result<Found<DataState>, Diagnostics> {
        let session = diagnose::session(&self.session)?;
        let id = ids::required_cluster(config.connected_cluster_id.as_ref())?
            .cluster_extension(&config.name);
        let object = find(&cx.call, &session, &id)
            .await
            .map_err(|error| failed(&format!("looking for {id}"), &error))?;
        let found = State::default().with_object(&id, &object);
        Ok(Found {
            state: config.with(found),
            diagnostics: Diagnostics::default(),
        })
    }
}

impl DataState {
    fn with(self, found: State) -> Self {
        Self {
            connected_cluster_id: self.connected_cluster_id,
            name: self.name,
            id: found.id,
            extension_type: Some(found.extension_type),
            version: found.version,
            auto_upgrade_minor_version: found.auto_upgrade_minor_version,
            release_train: found.release_train,
            release_namespace: found.release_namespace,
            target_namespace: found.target_namespace,
            identity_enabled: found.identity_enabled,
            configuration_settings: found.configuration_settings,
            current_version: found.current_version,
            provisioning_state: found.provisioning_state,
            statuses: found.statuses,
            error_info: found.error_info,
            principal_id: found.principal_id,
            tenant_id: found.tenant_id,
            is_system_extension: found.is_system_extension,
        }
    }
}

fn attributes() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name).computed().describe(description);
    let flag = |name, description| Attribute::bool(name).computed().describe(description);
    vec![
        Attribute::string("connected_cluster_id")
            .required()
            .check(ids::connected_cluster())
            .describe("ARM id of the connected cluster, in any subscription."),
        Attribute::string("name")
            .required()
            .describe("Name of the extension."),
        text("id", "ARM id of the extension."),
        text("extension_type", "Type of the extension."),
        text("version", "Version that it stays at, or that Azure names."),
        flag(
            "auto_upgrade_minor_version",
            "Whether minor versions are installed as they appear.",
        ),
        text("release_train", "Release train that versions come from."),
        text(
            "release_namespace",
            "Namespace of the Helm release, for an extension of the whole cluster.",
        ),
        text(
            "target_namespace",
            "The only namespace that the extension works in.",
        ),
        flag("identity_enabled", "Whether it has a managed identity."),
        Attribute::map_of("configuration_settings", Type::String)
            .computed()
            .describe("Its settings, without the secret ones."),
        text("current_version", "Version that is installed."),
        text("provisioning_state", "State of the object in ARM."),
        Attribute::nested("statuses", Nesting::List, status())
            .computed()
            .describe("What the agents report about the installation."),
        Attribute::nested("error_info", Nesting::Single, error_info())
            .computed()
            .describe("Why the last installation failed."),
        text(
            "principal_id",
            "Object id of the managed identity in Entra.",
        ),
        text("tenant_id", "Tenant of the managed identity."),
        flag("is_system_extension", "Whether the Azure platform owns it."),
    ]
}
