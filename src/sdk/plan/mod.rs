//! What a change will lead to, worked out from the schema alone.
//!
//! The order is that of Terraform's reference framework: defaults fill gaps, write-only values become null, computed
//! values stay if nothing but notes changes and become unknown otherwise (unless they are kept), replacements are collected, then
//! the resource's own hook has its say. Terraform plans again during apply and compares, so all of this is a pure
//! function of the prior object and the configuration. Terraform's own merge of the two is not used: the same walk that
//! merges must also know which values the provider may still choose.

mod hook;
mod propose;
mod replace;

use super::compare::same;
use super::path::AttributePath;
use super::schema::Schema;
use super::types::Type;
use super::value::Value;

use propose::Computed;

/// The plan of one object as the schema proposes it.
#[derive(Clone, Debug)]
pub struct Proposal<'a> {
    schema: &'a Schema,
    /// What moves computed values when it changes: everything but notes.
    of: Type,
    prior: &'a Value,
    /// The plan if nothing else changes: computed values are the stored ones.
    still: Value,
    /// The plan if something changes: computed values are unknown.
    moved: Value,
    changes: bool,
}

/// A plan after the resource's hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What will be.
    pub planned: Value,
    /// Attributes whose change needs a new object; sorted, each once.
    pub requires_replace: Vec<AttributePath>,
}

impl<'a> Proposal<'a> {
    /// Plans a create (`prior` is null), an update or a destroy (`config` is null).
    #[must_use]
    pub fn new(schema: &'a Schema, prior: &'a Value, config: &Value) -> Self {
        let still = propose::object(schema, prior, config, Computed::Stay);
        let moved = propose::object(schema, prior, config, Computed::Move);
        let of = without_notes(schema);
        Self {
            changes: !same(&of, &still, prior),
            schema,
            of,
            prior,
            still,
            moved,
        }
    }

    /// What will be.
    #[must_use]
    pub const fn planned(&self) -> &Value {
        if self.changes {
            &self.moved
        } else {
            &self.still
        }
    }

    /// Attributes whose change needs a new object.
    #[must_use]
    pub fn requires_replace(&self) -> Vec<AttributePath> {
        replace::paths(self.schema, self.prior, self.planned())
    }

    /// Takes over what the hook made of [`planned`](Self::planned) and [`requires_replace`](Self::requires_replace).
    ///
    /// A hook may turn no change into a change, and the other way round. Either way the computed values that it left
    /// alone follow: they become unknown, or what they were. A destroy stays a destroy.
    #[must_use]
    pub fn settle(&self, planned: &Value, requires_replace: Vec<AttributePath>) -> Settled {
        if self.planned().is_null() {
            return Settled {
                planned: Value::Null,
                requires_replace: Vec::new(),
            };
        }
        let handed = self.planned();
        let still = hook::overlay(&self.still, handed, planned);
        let planned = if same(&self.of, &still, self.prior) {
            still
        } else {
            hook::overlay(&self.moved, handed, planned)
        };
        let requires_replace = self.replacements(&planned, requires_replace);
        Settled {
            planned,
            requires_replace,
        }
    }

    /// The hook's choice, and what its changes of the plan add to it. Terraform ignores a path whose value stays, so
    /// such a path is left out.
    fn replacements(&self, planned: &Value, chosen: Vec<AttributePath>) -> Vec<AttributePath> {
        let proposed = self.requires_replace();
        let added = replace::paths(self.schema, self.prior, planned)
            .into_iter()
            .filter(|path| !proposed.contains(path));
        let mut paths: Vec<_> = chosen.into_iter().chain(added).collect();
        paths.retain(|path| self.prior.at(path) != planned.at(path));
        paths.sort();
        paths.dedup();
        paths
    }
}

/// The type of the objects, without their notes.
fn without_notes(schema: &Schema) -> Type {
    let mut of = schema.value_type();
    if let Type::Object(attributes) = &mut of {
        let notes = schema.attributes.iter().filter(|one| one.note);
        notes.for_each(|note| drop(attributes.remove(note.name)));
    }
    of
}

#[cfg(test)]
mod tests;
