//! The rules for an apply, 11 to 15.

use super::{Findings, Violation, check_known, check_shape, check_write_only, find};
use crate::sdk::path::{AttributePath, Step};
use crate::sdk::schema::Schema;
use crate::sdk::types::Type;
use crate::sdk::value::{Refinements, Value};

/// Checks the object that an apply leaves. A reply with an error may leave anything that can be stored (rule 14).
#[must_use]
pub fn check_apply(
    schema: &Schema,
    planned: &Value,
    state: &Value,
    failed: bool,
) -> Vec<Violation> {
    let mut findings = Findings::new();
    let root = AttributePath::root();
    check_shape(schema, state, &mut findings);
    check_write_only(schema, state, &mut findings);
    check_known(&root, state, &mut findings);
    if failed {
        return findings;
    }
    if planned.is_null() == state.is_null() {
        check_planned(&schema.value_type(), &root, planned, state, &mut findings);
    } else {
        find(
            &mut findings,
            13,
            &root,
            "the object is null exactly when it must not be",
        );
    }
    findings
}

/// Rule 11: what was known in the plan comes back unchanged.
fn check_planned(
    of: &Type,
    path: &AttributePath,
    planned: &Value,
    state: &Value,
    findings: &mut Findings,
) {
    match (of, planned, state) {
        (_, Value::Unknown(promises), _) => {
            if !kept(promises, state) {
                find(
                    findings,
                    11,
                    path,
                    "the value breaks what the plan promised of it",
                );
            }
        }
        (Type::Object(attributes), Value::Map(_), Value::Map(_)) => {
            for (name, of) in attributes {
                let (planned, state) = (planned.get(name), state.get(name));
                check_planned(of, &path.dot(name), planned, state, findings);
            }
        }
        (Type::Map(of), Value::Map(members), Value::Map(now)) if members.keys().eq(now.keys()) => {
            for (key, planned) in members {
                let path = path.child(Step::Key(key.clone()));
                check_planned(of, &path, planned, state.get(key), findings);
            }
        }
        (Type::List(of), Value::List(planned), Value::List(state))
            if planned.len() == state.len() =>
        {
            for (index, (planned, state)) in planned.iter().zip(state).enumerate() {
                check_planned(
                    of,
                    &path.child(Step::Index(index)),
                    planned,
                    state,
                    findings,
                );
            }
        }
        (Type::Set(of), Value::List(planned), Value::List(state)) => {
            check_set(of, path, planned, state, findings);
        }
        _ if planned == state => {}
        _ => find(findings, 11, path, "the value is not the planned one"),
    }
}

/// Rule 13: unknown elements of a set may turn out to be equal, so it may shrink; it never grows.
fn check_set(
    of: &Type,
    path: &AttributePath,
    planned: &[Value],
    state: &[Value],
    findings: &mut Findings,
) {
    if state.len() > planned.len() {
        return find(findings, 13, path, "a set has more elements than planned");
    }
    let fits = |planned: &Value, state: &Value| {
        let mut findings = Findings::new();
        check_planned(of, path, planned, state, &mut findings);
        findings.is_empty()
    };
    let all_there = planned
        .iter()
        .all(|planned| state.iter().any(|state| fits(planned, state)));
    let all_planned = state
        .iter()
        .all(|state| planned.iter().any(|planned| fits(planned, state)));
    if !(all_there && all_planned) {
        find(
            findings,
            11,
            path,
            "the elements of a set are not the planned ones",
        );
    }
}

/// Whether a value is what was promised while it was unknown.
fn kept(promises: &Refinements, value: &Value) -> bool {
    let null = promises
        .is_null
        .is_none_or(|is_null| value.is_null() == is_null);
    let prefix = match (&promises.prefix, value) {
        (Some(prefix), Value::String(text)) => text.starts_with(prefix),
        _ => true,
    };
    let length = match value {
        Value::List(elements) => Some(elements.len() as u64),
        Value::Map(members) => Some(members.len() as u64),
        _ => None,
    };
    let long_enough = promises
        .min_length
        .zip(length)
        .is_none_or(|(min, length)| min <= length);
    let short_enough = promises
        .max_length
        .zip(length)
        .is_none_or(|(max, length)| length <= max);
    null && prefix && long_enough && short_enough
}
