//! What a plan of `arc_service_account_token` needs beyond the schema.

use crate::resources::connection;
use crate::resources::shared::keep::set;
use crate::resources::shared::{deletion, drift};
use crate::sdk::context::Context;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::{DeferReason, Plan};
use crate::sdk::value::Value;
use crate::usecases::Session;

/// What a token was issued with: when any of it changes, another one takes its place.
const ISSUED_WITH: [&str; 4] = ["type", "duration", "audiences", "rotation_triggers"];
/// What is known of a token only after it was issued.
const OF_TOKEN: [&str; 3] = ["token", "token_expiration", "secret_name"];
/// The beginnings of sentences about something that no token depends on.
const APART_FROM_TOKEN: [&str; 2] = ["ClusterRoleBinding ", "RoleBinding "];
/// The role that is worth a warning.
const ADMINISTRATOR: &str = "cluster-admin";

/// The hook. `session` is `None` while the provider block holds unknowns.
pub(super) fn finish(cx: &Context, plan: &mut Plan, session: Option<&Session>) -> Diagnostics {
    if plan.config.is_null() {
        return deletion::check(plan);
    }
    keep_spelling(plan);
    let renewed = renews_token(&plan.prior, &plan.planned);
    drift::propose_repair(plan);
    renew(plan, renewed);
    let mut found = deletion::check(plan);
    found.extend(warn_of_administrator(plan));
    match session {
        Some(session) => found.extend(connection::require(&plan.config, session)),
        None if cx.deferral_allowed => plan.deferred = Some(DeferReason::ProviderConfigUnknown),
        None => {}
    }
    found
}

/// Azure compares ids without regard to case; the stored spelling stays, and nothing is replaced.
fn keep_spelling(plan: &mut Plan) {
    const NAME: &str = "connected_cluster_id";
    let stored = plan.prior.get(NAME).clone();
    let (Some(before), Some(after)) = (stored.as_str(), plan.planned.get(NAME).as_str()) else {
        return;
    };
    if before != after && before.eq_ignore_ascii_case(after) {
        set(plan, NAME, stored);
        plan.requires_replace
            .retain(|path| *path != AttributePath::attribute(NAME));
    }
}

/// Whether a change from `prior` to `planned` takes a new token: another kind of one, a rotation that is asked for, or a
/// repair of something that the token depends on.
fn renews_token(prior: &Value, planned: &Value) -> bool {
    let depends = |line: &Value| line.as_str().is_some_and(needs_token);
    let changed = |name: &&str| prior.get(name) != planned.get(name);
    let lost = matches!(prior.get(drift::NAME), Value::List(lines) if lines.iter().any(depends));
    !prior.is_null() && (lost || ISSUED_WITH.iter().any(changed))
}

/// Whether the repair of a difference takes a new token.
pub(super) fn needs_token(difference: &str) -> bool {
    !APART_FROM_TOKEN
        .iter()
        .any(|kind| difference.starts_with(kind))
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

    fn drifted(line: &str) -> Value {
        object(&[("drift", Value::List(vec![line.into()]))])
    }

    #[test]
    fn a_repaired_binding_leaves_the_token_alone_and_a_lost_secret_does_not() {
        let still = object(&[]);
        assert!(!renews_token(&still, &still));
        let binding = drifted("ClusterRoleBinding azure-user-binding: subject removed");
        assert!(!renews_token(&binding, &still));
        for line in [
            "Secret default/azure-user-secret: missing",
            "ServiceAccount default/azure-user: made anew",
            "token: ran out",
        ] {
            assert!(renews_token(&drifted(line), &still), "{line}");
        }
        assert!(!renews_token(&Value::Null, &still));
    }

    #[test]
    fn a_trigger_makes_the_token_unknown() {
        let triggered = object(&[(
            "rotation_triggers",
            Value::object([("on", Value::from("2"))]),
        )]);
        let mut plan = plan(object(&[]), triggered);
        let renewed = renews_token(&plan.prior, &plan.planned);
        renew(&mut plan, renewed);
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
        keep_spelling(&mut plan);
        assert_eq!(plan.planned, plan.prior);
        assert!(plan.requires_replace.is_empty());
    }
}
