//! What a plan of `arc_flux_configuration` needs beyond the schema.

use crate::resources::keep::keep_if;
use crate::resources::{deletion, drift};
use crate::sdk::diagnostics::Diagnostics;
use crate::sdk::resource::Plan;

/// The hook. It asks nobody.
pub(super) fn finish(plan: &mut Plan) -> Diagnostics {
    if !plan.config.is_null() {
        keep_if(plan, "connected_cluster_id", str::eq_ignore_ascii_case);
        drift::propose_repair(plan);
    }
    deletion::check(plan)
}
