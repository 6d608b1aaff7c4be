//! From the JSON of stored state to a value.
//!
//! `serde_json` turns a number into an `f64`, and its feature against that (`arbitrary_precision`) changes how every
//! other crate reads numbers. So the structure is read here, along the type, and `serde_json` only says where a token
//! ends and what a text means.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{CodecError, Fault, number};
use crate::sdk::path::Step;
use crate::sdk::types::Type;
use crate::sdk::value::Value;

/// Reads the JSON of a stored value.
///
/// An attribute that the stored object lacks is null, and one that the type lacks is dropped: a schema may gain and lose
/// optional attributes without a new version, and Terraform's own framework reads stored state the same way.
///
/// # Errors
///
/// [`CodecError`] when the bytes are no JSON or do not fit the type.
pub fn decode_json(of: &Type, bytes: &[u8]) -> Result<Value, CodecError> {
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::Text)?;
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(of)?;
    reader.skip_space();
    match text.len() - reader.at {
        0 => Ok(value),
        more => Err(Fault::Trailing(more).into()),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, of: &Type) -> Result<Value, CodecError> {
        match (self.peek()?, of) {
            (b'n', _) => self.token::<()>().map(|()| Value::Null),
            (b't' | b'f', Type::Bool) => self.token().map(Value::Bool),
            (b'-' | b'0'..=b'9', Type::Number) => Ok(Value::Number(number::parse(self.raw()?)?)),
            (b'"', Type::String) => self.token().map(Value::String),
            (b'"', Type::Number) => Ok(Value::Number(number::parse(&self.token::<String>()?)?)),
            (b'[', Type::List(element)) => self.elements(element, Some),
            (b'[', Type::Set(element)) => self.elements(element, |_| None),
            (b'{', Type::Map(element)) => self.members(element),
            (b'{', Type::Object(attributes)) => self.attributes(attributes),
            (first, expected) => Err(self.mismatch(first, expected)),
        }
    }

    fn elements(
        &mut self,
        of: &Type,
        address: fn(usize) -> Option<usize>,
    ) -> Result<Value, CodecError> {
        let mut elements = Vec::new();
        let mut open = self.begin(b']')?;
        while open {
            let index = address(elements.len());
            let element = self.value(of).map_err(|error| match index {
                Some(index) => error.within(Step::Index(index)),
                None => CodecError::from(error.fault),
            })?;
            elements.push(element);
            open = self.more(b']')?;
        }
        Ok(Value::List(elements))
    }

    fn members(&mut self, of: &Type) -> Result<Value, CodecError> {
        let mut members = BTreeMap::new();
        let mut open = self.begin(b'}')?;
        while open {
            let key = self.key()?;
            let member = self
                .value(of)
                .map_err(|error| error.within(Step::Key(key.clone())))?;
            members.insert(key, member);
            open = self.more(b'}')?;
        }
        Ok(Value::Map(members))
    }

    fn attributes(&mut self, of: &BTreeMap<String, Type>) -> Result<Value, CodecError> {
        let nulls = of.keys().map(|name| (name.clone(), Value::Null));
        let mut attributes: BTreeMap<_, _> = nulls.collect();
        let mut open = self.begin(b'}')?;
        while open {
            let name = self.key()?;
            if let Some(of) = of.get(&name) {
                let value = self.value(of);
                let value = value.map_err(|error| error.within(Step::Attribute(name.clone())))?;
                attributes.insert(name, value);
            } else {
                self.raw()?;
            }
            open = self.more(b'}')?;
        }
        Ok(Value::Map(attributes))
    }

    /// Steps into a list or object; whether it has a first element.
    fn begin(&mut self, close: u8) -> Result<bool, CodecError> {
        self.at += 1;
        let empty = self.peek()? == close;
        self.at += usize::from(empty);
        Ok(!empty)
    }

    /// Steps behind an element; whether another one follows.
    fn more(&mut self, close: u8) -> Result<bool, CodecError> {
        match self.peek()? {
            b',' => self.at += 1,
            found if found == close => {
                self.at += 1;
                return Ok(false);
            }
            _ => return Err(self.malformed()),
        }
        Ok(true)
    }

    fn key(&mut self) -> Result<String, CodecError> {
        self.peek()?;
        let key = self.token()?;
        if self.peek()? != b':' {
            return Err(self.malformed());
        }
        self.at += 1;
        Ok(key)
    }

    /// One token, as `serde_json` understands it.
    fn token<T: Deserialize<'a>>(&mut self) -> Result<T, CodecError> {
        let mut tokens = serde_json::Deserializer::from_str(&self.text[self.at..]).into_iter();
        match tokens.next() {
            Some(Ok(token)) => {
                self.at += tokens.byte_offset();
                Ok(token)
            }
            _ => Err(self.malformed()),
        }
    }

    /// One value, as it is written.
    fn raw(&mut self) -> Result<&'a str, CodecError> {
        self.skip_space();
        let begin = self.at;
        self.token::<IgnoredAny>()?;
        Ok(&self.text[begin..self.at])
    }

    fn peek(&mut self) -> Result<u8, CodecError> {
        self.skip_space();
        let next = self.text.as_bytes().get(self.at);
        Ok(*next.ok_or(Fault::Truncated)?)
    }

    fn skip_space(&mut self) {
        let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| space(byte)).count();
    }

    fn malformed(&self) -> CodecError {
        Fault::Json(self.at).into()
    }

    fn mismatch(&self, first: u8, expected: &Type) -> CodecError {
        let found = match first {
            b't' | b'f' => "a bool",
            b'-' | b'0'..=b'9' => "a number",
            b'"' => "a string",
            b'[' => "a list",
            b'{' => "an object",
            _ => return self.malformed(),
        };
        let expected = expected.noun();
        Fault::Mismatch { expected, found }.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster() -> Type {
        Type::object([
            ("name", Type::String),
            ("size", Type::Number),
            ("ids", Type::Set(Box::new(Type::Bool))),
            ("tags", Type::Map(Box::new(Type::String))),
        ])
    }

    fn error(of: &Type, text: &str) -> String {
        decode_json(of, text.as_bytes())
            .expect_err("it must be refused")
            .to_string()
    }

    #[test]
    fn numbers_are_exact_and_gaps_are_null() {
        let json = r#" { "size" : 123456789012345678901234567890.1, "old": [{"deep": 1}],
            "ids": [ true , false ], "name": "\u00e9\n" } "#;
        let size = number::parse("123456789012345678901234567890.1").expect("a number");
        let expected = Value::object([
            ("name", Value::from("é\n")),
            ("size", Value::Number(size)),
            ("ids", Value::List(vec![true.into(), false.into()])),
            ("tags", Value::Null),
        ]);
        assert_eq!(decode_json(&cluster(), json.as_bytes()), Ok(expected));
    }

    #[test]
    fn an_error_names_the_part_and_both_kinds() {
        for (json, expected) in [
            (
                r#"{"tags": {"City": 7}}"#,
                r#"tags["City"]: expected a string, found a number"#,
            ),
            (r#"{"ids": ["x"]}"#, "ids: expected a bool, found a string"),
            ("[]", "expected an object, found a list"),
            (r#"{"name": "a" "#, "the value is cut off"),
            (r#"{"name": x}"#, "name: the JSON is malformed at byte 9"),
            (r#"{"name": "a",}"#, "the JSON is malformed at byte 13"),
            ("{} {}", "there are 2 bytes after the value"),
        ] {
            assert_eq!(error(&cluster(), json), expected);
        }
    }

    #[test]
    fn deep_nesting_in_a_dropped_attribute_is_harmless() {
        let deep = format!(
            r#"{{"old": {}{}}}"#,
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        assert!(decode_json(&cluster(), deep.as_bytes()).is_ok());
    }
}
