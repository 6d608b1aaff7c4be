//! From a value to `MessagePack`.

use std::collections::BTreeMap;

use rmp::encode::{self as msgpack, ByteBuf};

use super::number::{self, Wire};
use super::{CodecError, Fault, refinements};
use crate::sdk::path::Step;
use crate::sdk::types::Type;
use crate::sdk::value::{Refinements, Value};

/// Writes a value of a type.
///
/// # Errors
///
/// [`CodecError`] when the value does not fit the type. An object must hold every attribute, null where there is no
/// value: Terraform loses an object that lacks one.
pub fn encode(of: &Type, value: &Value) -> Result<Vec<u8>, CodecError> {
    let mut out = ByteBuf::new();
    write(&mut out, of, value)?;
    Ok(out.into_vec())
}

fn write(out: &mut ByteBuf, of: &Type, value: &Value) -> Result<(), CodecError> {
    match (value, of) {
        (Value::Null, _) => {
            let Ok(()) = msgpack::write_nil(out);
            Ok(())
        }
        (Value::Unknown(promises), _) => write_unknown(out, promises),
        (Value::Bool(truth), Type::Bool) => {
            let Ok(()) = msgpack::write_bool(out, *truth);
            Ok(())
        }
        (Value::Number(number), Type::Number) => match number::to_wire(number)? {
            Wire::Integer(integer) => {
                let Ok(_) = msgpack::write_sint(out, integer);
                Ok(())
            }
            Wire::Float(float) => {
                let Ok(()) = msgpack::write_f64(out, float);
                Ok(())
            }
            Wire::Text(text) => write_text(out, &text),
        },
        (Value::String(text), Type::String) => write_text(out, text),
        (Value::List(elements), Type::List(element)) => write_elements(out, element, elements),
        (Value::List(elements), Type::Set(element)) => {
            write_elements(out, element, elements).map_err(|error| CodecError::from(error.fault))
        }
        (Value::Map(members), Type::Map(element)) => write_members(out, element, members),
        (Value::Map(members), Type::Object(attributes)) => {
            write_attributes(out, attributes, members)
        }
        (value, of) => Err(Fault::Mismatch {
            expected: of.noun(),
            found: value.noun(),
        }
        .into()),
    }
}

/// A plain unknown is the extension 0 with one byte, as Terraform writes it.
fn write_unknown(out: &mut ByteBuf, promises: &Refinements) -> Result<(), CodecError> {
    let (extension, payload) = match refinements::encode(promises) {
        Some(payload) => (refinements::EXTENSION, payload),
        None => (0, vec![0]),
    };
    let Ok(_) = msgpack::write_ext_meta(out, count(payload.len())?, extension);
    out.as_mut_vec().extend(payload);
    Ok(())
}

fn write_text(out: &mut ByteBuf, text: &str) -> Result<(), CodecError> {
    let Ok(_) = msgpack::write_str_len(out, count(text.len())?);
    out.as_mut_vec().extend(text.as_bytes());
    Ok(())
}

fn write_elements(out: &mut ByteBuf, of: &Type, elements: &[Value]) -> Result<(), CodecError> {
    let Ok(_) = msgpack::write_array_len(out, count(elements.len())?);
    for (index, element) in elements.iter().enumerate() {
        write(out, of, element).map_err(|error| error.within(Step::Index(index)))?;
    }
    Ok(())
}

fn write_members(
    out: &mut ByteBuf,
    of: &Type,
    members: &BTreeMap<String, Value>,
) -> Result<(), CodecError> {
    let Ok(_) = msgpack::write_map_len(out, count(members.len())?);
    for (key, member) in members {
        write_text(out, key)?;
        write(out, of, member).map_err(|error| error.within(Step::Key(key.clone())))?;
    }
    Ok(())
}

fn write_attributes(
    out: &mut ByteBuf,
    of: &BTreeMap<String, Type>,
    attributes: &BTreeMap<String, Value>,
) -> Result<(), CodecError> {
    if let Some(unexpected) = attributes.keys().find(|name| !of.contains_key(*name)) {
        return Err(Fault::Unexpected(unexpected.clone()).into());
    }
    let Ok(_) = msgpack::write_map_len(out, count(of.len())?);
    for (name, of) in of {
        let attribute = attributes
            .get(name)
            .ok_or_else(|| Fault::Missing(name.clone()))?;
        write_text(out, name)?;
        write(out, of, attribute).map_err(|error| error.within(Step::Attribute(name.clone())))?;
    }
    Ok(())
}

fn count(length: usize) -> Result<u32, Fault> {
    u32::try_from(length).map_err(|_| Fault::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_is_written_as_terraform_writes_it() {
        assert_eq!(
            encode(&Type::String, &Value::unknown()),
            Ok(vec![0xd4, 0, 0])
        );
        let refined = Value::Unknown(Refinements {
            min_length: Some(1),
            ..Refinements::default()
        });
        let list = Type::List(Box::new(Type::String));
        assert_eq!(encode(&list, &refined), Ok(vec![0xc7, 3, 12, 0x81, 5, 1]));
    }

    #[test]
    fn an_object_must_hold_exactly_its_attributes() {
        let of = Type::object([("identity", Type::object([("type", Type::String)]))]);
        let error = |inner: Value| {
            let value = Value::object([("identity", inner)]);
            encode(&of, &value)
                .expect_err("it must be refused")
                .to_string()
        };
        assert_eq!(
            error(Value::object([("kind", Value::Null)])),
            r#"identity: attribute "kind" is not expected here"#
        );
        assert_eq!(
            error(Value::object::<String>([])),
            r#"identity: attribute "type" is missing"#
        );
        assert_eq!(
            error(Value::object([("type", Value::from(7))])),
            "identity.type: expected a string, found a number"
        );
    }
}
