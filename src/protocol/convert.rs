//! Between the messages of the wire and the words of the SDK.

use crate::proto::tfplugin6 as wire;
use crate::proto::tfplugin6::attribute_path::step::Selector;
use crate::proto::tfplugin6::{attribute_path, deferred, diagnostic};
use crate::sdk::codec::{self, CodecError};
use crate::sdk::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::sdk::path::{AttributePath, Step};
use crate::sdk::resource::DeferReason;
use crate::sdk::types::Type;
use crate::sdk::value::Value;

/// A value of this type; an absent message is null.
///
/// # Errors
///
/// A diagnostic at the attribute whose value does not fit.
pub(super) fn decode(ty: &Type, value: Option<wire::DynamicValue>) -> Result<Value, Diagnostics> {
    let Some(value) = value else {
        return Ok(Value::Null);
    };
    let decoded = if value.msgpack.is_empty() && !value.json.is_empty() {
        codec::decode_json(ty, &value.json)
    } else {
        codec::decode(ty, &value.msgpack)
    };
    decoded.map_err(|error| misfit("reading what Terraform sent", &error))
}

/// The identity or object of a state file, from its JSON.
///
/// # Errors
///
/// As for [`decode`].
pub(super) fn decode_json(ty: &Type, json: &[u8]) -> Result<Value, Diagnostics> {
    codec::decode_json(ty, json).map_err(|error| misfit("reading stored state", &error))
}

fn misfit(attempted: &str, error: &CodecError) -> Diagnostics {
    Diagnostic::explain(error.path.clone(), attempted, error).into()
}

/// A value as a message.
///
/// # Errors
///
/// A diagnostic when the value does not fit the schema, which is a mistake of the provider.
pub(super) fn encode(ty: &Type, value: &Value) -> Result<wire::DynamicValue, Diagnostics> {
    let msgpack = codec::encode(ty, value).map_err(|error| misfit("writing the reply", &error))?;
    let json = Vec::new();
    Ok(wire::DynamicValue { msgpack, json })
}

/// An identity; `None` where the client sent none.
///
/// # Errors
///
/// As for [`decode`].
pub(super) fn decode_identity(
    ty: &Type,
    identity: Option<wire::ResourceIdentityData>,
) -> Result<Option<Value>, Diagnostics> {
    match identity.and_then(|identity| identity.identity_data) {
        Some(data) => decode(ty, Some(data)).map(|value| (!value.is_null()).then_some(value)),
        None => Ok(None),
    }
}

/// An identity as a message.
///
/// # Errors
///
/// As for [`encode`].
pub(super) fn encode_identity(
    ty: &Type,
    identity: Option<&Value>,
) -> Result<Option<wire::ResourceIdentityData>, Diagnostics> {
    let Some(identity) = identity else {
        return Ok(None);
    };
    let identity_data = Some(encode(ty, identity)?);
    Ok(Some(wire::ResourceIdentityData { identity_data }))
}

/// All messages to the user.
pub(super) fn diagnostics(diagnostics: Diagnostics) -> Vec<wire::Diagnostic> {
    diagnostics.into_iter().map(message).collect()
}

fn message(diagnostic: Diagnostic) -> wire::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => diagnostic::Severity::Error,
        Severity::Warning => diagnostic::Severity::Warning,
    };
    let root = diagnostic.path.steps().is_empty();
    wire::Diagnostic {
        severity: severity.into(),
        attribute: (!root).then(|| path(&diagnostic.path)),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
    }
}

/// The way to an attribute.
pub(super) fn path(path: &AttributePath) -> wire::AttributePath {
    wire::AttributePath {
        steps: path.steps().iter().map(step).collect(),
    }
}

fn step(step: &Step) -> attribute_path::Step {
    let selector = match step {
        Step::Attribute(name) => Selector::AttributeName(name.clone()),
        Step::Key(key) => Selector::ElementKeyString(key.clone()),
        Step::Index(index) => {
            Selector::ElementKeyInt(i64::try_from(*index).expect("no list is that long"))
        }
    };
    attribute_path::Step {
        selector: Some(selector),
    }
}

/// Why a plan is put off.
pub(super) fn deferred(reason: DeferReason) -> wire::Deferred {
    let reason = match reason {
        DeferReason::ResourceConfigUnknown => deferred::Reason::ResourceConfigUnknown,
        DeferReason::ProviderConfigUnknown => deferred::Reason::ProviderConfigUnknown,
    };
    wire::Deferred {
        reason: reason.into(),
    }
}
