//! The attributes of `arc_custom_location`.

use std::time::Duration;

use crate::resources::connection;
use crate::resources::shared::{azure_names, deletion, drift, ids, kubernetes_names};
use crate::sdk::checks;
use crate::sdk::schema::{Attribute, IdentityAttribute, IdentitySchema, Schema};
use crate::sdk::timeouts::{self, Operation, Timeouts};
use crate::sdk::types::Type;
use crate::sdk::value::Value;

/// Limits as in azurerm.
pub(super) const TIMEOUTS: Timeouts = Timeouts {
    create: Duration::from_mins(30),
    read: Duration::from_mins(5),
    update: Duration::from_mins(30),
    delete: Duration::from_mins(30),
};

pub(super) fn schema() -> Schema {
    let attributes = identifying()
        .into_iter()
        .chain(configured())
        .chain(computed())
        .collect();
    Schema::new(
        "A custom location: a namespace of a connected cluster as a place where Azure puts things. That the cluster is \
         Connected and its agents let Azure's service in is checked on both planes before Azure is asked.",
        attributes,
    )
    .block(timeouts::block(&Operation::ALL))
}

pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::new(vec![
        IdentityAttribute::required("subscription_id", "Subscription of the custom location."),
        IdentityAttribute::required(
            "resource_group_name",
            "Resource group of the custom location.",
        ),
        IdentityAttribute::required("name", "Name of the custom location."),
    ])
}

fn name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

fn identifying() -> Vec<Attribute> {
    vec![
        Attribute::string("name")
            .required()
            .replace()
            .check(checks::length(1, 63))
            .check(checks::characters(
                name_character,
                "letters, digits, hyphens and underscores",
            ))
            .check(checks::ends(|c| c.is_ascii_alphanumeric(), "a letter or digit"))
            .describe("Name of the custom location."),
        azure_names::resource_group()
            .describe("Name of an existing resource group. It need not be that of the cluster."),
        azure_names::location()
            .describe("Azure region of the object; that of the connected cluster."),
        Attribute::string("connected_cluster_id")
            .required()
            .replace()
            .check(ids::connected_cluster())
            .describe("ARM id of the connected cluster. Its subscription is that of the custom location as well."),
        Attribute::string("namespace")
            .required()
            .replace()
            .check(kubernetes_names::namespace())
            .describe("Namespace in the cluster, made when it is missing. It belongs to one custom location."),
    ]
}

fn configured() -> Vec<Attribute> {
    let mut attributes = vec![
        Attribute::set_of("cluster_extension_ids", Type::String)
            .describe("ARM ids of the extensions that serve the custom location."),
        Attribute::string("display_name").describe("Name for people."),
        Attribute::map_of("tags", Type::String).describe("Tags of the object."),
        Attribute::string("kubeconfig_wo").write_only().describe(
            "A kubeconfig for Azure's service, never stored (Terraform and OpenTofu 1.11). Only for clusters whose agents do \
             not let it in by its object id.",
        ),
        Attribute::number("kubeconfig_wo_version")
            .describe("Any number; another one sends `kubeconfig_wo` again."),
        connection::attribute(),
        Attribute::bool("adopt_existing")
            .default_value(Value::Bool(false))
            .describe("Whether a custom location of this name that exists already is taken over."),
    ];
    attributes.push(deletion::policy());
    attributes
}

fn computed() -> Vec<Attribute> {
    vec![
        Attribute::string("id")
            .computed()
            .keep()
            .describe("ARM id of the custom location."),
        Attribute::string("provisioning_state")
            .computed()
            .describe("State of the object in ARM."),
        drift::attribute(),
    ]
}
