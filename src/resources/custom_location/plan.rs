//! What a plan of `arc_custom_location` needs beyond the schema.

use crate::resources::connection;
use crate::resources::shared::keep::keep_if;
use crate::resources::shared::{deletion, drift};
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::Plan;
use crate::usecases::{Session, same_location};

/// The hook. `session` is `None` while the provider block holds unknowns. It asks nobody.
pub(super) fn finish(plan: &mut Plan, session: Option<&Session>) -> Diagnostics {
    let mut found = Diagnostics::default();
    if !plan.config.is_null() {
        keep_if(plan, "location", same_location);
        for name in ["name", "resource_group_name", "connected_cluster_id"] {
            keep_if(plan, name, str::eq_ignore_ascii_case);
        }
        drift::propose_repair(plan);
        if let Some(session) = session {
            found.extend(connection::require(&plan.config, session));
        }
    }
    found.extend(deletion::check(plan));
    found
}
