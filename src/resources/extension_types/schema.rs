//! The attributes of `arc_extension_types`.

use crate::resources::shared::ids;
use crate::sdk::schema::{Attribute, Nesting, Schema};
use crate::sdk::types::Type;
use crate::sdk::value::Value;

pub(super) fn schema() -> Schema {
    Schema::new(
        "The types of extensions that a connected cluster can have, and the versions of some of them. Azure's catalogue is a \
         preview that sovereign clouds may lack.",
        vec![
            Attribute::string("connected_cluster_id")
                .required()
                .check(ids::connected_cluster())
                .describe("ARM id of the connected cluster."),
            Attribute::list_of("versions_of", Type::String).describe(
                "Types whose versions are listed; each costs a request for each release train.",
            ),
            Attribute::list_of("release_trains", Type::String)
                .default_value(Value::List(vec!["stable".into(), "preview".into()]))
                .describe(
                    "Release trains whose versions are listed. Default: `stable` and `preview`.",
                ),
            Attribute::nested("types", Nesting::Map, types())
                .computed()
                .describe("The types by name."),
        ],
    )
}

fn types() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name).computed().describe(description);
    let flag = |name, description| Attribute::bool(name).computed().describe(description);
    vec![
        text("description", "What it does."),
        text("publisher", "Who publishes it."),
        text("default_scope", "`cluster` or `namespace`."),
        text("default_release_namespace", "Namespace of the release when none is asked for."),
        flag("multiple_instances", "Whether a cluster can have several extensions of the type."),
        flag("identity_required", "Whether its extensions need a managed identity."),
        flag("is_system_extension", "Whether its extensions belong to the platform."),
        Attribute::nested("plan", Nesting::Single, plan())
            .computed()
            .describe("The Marketplace plan that its extensions need."),
        Attribute::map_of("versions", Type::List(Box::new(Type::String)))
            .computed()
            .describe("Versions by release train, newest first; empty unless `versions_of` names the type."),
    ]
}

fn plan() -> Vec<Attribute> {
    let text = |name, description| Attribute::string(name).computed().describe(description);
    vec![
        text("name", "Name of the plan."),
        text("publisher", "Publisher of the offer."),
        text("product", "The offer."),
    ]
}
