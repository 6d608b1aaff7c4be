//! What Terraform demands of a schema before it uses a provider at all.

use std::process::Command;

use terraform_provider_arc::proto::tfplugin6::schema::{Attribute, Block};
use terraform_provider_arc::proto::tfplugin6::{
    get_functions, get_metadata, get_provider_schema, get_resource_identity_schemas,
};

use crate::fixture::{TYPE_NAME, lantern, sight};
use crate::host::{Host, fixture, product};
use crate::identity::ANNOUNCED;

async fn schemas(command: Command) -> get_provider_schema::Response {
    let host = Host::start_with(command, [("PLUGIN_CLIENT_CERT", ANNOUNCED)]);
    let mut provider = host.dial().await.provider;
    let request = get_provider_schema::Request {};
    let reply = provider.get_provider_schema(request).await;
    reply.expect("an answer").into_inner()
}

/// All that Terraform's own check of a provider's schema refuses.
fn check_block(at: &str, block: &Block) {
    for attribute in &block.attributes {
        check_attribute(at, attribute);
    }
    for nested in &block.block_types {
        let at = format!("{at}.{}", nested.type_name);
        assert_eq!(nested.min_items, nested.max_items, "{at}");
        check_block(&at, nested.block.as_ref().expect("a block"));
    }
}

fn check_attribute(at: &str, attribute: &Attribute) {
    let at = format!("{at}.{}", attribute.name);
    assert!(
        attribute
            .name
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_')),
        "{at}: a name that Terraform refuses"
    );
    assert_ne!(
        attribute.r#type.is_empty(),
        attribute.nested_type.is_none(),
        "{at}: exactly one of type and nested type"
    );
    assert!(
        attribute.required || attribute.optional || attribute.computed,
        "{at}: neither the configuration nor the provider sets it"
    );
    assert!(
        !(attribute.required && (attribute.optional || attribute.computed)),
        "{at}"
    );
    assert!(
        !(attribute.write_only && attribute.computed),
        "{at}: write-only and computed"
    );
    for nested in attribute
        .nested_type
        .iter()
        .flat_map(|object| &object.attributes)
    {
        check_attribute(&at, nested);
    }
}

fn check(reply: &get_provider_schema::Response) {
    assert_eq!(reply.diagnostics, []);
    let provider = reply
        .provider
        .as_ref()
        .and_then(|schema| schema.block.as_ref());
    check_block("provider", provider.expect("a provider block"));
    for (name, schema) in &reply.resource_schemas {
        check_block(name, schema.block.as_ref().expect("a block"));
    }
    for (name, schema) in reply
        .data_source_schemas
        .iter()
        .chain(&reply.ephemeral_resource_schemas)
    {
        check_block(name, schema.block.as_ref().expect("a block"));
    }
    let capabilities = reply.server_capabilities.expect("capabilities");
    assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    assert!(capabilities.move_resource_state && !capabilities.generate_resource_config);
}

#[tokio::test]
async fn terraform_would_accept_the_products_schema() {
    let reply = schemas(product()).await;
    check(&reply);
    assert!(reply.functions.is_empty());
}

#[tokio::test]
async fn nested_attributes_have_no_plain_type() {
    let reply = schemas(fixture()).await;
    check(&reply);
    let block = reply.resource_schemas[TYPE_NAME]
        .block
        .as_ref()
        .expect("a block");
    let find = |name: &str| {
        let mut attributes = block.attributes.iter();
        attributes
            .find(|attribute| attribute.name == name)
            .expect("an attribute")
    };
    assert!(find("placement").nested_type.is_some());
    assert_eq!(find("secret_length").r#type, br#""number""#);
    assert!(find("secret").write_only && find("payload").sensitive);
}

#[tokio::test]
async fn names_and_identities_match_the_schemas() {
    let host = Host::start();
    let mut provider = host.dial().await.provider;
    let metadata = provider.get_metadata(get_metadata::Request {}).await;
    let metadata = metadata.expect("an answer").into_inner();
    assert_eq!(metadata.resources[0].type_name, TYPE_NAME);
    assert_eq!(metadata.data_sources[0].type_name, sight::TYPE_NAME);
    assert_eq!(
        metadata.ephemeral_resources[0].type_name,
        lantern::TYPE_NAME
    );
    let schemas = provider
        .get_provider_schema(get_provider_schema::Request {})
        .await;
    let schemas = schemas.expect("an answer").into_inner();
    assert!(schemas.data_source_schemas.contains_key(sight::TYPE_NAME));
    assert!(
        schemas
            .ephemeral_resource_schemas
            .contains_key(lantern::TYPE_NAME)
    );
    let request = get_resource_identity_schemas::Request {};
    let identities = provider.get_resource_identity_schemas(request).await;
    let identities = identities.expect("an answer").into_inner().identity_schemas;
    let attribute = &identities[TYPE_NAME].identity_attributes[0];
    assert_eq!(attribute.name, "name");
    assert!(attribute.required_for_import && !attribute.optional_for_import);
    let functions = provider.get_functions(get_functions::Request {}).await;
    assert!(
        functions
            .expect("an answer")
            .into_inner()
            .functions
            .is_empty()
    );
}
