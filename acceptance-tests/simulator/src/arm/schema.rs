//! What a resource looks like: its properties, who may write them, and the api-version in which each first appeared.
//!
//! `V` is the api-versions of one resource type, in the order of their release.

use serde_json::{Map, Value};

/// One property.
pub(super) struct Field<V: 'static> {
    pub(super) name: &'static str,
    pub(super) since: V,
    pub(super) access: Access,
    pub(super) shape: Shape<V>,
}

/// Who may write a property, and who gets to see it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Clients write it.
    Write,
    /// The service writes it.
    Read,
    /// Clients write it, and no reply shows it.
    Secret,
    /// It repeats the address.
    Echo,
}

/// What a property looks like.
pub(super) enum Shape<V: 'static> {
    Text,
    Flag,
    Number,
    /// One of these texts.
    Choice(&'static [&'static str]),
    TextList,
    TextMap,
    Object(&'static [Field<V>]),
    /// A list of objects.
    List(&'static [Field<V>]),
    /// Objects by names that the client chooses.
    Named(&'static [Field<V>]),
    Any,
}

/// A line of a schema.
pub(super) const fn field<V: Copy + 'static>(
    name: &'static str,
    since: V,
    access: Access,
    shape: Shape<V>,
) -> Field<V> {
    Field {
        name,
        since,
        access,
        shape,
    }
}

/// The members of a value that exist in a version and are no secret.
pub(super) fn visible<V: PartialOrd + Copy + 'static>(
    fields: &[Field<V>],
    value: &Value,
    version: V,
) -> Value {
    let shown = fields
        .iter()
        .filter(|field| field.since <= version && field.access != Access::Secret);
    let members = shown.filter_map(|field| {
        let member = value.get(field.name)?;
        let member = match (&field.shape, member) {
            (Shape::Object(fields), Value::Object(_)) => visible(fields, member, version),
            (Shape::List(fields), Value::Array(items)) => items
                .iter()
                .map(|item| visible(fields, item, version))
                .collect(),
            (Shape::Named(fields), Value::Object(items)) => {
                let item = |(name, item): (&String, &Value)| {
                    (name.clone(), visible(fields, item, version))
                };
                Value::Object(items.iter().map(item).collect())
            }
            _ => member.clone(),
        };
        Some((field.name.to_owned(), member))
    });
    Value::Object(members.collect())
}

/// What a PUT leaves: what it says, and of the old settings those that its api-version cannot express.
pub(super) fn replaced<V: PartialOrd + Copy + 'static>(
    fields: &[Field<V>],
    old: &Map<String, Value>,
    mut new: Map<String, Value>,
    version: V,
) -> Map<String, Value> {
    for field in fields {
        let Some(old) = old.get(field.name) else {
            continue;
        };
        if field.since > version {
            new.insert(field.name.to_owned(), old.clone());
        } else if let (Shape::Object(fields), Some(old)) = (&field.shape, old.as_object()) {
            let given = new
                .get(field.name)
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default();
            let merged = replaced(fields, old, given, version);
            if !merged.is_empty() {
                new.insert(field.name.to_owned(), merged.into());
            }
        }
    }
    new
}
