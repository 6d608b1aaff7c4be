//! The walk along the schema that fills each attribute of the planned object.

use std::collections::BTreeMap;

use crate::sdk::schema::{Attribute, Nesting, Schema, Shape};
use crate::sdk::value::Value;

/// What becomes of a stored value that the provider computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Computed {
    /// It stays.
    Stay,
    /// It becomes unknown, unless the attribute is kept or could only change with the whole object.
    Move,
}

/// The planned object; null when the configuration is.
pub(super) fn object(schema: &Schema, prior: &Value, config: &Value, computed: Computed) -> Value {
    if config.is_null() {
        return Value::Null;
    }
    let mut planned = attributes(&schema.attributes, prior, config, computed);
    for block in &schema.blocks {
        let (prior, config) = (prior.get(block.name), config.get(block.name));
        let value = single(&block.attributes, prior, config, computed);
        planned.insert(block.name.to_owned(), value);
    }
    Value::Map(planned)
}

fn attributes(
    of: &[Attribute],
    prior: &Value,
    config: &Value,
    computed: Computed,
) -> BTreeMap<String, Value> {
    let exists = !prior.is_null();
    let planned = of.iter().map(|attribute| {
        let (prior, config) = (prior.get(attribute.name), config.get(attribute.name));
        let prior = exists.then_some(prior);
        (
            attribute.name.to_owned(),
            value(attribute, prior, config, computed),
        )
    });
    planned.collect()
}

/// One attribute. `prior` is `None` where the object around it is new.
fn value(of: &Attribute, prior: Option<&Value>, config: &Value, computed: Computed) -> Value {
    match &of.shape {
        _ if of.write_only => Value::Null,
        _ if config.is_null() => unset(of, prior, computed),
        Shape::Nested(nesting, attributes) => nested(
            *nesting,
            attributes,
            prior.unwrap_or(&Value::Null),
            config,
            computed,
        ),
        Shape::Plain(_) => config.clone(),
    }
}

/// An attribute that the user did not set.
fn unset(of: &Attribute, prior: Option<&Value>, computed: Computed) -> Value {
    if let Some(default) = &of.default {
        return default.clone();
    }
    if !of.mode.is_computed() {
        return Value::Null;
    }
    match prior {
        Some(prior) if computed == Computed::Stay => prior.clone(),
        // A null that was kept would forbid the provider to set the value at last.
        Some(prior) if (of.keep || of.replace) && !prior.is_null() => prior.clone(),
        _ => Value::unknown(),
    }
}

/// Nested attributes that the user set. An element is compared with the one at its place: its index or its key.
fn nested(
    nesting: Nesting,
    of: &[Attribute],
    prior: &Value,
    config: &Value,
    computed: Computed,
) -> Value {
    match (nesting, config) {
        (Nesting::Single, _) => single(of, prior, config, computed),
        (Nesting::List, Value::List(elements)) => {
            let prior = |index| match prior {
                Value::List(elements) => elements.get(index).unwrap_or(&Value::Null),
                _ => &Value::Null,
            };
            let planned = elements.iter().enumerate();
            let planned = planned.map(|(index, config)| single(of, prior(index), config, computed));
            Value::List(planned.collect())
        }
        (Nesting::Map, Value::Map(members)) => Value::object(
            members
                .iter()
                .map(|(key, config)| (key.clone(), single(of, prior.get(key), config, computed))),
        ),
        _ => config.clone(),
    }
}

fn single(of: &[Attribute], prior: &Value, config: &Value, computed: Computed) -> Value {
    match config {
        Value::Map(_) => Value::Map(attributes(of, prior, config, computed)),
        _ => config.clone(),
    }
}
