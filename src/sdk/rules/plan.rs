//! The rules for a plan, 1 to 10.

use super::{Findings, Violation, check_shape, check_write_only, find, objects};
use crate::sdk::compare::same;
use crate::sdk::path::AttributePath;
use crate::sdk::schema::{Attribute, Mode, Nesting, Schema, Shape};
use crate::sdk::types::Type;
use crate::sdk::value::Value;

/// What a plan was asked for, and the reply.
#[derive(Clone, Copy, Debug)]
pub struct PlanUnderTest<'a> {
    /// The schema.
    pub schema: &'a Schema,
    /// The stored object.
    pub prior: &'a Value,
    /// The configuration.
    pub config: &'a Value,
    /// The planned object.
    pub planned: &'a Value,
    /// Attributes whose change needs a new object.
    pub requires_replace: &'a [AttributePath],
    /// Whether the plan is put off.
    pub deferred: bool,
    /// Whether the client lets it be put off.
    pub deferral_allowed: bool,
}

/// Checks the reply to a plan.
#[must_use]
pub fn check_plan(plan: PlanUnderTest<'_>) -> Vec<Violation> {
    let mut findings = Findings::new();
    let root = AttributePath::root();
    if plan.deferred && !plan.deferral_allowed {
        find(
            &mut findings,
            10,
            &root,
            "the client does not accept a deferred plan",
        );
    }
    if plan.config.is_null() || plan.planned.is_null() {
        if plan.config.is_null() && !plan.planned.is_null() {
            find(&mut findings, 9, &root, "a destroy plan is not null");
        }
        if plan.planned.is_null() && !plan.config.is_null() {
            find(
                &mut findings,
                1,
                &root,
                "the plan is null and the configuration is not",
            );
        }
        return findings;
    }
    check_shape(plan.schema, plan.planned, &mut findings);
    check_write_only(plan.schema, plan.planned, &mut findings);
    check_values(plan, &mut findings);
    check_paths(plan, &mut findings);
    findings
}

/// Rule 8: each path is one of the stored or the planned object.
fn check_paths(plan: PlanUnderTest<'_>, findings: &mut Findings) {
    for path in plan.requires_replace {
        if plan.prior.at(path).is_none() && plan.planned.at(path).is_none() {
            find(
                findings,
                8,
                path,
                "a replacement names an attribute that is not there",
            );
        }
    }
}

fn check_values(plan: PlanUnderTest<'_>, findings: &mut Findings) {
    let root = AttributePath::root();
    let views = Views::of(plan);
    attributes(&plan.schema.attributes, &root, views, findings);
    for block in &plan.schema.blocks {
        let (path, views) = (root.dot(block.name), views.get(block.name));
        if views.config.is_null() != views.planned.is_null() || views.planned.is_unknown() {
            find(
                findings,
                6,
                &path,
                "a block is not planned as it is configured",
            );
        } else if !views.config.is_null() {
            attributes(&block.attributes, &path, views, findings);
        }
    }
}

/// The same part of the stored, the configured and the planned object.
#[derive(Clone, Copy)]
struct Views<'a> {
    prior: &'a Value,
    config: &'a Value,
    planned: &'a Value,
}

impl<'a> Views<'a> {
    const fn of(plan: PlanUnderTest<'a>) -> Self {
        Self {
            prior: plan.prior,
            config: plan.config,
            planned: plan.planned,
        }
    }

    fn get(self, name: &str) -> Self {
        Self {
            prior: self.prior.get(name),
            config: self.config.get(name),
            planned: self.planned.get(name),
        }
    }
}

fn attributes(of: &[Attribute], path: &AttributePath, views: Views<'_>, findings: &mut Findings) {
    for attribute in of.iter().filter(|attribute| !attribute.write_only) {
        value(
            attribute,
            &path.dot(attribute.name),
            views.get(attribute.name),
            findings,
        );
    }
}

/// Rules 2 to 6 for one attribute.
fn value(of: &Attribute, path: &AttributePath, views: Views<'_>, findings: &mut Findings) {
    let Views {
        config, planned, ..
    } = views;
    match (&of.shape, of.mode) {
        (_, Mode::Computed) => {}
        (_, Mode::OptionalComputed) if config.is_null() => {}
        _ if config.is_null() => {
            if !planned.is_null() {
                find(findings, 3, path, "a value is planned that nobody may set");
            }
        }
        (Shape::Nested(nesting, of), _) if !config.is_unknown() => {
            nested(*nesting, of, path, views, findings);
        }
        _ => {
            if !set_as_configured(&of.value_type(), views) {
                let rule = if config.is_unknown() { 5 } else { 2 };
                find(
                    findings,
                    rule,
                    path,
                    "the planned value is not the configured one",
                );
            }
        }
    }
}

/// Rule 2 and its way out: a value that means the same as the stored one may stay as it is stored.
fn set_as_configured(of: &Type, views: Views<'_>) -> bool {
    let equal = |other: &Value| match (views.planned, other) {
        (Value::Unknown(_), Value::Unknown(_)) => true,
        (planned, other) => same(of, planned, other),
    };
    equal(views.config) || (!views.prior.is_null() && equal(views.prior))
}

/// Rule 6: as many objects as configured, at the same places, none of them unknown as a whole.
fn nested(
    nesting: Nesting,
    of: &[Attribute],
    path: &AttributePath,
    views: Views<'_>,
    findings: &mut Findings,
) {
    let configured = objects(nesting, views.config);
    let planned = objects(nesting, views.planned);
    let same_steps = configured
        .iter()
        .map(|(step, _)| step)
        .eq(planned.iter().map(|(step, _)| step));
    if views.planned.is_unknown() || views.planned.is_null() || !same_steps {
        return find(
            findings,
            6,
            path,
            "not as many nested objects as configured",
        );
    }
    let prior = objects(nesting, views.prior);
    for ((step, config), (_, planned)) in configured.into_iter().zip(planned) {
        let prior = prior.iter().find(|(other, _)| *other == step);
        let prior = prior.map_or(&Value::Null, |(_, object)| object);
        let path = step.map_or_else(|| path.clone(), |step| path.child(step));
        let views = Views {
            prior,
            config,
            planned,
        };
        match (config, planned) {
            (Value::Map(_), Value::Map(_)) => attributes(of, &path, views, findings),
            (Value::Map(_), _) => find(findings, 6, &path, "a configured object is not planned"),
            _ if config.is_null() == planned.is_null() => {}
            _ => find(
                findings,
                6,
                &path,
                "an object is planned that is not configured",
            ),
        }
    }
}
