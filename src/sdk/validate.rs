//! A configuration against its schema, before anything is planned.
//!
//! Terraform itself refuses wrong types and a missing required attribute at the top level. What it leaves to the
//! provider is checked here: the attributes' own rules, attributes that exclude each other, what nested objects require,
//! write-only values that an old client would store, and deprecations.

use super::diagnostics::{Diagnostic, Diagnostics};
use super::path::{AttributePath, Step};
use super::schema::{Attribute, Mode, Nesting, Schema, Shape};
use super::value::Value;

/// Checks the configuration of a resource, data source or provider; it may hold unknowns.
#[must_use]
pub fn validate(schema: &Schema, config: &Value, write_only_allowed: bool) -> Diagnostics {
    let root = AttributePath::root();
    let mut validation = Validation {
        write_only_allowed,
        diagnostics: Diagnostics::default(),
    };
    validation.object(&schema.attributes, &root, config);
    for block in &schema.blocks {
        validation.object(
            &block.attributes,
            &root.dot(block.name),
            config.get(block.name),
        );
    }
    validation.diagnostics
}

struct Validation {
    write_only_allowed: bool,
    diagnostics: Diagnostics,
}

impl Validation {
    fn object(&mut self, of: &[Attribute], path: &AttributePath, object: &Value) {
        if !matches!(object, Value::Map(_)) {
            return;
        }
        for attribute in of {
            let (path, value) = (path.dot(attribute.name), object.get(attribute.name));
            if value.is_null() {
                self.missing(attribute, path);
                continue;
            }
            self.usage(attribute, &path);
            self.conflicts(attribute, &path, object);
            self.checks(attribute, &path, value);
            if let Shape::Nested(nesting, of) = &attribute.shape {
                self.nested(*nesting, of, &path, value);
            }
        }
    }

    fn nested(&mut self, nesting: Nesting, of: &[Attribute], path: &AttributePath, value: &Value) {
        match (nesting, value) {
            (Nesting::Single, object) => self.object(of, path, object),
            (Nesting::List, Value::List(elements)) => {
                for (index, element) in elements.iter().enumerate() {
                    self.object(of, &path.child(Step::Index(index)), element);
                }
            }
            (Nesting::Map, Value::Map(members)) => {
                for (key, member) in members {
                    self.object(of, &path.child(Step::Key(key.clone())), member);
                }
            }
            _ => {}
        }
    }

    fn missing(&mut self, attribute: &Attribute, path: AttributePath) {
        if attribute.mode == Mode::Required {
            let detail = format!(
                "The attribute {path} is required, but has no value.\n\n\
                To fix this:\n  - give it a value{}",
                meaning(attribute)
            );
            self.error(path, "Missing Attribute Value", detail);
        }
    }

    /// What using the attribute at all gives rise to.
    fn usage(&mut self, attribute: &Attribute, path: &AttributePath) {
        if attribute.write_only && !self.write_only_allowed {
            let detail = format!(
                "The attribute {path} is write-only, and this client would store its value.\n\n\
                To fix this:\n  - use Terraform 1.11 or later, or OpenTofu 1.11 or later"
            );
            self.error(path.clone(), "Write-Only Attribute Not Supported", detail);
        }
        if let Some(instead) = attribute.deprecation {
            let warning = Diagnostic::warning(path.clone(), "Attribute Deprecated", instead);
            self.diagnostics.push(warning);
        }
    }

    fn conflicts(&mut self, attribute: &Attribute, path: &AttributePath, object: &Value) {
        let set = |sibling: &&&str| !object.get(sibling).is_null();
        for sibling in attribute.conflicts.iter().filter(set) {
            let detail = format!(
                "{path} and {sibling} must not be set together.\n\n\
                To fix this:\n  - remove one of them"
            );
            self.error(path.clone(), "Conflicting Attributes", detail);
        }
    }

    fn checks(&mut self, attribute: &Attribute, path: &AttributePath, value: &Value) {
        if value.is_unknown() {
            return;
        }
        for fault in attribute
            .checks
            .iter()
            .filter_map(|check| check.judge(value).err())
        {
            let fault = if attribute.sensitive || attribute.write_only {
                "what exactly is wrong is not shown, since the value is sensitive".to_owned()
            } else {
                fault
            };
            let detail = format!(
                "The value of {path} is not valid: {fault}.\n\n\
                To fix this:\n  - give it another value{}",
                meaning(attribute)
            );
            self.error(path.clone(), "Invalid Attribute Value", detail);
        }
    }

    fn error(&mut self, path: AttributePath, summary: &str, detail: String) {
        self.diagnostics
            .push(Diagnostic::error(path, summary, detail));
    }
}

