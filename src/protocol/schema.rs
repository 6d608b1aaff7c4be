//! `GetMetadata`, `GetProviderSchema` and `GetResourceIdentitySchemas`: what there is.
#![expect(
    clippy::unnecessary_wraps,
    reason = "the server's table calls all handlers alike"
)]

use super::registry::Registry;
use crate::proto::tfplugin6 as wire;
use crate::proto::tfplugin6::resource_identity_schema::IdentityAttribute;
use crate::proto::tfplugin6::schema::{nested_block, object};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::schema::{Attribute, Block, IdentitySchema, Mode, Nesting, Schema, Shape};

/// What this server can do beyond the base of the protocol. With an optional schema a run asks for it once, not five
/// times.
const CAPABILITIES: wire::ServerCapabilities = wire::ServerCapabilities {
    plan_destroy: true,
    get_provider_schema_optional: true,
    move_resource_state: true,
    generate_resource_config: false,
};

/// The names of all types.
pub(super) fn metadata(
    registry: &Registry,
    _cx: &Context,
    _request: wire::get_metadata::Request,
) -> Result<wire::get_metadata::Response, Diagnostics> {
    let resources = registry
        .resources
        .keys()
        .map(|&name| wire::get_metadata::ResourceMetadata {
            type_name: name.to_owned(),
        })
        .collect();
    let data_sources = registry
        .data_sources
        .keys()
        .map(|&name| wire::get_metadata::DataSourceMetadata {
            type_name: name.to_owned(),
        })
        .collect();
    let ephemeral_resources = registry
        .ephemeral_resources
        .keys()
        .map(|&name| wire::get_metadata::EphemeralResourceMetadata {
            type_name: name.to_owned(),
        })
        .collect();
    Ok(wire::get_metadata::Response {
        server_capabilities: Some(CAPABILITIES),
        resources,
        data_sources,
        ephemeral_resources,
        ..wire::get_metadata::Response::default()
    })
}

/// The schemas of the provider block and of all types.
pub(super) fn provider_schema(
    registry: &Registry,
    _cx: &Context,
    _request: wire::get_provider_schema::Request,
) -> Result<wire::get_provider_schema::Response, Diagnostics> {
    let resource_schemas = registry
        .resources
        .iter()
        .map(|(&name, entry)| (name.to_owned(), schema(entry.resource.schema())))
        .collect();
    let data_source_schemas = registry
        .data_sources
        .iter()
        .map(|(&name, entry)| (name.to_owned(), schema(entry.kind.schema())))
        .collect();
    let ephemeral_resource_schemas = registry
        .ephemeral_resources
        .iter()
        .map(|(&name, entry)| (name.to_owned(), schema(entry.kind.schema())))
        .collect();
    Ok(wire::get_provider_schema::Response {
        provider: Some(schema(registry.provider.schema())),
        resource_schemas,
        data_source_schemas,
        ephemeral_resource_schemas,
        server_capabilities: Some(CAPABILITIES),
        ..wire::get_provider_schema::Response::default()
    })
}

/// The identity schemas of all types.
pub(super) fn identity_schemas(
    registry: &Registry,
    _cx: &Context,
    _request: wire::get_resource_identity_schemas::Request,
) -> Result<wire::get_resource_identity_schemas::Response, Diagnostics> {
    let identity_schemas = registry
        .resources
        .iter()
        .map(|(&name, entry)| {
            (
                name.to_owned(),
                identity_schema(entry.resource.identity_schema()),
            )
        })
        .collect();
    Ok(wire::get_resource_identity_schemas::Response {
        identity_schemas,
        diagnostics: Vec::new(),
    })
}

fn schema(schema: &Schema) -> wire::Schema {
    let block = wire::schema::Block {
        version: schema.version,
        attributes: schema.attributes.iter().map(attribute).collect(),
        block_types: schema.blocks.iter().map(nested_block).collect(),
        description: schema.description.to_owned(),
        description_kind: wire::StringKind::Markdown.into(),
        ..wire::schema::Block::default()
    };
    wire::Schema {
        version: schema.version,
        block: Some(block),
    }
}

/// A block that appears at most once: mode SINGLE, for which Terraform wants both limits to be 0 or both to be 1.
fn nested_block(block: &Block) -> wire::schema::NestedBlock {
    wire::schema::NestedBlock {
        type_name: block.name.to_owned(),
        block: Some(wire::schema::Block {
            attributes: block.attributes.iter().map(attribute).collect(),
            description: block.description.to_owned(),
            description_kind: wire::StringKind::Markdown.into(),
            ..wire::schema::Block::default()
        }),
        nesting: nested_block::NestingMode::Single.into(),
        min_items: 0,
        max_items: 0,
    }
}

fn attribute(attribute: &Attribute) -> wire::schema::Attribute {
    // Exactly one of the two, or Terraform refuses the whole provider.
    let (r#type, nested_type) = match &attribute.shape {
        Shape::Plain(plain) => (plain.to_json(), None),
        Shape::Nested(nesting, attributes) => (Vec::new(), Some(nested(*nesting, attributes))),
    };
    wire::schema::Attribute {
        name: attribute.name.to_owned(),
        r#type,
        nested_type,
        description: attribute.description.to_owned(),
        description_kind: wire::StringKind::Markdown.into(),
        required: attribute.mode == Mode::Required,
        optional: matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed),
        computed: attribute.mode.is_computed(),
        sensitive: attribute.sensitive,
        deprecated: attribute.deprecation.is_some(),
        deprecation_message: attribute.deprecation.unwrap_or_default().to_owned(),
        write_only: attribute.write_only,
    }
}

fn nested(nesting: Nesting, attributes: &[Attribute]) -> wire::schema::Object {
    let nesting = match nesting {
        Nesting::Single => object::NestingMode::Single,
        Nesting::List => object::NestingMode::List,
        Nesting::Map => object::NestingMode::Map,
    };
    wire::schema::Object {
        attributes: attributes.iter().map(attribute).collect(),
        nesting: nesting.into(),
        ..wire::schema::Object::default()
    }
}

fn identity_schema(schema: &IdentitySchema) -> wire::ResourceIdentitySchema {
    let identity_attributes = schema
        .attributes
        .iter()
        .map(|attribute| IdentityAttribute {
            name: attribute.name.to_owned(),
            r#type: br#""string""#.to_vec(),
            required_for_import: attribute.required_for_import,
            optional_for_import: !attribute.required_for_import,
            description: attribute.description.to_owned(),
        })
        .collect();
    wire::ResourceIdentitySchema {
        version: schema.version,
        identity_attributes,
    }
}
