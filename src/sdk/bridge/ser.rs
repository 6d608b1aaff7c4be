//! From a struct to a value.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::BridgeError;
use crate::sdk::path::Step;
use crate::sdk::types::Type;
use crate::sdk::value::Value;

/// Writes a struct as an object of a type; attributes that the struct does not have are null.
///
/// # Errors
///
/// [`BridgeError`] when a field does not fit its attribute, or there is none of its name.
pub fn to_value<T: Serialize>(source: &T, of: &Type) -> Result<Value, BridgeError> {
    convert(serde_json::to_value(source).map_err(BridgeError::new)?, of)
}

fn convert(json: Json, of: &Type) -> Result<Value, BridgeError> {
    match (json, of) {
        (Json::Null, _) => Ok(Value::Null),
        (Json::Bool(truth), Type::Bool) => Ok(Value::Bool(truth)),
        // By way of its text, so that 0.1 stays 0.1 and does not become the float's exact binary value.
        (Json::Number(number), Type::Number) => {
            let number = number.to_string().parse().map_err(BridgeError::new)?;
            Ok(Value::Number(number))
        }
        (Json::String(text), Type::String) => Ok(Value::String(text)),
        (Json::Array(elements), Type::List(of) | Type::Set(of)) => list(elements, of),
        (Json::Object(members), Type::Map(of)) => map(members, of),
        (Json::Object(fields), Type::Object(attributes)) => object(fields, attributes),
        (json, of) => Err(BridgeError::new(format_args!(
            "expected {}, found {}",
            of.noun(),
            noun(&json)
        ))),
    }
}

fn list(elements: Vec<Json>, of: &Type) -> Result<Value, BridgeError> {
    let elements = elements.into_iter().enumerate().map(|(index, element)| {
        convert(element, of).map_err(|error| error.within(Step::Index(index)))
    });
    elements.collect::<Result<_, _>>().map(Value::List)
}

fn map(members: Map<String, Json>, of: &Type) -> Result<Value, BridgeError> {
    let members = members.into_iter().map(|(key, member)| {
        let member = convert(member, of).map_err(|error| error.within(Step::Key(key.clone())))?;
        Ok((key, member))
    });
    members.collect::<Result<_, _>>().map(Value::Map)
}

fn object(
    fields: Map<String, Json>,
    attributes: &BTreeMap<String, Type>,
) -> Result<Value, BridgeError> {
    let nulls = attributes.keys().map(|name| (name.clone(), Value::Null));
    let mut members: BTreeMap<_, _> = nulls.collect();
    for (name, field) in fields {
        let of = attributes.get(&name).ok_or_else(|| {
            BridgeError::new(format_args!("the schema has no attribute {name:?}"))
        })?;
        let member =
            convert(field, of).map_err(|error| error.within(Step::Attribute(name.clone())))?;
        members.insert(name, member);
    }
    Ok(Value::Map(members))
}

const fn noun(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a bool",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "a list",
        Json::Object(_) => "a map",
    }
}