/// What the attribute is for, to be put behind a remedy.
fn meaning(attribute: &Attribute) -> String {
    match attribute.description {
        "" => String::new(),
        description => format!("; it is for this: {description}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdk::checks;

    fn schema() -> Schema {
        let eks = vec![
            Attribute::string("region").required(),
            Attribute::string("profile").conflicts_with(&["role"]),
            Attribute::string("role"),
        ];
        Schema::new(
            "A cluster.",
            vec![
                Attribute::string("policy")
                    .check(checks::one_of(&["delete", "abandon"]))
                    .describe("What a destroy does."),
                Attribute::string("pin")
                    .sensitive()
                    .check(checks::one_of(&["1234"])),
                Attribute::string("old").deprecated("Use policy."),
                Attribute::string("secret").write_only(),
                Attribute::nested("eks", Nesting::Map, eks),
            ],
        )
        .block(crate::sdk::timeouts::block(&[
            crate::sdk::timeouts::Operation::Create,
        ]))
    }

    fn findings(config: &Value, write_only_allowed: bool) -> Vec<(String, String)> {
        let diagnostics = validate(&schema(), config, write_only_allowed);
        let finding = |d: Diagnostic| (d.path.to_string(), format!("{}: {}", d.summary, d.detail));
        diagnostics.into_iter().map(finding).collect()
    }

    fn one(name: &str, value: Value) -> Vec<(String, String)> {
        findings(&Value::object([(name, value)]), true)
    }

    /// What is said before the remedies.
    fn causes(findings: Vec<(String, String)>) -> Vec<(String, String)> {
        let cause = |text: String| text.split("\n\n").next().unwrap_or_default().to_owned();
        let findings = findings.into_iter();
        findings.map(|(path, text)| (path, cause(text))).collect()
    }

    fn finding(path: &str, text: &str) -> Vec<(String, String)> {
        vec![(path.to_owned(), text.to_owned())]
    }

    #[test]
    fn a_rule_and_a_missing_value_come_with_a_remedy() {
        let ruled = &one("policy", "keep".into())[0].1;
        let remedy =
            "To fix this:\n  - give it another value; it is for this: What a destroy does.";
        assert!(ruled.ends_with(remedy), "{ruled}");
        let region = &one("eks", Value::object([("prod", Value::Map([].into()))]))[0].1;
        assert!(
            region.ends_with("To fix this:\n  - give it a value"),
            "{region}"
        );
    }

    #[test]
    fn a_rule_is_reported_at_its_attribute() {
        assert_eq!(
            causes(one("policy", "keep".into())),
            finding(
                "policy",
                r#"Invalid Attribute Value: The value of policy is not valid: "keep" is not one of "delete", "abandon"."#
            )
        );
        assert_eq!(one("policy", Value::unknown()), []);
        assert_eq!(
            causes(one(
                "timeouts",
                Value::object([("create", Value::from("5d"))])
            )),
            finding(
                "timeouts.create",
                r#"Invalid Attribute Value: The value of timeouts.create is not valid: "d" is not a unit of time; use h, m, s, ms, us or ns."#
            )
        );
    }

    #[test]
    fn a_sensitive_value_is_not_repeated() {
        let [(path, text)] = &one("pin", "9876".into())[..] else {
            panic!("one finding")
        };
        assert_eq!(path, "pin");
        assert!(!text.contains("9876"), "{text}");
    }

    #[test]
    fn nested_objects_are_checked_where_they_stand() {
        let eks = |parts: &[(&str, Value)]| {
            let eks = Value::object(parts.iter().cloned());
            one("eks", Value::object([("prod", eks)]))
        };
        assert_eq!(
            causes(eks(&[("role", "r".into())])),
            finding(
                r#"eks["prod"].region"#,
                r#"Missing Attribute Value: The attribute eks["prod"].region is required, but has no value."#
            )
        );
        let both = [
            ("region", "r".into()),
            ("profile", "p".into()),
            ("role", Value::unknown()),
        ];
        let [(path, text)] = &eks(&both)[..] else {
            panic!("one finding")
        };
        assert_eq!(path, r#"eks["prod"].profile"#);
        assert!(
            text.contains(r#"eks["prod"].profile and role must not be set together"#),
            "{text}"
        );
    }

    #[test]
    fn deprecation_is_a_warning_and_a_stored_secret_an_error() {
        assert_eq!(
            one("old", "x".into()),
            finding("old", "Attribute Deprecated: Use policy.")
        );
        assert!(
            !validate(&schema(), &Value::object([("old", Value::from("x"))]), true).has_errors()
        );

        let secret = Value::object([("secret", Value::from("s"))]);
        assert_eq!(findings(&secret, true), []);
        assert_eq!(findings(&secret, false)[0].0, "secret");
    }
}
