//! The attributes of `arc_connected_cluster`.

use std::time::Duration;

use crate::resources::connection;
use crate::sdk::checks;
use crate::sdk::schema::{Attribute, IdentityAttribute, IdentitySchema, Nesting, Schema};
use crate::sdk::timeouts::{self, Operation, Timeouts};
use crate::sdk::types::Type;
use crate::sdk::value::Value;

use super::rules;

const MINUTE: Duration = Duration::from_mins(1);

/// Limits as in azurerm; a create also waits for Helm (20 minutes) and for the agents' first contact.
pub(super) const TIMEOUTS: Timeouts = Timeouts {
    create: MINUTE.saturating_mul(60),
    read: MINUTE.saturating_mul(5),
    update: MINUTE.saturating_mul(60),
    delete: MINUTE.saturating_mul(30),
};

pub(super) fn schema() -> Schema {
    let attributes = identifying()
        .into_iter()
        .chain(configured())
        .chain(computed())
        .collect();
    Schema::new(
        "A Kubernetes cluster in Azure Arc: the object in Azure Resource Manager, the key pair that binds them, and the \
         Arc agents in the cluster, installed by Helm.",
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
        IdentityAttribute::required("name", "Name of the connected cluster."),
    ])
}

fn identifying() -> Vec<Attribute> {
    vec![
        Attribute::string("name")
            .required()
            .replace()
            .check(checks::length(1, 63))
            .check(checks::characters(rules::name_character, "letters, digits, hyphens and underscores"))
            .describe("Name of the connected cluster in Azure."),
        Attribute::string("resource_group_name")
            .required()
            .replace()
            .check(checks::length(1, 90))
            .check(checks::characters(
                rules::group_character,
                "letters, digits, hyphens, underscores, periods and parentheses",
            ))
            .check(rules::no_trailing_period())
            .describe("Name of an existing resource group."),
        Attribute::string("location")
            .required()
            .replace()
            .check(checks::non_empty())
            .describe("Azure region of the object, such as `koreacentral`. It need not be near the cluster."),
        Attribute::string("subscription_id")
            .optional_computed()
            .keep()
            .replace()
            .check(checks::guid())
            .describe("Subscription of the object. Default: the provider's."),
    ]
}

fn configured() -> Vec<Attribute> {
    vec![
        Attribute::map_of("tags", Type::String)
            .check(rules::tags())
            .describe("Tags of the object, changed in place."),
        connection::attribute(),
        Attribute::string("distribution")
            .optional_computed()
            .keep()
            .check(checks::non_empty())
            .describe("Kubernetes distribution, such as `eks`. Default: detected from the nodes."),
        Attribute::string("infrastructure")
            .optional_computed()
            .keep()
            .check(checks::non_empty())
            .describe("Where the nodes run, such as `aws`. Default: detected from the nodes."),
        Attribute::nested("agent", Nesting::Single, agent())
            .optional()
            .describe(
                "Which Arc agents to install. Default: those that Azure names for the region.",
            ),
        Attribute::bool("wait_for_connected")
            .default_value(Value::Bool(true))
            .describe("Whether creating waits until Azure reports the cluster as `Connected`."),
    ]
}

fn agent() -> Vec<Attribute> {
    vec![
        Attribute::string("version")
            .check(checks::non_empty())
            .describe("Version of the agents, which is that of their chart. Default: the newest of the release train."),
        Attribute::string("release_train")
            .check(checks::one_of(&["stable", "preview"]))
            .describe("Release train of the agents, `stable` (the default) or `preview`."),
        Attribute::nested("chart", Nesting::Single, chart())
            .optional()
            .describe("A chart of your choice, for mirrors and air-gapped sites."),
    ]
}

fn chart() -> Vec<Attribute> {
    vec![
        Attribute::string("repository")
            .check(checks::non_empty())
            .describe("OCI repository of the chart, such as `mcr.microsoft.com/azurearck8s/batch1/stable/v2/azure-arc-k8sagents`."),
        Attribute::string("digest")
            .check(rules::digest())
            .describe("Digest that the chart's manifest must have, such as `sha256:…`."),
        Attribute::string("path")
            .check(checks::non_empty())
            .conflicts_with(&["repository", "digest"])
            .describe("Path of a chart directory or archive on this machine."),
    ]
}

fn computed() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name).computed().describe(description);
    vec![
        text("id", "ARM id of the connected cluster.").keep(),
        text(
            "cluster_uid",
            "UID of the cluster's `kube-system` namespace: which cluster this is.",
        )
        .keep(),
        text(
            "agent_public_key_certificate",
            "Public half of the agents' key: base64 of PKCS#1 DER.",
        )
        .keep(),
        Attribute::nested("identity", Nesting::Single, managed_identity())
            .computed()
            .keep()
            .describe("Managed identity of the connected cluster."),
        text("provisioning_state", "State of the object in ARM."),
        text(
            "connectivity_status",
            "`Connecting`, `Connected`, `Offline` or `Expired`, as Azure sees it.",
        ),
        text(
            "last_connectivity_time",
            "Last contact of the agents (RFC 3339), as of the last change of `connectivity_status`: heartbeats make no difference.",
        ),
        text(
            "managed_identity_certificate_expiration_time",
            "When the agents' certificate expires (RFC 3339); it is renewed well before.",
        ),
        text("agent_version", "Version of the agents, as they report it."),
        text(
            "kubernetes_version",
            "Version of the cluster, as the agents report it.",
        ),
        text(
            "offering",
            "Offering of the cluster, as the agents report it.",
        ),
        Attribute::number("total_core_count")
            .computed()
            .describe("CPU cores of the nodes, as the agents report them."),
        Attribute::number("total_node_count")
            .computed()
            .describe("Nodes, as the agents report them."),
        Attribute::nested("agents", Nesting::Single, agents())
            .computed()
            .describe("The agents as the cluster shows them."),
    ]
}

fn managed_identity() -> Vec<Attribute> {
    vec![
        Attribute::string("type")
            .computed()
            .describe("`SystemAssigned`."),
        Attribute::string("principal_id")
            .computed()
            .describe("Object id of the identity in Entra."),
        Attribute::string("tenant_id")
            .computed()
            .describe("Tenant of the identity."),
    ]
}

fn agents() -> Vec<Attribute> {
    vec![
        Attribute::string("namespace")
            .computed()
            .describe("Namespace of the agents."),
        Attribute::string("release_status")
            .computed()
            .describe("Status of the Helm release `azure-arc`."),
        Attribute::string("chart_version")
            .computed()
            .describe("Version of the chart that is installed."),
        Attribute::nested("workloads", Nesting::Map, workload())
            .computed()
            .describe("The agents' deployments by name."),
    ]
}

fn workload() -> Vec<Attribute> {
    vec![
        Attribute::number("ready")
            .computed()
            .describe("Replicas that are ready."),
        Attribute::number("desired")
            .computed()
            .describe("Replicas that are wanted."),
    ]
}
