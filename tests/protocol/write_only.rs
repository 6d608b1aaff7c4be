//! Write-only attributes of the product and hosts that do not know them, which would store their values.

use std::sync::Arc;

use terraform_provider_arc::proto::tfplugin6::{
    ClientCapabilities, attribute_path, validate_resource_config,
};
use terraform_provider_arc::provider::ArcProvider;
use terraform_provider_arc::sdk::provider::Provider as _;
use terraform_provider_arc::sdk::resource::ErasedResource;
use terraform_provider_arc::sdk::types::Type;
use terraform_provider_arc::sdk::value::Value;

use crate::host::{Host, product};
use crate::identity::ANNOUNCED;
use crate::values::{encode_of, errors, object_of};

const SETTINGS: &str = "configuration_protected_settings_wo";

fn of() -> Type {
    let provider = ArcProvider::new();
    let is_extension = |one: &&Arc<dyn ErasedResource>| one.type_name() == "arc_extension";
    let extension = provider.resources().iter().find(is_extension);
    extension.expect("the type").schema().value_type()
}

async fn validate(write_only_attributes_allowed: bool) -> validate_resource_config::Response {
    let host = Host::start_with(product(), [("PLUGIN_CLIENT_CERT", ANNOUNCED)]);
    let mut provider = host.dial().await.provider;
    let secret = Value::object([("password", Value::from("canary"))]);
    let of = of();
    let config = object_of(
        &of,
        &[
            ("name", "dapr".into()),
            ("extension_type", "microsoft.dapr".into()),
            ("connected_cluster_id", Value::unknown()),
            (SETTINGS, secret),
            (
                "configuration_protected_settings_wo_version",
                Value::from(1),
            ),
        ],
    );
    let request = validate_resource_config::Request {
        type_name: "arc_extension".to_owned(),
        config: Some(encode_of(&of, &config)),
        client_capabilities: Some(ClientCapabilities {
            write_only_attributes_allowed,
            ..ClientCapabilities::default()
        }),
    };
    let reply = provider.validate_resource_config(request).await;
    reply.expect("an answer").into_inner()
}

#[tokio::test]
async fn protected_settings_are_refused_from_a_host_that_would_store_them() {
    let refused = validate(false).await;
    let [diagnostic] = &refused.diagnostics[..] else {
        panic!("not exactly one: {:?}", errors(&refused.diagnostics));
    };
    let path = diagnostic.attribute.as_ref().expect("a path");
    let selector = path.steps[0].selector.clone();
    let at = attribute_path::step::Selector::AttributeName(SETTINGS.to_owned());
    assert_eq!(selector, Some(at));
    assert!(diagnostic.detail.contains("To fix this:"), "{diagnostic:?}");
    assert!(
        diagnostic.detail.contains("Terraform 1.11"),
        "{diagnostic:?}"
    );
    assert!(!diagnostic.detail.contains("canary"), "{diagnostic:?}");
    let fine = validate(true).await;
    assert_eq!(errors(&fine.diagnostics), Vec::<String>::new());
}
