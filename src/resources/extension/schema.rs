//! The attributes of `arc_extension`.

use std::time::Duration;

use crate::resources::connection;
use crate::resources::shared::{deletion, drift, ids, kubernetes_names};
use crate::sdk::checks;
use crate::sdk::schema::{Attribute, IdentityAttribute, IdentitySchema, Nesting, Schema};
use crate::sdk::timeouts::{self, Operation, Timeouts};
use crate::sdk::types::Type;
use crate::sdk::value::Value;

use super::rules;

/// Setting by setting, both maps of secrets.
pub(super) const PROTECTED: &str = "configuration_protected_settings";
pub(super) const PROTECTED_WO: &str = "configuration_protected_settings_wo";
pub(super) const PROTECTED_WO_VERSION: &str = "configuration_protected_settings_wo_version";

/// Helm installs of large extensions take over half an hour, and so do their removals.
pub(super) const TIMEOUTS: Timeouts = Timeouts {
    create: Duration::from_hours(1),
    read: Duration::from_mins(5),
    update: Duration::from_hours(1),
    delete: Duration::from_hours(1),
};

pub(super) fn schema() -> Schema {
    let attributes = identifying()
        .into_iter()
        .chain(installed())
        .chain(settings())
        .chain(behaviour())
        .chain(computed())
        .collect();
    Schema::new(
        "An extension of a connected cluster: what Azure keeps of it, and its Helm release, which the agents install in \
         the cluster. Version, release train, upgrades and all settings change in place. Creating waits until Azure calls \
         it installed and its workloads run; a failure shows Azure's statuses, the pods and their last events.",
        attributes,
    )
    .block(timeouts::block(&Operation::ALL))
}

pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::new(vec![
        IdentityAttribute::required("subscription_id", "Subscription of the connected cluster."),
        IdentityAttribute::required(
            "resource_group_name",
            "Resource group of the connected cluster.",
        ),
        IdentityAttribute::required("cluster_name", "Name of the connected cluster."),
        IdentityAttribute::required("name", "Name of the extension."),
    ])
}

fn identifying() -> Vec<Attribute> {
    vec![
        Attribute::string("connected_cluster_id")
            .required()
            .replace()
            .check(ids::connected_cluster())
            .describe(
                "ARM id of the connected cluster, in any subscription. Azure drops a cluster's extensions with the \
                 cluster: given as a reference, a cluster that is replaced replaces its extensions in the same apply.",
            ),
        Attribute::string("name")
            .required()
            .replace()
            .check(checks::length(1, 253))
            .check(checks::characters(
                rules::name_character,
                "letters, digits, hyphens and periods",
            ))
            .describe("Name of the extension and of its Helm release. Some types have a fixed one."),
        Attribute::string("extension_type")
            .required()
            .replace()
            .check(checks::non_empty())
            .describe("Type of the extension, such as `microsoft.flux`; the data source `arc_extension_types` lists them."),
    ]
}

fn installed() -> Vec<Attribute> {
    vec![
        Attribute::string("version").optional_computed().check(checks::non_empty()).describe(
            "Version to stay at. Without one, automatic upgrades choose, and this shows the version that Azure names.",
        ),
        Attribute::bool("auto_upgrade_minor_version").optional_computed().describe(
            "Whether minor versions are installed as they appear. Default: `true`, and `false` with a `version`.",
        ),
        Attribute::string("release_train")
            .optional_computed()
            .keep()
            .check(checks::non_empty())
            .describe("Release train that versions come from. Default: `Stable`."),
        Attribute::string("release_namespace")
            .optional_computed()
            .replace()
            .check(kubernetes_names::namespace())
            .conflicts_with(&["target_namespace"])
            .describe("Namespace of the Helm release of an extension for the whole cluster. Default: that of the type."),
        Attribute::string("target_namespace")
            .replace()
            .check(kubernetes_names::namespace())
            .describe("The only namespace that the extension works in, for types with namespace scope."),
        Attribute::bool("identity_enabled")
            .optional_computed()
            .keep()
            .replace()
            .describe("Whether the extension has a managed identity. Default: `true`."),
        Attribute::nested("plan", Nesting::Single, plan())
            .optional()
            .replace()
            .describe("Marketplace plan of a paid extension."),
    ]
}

