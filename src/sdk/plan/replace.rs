//! Which changes need a new object.

use crate::sdk::compare::same;
use crate::sdk::path::{AttributePath, Step};
use crate::sdk::schema::{Attribute, Nesting, Schema, Shape};
use crate::sdk::value::Value;

/// The paths of changed attributes that force a replacement; none for a create or a destroy.
pub(super) fn paths(schema: &Schema, prior: &Value, planned: &Value) -> Vec<AttributePath> {
    let mut found = Vec::new();
    if prior.is_null() || planned.is_null() {
        return found;
    }
    attributes(
        &schema.attributes,
        &AttributePath::root(),
        prior,
        planned,
        &mut found,
    );
    for block in &schema.blocks {
        let (prior, planned) = (prior.get(block.name), planned.get(block.name));
        let path = AttributePath::attribute(block.name);
        attributes(&block.attributes, &path, prior, planned, &mut found);
    }
    found
}

fn attributes(
    of: &[Attribute],
    path: &AttributePath,
    prior: &Value,
    planned: &Value,
    found: &mut Vec<AttributePath>,
) {
    for attribute in of {
        let path = path.dot(attribute.name);
        let (prior, planned) = (prior.get(attribute.name), planned.get(attribute.name));
        let changed = !same(&attribute.value_type(), prior, planned);
        match &attribute.shape {
            _ if !changed => {}
            _ if attribute.replace => found.push(path),
            Shape::Nested(nesting, of) => elements(*nesting, of, &path, prior, planned, found),
            Shape::Plain(_) => {}
        }
    }
}

/// Looks into a single object, be it null or unknown on one side, and into the elements of a collection that are there
/// on both sides.
fn elements(
    nesting: Nesting,
    of: &[Attribute],
    path: &AttributePath,
    prior: &Value,
    planned: &Value,
    found: &mut Vec<AttributePath>,
) {
    match (nesting, prior, planned) {
        (Nesting::Single, _, _) => attributes(of, path, prior, planned, found),
        (Nesting::List, Value::List(prior), Value::List(planned)) => {
            for (index, (prior, planned)) in prior.iter().zip(planned).enumerate() {
                attributes(of, &path.child(Step::Index(index)), prior, planned, found);
            }
        }
        (Nesting::Map, Value::Map(prior), Value::Map(members)) => {
            for (key, prior) in prior.iter().filter(|(key, _)| members.contains_key(*key)) {
                let path = path.child(Step::Key(key.clone()));
                attributes(of, &path, prior, planned.get(key), found);
            }
        }
        _ => {}
    }
}
