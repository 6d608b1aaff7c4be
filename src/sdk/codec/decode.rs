//! From `MessagePack` to a value.

use std::collections::BTreeMap;

use rmp::Marker;
use rmp::decode as msgpack;

use super::kind::Kind;
use super::{CodecError, Fault, number, refinements};
use crate::sdk::path::Step;
use crate::sdk::types::Type;
use crate::sdk::value::{Refinements, Value};

/// Reads one value of a type.
///
/// # Errors
///
/// [`CodecError`] when the bytes do not hold exactly one value of that type.
pub fn decode(of: &Type, bytes: &[u8]) -> Result<Value, CodecError> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(of)?;
    match reader.rest.len() {
        0 => Ok(value),
        more => Err(Fault::Trailing(more).into()),
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self, of: &Type) -> Result<Value, CodecError> {
        let first = *self.rest.first().ok_or(Fault::Truncated)?;
        let marker = Marker::from_u8(first);
        match (Kind::of(marker), of) {
            (Kind::Nil, _) => self.take(1).map(|_| Value::Null),
            (Kind::Extension, _) => self.unknown(),
            (Kind::Bool, Type::Bool) => self.take(1).map(|_| Value::Bool(marker == Marker::True)),
            (Kind::Number, Type::Number) => self.number(marker),
            (Kind::Text, Type::Number) => Ok(Value::Number(number::parse(self.text()?)?)),
            (Kind::Text, Type::String) => self.text().map(Value::string),
            (Kind::Array, Type::List(element)) => self.elements(element, Some),
            (Kind::Array, Type::Set(element)) => self.elements(element, |_| None),
            (Kind::Map, Type::Map(element)) => self.members(element),
            (Kind::Map, Type::Object(attributes)) => self.attributes(attributes),
            (found, expected) => Err(Fault::Mismatch {
                expected: expected.noun(),
                found: found.noun(),
            }
            .into()),
        }
    }

    fn unknown(&mut self) -> Result<Value, CodecError> {
        let extension = msgpack::read_ext_meta(&mut self.rest).map_err(truncated)?;
        let payload = self.take(extension.size)?;
        Ok(Value::Unknown(match extension.typeid {
            refinements::EXTENSION => refinements::decode(payload),
            _ => Refinements::default(),
        }))
    }

    fn number(&mut self, marker: Marker) -> Result<Value, CodecError> {
        let rest = &mut self.rest;
        let number = match marker {
            Marker::F64 => number::from_float(msgpack::read_f64(rest).map_err(truncated)?)?,
            Marker::F32 => number::from_float(msgpack::read_f32(rest).map_err(truncated)?.into())?,
            Marker::U64 => msgpack::read_u64(rest).map_err(truncated)?.into(),
            _ => msgpack::read_int::<i64, _>(rest).map_err(truncated)?.into(),
        };
        Ok(Value::Number(number))
    }

    /// All elements; `address` says how one is reached by its position, if at all.
    fn elements(
        &mut self,
        of: &Type,
        address: fn(usize) -> Option<usize>,
    ) -> Result<Value, CodecError> {
        let count = msgpack::read_array_len(&mut self.rest).map_err(truncated)?;
        let mut elements = Vec::new();
        for _ in 0..count {
            let index = address(elements.len());
            let element = self.value(of).map_err(|error| match index {
                Some(index) => error.within(Step::Index(index)),
                None => CodecError::from(error.fault),
            })?;
            elements.push(element);
        }
        Ok(Value::List(elements))
    }

    fn members(&mut self, of: &Type) -> Result<Value, CodecError> {
        let count = msgpack::read_map_len(&mut self.rest).map_err(truncated)?;
        let mut members = BTreeMap::new();
        for _ in 0..count {
            let key = self.key()?;
            let member = self
                .value(of)
                .map_err(|error| error.within(Step::Key(key.to_owned())))?;
            members.insert(key.to_owned(), member);
        }
        Ok(Value::Map(members))
    }

    fn attributes(&mut self, of: &BTreeMap<String, Type>) -> Result<Value, CodecError> {
        let count = msgpack::read_map_len(&mut self.rest).map_err(truncated)?;
        let mut attributes = BTreeMap::new();
        for _ in 0..count {
            let name = self.key()?;
            let of = of
                .get(name)
                .ok_or_else(|| Fault::Unexpected(name.to_owned()))?;
            let attribute = self
                .value(of)
                .map_err(|error| error.within(Step::Attribute(name.to_owned())))?;
            attributes.insert(name.to_owned(), attribute);
        }
        match of.keys().find(|name| !attributes.contains_key(*name)) {
            Some(missing) => Err(Fault::Missing(missing.clone()).into()),
            None => Ok(Value::Map(attributes)),
        }
    }

    fn key(&mut self) -> Result<&'a str, CodecError> {
        let first = *self.rest.first().ok_or(Fault::Truncated)?;
        match Kind::of(Marker::from_u8(first)) {
            Kind::Text => self.text(),
            found => Err(Fault::Mismatch {
                expected: "a string as key",
                found: found.noun(),
            }
            .into()),
        }
    }

    fn text(&mut self) -> Result<&'a str, CodecError> {
        let length = msgpack::read_str_len(&mut self.rest).map_err(truncated)?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| Fault::Text.into())
    }

    fn take(&mut self, count: u32) -> Result<&'a [u8], CodecError> {
        let count = usize::try_from(count).map_err(|_| Fault::Truncated)?;
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Fault::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }
}

