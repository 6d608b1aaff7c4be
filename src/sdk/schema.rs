//! Attributes with their behaviour. One schema is the source of validation, planning, the protocol's schema and the docs.

use super::types::Type;
use super::value::Value;

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

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name in the configuration.
    pub name: &'static str,
    /// Its type, or its nested attributes.
    pub shape: Shape,
    /// Who sets it.
    pub mode: Mode,
    /// What it is for, in Markdown.
    pub description: &'static str,
    /// Hidden in Terraform's output.
    pub sensitive: bool,
    /// Sent to the provider and never stored.
    pub write_only: bool,
    /// Why not to use it any more.
    pub deprecation: Option<&'static str>,
    /// A change needs a new object.
    pub replace: bool,
    /// A computed value stays as it is when something else changes (otherwise it becomes unknown).
    pub keep: bool,
    /// The value when the user sets none.
    pub default: Option<Value>,
    /// Rules for a known value.
    pub checks: Vec<Check>,
}

/// A rule for a known value: `Err` holds the sentence that says what is wrong with it.
pub type Check = fn(&Value) -> Result<(), String>;

/// What an attribute holds.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A value of a plain type.
    Plain(Type),
    /// Nested attributes, written as `name = { … }` or a collection of such objects.
    Nested(Nesting, Vec<Attribute>),
}

/// How nested attributes repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// A list of objects.
    List,
    /// A map of objects.
    Map,
}

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The user must.
    Required,
    /// The user may.
    Optional,
    /// The user may, otherwise the provider does.
    OptionalComputed,
    /// The provider does.
    Computed,
}

/// The attributes that identify an object (`GetResourceIdentitySchemas`).
#[derive(Clone, Debug)]
pub struct IdentitySchema {
    /// Version of the stored identity.
    pub version: i64,
    /// The attributes, all of them strings.
    pub attributes: Vec<IdentityAttribute>,
}

/// One identity attribute.
#[derive(Clone, Debug)]
pub struct IdentityAttribute {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Whether an import by identity must give it; otherwise it may.
    pub required_for_import: bool,
}
