//! Configurations and states of the fixture's resource, as messages.

use terraform_provider_arc::proto::tfplugin6::diagnostic::Severity;
use terraform_provider_arc::proto::tfplugin6::{
    Diagnostic, DynamicValue, ResourceIdentityData, apply_resource_change, configure_provider,
    plan_resource_change,
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

/// An object as Terraform has stored it. By default there is none yet.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// The attributes; null for no object.
    pub state: Value,
    /// The provider's private bytes.
    pub private: Vec<u8>,
    /// The identity.
    pub identity: Option<ResourceIdentityData>,
}

/// The identity of the fixture's object of this name.
pub fn identity(name: &str) -> ResourceIdentityData {
    let of = fixture::identity_schema().value_type();
    let identity = Value::object([("name", Value::from(name))]);
    ResourceIdentityData {
        identity_data: Some(encode_of(&of, &identity)),
    }
}

/// Plans a create.
pub async fn plan(connection: &Connection, config: &Value) -> plan_resource_change::Response {
    send_plan(connection, plan_request(&Object::default(), config)).await
}

/// The request to plan a change of an object; the configuration is null for a destroy.
pub fn plan_request(prior: &Object, config: &Value) -> plan_resource_change::Request {
    plan_resource_change::Request {
        type_name: TYPE_NAME.to_owned(),
        prior_state: Some(encode(&prior.state)),
        proposed_new_state: Some(encode(config)),
        config: Some(encode(config)),
        prior_private: prior.private.clone(),
        prior_identity: prior.identity.clone(),
        ..plan_resource_change::Request::default()
    }
}

/// Sends the request to plan.
pub async fn send_plan(
    connection: &Connection,
    request: plan_resource_change::Request,
) -> plan_resource_change::Response {
    let mut provider = connection.provider.clone();
    let reply = provider.plan_resource_change(request).await;
    reply.expect("an answer").into_inner()
}

/// Plans and applies a create.
pub async fn create(connection: &Connection, config: Value) -> apply_resource_change::Response {
    change(connection, &Object::default(), &config).await
}

/// Plans and applies a change of an object; the configuration is null for a delete.
pub async fn change(
    connection: &Connection,
    prior: &Object,
    config: &Value,
) -> apply_resource_change::Response {
    let request = apply_request(connection, prior, config).await;
    send_apply(connection, request).await
}

/// Plans a change of an object, and returns the request to apply it as Terraform makes it of the plan.
pub async fn apply_request(
    connection: &Connection,
    prior: &Object,
    config: &Value,
) -> apply_resource_change::Request {
    let planned = send_plan(connection, plan_request(prior, config)).await;
    assert_eq!(errors(&planned.diagnostics), Vec::<String>::new());
    apply_resource_change::Request {
        type_name: TYPE_NAME.to_owned(),
        prior_state: Some(encode(&prior.state)),
        planned_state: planned.planned_state,
        config: Some(encode(config)),
        planned_private: planned.planned_private,
        planned_identity: planned.planned_identity,
        ..apply_resource_change::Request::default()
    }
}

/// Sends the request to apply.
pub async fn send_apply(
    connection: &Connection,
    request: apply_resource_change::Request,
) -> apply_resource_change::Response {
    let mut provider = connection.provider.clone();
    let reply = provider.apply_resource_change(request).await;
    reply.expect("an answer").into_inner()
}
