//! Attributes with their behaviour. One schema is the source of validation, planning, the protocol's schema and the docs.

mod attribute;
mod check;
mod identity;

use super::types::Type;

pub use attribute::{Attribute, Mode, Nesting, Shape};
pub use check::Check;
pub use identity::{IdentityAttribute, IdentitySchema};

/// The schema of a resource, data source or provider block.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Version of the stored state; raised when an upgrade is needed.
    pub version: i64,
    /// What it is for, in Markdown.
    pub description: &'static str,
    /// The attributes, in the order of the docs.
    pub attributes: Vec<Attribute>,
    /// Nested blocks that appear at most once, such as `timeouts`.
    pub blocks: Vec<Block>,
}

/// A nested block that appears at most once (nesting mode SINGLE).
#[derive(Clone, Debug)]
pub struct Block {
    /// The block's name.
    pub name: &'static str,
    /// What it is for, in Markdown.
    pub description: &'static str,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
}

impl Schema {
    /// The first version of a schema, with attributes and no blocks.
    #[must_use]
    pub fn new(description: &'static str, attributes: Vec<Attribute>) -> Self {
        Self {
            version: 0,
            description,
            attributes,
            blocks: Vec::new(),
        }
    }

    /// The same schema in a later version; older states go through `Resource::upgrade`.
    #[must_use]
    pub const fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }

    /// The same schema with one more block.
    #[must_use]
    pub fn block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// The type of the whole object: what Terraform calls the schema's implied type. A block is an object among the
    /// attributes, null where the user left it out.
    #[must_use]
    pub fn value_type(&self) -> Type {
        let attributes = self
            .attributes
            .iter()
            .map(|attribute| (attribute.name, attribute.value_type()));
        let blocks = self
            .blocks
            .iter()
            .map(|block| (block.name, block.value_type()));
        Type::object(attributes.chain(blocks))
    }
}

impl Block {
    /// The type of the block's object.
    #[must_use]
    pub fn value_type(&self) -> Type {
        object_type(&self.attributes)
    }
}

/// The object that these attributes make up.
fn object_type(attributes: &[Attribute]) -> Type {
    Type::object(
        attributes
            .iter()
            .map(|attribute| (attribute.name, attribute.value_type())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_type_holds_attributes_nested_objects_and_blocks() {
        let schema = Schema::new(
            "A cluster.",
            vec![
                Attribute::string("name").required(),
                Attribute::nested("kubernetes", Nesting::Single, vec![Attribute::bool("eks")]),
                Attribute::nested("agents", Nesting::Map, vec![Attribute::number("ready")]),
            ],
        )
        .block(Block {
            name: "timeouts",
            description: "Limits.",
            attributes: vec![Attribute::string("create")],
        });

        let expected = Type::object([
            ("name", Type::String),
            ("kubernetes", Type::object([("eks", Type::Bool)])),
            (
                "agents",
                Type::Map(Box::new(Type::object([("ready", Type::Number)]))),
            ),
            ("timeouts", Type::object([("create", Type::String)])),
        ]);
        assert_eq!(schema.value_type(), expected);
    }
}
