//! What a plan of `arc_service_account_token` needs beyond the schema.

use crate::resources::shared::keep::{keep_if, set};
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::Plan;
use crate::sdk::value::Value;

/// What a token was issued with: when any of it changes, another one takes its place.
const ISSUED_WITH: [&str; 4] = ["type", "duration", "audiences", "rotation_triggers"];
/// What is known of a token only after it was issued.
const OF_TOKEN: [&str; 3] = ["token", "token_expiration", "secret_name"];
/// The role that is worth a warning.
const ADMINISTRATOR: &str = "cluster-admin";

/// The type's own say. `lost` tells that a repair takes a new token.
pub(super) fn finish(plan: &mut Plan, lost: bool) -> Diagnostics {
    keep_if(plan, "connected_cluster_id", str::eq_ignore_ascii_case);
    let renewed = !plan.prior.is_null() && (lost || is_issued_otherwise(plan));
    renew(plan, renewed);
    warn_of_administrator(plan).into_iter().collect()
}

/// Whether the plan asks for another kind of token, or for a rotation.
fn is_issued_otherwise(plan: &Plan) -> bool {
    let changed = |name: &&str| plan.prior.get(name) != plan.planned.get(name);
    ISSUED_WITH.iter().any(changed)
}

/// Plans what is known of the token and what is not.
fn renew(plan: &mut Plan, renewed: bool) {
    let stored = plan.planned.get("store_token") != &Value::Bool(false);
    let (before, after) = (
        plan.prior.get("store_token"),
        plan.planned.get("store_token"),
    );
    if renewed || (!plan.prior.is_null() && before != after) {
        for name in OF_TOKEN {
            set(plan, name, Value::unknown());
        }
    }
    if renewed {
        set(plan, "service_account_uid", Value::unknown());
    }
    if !stored {
        set(plan, "token", Value::Null);
    }
}

fn warn_of_administrator(plan: &Plan) -> Option<Diagnostic> {
    let binds = |object: &Value| {
        let Value::List(roles) = object.get("cluster_roles") else {
            return false;
        };
        roles
            .iter()
            .any(|role| role.as_str() == Some(ADMINISTRATOR))
    };
    (binds(&plan.planned) && !binds(&plan.prior)).then(|| {
        Diagnostic::warning(
            AttributePath::attribute("cluster_roles"),
            "Token Of A Cluster Administrator",
            "Whoever has this token may do everything in the cluster.\n\nTo fix this:\n  - bind a smaller role, such as view, \
             if looking is enough\n  - or keep the token out of the state with store_token = false",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(parts: &[(&'static str, Value)]) -> Value {
        let usual = [
            ("type", Value::from("secret")),
            ("store_token", Value::Bool(true)),
            ("token", Value::from("tok")),
            ("drift", Value::List(Vec::new())),
        ];
        Value::object(usual.into_iter().chain(parts.iter().cloned()))
    }

    fn plan(prior: Value, planned: Value) -> Plan {
        Plan {
            prior,
            config: planned.clone(),
            planned,
            requires_replace: Vec::new(),
            private: Vec::new(),
            deferred: None,
        }
    }

    #[test]
    fn a_repair_takes_a_new_token_only_where_the_cure_says_so() {
        let repaired = |lost| {
            let mut plan = plan(object(&[]), object(&[]));
            finish(&mut plan, lost);
            plan.planned.get("token").clone()
        };
        assert_eq!(repaired(false), Value::from("tok"));
        assert!(repaired(true).is_unknown());
        let mut created = plan(Value::Null, object(&[]));
        finish(&mut created, true);
        assert_eq!(*created.planned.get("token"), Value::from("tok"));
    }

    #[test]
    fn a_trigger_makes_the_token_unknown() {
        let triggered = object(&[(
            "rotation_triggers",
            Value::object([("on", Value::from("2"))]),
        )]);
        let mut plan = plan(object(&[]), triggered);
        finish(&mut plan, false);
        assert!(plan.planned.get("token").is_unknown());
        assert!(plan.planned.get("service_account_uid").is_unknown());
    }

    #[test]
    fn a_token_that_is_not_stored_is_planned_as_none() {
        let elsewhere = object(&[("store_token", Value::Bool(false))]);
        let mut created = plan(Value::Null, elsewhere.clone());
        renew(&mut created, false);
        assert!(created.planned.get("token").is_null());
        let mut moved_out = plan(object(&[]), elsewhere);
        renew(&mut moved_out, false);
        assert!(moved_out.planned.get("token").is_null());
        assert!(moved_out.planned.get("token_expiration").is_unknown());
    }

    #[test]
    fn an_administrators_token_is_worth_one_warning() {
        let roles = |role: &str| object(&[("cluster_roles", Value::List(vec![role.into()]))]);
        let admin = roles("cluster-admin");
        assert!(warn_of_administrator(&plan(Value::Null, admin.clone())).is_some());
        assert!(warn_of_administrator(&plan(admin.clone(), admin)).is_none());
        assert!(warn_of_administrator(&plan(Value::Null, roles("view"))).is_none());
    }

    #[test]
    fn the_parents_id_may_change_its_casing() {
        let with = |id: &str| object(&[("connected_cluster_id", Value::from(id))]);
        let mut plan = plan(with("/subscriptions/S/c"), with("/SUBSCRIPTIONS/s/c"));
        plan.requires_replace = vec![AttributePath::attribute("connected_cluster_id")];
        finish(&mut plan, false);
        assert_eq!(plan.planned, plan.prior);
        assert!(plan.requires_replace.is_empty());
    }
}
