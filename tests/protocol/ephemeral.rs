//! Ephemeral resources: opened, renewed, closed, and put off.

use std::path::Path;

use terraform_provider_arc::proto::tfplugin6::deferred::Reason;
use terraform_provider_arc::proto::tfplugin6::{
    ClientCapabilities, close_ephemeral_resource, open_ephemeral_resource,
    renew_ephemeral_resource, stop_provider, validate_ephemeral_resource_config,
};
use terraform_provider_arc::sdk::types::Type;
use terraform_provider_arc::sdk::value::Value;

use crate::fixture::lantern;
use crate::host::{Connection, Host};
use crate::values::{configure_unknown, decode_of, encode_of, errors, object_of};

fn of() -> Type {
    lantern::schema().value_type()
}

fn config(marker: &Path) -> Value {
    let marker = marker.to_str().expect("text");
    object_of(&of(), &[("marker", marker.into())])
}

async fn open(
    connection: &Connection,
    config: &Value,
    deferral_allowed: bool,
) -> open_ephemeral_resource::Response {
    let request = open_ephemeral_resource::Request {
        type_name: lantern::TYPE_NAME.to_owned(),
        config: Some(encode_of(&of(), config)),
        client_capabilities: Some(ClientCapabilities {
            deferral_allowed,
            ..ClientCapabilities::default()
        }),
    };
    let mut provider = connection.provider.clone();
    let reply = provider.open_ephemeral_resource(request).await;
    reply.expect("an answer").into_inner()
}

async fn renew(connection: &Connection, private: &[u8]) -> renew_ephemeral_resource::Response {
    let request = renew_ephemeral_resource::Request {
        type_name: lantern::TYPE_NAME.to_owned(),
        private: Some(private.to_vec()),
    };
    let mut provider = connection.provider.clone();
    let reply = provider.renew_ephemeral_resource(request).await;
    reply.expect("an answer").into_inner()
}

async fn close(connection: &Connection, private: &[u8]) -> Vec<String> {
    let request = close_ephemeral_resource::Request {
        type_name: lantern::TYPE_NAME.to_owned(),
        private: Some(private.to_vec()),
    };
    let mut provider = connection.provider.clone();
    let reply = provider.close_ephemeral_resource(request).await;
    errors(&reply.expect("an answer").into_inner().diagnostics)
}

#[tokio::test]
async fn it_lives_from_open_to_close_and_a_stop_does_not_prevent_the_close() {
    let markers = tempfile::tempdir().expect("a directory");
    let marker = markers.path().join("lantern");
    let host = Host::start();
    let connection = host.dial().await;

    let opened = open(&connection, &config(&marker), false).await;
    assert_eq!(errors(&opened.diagnostics), Vec::<String>::new());
    let result = decode_of(&of(), opened.result.as_ref());
    assert_eq!(result.get("light").as_str(), Some("bright"));
    let renew_at = opened.renew_at.expect("a time");
    assert_eq!(u64::try_from(renew_at.seconds), Ok(lantern::RENEW_AT));
    let private = opened.private.expect("private bytes");

    let renewed = renew(&connection, &private).await;
    assert_eq!(errors(&renewed.diagnostics), Vec::<String>::new());
    assert_eq!(renewed.private.as_deref(), Some(private.as_slice()));
    assert_eq!(
        std::fs::read_to_string(&marker).expect("it is open"),
        "renewed"
    );

    let mut provider = connection.provider.clone();
    let stopped = provider.stop_provider(stop_provider::Request {}).await;
    assert!(stopped.is_ok());
    assert_eq!(close(&connection, &private).await, Vec::<String>::new());
    assert!(!marker.exists());
}

#[tokio::test]
async fn each_step_can_fail() {
    let host = Host::start();
    let connection = host.dial().await;
    let nowhere = Path::new("/nowhere/lantern");
    let opened = open(&connection, &config(nowhere), false).await;
    assert!(errors(&opened.diagnostics)[0].starts_with("Not Lit"));
    assert_eq!((opened.result, opened.private), (None, None));
    let renewed = renew(&connection, b"/nowhere/lantern").await;
    assert!(errors(&renewed.diagnostics)[0].starts_with("Gone Out"));
    let closed = close(&connection, b"/nowhere/lantern").await;
    assert!(closed[0].starts_with("Still Lit"), "{closed:?}");
}

#[tokio::test]
async fn a_block_is_checked() {
    let host = Host::start();
    let mut provider = host.dial().await.provider;
    let request = validate_ephemeral_resource_config::Request {
        type_name: lantern::TYPE_NAME.to_owned(),
        config: Some(encode_of(&of(), &object_of(&of(), &[]))),
    };
    let reply = provider.validate_ephemeral_resource_config(request).await;
    let messages = errors(&reply.expect("an answer").into_inner().diagnostics);
    assert!(messages[0].contains("marker is required"), "{messages:?}");
}

#[tokio::test]
async fn what_cannot_be_opened_yet_is_put_off_where_the_client_knows_how() {
    let markers = tempfile::tempdir().expect("a directory");
    let marker = markers.path().join("lantern");
    let host = Host::start();
    let connection = host.dial().await;
    configure_unknown(&connection).await;

    let deferred = open(&connection, &config(&marker), true).await;
    let reason = deferred.deferred.expect("a deferral").reason();
    assert_eq!(reason, Reason::ProviderConfigUnknown);
    let result = decode_of(&of(), deferred.result.as_ref());
    assert!(result.get("light").is_unknown());

    let refused = open(&connection, &config(&marker), false).await;
    assert!(errors(&refused.diagnostics)[0].starts_with("Provider Not Configured"));
    assert!(!marker.exists());
}
