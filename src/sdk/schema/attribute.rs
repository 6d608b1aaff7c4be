//! One attribute, and the words in which an author describes it.

use super::{Check, object_type};
use crate::sdk::types::Type;
use crate::sdk::value::Value;

/// One attribute.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, as in Terraform's own schema"
)]
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
    /// Its change alone leaves all computed values as they are.
    pub note: bool,
    /// The value when the user sets none.
    pub default: Option<Value>,
    /// Rules for a known value.
    pub checks: Vec<Check>,
    /// Siblings that must not be set together with this one.
    pub conflicts: &'static [&'static str],
}

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

impl Mode {
    /// Whether the provider may set the value.
    #[must_use]
    pub const fn is_computed(self) -> bool {
        matches!(self, Self::Computed | Self::OptionalComputed)
    }
}

/// What it holds. A new attribute is optional; the methods below change that.
impl Attribute {
    /// Text.
    #[must_use]
    pub const fn string(name: &'static str) -> Self {
        Self::new(name, Shape::Plain(Type::String))
    }

    /// `true` or `false`.
    #[must_use]
    pub const fn bool(name: &'static str) -> Self {
        Self::new(name, Shape::Plain(Type::Bool))
    }

    /// An exact number.
    #[must_use]
    pub const fn number(name: &'static str) -> Self {
        Self::new(name, Shape::Plain(Type::Number))
    }

    /// Ordered elements.
    #[must_use]
    pub fn list_of(name: &'static str, element: Type) -> Self {
        Self::new(name, Shape::Plain(Type::List(Box::new(element))))
    }

    /// Elements without order or duplicates.
    #[must_use]
    pub fn set_of(name: &'static str, element: Type) -> Self {
        Self::new(name, Shape::Plain(Type::Set(Box::new(element))))
    }

    /// Elements by key.
    #[must_use]
    pub fn map_of(name: &'static str, element: Type) -> Self {
        Self::new(name, Shape::Plain(Type::Map(Box::new(element))))
    }

    /// Nested attributes: one object, or a list or map of objects.
    #[must_use]
    pub const fn nested(name: &'static str, nesting: Nesting, attributes: Vec<Self>) -> Self {
        Self::new(name, Shape::Nested(nesting, attributes))
    }

    const fn new(name: &'static str, shape: Shape) -> Self {
        Self {
            name,
            shape,
            mode: Mode::Optional,
            description: "",
            sensitive: false,
            write_only: false,
            deprecation: None,
            replace: false,
            keep: false,
            note: false,
            default: None,
            checks: Vec::new(),
            conflicts: &[],
        }
    }
}

/// How it behaves.
impl Attribute {
    /// The user must set it.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.mode = Mode::Required;
        self
    }

    /// The user may set it; without a value it is null.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.mode = Mode::Optional;
        self
    }

    /// Only the provider sets it.
    #[must_use]
    pub const fn computed(mut self) -> Self {
        self.mode = Mode::Computed;
        self
    }

    /// The user may set it; otherwise the provider does.
    #[must_use]
    pub const fn optional_computed(mut self) -> Self {
        self.mode = Mode::OptionalComputed;
        self
    }

    /// What it is for, in Markdown.
    #[must_use]
    pub const fn describe(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// Terraform hides its value.
    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// The provider gets its value, and it is never stored. Terraform 1.11 and later.
    #[must_use]
    pub const fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// Using it is a warning that shows this text.
    #[must_use]
    pub const fn deprecated(mut self, instead: &'static str) -> Self {
        self.deprecation = Some(instead);
        self
    }

    /// A change of its value needs a new object. Where the provider computed the value, an update keeps it.
    #[must_use]
    pub const fn replace(mut self) -> Self {
        self.replace = true;
        self
    }

    /// A computed value that is the same before and after an update.
    #[must_use]
    pub const fn keep(mut self) -> Self {
        self.keep = true;
        self
    }

    /// A note for a later operation. A change of notes alone touches nothing, so that computed values stay as they are.
    #[must_use]
    pub const fn note(mut self) -> Self {
        self.note = true;
        self
    }

    /// The value when the user sets none. Terraform lets only the provider fill a gap, so the attribute becomes
    /// optional and computed.
    #[must_use]
    pub fn default_value(mut self, default: Value) -> Self {
        self.mode = Mode::OptionalComputed;
        self.default = Some(default);
        self
    }

    /// One more rule for its value; a null or unknown value is not checked.
    #[must_use]
    pub fn check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    /// Siblings that the user must not set together with this one. Naming them on one side is enough.
    #[must_use]
    pub const fn conflicts_with(mut self, siblings: &'static [&'static str]) -> Self {
        self.conflicts = siblings;
        self
    }

    /// The type of its values.
    #[must_use]
    pub fn value_type(&self) -> Type {
        match &self.shape {
            Shape::Plain(plain) => plain.clone(),
            Shape::Nested(Nesting::Single, attributes) => object_type(attributes),
            Shape::Nested(Nesting::List, attributes) => {
                Type::List(Box::new(object_type(attributes)))
            }
            Shape::Nested(Nesting::Map, attributes) => Type::Map(Box::new(object_type(attributes))),
        }
    }
}
