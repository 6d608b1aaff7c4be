//! Tags that a whole configuration has in common, and tags that are somebody else's.

use std::collections::{BTreeMap, BTreeSet};

/// Rules for the tags of all objects. Azure compares the names of tags without regard to case.
#[derive(Clone, Debug, Default)]
pub struct TagRules {
    /// Tags that every object gets, unless it has one of that name itself.
    pub defaults: BTreeMap<String, String>,
    /// Names of tags that are left as they are.
    pub ignored: BTreeSet<String>,
    /// Beginnings of such names.
    pub ignored_prefixes: Vec<String>,
}

impl TagRules {
    /// Whether a tag is left as it is, whatever it says.
    #[must_use]
    pub fn ignores(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let mut prefixes = self.ignored_prefixes.iter();
        self.ignored.iter().any(|one| one.to_lowercase() == name)
            || prefixes.any(|prefix| name.starts_with(&prefix.to_lowercase()))
    }

    /// An object's own tags, and the defaults that they do not override.
    #[must_use]
    pub fn with_defaults(&self, own: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let overridden = |name: &str| own.keys().any(|one| one.eq_ignore_ascii_case(name));
        let defaults = self
            .defaults
            .iter()
            .filter(|(name, _)| !overridden(name.as_str()));
        own.iter()
            .chain(defaults)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// The tags to write: those that are wanted, and those that are there and ignored.
    pub(super) fn to_write(
        &self,
        wanted: &BTreeMap<String, String>,
        found: Option<&BTreeMap<String, String>>,
    ) -> BTreeMap<String, String> {
        let kept = found.into_iter().flatten();
        let kept = kept.filter(|(name, _)| self.ignores(name));
        wanted
            .iter()
            .chain(kept)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn own_tags_override_defaults_and_foreign_ones_survive_a_write() {
        let rules = TagRules {
            defaults: tags(&[("Team", "arc"), ("City", "Seoul")]),
            ignored: ["CreatedBy".to_owned()].into(),
            ignored_prefixes: vec!["policy-".to_owned()],
        };
        let all = rules.with_defaults(&tags(&[("city", "Busan")]));
        assert_eq!(all, tags(&[("city", "Busan"), ("Team", "arc")]));
        let found = tags(&[("createdby", "x"), ("Policy-1", "y"), ("Old", "z")]);
        assert_eq!(
            rules.to_write(&all, Some(&found)),
            tags(&[
                ("city", "Busan"),
                ("Team", "arc"),
                ("createdby", "x"),
                ("Policy-1", "y")
            ])
        );
    }
}
