//! Terraform's demands on a reply, checked before Terraform does.
//!
//! Terraform judges replies itself, in words that do not help to find the bug, and sometimes only by losing an object.
//! Debug builds therefore run each reply through these checks. The numbers are those of the list of rules for
//! providers: 1 to 10 for a plan, 11 to 15 for an apply; a read, upgrade or import is judged by 7, 12 and 15.

mod apply;
mod opened;
mod plan;

use super::codec;
use super::diagnostics::{Diagnostic, Diagnostics};
use super::path::{AttributePath, Step};
use super::schema::{Attribute, Nesting, Schema, Shape};
use super::value::Value;

pub use apply::check_apply;
pub use opened::check_opened;
pub use plan::{PlanUnderTest, check_plan};

/// A rule that a reply breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule's number.
    pub rule: u8,
    /// The part at fault.
    pub path: AttributePath,
    /// What is wrong with it. The sentence never holds a value.
    pub detail: &'static str,
}

/// Collects what is found on a walk.
type Findings = Vec<Violation>;

fn find(findings: &mut Findings, rule: u8, path: &AttributePath, detail: &'static str) {
    findings.push(Violation {
        rule,
        path: path.clone(),
        detail,
    });
}

/// Checks an object that is read, upgraded or imported; null means that there is none.
#[must_use]
pub fn check_stored(schema: &Schema, state: &Value) -> Vec<Violation> {
    let mut findings = Findings::new();
    check_shape(schema, state, &mut findings);
    check_write_only(schema, state, &mut findings);
    check_known(&AttributePath::root(), state, &mut findings);
    findings
}

/// The violations as one diagnostic each.
#[must_use]
pub fn report(operation: &str, violations: Vec<Violation>) -> Diagnostics {
    let diagnostic = |violation: Violation| {
        let Violation { rule, path, detail } = violation;
        let place = match path.steps() {
            [] => "the object".to_owned(),
            _ => path.to_string(),
        };
        let detail = format!(
            "The reply to {operation} breaks rule {rule} of Terraform's protocol at {place}: {detail}.\n\n\
            This is always a bug in the provider. Please report it to the provider's developers."
        );
        Diagnostic::error(path, "Provider Bug", detail)
    };
    violations.into_iter().map(diagnostic).collect()
}

/// Rule 15: a reply that does not fit the schema is lost altogether.
fn check_shape(schema: &Schema, state: &Value, findings: &mut Findings) {
    if let Err(error) = codec::encode(&schema.value_type(), state) {
        find(
            findings,
            15,
            &error.path,
            "the value does not fit the schema",
        );
    }
}

/// Rule 12: nothing is unknown after an apply.
fn check_known(path: &AttributePath, value: &Value, findings: &mut Findings) {
    match value {
        Value::Unknown(_) => find(findings, 12, path, "a stored value is unknown"),
        Value::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                check_known(&path.child(Step::Index(index)), element, findings);
            }
        }
        Value::Map(members) => {
            for (name, member) in members {
                check_known(&path.dot(name), member, findings);
            }
        }
        _ => {}
    }
}

/// Rule 7: what is write-only is null wherever it could be stored.
fn check_write_only(schema: &Schema, state: &Value, findings: &mut Findings) {
    let root = AttributePath::root();
    write_only(&schema.attributes, &root, state, findings);
    for block in &schema.blocks {
        write_only(
            &block.attributes,
            &root.dot(block.name),
            state.get(block.name),
            findings,
        );
    }
}

fn write_only(of: &[Attribute], path: &AttributePath, state: &Value, findings: &mut Findings) {
    if !matches!(state, Value::Map(_)) {
        return;
    }
    for attribute in of {
        let (path, value) = (path.dot(attribute.name), state.get(attribute.name));
        if attribute.write_only && !value.is_null() {
            find(findings, 7, &path, "a write-only value is not null");
        }
        if let Shape::Nested(nesting, of) = &attribute.shape {
            for (step, object) in objects(*nesting, value) {
                let path = step.map_or_else(|| path.clone(), |step| path.child(step));
                write_only(of, &path, object, findings);
            }
        }
    }
}

/// The objects of a nested attribute with the step that leads to each; a single one is the attribute itself.
fn objects(nesting: Nesting, value: &Value) -> Vec<(Option<Step>, &Value)> {
    match (nesting, value) {
        (Nesting::Single, object) => vec![(None, object)],
        (Nesting::List, Value::List(elements)) => elements
            .iter()
            .enumerate()
            .map(|(index, element)| (Some(Step::Index(index)), element))
            .collect(),
        (Nesting::Map, Value::Map(members)) => members
            .iter()
            .map(|(key, member)| (Some(Step::Key(key.clone())), member))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
