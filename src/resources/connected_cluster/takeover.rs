//! The plan of a create that may take over what exists: it says whether the object in Azure may be deleted first.
//!
//! What was said has to reach the apply, and the bytes that a plan keeps for the provider do not: Terraform plans a create
//! once more in the apply and hands on that plan's. Planned values do, since Terraform holds each plan to the one before. So
//! a create that deletes nothing promises that nothing will differ (`drift` is empty), and one that may delete something
//! promises nothing (`drift` is unknown). An object that comes into being between plan and apply breaks the promise, and is
//! never deleted.

use crate::call::Call;
use crate::resources::connection::{self, ConnectionState};
use crate::resources::shared::drift;
use crate::resources::shared::keep::set;
use crate::sdk::bridge;
use crate::sdk::diagnostics::{Diagnostic, Diagnostics};
use crate::sdk::path::AttributePath;
use crate::sdk::resource::Plan;
use crate::sdk::value::Value;
use crate::usecases::connected_cluster::{Forecast, forecast};
use crate::usecases::{ResourceId, Session};

/// Warns of a deletion that the create may take. `session` is `None` while the provider block holds unknowns.
pub(super) async fn announce(
    call: &Call,
    plan: &mut Plan,
    session: Option<&Session>,
) -> Diagnostics {
    let adopts = *plan.config.get("adopt_existing") != Value::Bool(false)
        && !plan.config.get("adopt_existing").is_null();
    if !plan.prior.is_null() || !adopts {
        return Diagnostics::default();
    }
    match foreseen(call, plan, session).await {
        Forecast::DeletesNothing => Diagnostics::default(),
        Forecast::MayDelete(why) => {
            set(plan, drift::NAME, Value::unknown());
            warning(plan, &why)
        }
    }
}

async fn foreseen(call: &Call, plan: &Plan, session: Option<&Session>) -> Forecast {
    let text = |name| plan.planned.get(name).as_str();
    let (Some(session), Some(subscription), Some(group), Some(name)) = (
        session,
        text("subscription_id"),
        text("resource_group_name"),
        text("name"),
    ) else {
        return Forecast::MayDelete("what it will be called is not known yet".to_owned());
    };
    let id = ResourceId::connected_cluster(subscription, group, name);
    let kubernetes = plan.planned.get(connection::NAME);
    let state: Option<ConnectionState> = bridge::from_value(kubernetes).ok().flatten();
    let connection = state.map(|state| state.connection());
    let known = kubernetes.is_wholly_known().then_some(connection.as_ref());
    forecast(call, session, &id, known).await
}

fn warning(plan: &Plan, why: &str) -> Diagnostics {
    let name = plan
        .planned
        .get("name")
        .as_str()
        .unwrap_or("(known after apply)");
    Diagnostic::warning(
        AttributePath::attribute("adopt_existing"),
        "Connected Cluster May Be Deleted And Made Again",
        format!(
            "With adopt_existing = true the apply takes over connected cluster {name}. {}. If it cannot be kept, the apply \
             deletes it in Azure and makes it again; its extensions, configurations, custom locations and role assignments are \
             lost then, and its managed identity is another.\n\n\
             To avoid this:\n  - see what is on it: az connectedk8s show --name {name} --resource-group {}\n  - choose another \
             name or resource group if it belongs to another cluster",
            sentence(why),
            plan.planned.get("resource_group_name").as_str().unwrap_or("<group>"),
        ),
    )
    .into()
}

/// With a capital, at the beginning of a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