/// The marker was looked at before, so that the bytes end is all that can be wrong.
fn truncated<E>(_: E) -> CodecError {
    Fault::Truncated.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster() -> Type {
        Type::object([
            ("name", Type::String),
            ("tags", Type::Map(Box::new(Type::String))),
            ("nodes", Type::List(Box::new(Type::Number))),
        ])
    }

    fn error(of: &Type, bytes: &[u8]) -> String {
        decode(of, bytes)
            .expect_err("it must be refused")
            .to_string()
    }

    #[test]
    fn numbers_come_as_integer_float_or_text() {
        let exact = |text: &str| Value::Number(number::parse(text).expect(text));
        for (bytes, text) in [
            (&[0xff][..], "-1"),
            (
                &[0xcf, 255, 255, 255, 255, 255, 255, 255, 255],
                "18446744073709551615",
            ),
            (&[0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0], "0.5"),
            (b"\xa30.1", "0.1"),
        ] {
            assert_eq!(decode(&Type::Number, bytes), Ok(exact(text)));
        }
    }

    #[test]
    fn any_extension_is_an_unknown_and_twelve_has_promises() {
        assert_eq!(decode(&Type::String, &[0xd4, 0, 0]), Ok(Value::unknown()));
        assert_eq!(decode(&cluster(), &[0xd5, 99, 1, 2]), Ok(Value::unknown()));
        let refined = b"\xc7\x09\x0c\x82\x01\xc2\x02\xa4pre-";
        let promises = Refinements {
            is_null: Some(false),
            prefix: Some("pre-".to_owned()),
            ..Refinements::default()
        };
        assert_eq!(decode(&Type::String, refined), Ok(Value::Unknown(promises)));
    }

    #[test]
    fn an_error_names_the_part_and_both_kinds() {
        assert_eq!(
            error(&cluster(), b"\x81\xa4tags\x81\xa4City\x07"),
            r#"tags["City"]: expected a string, found a number"#
        );
        assert_eq!(
            error(&cluster(), b"\x81\xa5nodes\x92\x01\xc3"),
            "nodes[1]: expected a number, found a bool"
        );
        assert_eq!(
            error(&cluster(), b"\x81\xa4name\xc0"),
            r#"attribute "nodes" is missing"#
        );
        assert_eq!(
            error(&cluster(), b"\x81\xa3foo\xc0"),
            r#"attribute "foo" is not expected here"#
        );
        let set = Type::object([("ids", Type::Set(Box::new(Type::String)))]);
        assert_eq!(
            error(&set, b"\x81\xa3ids\x91\x01"),
            "ids: expected a string, found a number"
        );
    }

    #[test]
    fn a_huge_count_without_data_costs_no_memory() {
        let list = Type::List(Box::new(Type::String));
        assert_eq!(
            error(&list, &[0xdd, 255, 255, 255, 255]),
            "[0]: the value is cut off"
        );
        assert_eq!(
            error(&Type::String, b"\xa1ab"),
            "there are 1 bytes after the value"
        );
        assert_eq!(
            error(&Type::String, b"\xa1\xff"),
            "the text is not valid UTF-8"
        );
    }
}
