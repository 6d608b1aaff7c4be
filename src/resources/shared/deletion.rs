//! `deletion_policy` and `force_delete`: what a destroy does to the real object. Every type has them, under one meaning.

use serde::Serialize;

use crate::sdk::checks;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::Plan;
use crate::sdk::schema::Attribute;
use crate::sdk::value::Value;

/// The attribute that names the policy.
pub(crate) const POLICY: &str = "deletion_policy";
const FORCE: &str = "force_delete";
/// The default of [`POLICY`].
pub(crate) const DELETE: &str = "delete";
const ABANDON: &str = "abandon";
const PREVENT: &str = "prevent";

/// `deletion_policy` and `force_delete`.
pub(crate) fn attributes() -> Vec<Attribute> {
    vec![
        policy(),
        Attribute::bool(FORCE)
            .default_value(Value::Bool(false))
            .note()
            .describe(
                "Whether deleting also goes on where the orderly way is blocked: Azure does not wait for the agents, hooks \
                 are skipped, finalizers removed, and what is in a cluster that is out of reach is left there.",
            ),
    ]
}

/// `deletion_policy` alone, for types whose deletion cannot be forced.
pub(crate) fn policy() -> Attribute {
    Attribute::string(POLICY)
        .default_value(Value::string(DELETE))
        .note()
        .check(checks::one_of(&[DELETE, ABANDON, PREVENT]))
        .describe(
            "What destroying does: `delete` (the default) removes the object, `abandon` only forgets it and leaves both \
             planes as they are, `prevent` is an error.",
        )
}

/// Whether two states differ in nothing but these two. Such a change touches neither plane: it is what helps where a plane
/// cannot be reached.
pub(crate) fn is_all_that_differs<S: Serialize>(before: &S, after: &S) -> bool {
    let rest = |state: &S| match serde_json::to_value(state) {
        Ok(serde_json::Value::Object(mut attributes)) => {
            attributes.retain(|name, _| ![POLICY, FORCE].contains(&name.as_str()));
            Some(attributes)
        }
        _ => None,
    };
    rest(before).is_some_and(|before| Some(before) == rest(after))
}

/// Whether the object is only forgotten.
pub(crate) fn abandons(policy: Option<&str>) -> bool {
    policy == Some(ABANDON)
}

/// Refuses a plan that would remove an object whose stored policy forbids that, be it a destroy or a replacement.
pub(crate) fn check(plan: &Plan) -> Diagnostics {
    let stored = plan.prior.get(POLICY).as_str();
    let removes = plan.planned.is_null() || !plan.requires_replace.is_empty();
    if plan.prior.is_null() || stored != Some(PREVENT) || !removes {
        return Diagnostics::default();
    }
    let why = match plan.requires_replace.first() {
        Some(path) => format!("replace it, because {path} changes"),
        None => "destroy it".to_owned(),
    };
    Diagnostic::error(
        AttributePath::attribute(POLICY),
        "Deletion Prevented",
        format!(
            "This object was applied with {POLICY} = \"{PREVENT}\", and the plan would {why}.\n\nTo fix this: undo the change \
             that asks for it, or apply {POLICY} = \"{DELETE}\" or \"{ABANDON}\" first."
        ),
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(policy: &str, planned: Value, requires_replace: &[&'static str]) -> Plan {
        Plan {
            prior: Value::object([(POLICY, Value::string(policy))]),
            config: planned.clone(),
            planned,
            requires_replace: requires_replace
                .iter()
                .map(|name| AttributePath::attribute(*name))
                .collect(),
            private: Vec::new(),
            deferred: None,
        }
    }

    #[test]
    fn prevent_refuses_a_destroy_and_a_replacement_and_nothing_else() {
        let kept = || Value::object([(POLICY, Value::string(PREVENT))]);
        assert!(check(&plan(PREVENT, Value::Null, &[])).has_errors());
        let replaced = check(&plan(PREVENT, kept(), &["location"]));
        assert!(format!("{replaced:?}").contains("because location changes"));
        assert!(!check(&plan(PREVENT, kept(), &[])).has_errors());
        assert!(!check(&plan(DELETE, Value::Null, &[])).has_errors());
        assert!(!check(&plan(ABANDON, Value::Null, &[])).has_errors());
    }
}
