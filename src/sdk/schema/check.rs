//! A rule for the value of an attribute.

use std::fmt;
use std::sync::Arc;

use crate::sdk::value::Value;

type Rule = dyn Fn(&Value) -> Result<(), String> + Send + Sync;

/// A rule for a known value. The usual ones stand in [`checks`](crate::sdk::checks).
#[derive(Clone)]
pub struct Check(Arc<Rule>);

impl Check {
    /// A rule from a function whose `Err` says what is wrong with the value, as a sentence.
    pub fn new(rule: impl Fn(&Value) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(rule))
    }

    /// A rule for text; a value of another kind passes, since its type is checked elsewhere.
    pub fn text(rule: impl Fn(&str) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self::new(move |value| value.as_str().map_or(Ok(()), &rule))
    }

    /// Judges a value.
    ///
    /// # Errors
    ///
    /// The sentence that says what is wrong.
    pub fn judge(&self, value: &Value) -> Result<(), String> {
        (self.0)(value)
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Check")
    }
}
