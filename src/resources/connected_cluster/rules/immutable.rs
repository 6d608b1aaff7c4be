//! Changes that an object that exists does not take.

use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::Plan;
use crate::sdk::value::Value;

/// Checks a planned change. An object that is replaced starts anew, and nothing is changed.
pub fn check(plan: &Plan) -> Diagnostics {
    let stays = plan.requires_replace.is_empty();
    if plan.prior.is_null() || plan.planned.is_null() || !stays {
        return Diagnostics::default();
    }
    let mut found = agent_version(plan);
    found.extend(oidc_issuer(plan));
    found
}

/// As `az connectedk8s upgrade`: whoever lets the agents upgrade themselves cannot tell them a version too.
fn agent_version(plan: &Plan) -> Diagnostics {
    let version = |object: &Value| object.get("agent").get("version").clone();
    let (before, after) = (version(&plan.prior), version(&plan.planned));
    let automatic = plan.planned.get("agent").get("auto_upgrade_enabled");
    if after.is_null()
        || before == after
        || *automatic == Value::Bool(false)
        || automatic.is_unknown()
    {
        return Diagnostics::default();
    }
    Diagnostic::error(
        AttributePath::attribute("agent").dot("version"),
        "Agents Upgrade Themselves",
        "The version of agents that upgrade themselves cannot be changed from here: they would leave it again.\n\n\
         To fix this: set agent.auto_upgrade_enabled = false to choose the version, or undo the change of agent.version.",
    )
    .into()
}

fn oidc_issuer(plan: &Plan) -> Diagnostics {
    let enabled = |object: &Value| object.get("oidc_issuer").get("enabled").clone();
    let (before, after) = (enabled(&plan.prior), enabled(&plan.planned));
    if before != Value::Bool(true) || after == before || after.is_unknown() {
        return Diagnostics::default();
    }
    let path = AttributePath::attribute("oidc_issuer");
    let path = if plan.config.get("oidc_issuer").is_null() {
        path
    } else {
        path.dot("enabled")
    };
    Diagnostic::error(
        path,
        "Issuer Cannot Be Disabled",
        "Azure does not take an OIDC issuer back once it was enabled: workloads may hold tokens of it.\n\n\
         To fix this:\n  - keep oidc_issuer.enabled = true\n  - or destroy the object while enabled = true is still written: \
         terraform destroy -target=ADDRESS; then change the configuration and apply",
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(name: &'static str, prior: &[(&str, Value)], planned: &[(&str, Value)]) -> Plan {
        let object = |members: &[(&str, Value)]| {
            let inner = match members {
                [] => Value::Null,
                members => Value::object(members.iter().cloned()),
            };
            Value::object([(name, inner)])
        };
        Plan {
            prior: object(prior),
            config: object(planned),
            planned: object(planned),
            requires_replace: Vec::new(),
            private: Vec::new(),
            deferred: None,
        }
    }

    fn change(
        name: &'static str,
        prior: &[(&str, Value)],
        planned: &[(&str, Value)],
    ) -> Vec<String> {
        check(&plan(name, prior, planned))
            .iter()
            .map(|one| one.path.to_string())
            .collect()
    }

    #[test]
    fn a_version_changes_only_for_agents_that_do_not_upgrade_themselves() {
        let version = |text: &str| ("version", Value::string(text));
        let automatic = |on| ("auto_upgrade_enabled", Value::Bool(on));
        let change = |prior: &[_], planned: &[_]| change("agent", prior, planned);
        assert_eq!(
            change(&[version("1.35.4")], &[version("1.36.0")]),
            ["agent.version"]
        );
        assert_eq!(
            change(&[], &[version("1.36.0"), automatic(true)]),
            ["agent.version"]
        );
        assert_eq!(
            change(&[version("1.35.4")], &[version("1.36.0"), automatic(false)]),
            [""; 0]
        );
        assert_eq!(change(&[version("1.35.4")], &[version("1.35.4")]), [""; 0]);
        assert_eq!(change(&[version("1.35.4")], &[]), [""; 0]);
    }

    #[test]
    fn an_issuer_stays() {
        let enabled = |on| [("enabled", Value::Bool(on))];
        let change = |prior: &[_], planned: &[_]| change("oidc_issuer", prior, planned);
        assert_eq!(
            change(&enabled(true), &enabled(false)),
            ["oidc_issuer.enabled"]
        );
        assert_eq!(change(&enabled(true), &[]), ["oidc_issuer"]);
        assert_eq!(change(&enabled(false), &[]), [""; 0]);
        assert_eq!(change(&[], &enabled(true)), [""; 0]);
        let mut anew = plan("oidc_issuer", &enabled(true), &[]);
        anew.requires_replace = vec![AttributePath::attribute("private_link_scope_id")];
        assert!(check(&anew).is_empty());
    }
}
