//! What a plan of `arc_flux_configuration` needs beyond the schema.

use crate::resources::shared::keep::keep_if;
use crate::sdk::resource::Plan;

/// The type's own say. It asks no one.
pub(super) fn finish(plan: &mut Plan) {
    keep_if(plan, "connected_cluster_id", str::eq_ignore_ascii_case);
}
