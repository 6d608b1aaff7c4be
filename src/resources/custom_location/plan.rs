//! What a plan of `arc_custom_location` needs beyond the schema.

use crate::resources::shared::keep::keep_if;
use crate::sdk::resource::Plan;
use crate::usecases::same_location;

/// The type's own say. It asks no one.
pub(super) fn finish(plan: &mut Plan) {
    keep_if(plan, "location", same_location);
    for name in ["name", "resource_group_name", "connected_cluster_id"] {
        keep_if(plan, name, str::eq_ignore_ascii_case);
    }
}
