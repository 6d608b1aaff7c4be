//! Data sources: what is read, what is refused, and what is put off.

use terraform_provider_arc::proto::tfplugin6::deferred::Reason;
use terraform_provider_arc::proto::tfplugin6::{
    ClientCapabilities, read_data_source, validate_data_resource_config,
};
use terraform_provider_arc::sdk::types::Type;
use terraform_provider_arc::sdk::value::Value;

use crate::fixture::sight;
use crate::host::{Connection, Host};
use crate::values::{configure_unknown, decode_of, encode_of, errors, object_of};

fn of() -> Type {
    sight::schema().value_type()
}

fn config(attributes: &[(&str, Value)]) -> Value {
    object_of(&of(), attributes)
}

async fn read(
    connection: &Connection,
    config: &Value,
    deferral_allowed: bool,
) -> read_data_source::Response {
    let request = read_data_source::Request {
        type_name: sight::TYPE_NAME.to_owned(),
        config: Some(encode_of(&of(), config)),
        client_capabilities: Some(ClientCapabilities {
            deferral_allowed,
            ..ClientCapabilities::default()
        }),
        ..read_data_source::Request::default()
    };
    let mut provider = connection.provider.clone();
    let reply = provider.read_data_source(request).await;
    reply.expect("an answer").into_inner()
}

#[tokio::test]
async fn a_read_fills_in_what_is_computed_and_may_warn() {
    let host = Host::start();
    let connection = host.dial().await;
    let config = config(&[
        ("name", "moon".into()),
        ("timeouts", Value::object([("read", Value::from("90s"))])),
    ]);
    let reply = read(&connection, &config, false).await;
    let state = decode_of(&of(), reply.state.as_ref());
    assert_eq!(*state.get("length"), Value::from(4));
    assert_eq!(state.get("unit").as_str(), Some("bytes"));
    assert_eq!(*state.get("seconds"), Value::from(90));
    assert_eq!(state.get("timeouts"), config.get("timeouts"));
    assert_eq!(reply.diagnostics[0].summary, "Look Closer");
    assert_eq!(reply.deferred, None);
}

#[tokio::test]
async fn what_is_not_there_is_an_error_and_no_state() {
    let host = Host::start();
    let connection = host.dial().await;
    let reply = read(&connection, &config(&[("name", "nothing".into())]), false).await;
    assert_eq!(errors(&reply.diagnostics), ["Not Found: There is nothing."]);
    assert_eq!(reply.state, None);
}

#[tokio::test]
async fn a_block_is_checked_by_schema_and_by_hand() {
    let host = Host::start();
    let mut provider = host.dial().await.provider;
    let timeouts = Value::object([("read", Value::from("soon"))]);
    let config = config(&[("name", "".into()), ("timeouts", timeouts)]);
    let request = validate_data_resource_config::Request {
        type_name: sight::TYPE_NAME.to_owned(),
        config: Some(encode_of(&of(), &config)),
    };
    let reply = provider.validate_data_resource_config(request).await;
    let messages = errors(&reply.expect("an answer").into_inner().diagnostics);
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].starts_with("Invalid Attribute Value"));
    assert_eq!(messages[1], "Empty Name: Look at something.");
}

#[tokio::test]
async fn what_cannot_be_read_yet_is_put_off_where_the_client_knows_how() {
    let host = Host::start();
    let connection = host.dial().await;
    let unknown = config(&[("name", Value::unknown())]);
    let reply = read(&connection, &unknown, true).await;
    let deferred = reply.deferred.expect("a deferral");
    assert_eq!(deferred.reason(), Reason::ResourceConfigUnknown);
    let state = decode_of(&of(), reply.state.as_ref());
    assert!(state.get("length").is_unknown());

    configure_unknown(&connection).await;
    let known = config(&[("name", "moon".into())]);
    let reply = read(&connection, &known, true).await;
    let deferred = reply.deferred.expect("a deferral");
    assert_eq!(deferred.reason(), Reason::ProviderConfigUnknown);

    let reply = read(&connection, &known, false).await;
    assert_eq!((&reply.state, &reply.deferred), (&None, &None));
    let messages = errors(&reply.diagnostics);
    assert!(
        messages[0].starts_with("Provider Not Configured"),
        "{messages:?}"
    );
}
