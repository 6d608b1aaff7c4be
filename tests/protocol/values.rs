//! Configurations and states of the fixture's resource, as messages.

use terraform_provider_arc::proto::tfplugin6::diagnostic::Severity;
use terraform_provider_arc::proto::tfplugin6::{
    Diagnostic, DynamicValue, apply_resource_change, configure_provider, plan_resource_change,
};
use terraform_provider_arc::sdk::codec;
use terraform_provider_arc::sdk::types::Type;
use terraform_provider_arc::sdk::value::Value;

use crate::fixture::{self, TYPE_NAME};
use crate::host::Connection;

fn object_type() -> Type {
    fixture::schema().value_type()
}

/// An object of the fixture's type in which the other attributes are null.
pub fn object(attributes: &[(&str, Value)]) -> Value {
    object_of(&object_type(), attributes)
}

/// An object of a type in which the other attributes are null.
pub fn object_of(of: &Type, attributes: &[(&str, Value)]) -> Value {
    let Type::Object(all) = of else {
        unreachable!("a schema is an object");
    };
    let set = |name: &String| attributes.iter().find(|(set, _)| set == name);
    Value::object(all.keys().map(|name| {
        (
            name.clone(),
            set(name).map_or(Value::Null, |(_, value)| value.clone()),
        )
    }))
}

/// The message of a value of the fixture's type.
fn encode(value: &Value) -> DynamicValue {
    encode_of(&object_type(), value)
}

/// The message of a value of a type.
pub fn encode_of(of: &Type, value: &Value) -> DynamicValue {
    DynamicValue {
        msgpack: codec::encode(of, value).expect("it fits the schema"),
        json: Vec::new(),
    }
}

/// The value of a message of the fixture's type.
pub fn decode(message: Option<&DynamicValue>) -> Value {
    decode_of(&object_type(), message)
}

/// The value of a message of a type.
pub fn decode_of(of: &Type, message: Option<&DynamicValue>) -> Value {
    let message = message.expect("a value");
    codec::decode(of, &message.msgpack).expect("it fits the schema")
}

/// The errors among messages, as "summary: detail".
pub fn errors(diagnostics: &[Diagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity() == Severity::Error)
        .map(|diagnostic| format!("{}: {}", diagnostic.summary, diagnostic.detail))
        .collect()
}

/// Configures the fixture with a greeting that is not known yet.
pub async fn configure_unknown(connection: &Connection) {
    // A map of one attribute whose value is the extension that means "unknown".
    let unknown = [&[0x81, 0xa8][..], b"greeting", &[0xd4, 0, 0]].concat();
    let request = configure_provider::Request {
        config: Some(DynamicValue {
            msgpack: unknown,
            json: Vec::new(),
        }),
        ..configure_provider::Request::default()
    };
    let mut provider = connection.provider.clone();
    let reply = provider.configure_provider(request).await;
    assert_eq!(reply.expect("an answer").into_inner().diagnostics, []);
}

/// Plans a create.
pub async fn plan(connection: &Connection, config: &Value) -> plan_resource_change::Response {
    let request = plan_resource_change::Request {
        type_name: TYPE_NAME.to_owned(),
        prior_state: Some(encode(&Value::Null)),
        proposed_new_state: Some(encode(config)),
        config: Some(encode(config)),
        ..plan_resource_change::Request::default()
    };
    let mut provider = connection.provider.clone();
    provider
        .plan_resource_change(request)
        .await
        .expect("an answer")
        .into_inner()
}

/// Plans and applies a create.
pub async fn create(connection: &Connection, config: Value) -> apply_resource_change::Response {
    let planned = plan(connection, &config).await;
    assert_eq!(errors(&planned.diagnostics), Vec::<String>::new());
    let request = apply_resource_change::Request {
        type_name: TYPE_NAME.to_owned(),
        prior_state: Some(encode(&Value::Null)),
        planned_state: planned.planned_state,
        config: Some(encode(&config)),
        planned_private: planned.planned_private,
        ..apply_resource_change::Request::default()
    };
    let mut provider = connection.provider.clone();
    provider
        .apply_resource_change(request)
        .await
        .expect("an answer")
        .into_inner()
}
