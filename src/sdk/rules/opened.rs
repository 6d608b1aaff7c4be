//! The rules for what an ephemeral resource hands out: those of a plan without a prior object, and nothing unknown.

use super::{PlanUnderTest, Violation, check_known, check_plan};
use crate::sdk::path::AttributePath;
use crate::sdk::schema::Schema;
use crate::sdk::value::Value;

/// Checks the result of opening an ephemeral resource with a configuration.
#[must_use]
pub fn check_opened(schema: &Schema, config: &Value, result: &Value) -> Vec<Violation> {
    let mut findings = check_plan(PlanUnderTest {
        schema,
        prior: &Value::Null,
        config,
        planned: result,
        requires_replace: &[],
        deferred: false,
        deferral_allowed: false,
    });
    check_known(&AttributePath::root(), result, &mut findings);
    findings
}
