//! Rules of Kubernetes and of this resource for what the user writes.

use std::time::Duration;

use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::duration;
use crate::sdk::path::AttributePath;
use crate::sdk::schema::Check;
use crate::sdk::value::Value;

use super::schema::{BOUND, BOUND_ONLY};

/// The shortest life that Kubernetes gives a token.
const SHORTEST: Duration = Duration::from_mins(10);
/// The longest life that Kubernetes takes a request for: 2^32 seconds.
const LONGEST: Duration = Duration::from_secs(1 << 32);

/// A character of the name of a Kubernetes object.
pub(super) fn name_character(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.'
}

/// A character of the name of a namespace.
pub(super) fn namespace_character(c: char) -> bool {
    c != '.' && name_character(c)
}

/// What such a name begins and ends with.
pub(super) fn name_end(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

/// How long a token may live.
pub(super) fn lifetime() -> Check {
    Check::text(|text| {
        let lifetime = duration::parse(text).map_err(|error| error.to_string())?;
        if (SHORTEST..=LONGEST).contains(&lifetime) {
            return Ok(());
        }
        Err(format!(
            "{text} is out of range: Kubernetes issues tokens for 10m to 1193046h; choose for instance 1h or 24h"
        ))
    })
}

/// What attributes say about each other. `config` may hold unknowns.
pub(super) fn together(config: &Value) -> Diagnostics {
    let mut found = Diagnostics::default();
    let form = config.get("type");
    if !form.is_unknown() && form.as_str() != Some(BOUND) {
        let set = BOUND_ONLY
            .into_iter()
            .filter(|name| !config.get(name).is_null());
        found.extend(set.map(bound_only));
    }
    found.extend(rotation(config));
    found.extend(repeated_role(config));
    found
}

fn bound_only(name: &'static str) -> Diagnostic {
    Diagnostic::error(
        AttributePath::attribute(name),
        "Attribute Of Bound Tokens",
        format!(
            "{name} is for bound tokens, and this token lives in a Secret until that is deleted.\n\nTo fix this:\n  - set \
             type = \"bound\", or remove {name}"
        ),
    )
}

fn rotation(config: &Value) -> Option<Diagnostic> {
    let length = |name| {
        let text = config.get(name).as_str()?;
        duration::parse(text).ok()
    };
    let (notice, lifetime) = (length("rotate_before")?, length("duration")?);
    (notice >= lifetime).then(|| {
        Diagnostic::error(
            AttributePath::attribute("rotate_before"),
            "Token Always Due",
            "rotate_before is not shorter than duration, so each new token would be due to be replaced at once.\n\nTo fix \
             this:\n  - choose a shorter rotate_before, such as a third of duration",
        )
    })
}

fn repeated_role(config: &Value) -> Option<Diagnostic> {
    let Value::List(bindings) = config.get("role_bindings") else {
        return None;
    };
    let again = |(index, binding): &(usize, &Value)| {
        binding.is_wholly_known() && bindings[..*index].contains(binding)
    };
    let (index, _) = bindings.iter().enumerate().find(again)?;
    Some(Diagnostic::error(
        AttributePath::attribute("role_bindings"),
        "Role Bound Twice",
        format!(
            "Element {index} of role_bindings repeats an earlier one.\n\nTo fix this:\n  - remove one of them"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(check: &Check, text: &str) -> Result<(), String> {
        check.judge(&Value::string(text))
    }

    #[test]
    fn a_token_lives_for_ten_minutes_to_a_hundred_years() {
        for fine in ["10m", "24h", "1193046h"] {
            assert_eq!(judge(&lifetime(), fine), Ok(()), "{fine}");
        }
        for wrong in ["9m", "0s", "1193047h"] {
            let error = judge(&lifetime(), wrong).expect_err(wrong);
            assert!(error.contains("10m to 1193046h"), "{error}");
        }
        assert!(judge(&lifetime(), "soon").is_err());
    }

    fn summaries(config: &[(&str, Value)]) -> Vec<String> {
        let found = together(&Value::object(config.iter().cloned()));
        found
            .iter()
            .map(|d| format!("{}: {}", d.path, d.summary))
            .collect()
    }

    #[test]
    fn what_is_for_bound_tokens_needs_one() {
        let set = |form: Value| {
            summaries(&[
                ("type", form),
                ("duration", "1h".into()),
                ("audiences", Value::List(vec!["a".into()])),
            ])
        };
        assert_eq!(
            set(Value::Null),
            [
                "duration: Attribute Of Bound Tokens",
                "audiences: Attribute Of Bound Tokens"
            ]
        );
        assert_eq!(set("bound".into()), Vec::<String>::new());
        assert_eq!(set(Value::unknown()), Vec::<String>::new());
    }

    #[test]
    fn a_token_that_is_always_due_and_a_role_bound_twice_are_refused() {
        let bound = |notice: &str| {
            summaries(&[
                ("type", "bound".into()),
                ("duration", "1h".into()),
                ("rotate_before", notice.into()),
            ])
        };
        assert_eq!(bound("20m"), Vec::<String>::new());
        assert_eq!(bound("1h"), ["rotate_before: Token Always Due"]);
        let role = Value::object([("namespace", Value::from("dev")), ("name", "view".into())]);
        assert_eq!(
            summaries(&[("role_bindings", Value::List(vec![role.clone(), role]))]),
            ["role_bindings: Role Bound Twice"]
        );
    }
}
