//! The attributes of `arc_connected_cluster`.

use std::time::Duration;

use crate::resources::connection;
use crate::resources::shared::{azure_names, deletion, drift, ids};
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
            .check(checks::characters(
                rules::name_character,
                "letters, digits, hyphens and underscores",
            ))
            .describe("Name of the connected cluster in Azure."),
        azure_names::resource_group().describe("Name of an existing resource group."),
        azure_names::location().describe(
            "Azure region of the object, such as `koreacentral`. It need not be near the cluster.",
        ),
        Attribute::string("subscription_id")
            .optional_computed()
            .keep()
            .replace()
            .check(checks::guid())
            .describe("Subscription of the object. Default: the provider's."),
    ]
}

fn configured() -> Vec<Attribute> {
    let mut attributes = vec![
        Attribute::map_of("tags", Type::String)
            .check(rules::tags())
            .describe("Tags of the object, changed in place. They override the provider's `default_tags`."),
        connection::attribute(),
    ];
    attributes.extend(described());
    attributes.extend(networked());
    attributes.extend(featured());
    attributes.extend(handled());
    attributes.extend(deletion::attributes());
    attributes
}

/// What the object says of the cluster.
fn described() -> Vec<Attribute> {
    let text = |name, description| {
        Attribute::string(name)
            .optional_computed()
            .keep()
            .check(checks::non_empty())
            .describe(description)
    };
    vec![
        text(
            "distribution",
            "Kubernetes distribution, such as `eks`. Default: detected from the nodes.",
        ),
        text(
            "infrastructure",
            "Where the nodes run, such as `aws`. Default: detected from the nodes.",
        ),
        text(
            "distribution_version",
            "Version of the Kubernetes distribution.",
        ),
        text(
            "azure_hybrid_benefit",
            "Whether Azure Hybrid Benefit applies: `True`, `False` or `NotApplicable`.",
        )
        .check(checks::one_of(&["True", "False", "NotApplicable"])),
        Attribute::nested("agent", Nesting::Single, agent())
            .optional()
            .describe(
                "Which Arc agents to install. Default: those that Azure names for the region.",
            ),
    ]
}

/// The agents' way to Azure.
fn networked() -> Vec<Attribute> {
    vec![
        Attribute::nested("proxy", Nesting::Single, proxy())
            .optional()
            .describe("The proxy between the agents and Azure. Its addresses reach the cluster and never Azure."),
        Attribute::string("private_link_scope_id")
            .replace()
            .check(ids::of_type("Microsoft.HybridCompute/privateLinkScopes"))
            .describe(
                "Id of the private link scope that the agents reach Azure through. It excludes cluster connect and custom \
                 locations.",
            ),
        Attribute::string("gateway_id")
            .check(ids::of_type("Microsoft.HybridCompute/gateways"))
            .describe("Id of the Arc gateway that the agents reach Azure through."),
    ]
}

/// What the agents do beyond the connection.
fn featured() -> Vec<Attribute> {
    vec![
        Attribute::nested("oidc_issuer", Nesting::Single, oidc_issuer())
            .optional()
            .describe("The issuer of service account tokens, for workload identity. Azure does not take it back."),
        Attribute::bool("workload_identity_enabled")
            .describe("Whether the webhook of workload identity is installed. Default: `false`."),
        Attribute::nested("custom_locations", Nesting::Single, custom_locations())
            .optional()
            .describe("Custom locations on this cluster. Default: off."),
        Attribute::bool("cluster_connect_enabled").describe(
            "Whether the API server can be reached through Azure, as the portal and `az connectedk8s proxy` do. Default: \
             `true`, and `false` with a private link.",
        ),
    ]
}

