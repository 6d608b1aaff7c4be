//! Small changes to a plan that several types make.

use crate::sdk::path::AttributePath;
use crate::sdk::resource::Plan;
use crate::sdk::value::Value;

/// Keeps the stored value where the new one means the same; Terraform allows that, and nothing is replaced.
pub(crate) fn keep_if(plan: &mut Plan, name: &str, same: impl Fn(&str, &str) -> bool) {
    let prior = plan.prior.get(name).clone();
    let (Some(before), Some(after)) = (prior.as_str(), plan.planned.get(name).as_str()) else {
        return;
    };
    if before != after && same(before, after) {
        set(plan, name, prior);
        plan.requires_replace
            .retain(|path| *path != AttributePath::attribute(name));
    }
}

/// Plans a value.
pub(crate) fn set(plan: &mut Plan, name: &str, value: Value) {
    if let Value::Map(attributes) = &mut plan.planned {
        attributes.insert(name.to_owned(), value);
    }
}
