//! Where in a configuration something is: the way from a resource's root to one attribute or element.

use std::fmt;

/// One step down into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into an attribute of an object, or into a nested block.
    Attribute(String),
    /// Into an element of a map.
    Key(String),
    /// Into an element of a list.
    Index(usize),
}

/// The way from the root of a resource, data source or provider block to a part of it; empty for the root itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributePath(Vec<Step>);

impl AttributePath {
    /// The whole object.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// A top-level attribute.
    pub fn attribute(name: impl Into<String>) -> Self {
        Self::root().child(Step::Attribute(name.into()))
    }

    /// One step further down.
    #[must_use]
    pub fn child(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// An attribute of the object that this path names.
    #[must_use]
    pub fn dot(&self, name: impl Into<String>) -> Self {
        self.child(Step::Attribute(name.into()))
    }

    /// The same place, seen from one step further out.
    #[must_use]
    pub(super) fn within(mut self, step: Step) -> Self {
        self.0.insert(0, step);
        self
    }

    /// The steps from the root.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }
}

/// As a user would write it: `kubernetes.eks.region`, `tags["City"]`, `subnets[2]`.
impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => write!(f, "{name}")?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_in_a_configuration() {
        let path = AttributePath::attribute("clusters")
            .child(Step::Index(2))
            .dot("tags")
            .child(Step::Key("City".to_owned()));
        assert_eq!(path.to_string(), r#"clusters[2].tags["City"]"#);
    }
}