/// How the provider goes about it.
fn handled() -> Vec<Attribute> {
    vec![
        Attribute::string("preflight")
            .default_value(Value::string("api"))
            .check(checks::one_of(&["api", "job", "off"]))
            .describe(
                "What is checked before anything is created: `api` (the default) asks Azure and the cluster, `job` also runs \
                 the Azure CLI's job in the cluster, which checks DNS and outbound connections, `off` looks only at whose \
                 agents are in the cluster.",
            ),
        Attribute::bool("wait_for_connected")
            .default_value(Value::Bool(true))
            .describe("Whether creating waits until Azure reports the cluster as `Connected`."),
        Attribute::bool("adopt_existing")
            .default_value(Value::Bool(false))
            .describe(
                "Whether an object of this name and its agents are taken over, and whether the object is replaced when its \
                 cluster was made anew. Agents that serve another connected cluster are never taken over.",
            ),
    ]
}

fn proxy() -> Vec<Attribute> {
    let address = |name, description| {
        Attribute::string(name)
            .check(checks::url(&["http", "https"]))
            .describe(description)
    };
    vec![
        address("https", "URL of the proxy for HTTPS, without credentials.")
            .check(checks::no_credentials("move them to https_wo and set wo_version"))
            .conflicts_with(&["https_wo"]),
        address("http", "URL of the proxy for HTTP, without credentials.")
            .check(checks::no_credentials("move them to http_wo and set wo_version"))
            .conflicts_with(&["http_wo"]),
        address("https_wo", "The same as `https`, possibly with credentials: it is not stored.")
            .write_only(),
        address("http_wo", "The same as `http`, possibly with credentials: it is not stored.")
            .write_only(),
        Attribute::number("wo_version")
            .describe("Raise it when `https_wo` or `http_wo` changes: nobody stores them, so nobody can compare them."),
        Attribute::string("no_proxy").check(checks::non_empty()).describe(
            "What is reached without the proxy, joined by commas: at least the cluster's service CIDR, \
             `kubernetes.default.svc`, `.svc.cluster.local` and `.svc`.",
        ),
        Attribute::string("certificate")
            .check(rules::certificate())
            .describe("PEM of the CA that the proxy signs with. Alone it is only trusted."),
    ]
}

fn oidc_issuer() -> Vec<Attribute> {
    vec![
        Attribute::bool("enabled")
            .required()
            .describe("Whether there is one."),
        Attribute::string("self_hosted_url")
            .check(checks::url(&["https"]))
            .check(checks::no_credentials("an issuer is public and needs none"))
            .describe(
                "The cluster's own issuer. EKS, AKS and GKE have one, and it must be given there.",
            ),
    ]
}

fn custom_locations() -> Vec<Attribute> {
    vec![
        Attribute::bool("enabled")
            .required()
            .describe("Whether they are on."),
        Attribute::string("object_id").check(checks::guid()).describe(
            "Object id, in your tenant, of the application `bc313c14-388c-4e7d-a58e-70017303ee3b`: \
             `az ad sp show --id bc313c14-388c-4e7d-a58e-70017303ee3b --query id`.",
        ),
    ]
}

fn agent() -> Vec<Attribute> {
    vec![
        Attribute::string("version")
            .check(rules::agent_version())
            .describe(
                "Version of the agents, which is that of their chart. Default: the newest of the release train. It can change \
                 only while the agents do not upgrade themselves.",
            ),
        Attribute::bool("auto_upgrade_enabled")
            .describe("Whether the agents upgrade themselves. Default: `true`."),
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
            .check(checks::no_credentials("registries are asked without any"))
            .describe("OCI repository of the chart, such as `mcr.microsoft.com/azurearck8s/batch1/stable/v2/azure-arc-k8sagents`."),
        Attribute::string("digest")
            .check(checks::digest())
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
        Attribute::map_of("tags_all", Type::String)
            .computed()
            .keep()
            .describe("All tags of the object: `tags` and the provider's `default_tags`."),
        drift::attribute(),
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
        text(
            "oidc_issuer_url",
            "The issuer that Azure publishes for the cluster.",
        ),
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
