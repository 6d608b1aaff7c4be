//! Planning the cure of what a read found: in place where that is possible, by a replacement that says why where not.

use crate::resources::connection;
use crate::resources::shared::keep::set;
use crate::resources::shared::private::Private;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::Plan;
use crate::sdk::value::Value;
use crate::usecases::Replacement;

/// Proposes the cure, where it is more than an update in place.
pub(super) fn propose(plan: &mut Plan, private: &Private) -> Diagnostics {
    match private.replacement() {
        // A changed connection is asked again which cluster it leads to.
        Some(Replacement::OtherCluster { .. }) if connection_changes(plan) => {
            Diagnostics::default()
        }
        Some(Replacement::OtherCluster { found }) => other_cluster(plan, found),
        Some(why) => replace(plan, why),
        None => Diagnostics::default(),
    }
}

fn connection_changes(plan: &Plan) -> bool {
    plan.prior.get(connection::NAME) != plan.planned.get(connection::NAME)
}

/// Never by accident: the wrong connection must not move an object. A destroy may go on, since it leaves the cluster alone.
pub(super) fn other_cluster(plan: &mut Plan, found: &str) -> Diagnostics {
    if *plan.config.get("adopt_existing") == Value::Bool(true) {
        let found = found.to_owned();
        return replace(plan, &Replacement::OtherCluster { found });
    }
    let expected = plan.prior.get("cluster_uid").as_str().unwrap_or_default();
    Diagnostic::error(
        AttributePath::attribute(connection::NAME),
        "Wrong Kubernetes Cluster",
        format!(
            "The connection leads to the cluster with kube-system UID {found}; the object was made for {expected}.\n\n\
             To fix this:\n  - check cluster name, region, kubeconfig path and context of the connection\n  - if the cluster was \
             made anew under the same name, let the object be made anew for it: adopt_existing = true"
        ),
    )
    .into()
}

fn replace(plan: &mut Plan, why: &Replacement) -> Diagnostics {
    let (attribute, reason) = match why {
        Replacement::Expired => (
            "connectivity_status",
            "the agents' certificate ran out, and Azure does not take an expired cluster back",
        ),
        Replacement::ForeignKey => (
            "agent_public_key_certificate",
            "the agents hold a key that is not the one that Azure knows, so they can never prove to be this cluster",
        ),
        Replacement::GoneInAzure => (
            "id",
            "Azure has no such object any more, while its agents are still in the cluster",
        ),
        Replacement::OtherCluster { .. } => (
            "cluster_uid",
            "the connection leads to another cluster than the one that it was made for",
        ),
    };
    set(plan, attribute, Value::unknown());
    plan.requires_replace
        .push(AttributePath::attribute(attribute));
    Diagnostic::warning(
        AttributePath::root(),
        "Connected Cluster Will Be Replaced",
        format!(
            "The connected cluster cannot be repaired in place: {reason}. The plan deletes it and connects the cluster anew; \
             extensions and configurations on it are lost and have to be made again."
        ),
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usecases::{Cure, Drift};

    fn plan(adopt: bool) -> Plan {
        let prior = Value::object([
            ("id", Value::string("/x")),
            ("cluster_uid", Value::string("old")),
            ("agent_public_key_certificate", Value::string("KEY")),
            ("connectivity_status", Value::string("Expired")),
            ("drift", Value::List(vec![Value::string("something")])),
        ]);
        Plan {
            config: Value::object([("adopt_existing", Value::Bool(adopt))]),
            planned: prior.clone(),
            prior,
            requires_replace: Vec::new(),
            private: Vec::new(),
            deferred: None,
        }
    }

    fn private(why: Replacement) -> Private {
        Private {
            drift: vec![Drift::azure(Cure::Replace(why), "something")],
            baseline: None,
        }
    }

    #[test]
    fn each_reason_replaces_by_the_attribute_that_shows_it() {
        for (why, attribute) in [
            (Replacement::Expired, "connectivity_status"),
            (Replacement::ForeignKey, "agent_public_key_certificate"),
            (Replacement::GoneInAzure, "id"),
        ] {
            let mut plan = plan(false);
            let found = propose(&mut plan, &private(why));
            assert!(!found.has_errors() && !found.is_empty());
            assert_eq!(plan.requires_replace, [AttributePath::attribute(attribute)]);
            assert!(plan.planned.get(attribute).is_unknown());
        }
    }

    #[test]
    fn another_cluster_is_an_error_unless_the_object_may_be_made_anew_for_it() {
        let found = "new".to_owned();
        let private = private(Replacement::OtherCluster { found });
        let found = propose(&mut plan(false), &private);
        let error = found.iter().next().expect("an error");
        assert_eq!(error.path, AttributePath::attribute("kubernetes"));
        assert!(
            error
                .detail
                .contains("UID new; the object was made for old")
        );
        let mut corrected = plan(false);
        set(&mut corrected, connection::NAME, Value::from("another"));
        assert!(propose(&mut corrected, &private).is_empty());
        let mut adopting = plan(true);
        assert!(!propose(&mut adopting, &private).has_errors());
        let path = AttributePath::attribute("cluster_uid");
        assert_eq!(adopting.requires_replace, [path]);
    }
}
