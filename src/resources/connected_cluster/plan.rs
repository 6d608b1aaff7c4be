//! What a plan of `arc_connected_cluster` needs beyond the schema.

use std::collections::BTreeMap;

use crate::call::Call;
use crate::fault::{Explain, Kind};
use crate::resources::connection::{self, ConnectionState};
use crate::resources::shared::diagnose;
use crate::resources::shared::keep::{keep_if, set};
use crate::resources::shared::private::Private;
use crate::sdk::bridge;
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::Plan;
use crate::sdk::value::Value;
use crate::usecases::connected_cluster::identify;
use crate::usecases::{PlaneError, Session, check_location, same_location};

use super::{repair, rules, takeover};

/// Attributes that Azure compares without regard to case.
const CASELESS: [&str; 4] = [
    "name",
    "resource_group_name",
    "gateway_id",
    "private_link_scope_id",
];

/// The type's own say. `session` is `None` while the provider block holds unknowns.
pub(super) async fn finish(
    call: &Call,
    plan: &mut Plan,
    private: &Private,
    session: Option<&Session>,
) -> Diagnostics {
    keep_if(plan, "location", same_location);
    for name in CASELESS {
        keep_if(plan, name, str::eq_ignore_ascii_case);
    }
    let mut found = repair::propose(plan, private);
    found.extend(rules::immutable::check(plan));
    if let Some(session) = session {
        default_subscription(plan, session);
        all_tags(plan, session);
        found.extend(require_location(call, plan, session).await);
        found.extend(require_same_cluster(call, plan, session).await);
    }
    found.extend(takeover::announce(call, plan, session).await);
    found
}

/// Asks the cluster behind a changed connection which one it is. Only an answer counts: whoever plans without a way to the
/// cluster gets the plan, and the answer at apply.
async fn require_same_cluster(call: &Call, plan: &mut Plan, session: &Session) -> Diagnostics {
    let (before, after) = (
        plan.prior.get(connection::NAME),
        plan.planned.get(connection::NAME),
    );
    let Some(expected) = plan.prior.get("cluster_uid").as_str() else {
        return Diagnostics::default();
    };
    if before == after || !after.is_wholly_known() {
        return Diagnostics::default();
    }
    let state: Result<Option<ConnectionState>, _> = bridge::from_value(after);
    let connection = state.ok().flatten().map(|state| state.connection());
    match identify(call, session, connection.as_ref(), expected).await {
        Err(PlaneError::OtherCluster { found, .. }) => repair::other_cluster(plan, &found),
        _ => Diagnostics::default(),
    }
}

/// Plans `tags_all`, so that a change of the defaults is a change of the object.
fn all_tags(plan: &mut Plan, session: &Session) {
    let all = match plan.planned.get("tags") {
        Value::Null => session.tags.with_defaults(&BTreeMap::new()),
        Value::Map(own) if plan.planned.get("tags").is_wholly_known() => {
            let own = own
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()));
            session.tags.with_defaults(&own.collect())
        }
        _ => return set(plan, "tags_all", Value::unknown()),
    };
    let all = all
        .into_iter()
        .map(|(name, value)| (name, Value::from(value.as_str())));
    set(plan, "tags_all", Value::object(all));
}

/// Asks Azure about the region of an object that is to be made. Only an answer counts, or a login that fails: whoever plans
/// without a way to Azure gets the plan, and the answer at apply.
async fn require_location(call: &Call, plan: &Plan, session: &Session) -> Diagnostics {
    let text = |name| plan.planned.get(name).as_str();
    let (Some(location), Some(subscription)) = (text("location"), text("subscription_id")) else {
        return Diagnostics::default();
    };
    let moves = plan.prior.get("location").as_str() != Some(location);
    let checked = if moves {
        check_location(call, session, subscription, location).await
    } else {
        Ok(())
    };
    match checked {
        Err(error)
            if matches!(error, PlaneError::LocationNotOffered { .. })
                || error.kind() == Kind::Credential =>
        {
            diagnose::failed("checking the plan with Azure", &error)
        }
        _ => Diagnostics::default(),
    }
}

fn default_subscription(plan: &mut Plan, session: &Session) {
    if plan.prior.is_null() && plan.config.get("subscription_id").is_null() {
        set(
            plan,
            "subscription_id",
            Value::string(session.azure.subscription_id()),
        );
    }
}
