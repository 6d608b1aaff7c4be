//! Values on the wire and in stored state.
//!
//! Terraform sends values as `MessagePack` that only makes sense beside their type: an object is a map that holds every
//! attribute, nil is null, any extension is an unknown, a number is an integer, a 64-bit float or decimal text, and a set
//! is an array. Stored state comes as JSON. Both readers go down the type and not the data, so hostile input
//! cannot make them recurse deeper than a schema does.

mod decode;
mod encode;
mod json;
mod kind;
mod number;
mod refinements;

use super::path::{AttributePath, Step};
use crate::fault::{Explain, Kind, Remedy};

pub use decode::decode;
pub use encode::encode;
pub use json::decode_json;

/// A value that does not fit its type, with the way to the part at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodecError {
    /// The part at fault. An element of a set has no address, so the way ends at the set.
    pub path: AttributePath,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What can be wrong with an encoded value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A value of another kind.
    #[error("expected {expected}, found {found}")]
    Mismatch {
        /// The kind that the type asks for, with its article.
        expected: &'static str,
        /// The kind that is there, with its article.
        found: &'static str,
    },
    /// An object lacks an attribute that its type has.
    #[error("attribute {0:?} is missing")]
    Missing(String),
    /// An object has an attribute that its type lacks.
    #[error("attribute {0:?} is not expected here")]
    Unexpected(String),
    /// Text that is no number, infinity, not-a-number, or more than 8,192 characters or 4,096 places.
    #[error("the number is malformed or out of range")]
    Number,
    /// Text with bytes that are not UTF-8.
    #[error("the text is not valid UTF-8")]
    Text,
    /// The bytes end within a value.
    #[error("the value is cut off")]
    Truncated,
    /// There are more bytes after the value.
    #[error("there are {0} bytes after the value")]
    Trailing(usize),
    /// More elements or characters than the wire format can count (2^32).
    #[error("the value is too large for the wire")]
    TooLarge,
    /// Bytes that are no JSON.
    #[error("the JSON is malformed at byte {0}")]
    Json(usize),
}

impl CodecError {
    /// The same error, seen from one step further out.
    fn within(self, step: Step) -> Self {
        Self {
            path: self.path.within(step),
            ..self
        }
    }
}

impl From<Fault> for CodecError {
    fn from(fault: Fault) -> Self {
        Self {
            path: AttributePath::root(),
            fault,
        }
    }
}

impl std::fmt::Display for CodecError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.path.steps() {
            [] => write!(f, "{}", self.fault),
            _ => write!(f, "{}: {}", self.path, self.fault),
        }
    }
}

impl std::error::Error for CodecError {}

/// Terraform converts values to the schema's types before it sends them, so a value that does not fit is a bug.
impl Explain for CodecError {
    fn kind(&self) -> Kind {
        Kind::ProviderBug
    }

    fn summary(&self) -> String {
        "Value Does Not Fit the Schema".to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        vec![Remedy::new(
            "report this to the provider's developers; it is a bug in the provider",
        )]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sdk::generate::{types, values};

    proptest! {
        #![proptest_config(crate::fuzzing::config())]

        #[test]
        fn what_is_encoded_is_decoded_unchanged(
            (of, value) in types().prop_flat_map(|of| (Just(of.clone()), values(&of)))
        ) {
            let bytes = encode(&of, &value).expect("the value fits");
            prop_assert_eq!(decode(&of, &bytes), Ok(value));
        }

        #[test]
        fn fuzz_bytes(of in types(), bytes: Vec<u8>) {
            let _ = decode(&of, &bytes);
            let _ = decode_json(&of, &bytes);
        }

        #[test]
        fn fuzz_messages(
            (of, value) in types().prop_flat_map(|of| (Just(of.clone()), values(&of))),
            at: prop::sample::Index,
            byte: u8,
        ) {
            let mut bytes = encode(&of, &value).expect("the value fits");
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(value) = decode(&of, &bytes) {
                prop_assert!(encode(&of, &value).is_ok());
            }
        }
    }
}