fn plan() -> Vec<Attribute> {
    vec![
        Attribute::string("name")
            .required()
            .describe("Name of the plan."),
        Attribute::string("publisher")
            .required()
            .describe("Publisher of the offer."),
        Attribute::string("product")
            .required()
            .describe("The offer."),
        Attribute::string("promotion_code").describe("Promotion code."),
        Attribute::string("version").describe("Version of the plan."),
    ]
}

fn settings() -> Vec<Attribute> {
    vec![
        Attribute::map_of("configuration_settings", Type::String)
            .optional_computed()
            .keep()
            .describe(
                "All settings: one that somebody else adds is a difference, and goes. Without this attribute, those that are \
                 there stay, as those of an extension that was taken over.",
            ),
        Attribute::map_of(PROTECTED, Type::String)
            .sensitive()
            .conflicts_with(&[PROTECTED_WO])
            .describe(
                "All secret settings, kept in state; prefer the write-only twin. Azure never returns them and drops those \
                 that are not sent again, so all are sent whenever anything changes.",
            ),
        Attribute::map_of(PROTECTED_WO, Type::String).write_only().describe(
            "All secret settings, never stored (Terraform and OpenTofu 1.11). Sent whenever anything changes; a change of \
             their own is announced by another `configuration_protected_settings_wo_version`.",
        ),
        Attribute::number(PROTECTED_WO_VERSION)
            .describe("Any number; another one sends `configuration_protected_settings_wo` again."),
    ]
}

fn behaviour() -> Vec<Attribute> {
    let mut attributes = vec![
        connection::attribute(),
        Attribute::bool("wait_for_workloads")
            .default_value(Value::Bool(true))
            .describe("Whether creating and changing wait until the workloads of the release have all their replicas."),
        Attribute::bool("adopt_existing")
            .default_value(Value::Bool(false))
            .describe("Whether an extension of this name and type that exists already, made by a policy for instance, is taken over."),
    ];
    attributes.extend(deletion::attributes());
    attributes
}

fn computed() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name).computed().describe(description);
    vec![
        text("id", "ARM id of the extension.").keep(),
        text("current_version", "Version that is installed."),
        text("provisioning_state", "State of the object in ARM."),
        Attribute::nested("statuses", Nesting::List, status())
            .computed()
            .describe("What the agents report about the installation."),
        Attribute::nested("error_info", Nesting::Single, error_info())
            .computed()
            .describe("Why the last installation failed."),
        text("principal_id", "Object id of the managed identity in Entra.").keep(),
        text("tenant_id", "Tenant of the managed identity.").keep(),
        Attribute::bool("is_system_extension")
            .computed()
            .keep()
            .describe("Whether the Azure platform owns it. Such an extension is never managed here."),
        Attribute::nested("workloads", Nesting::Map, workload())
            .computed()
            .describe("Workloads of the Helm release in the cluster, by kubectl's name, such as `deployment/source-controller`."),
        drift::attribute(),
    ]
}

pub(super) fn status() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name).computed().describe(description);
    vec![
        text("code", "Word for what happened."),
        text("display_status", "The same for people."),
        text("level", "`Error`, `Warning` or `Information`."),
        text("message", "What happened."),
    ]
}

pub(super) fn error_info() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name).computed().describe(description);
    vec![
        text("code", "Code of the failure."),
        text("message", "What failed."),
    ]
}

fn workload() -> Vec<Attribute> {
    let number = |name, description| Attribute::number(name).computed().describe(description);
    vec![
        number("ready", "Replicas that are ready."),
        number("desired", "Replicas that are wanted."),
    ]
}
