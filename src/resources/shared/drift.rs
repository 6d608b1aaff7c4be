//! `drift`: what was found to differ on either plane, in words. Every type that lives on two planes has it.
//!
//! A read fills the list; a plan proposes the empty one, which makes it an update in place, and that update repairs. The
//! plan of a create proposes the empty one too.

use crate::sdk::resource::Plan;
use crate::sdk::schema::Attribute;
use crate::sdk::types::Type;
use crate::sdk::value::Value;

/// The attribute.
pub(crate) const NAME: &str = "drift";

/// The attribute.
pub(crate) fn attribute() -> Attribute {
    Attribute::list_of(NAME, Type::String)
        .computed()
        .keep()
        .describe(
            "What the last look found to differ from what was applied, on either plane, one sentence each. Normally empty; \
             when it is not, the plan is an update that repairs it.",
        )
}

/// Plans the repair of what a read found. A new object differs in nothing.
pub(crate) fn propose_repair(plan: &mut Plan) {
    let found = plan.prior.is_null()
        || matches!(plan.prior.get(NAME), Value::List(lines) if !lines.is_empty());
    if let (true, Value::Map(attributes)) = (found, &mut plan.planned) {
        attributes.insert(NAME.to_owned(), Value::List(Vec::new()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn propose(found: &[&str], planned: Value) -> Value {
        let lines =
            |lines: &[&str]| Value::List(lines.iter().copied().map(Value::string).collect());
        let prior = Value::object([(NAME, lines(found))]);
        let mut plan = Plan {
            config: Value::object([(NAME, Value::Null)]),
            planned: if planned.is_null() {
                planned
            } else {
                prior.clone()
            },
            prior,
            requires_replace: Vec::new(),
            private: Vec::new(),
            deferred: None,
        };
        propose_repair(&mut plan);
        plan.planned
    }

    #[test]
    fn what_was_found_is_planned_away_and_a_destroy_stays_one() {
        let some = || Value::object([(NAME, Value::Null)]);
        let empty = Value::object([(NAME, Value::List(Vec::new()))]);
        assert_eq!(propose(&["config-agent is gone"], some()), empty);
        assert_eq!(propose(&[], some()), empty);
        assert_eq!(propose(&["config-agent is gone"], Value::Null), Value::Null);
    }

    #[test]
    fn a_new_object_is_planned_to_differ_in_nothing() {
        let mut plan = Plan {
            prior: Value::Null,
            config: Value::object([(NAME, Value::Null)]),
            planned: Value::object([(NAME, Value::unknown())]),
            requires_replace: Vec::new(),
            private: Vec::new(),
            deferred: None,
        };
        propose_repair(&mut plan);
        assert_eq!(*plan.planned.get(NAME), Value::List(Vec::new()));
    }
}
