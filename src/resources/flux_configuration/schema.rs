//! The attributes of `arc_flux_configuration`.

use std::time::Duration;

use crate::resources::connection;
use crate::resources::shared::{deletion, drift, ids, kubernetes_names};
use crate::sdk::checks;
use crate::sdk::schema::{Attribute, IdentityAttribute, IdentitySchema, Nesting, Schema};
use crate::sdk::timeouts::{self, Operation, Timeouts};
use crate::sdk::types::Type;
use crate::sdk::value::Value;

use super::{kustomizations, rules, source_attributes};

/// Limits as in azurerm; a removal uninstalls what was applied.
pub(super) const TIMEOUTS: Timeouts = Timeouts {
    create: Duration::from_mins(30),
    read: Duration::from_mins(5),
    update: Duration::from_mins(30),
    delete: Duration::from_mins(30),
};

pub(super) fn schema() -> Schema {
    let attributes = identifying()
        .into_iter()
        .chain(source_attributes::attributes())
        .chain(applied())
        .chain(computed())
        .collect();
    Schema::new(
        "A Flux configuration of a connected cluster: a source of manifests, and the directories of it that Flux keeps \
         applied. Creating waits until the cluster complies; a failure names the objects that do not, and why. The cluster \
         needs an `arc_extension` of type `microsoft.flux` first.",
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
        IdentityAttribute::required("name", "Name of the configuration."),
    ])
}

fn identifying() -> Vec<Attribute> {
    vec![
        Attribute::string("connected_cluster_id")
            .required()
            .replace()
            .check(ids::connected_cluster())
            .describe("ARM id of the connected cluster, in any subscription. Azure drops the configurations with their cluster."),
        Attribute::string("name")
            .required()
            .replace()
            .check(rules::name())
            .describe("Name of the configuration: 1 to 30 lower-case letters, digits and hyphens."),
        Attribute::string("namespace")
            .default_value(Value::string("default"))
            .replace()
            .check(kubernetes_names::namespace())
            .describe("Namespace of Flux's own objects, made when it is missing. Default: `default`."),
        Attribute::string("scope")
            .default_value(Value::string("cluster"))
            .replace()
            .check(checks::one_of(&["cluster", "namespace"]))
            .describe("Whether manifests may be applied anywhere (`cluster`, the default) or in the namespace only."),
        Attribute::bool("suspend")
            .default_value(Value::Bool(false))
            .describe("Whether reconciliation is suspended."),
    ]
}

fn applied() -> Vec<Attribute> {
    let mut attributes = vec![
        connection::attribute(),
        kustomizations::attribute(),
        Attribute::map_of("configuration_protected_settings_wo", Type::String).write_only().describe(
            "All secrets of the source, base64: `httpsKey`, `sshPrivateKey` or `bucketSecretKey`. Never stored. Azure drops \
             those that are not sent again, so all are sent whenever anything changes.",
        ),
        Attribute::number("configuration_protected_settings_wo_version")
            .describe("Any number; another one sends all write-only values again."),
        Attribute::bool("wait_for_compliance").default_value(Value::Bool(true)).describe(
            "Whether creating and changing wait until the cluster complies with the source. A complaint that does not \
             change for three minutes ends the wait.",
        ),
        Attribute::bool("adopt_existing")
            .default_value(Value::Bool(false))
            .describe("Whether a configuration of this name that exists already is taken over."),
    ];
    attributes.extend(deletion::attributes());
    attributes
}

fn computed() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name).computed().describe(description);
    vec![
        text("id", "ARM id of the configuration.").keep(),
        text("provisioning_state", "State of the object in ARM."),
        text(
            "compliance_state",
            "`Compliant`, `Non-Compliant`, `Pending`, `Suspended` or `Unknown`.",
        ),
        text(
            "source_synced_commit_id",
            "What was fetched last, as in `main@sha1:…`.",
        ),
        text(
            "repository_public_key",
            "Public half of the key that Flux made for an SSH source without one.",
        ),
        text("error_message", "What Azure says about the last failure."),
        Attribute::nested("statuses", Nesting::List, status())
            .computed()
            .describe("Flux's objects in the cluster, as the agents report them."),
        drift::attribute(),
    ]
}

fn status() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name).computed().describe(description);
    vec![
        text("name", "Name of the object."),
        text("namespace", "Its namespace."),
        text("kind", "Its kind, such as `Kustomization`."),
        text("compliance_state", "As for the whole configuration."),
        text("message", "Why it does not comply."),
    ]
}
