//! The `timeouts` block: how long each operation may take.

use std::time::Duration;

use super::checks;
use super::duration;
use super::schema::{Attribute, Block};
use super::value::Value;

/// The block's name.
pub const BLOCK: &str = "timeouts";

/// Limits of the four operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Limit of a create.
    pub create: Duration,
    /// Limit of a read.
    pub read: Duration,
    /// Limit of an update.
    pub update: Duration,
    /// Limit of a delete.
    pub delete: Duration,
}

/// What a limit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Making the object.
    Create,
    /// Looking at it.
    Read,
    /// Changing it in place.
    Update,
    /// Removing it.
    Delete,
}

impl Operation {
    /// All four, in the order of an object's life.
    pub const ALL: [Self; 4] = [Self::Create, Self::Read, Self::Update, Self::Delete];

    /// The name of its attribute in the block.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::Create => "How long creating may take, such as `30m` or `1h30m`.",
            Self::Read => "How long reading may take, such as `5m`.",
            Self::Update => "How long an update in place may take, such as `30m`.",
            Self::Delete => "How long deleting may take, such as `30m`.",
        }
    }
}

/// The `timeouts` block for these operations: optional durations in Go's notation, checked when they are known.
#[must_use]
pub fn block(operations: &[Operation]) -> Block {
    let attribute = |operation: &Operation| {
        Attribute::string(operation.name())
            .describe(operation.description())
            .check(checks::duration())
    };
    Block {
        name: BLOCK,
        description: "How long each operation may take.",
        attributes: operations.iter().map(attribute).collect(),
    }
}

impl Timeouts {
    /// The limits of the four operations.
    #[must_use]
    pub const fn new(create: Duration, read: Duration, update: Duration, delete: Duration) -> Self {
        Self {
            create,
            read,
            update,
            delete,
        }
    }

    /// What the block sets, and `defaults` for the rest. The block's value was checked when it was planned, so a text
    /// that is no duration (it can only come from a foreign state) counts as not set.
    #[must_use]
    pub fn from_value(block: &Value, defaults: Self) -> Self {
        let limit = |operation: Operation| {
            let text = block.get(operation.name()).as_str();
            text.and_then(|text| duration::parse(text).ok())
                .unwrap_or_else(|| defaults.limit(operation))
        };
        Self {
            create: limit(Operation::Create),
            read: limit(Operation::Read),
            update: limit(Operation::Update),
            delete: limit(Operation::Delete),
        }
    }

    /// The limit of one operation.
    #[must_use]
    pub const fn limit(&self, operation: Operation) -> Duration {
        match operation {
            Operation::Create => self.create,
            Operation::Read => self.read,
            Operation::Update => self.update,
            Operation::Delete => self.delete,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_overrides_only_what_it_sets() {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        let defaults = Timeouts::new(minutes(30), minutes(5), minutes(30), minutes(30));
        let block = Value::object([("create", Value::from("1h")), ("read", Value::Null)]);

        let timeouts = Timeouts::from_value(&block, defaults);

        assert_eq!(timeouts.create, minutes(60));
        assert_eq!(timeouts.read, minutes(5));
        assert_eq!(Timeouts::from_value(&Value::Null, defaults), defaults);
    }
}
