//! From a value to a struct.

use std::collections::btree_map;
use std::fmt;
use std::slice;

use bigdecimal::{BigDecimal, ToPrimitive};
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

use super::BridgeError;
use crate::sdk::path::Step;
use crate::sdk::value::Value;

/// Reads a struct from an object. Null and unknown are `None`.
///
/// # Errors
///
/// [`BridgeError`] when a part does not fit its field.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, BridgeError> {
    T::deserialize(Source(value))
}

#[derive(Clone, Copy)]
struct Source<'de>(&'de Value);

impl<'de> Deserializer<'de> for Source<'de> {
    type Error = BridgeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BridgeError> {
        match self.0 {
            Value::Null => Err(found("null", &visitor)),
            Value::Unknown(_) => Err(found("an unknown", &visitor)),
            Value::Bool(truth) => visitor.visit_bool(*truth),
            Value::Number(number) => visit_number(number, visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::List(elements) => visitor.visit_seq(Elements(elements.iter().enumerate())),
            Value::Map(members) => visitor.visit_map(Members::new(members.iter(), Step::Key)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BridgeError> {
        match self.0 {
            Value::Null | Value::Unknown(_) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, BridgeError> {
        match self.0 {
            Value::Map(members) => visitor.visit_map(Members::new(members.iter(), Step::Attribute)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, BridgeError> {
        match self.0 {
            Value::String(text) => {
                let text: StrDeserializer<BridgeError> = text.as_str().into_deserializer();
                visitor.visit_enum(text)
            }
            other => Err(found(other.noun(), &visitor)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, BridgeError> {
        visitor.visit_newtype_struct(self)
    }

    /// An attribute that the struct does not have, whatever its value.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BridgeError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier
    }
}

/// Hands a number over as the kind of integer that holds it, otherwise as the nearest float.
fn visit_number<'de, V: Visitor<'de>>(
    number: &BigDecimal,
    visitor: V,
) -> Result<V::Value, BridgeError> {
    if let Some(integer) = number.to_i64().filter(|integer| number == *integer) {
        return visitor.visit_i64(integer);
    }
    if let Some(integer) = number.to_u64().filter(|integer| number == *integer) {
        return visitor.visit_u64(integer);
    }
    match number.to_f64() {
        Some(float) => visitor.visit_f64(float),
        None => Err(found("a number that is too large", &visitor)),
    }
}

struct Elements<'de>(std::iter::Enumerate<slice::Iter<'de, Value>>);

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = BridgeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, BridgeError> {
        let Some((index, element)) = self.0.next() else {
            return Ok(None);
        };
        seed.deserialize(Source(element))
            .map(Some)
            .map_err(|error| error.within(Step::Index(index)))
    }
}

struct Members<'de> {
    rest: btree_map::Iter<'de, String, Value>,
    current: Option<(&'de String, &'de Value)>,
    step: fn(String) -> Step,
}

impl<'de> Members<'de> {
    const fn new(rest: btree_map::Iter<'de, String, Value>, step: fn(String) -> Step) -> Self {
        Self {
            rest,
            current: None,
            step,
        }
    }
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = BridgeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, BridgeError> {
        self.current = self.rest.next();
        let Some((key, _)) = self.current else {
            return Ok(None);
        };
        seed.deserialize(StrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, BridgeError> {
        let Some((key, member)) = self.current.take() else {
            return Err(BridgeError::new("a value was asked for before its key"));
        };
        seed.deserialize(Source(member))
            .map_err(|error| error.within((self.step)(key.clone())))
    }
}

fn found(what: &str, expected: &dyn Expected) -> BridgeError {
    BridgeError::new(format_args!("expected {expected}, found {what}"))
}

/// serde's own wording would show the value, which may be a secret.
impl Error for BridgeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message)
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let what = match unexpected {
            Unexpected::Bool(_) => "a bool",
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
            Unexpected::Str(_) => "a string",
            Unexpected::Seq => "a list",
            Unexpected::Map => "a map",
            _ => "another kind of value",
        };
        found(what, expected)
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let words: Vec<_> = expected.iter().map(|word| format!("{word:?}")).collect();
        Self::new(format_args!(
            "{variant:?} is not one of {}",
            words.join(", ")
        ))
    }
}
