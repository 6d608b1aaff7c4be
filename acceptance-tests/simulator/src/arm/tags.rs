//! Tags: the rules that hold for every resource.

use serde_json::{Map, Value};

use super::ArmError;
use crate::store::Tags;

const MOST: usize = 50;
const NAME_LENGTH: usize = 512;
const VALUE_LENGTH: usize = 256;
const FORBIDDEN: &[char] = &['<', '>', '%', '&', '\\', '?', '/'];
const RESERVED: &[&str] = &["microsoft", "azure", "windows"];

/// The tags in a request's body; absent and null are none.
pub(super) fn parse(body: &Map<String, Value>) -> Result<Tags, ArmError> {
    let tags: Tags = match body.get("tags") {
        None | Some(Value::Null) => Tags::new(),
        Some(tags) => serde_json::from_value(tags.clone()).map_err(|_| {
            ArmError::invalid_content("Tags must be an object whose values are strings.").at("tags")
        })?,
    };
    if tags.len() > MOST {
        return Err(refused(
            "TagCountLimitExceeded",
            format!("{} tags are more than {MOST}.", tags.len()),
        ));
    }
    tags.iter()
        .try_for_each(|(name, value)| check(name, value))?;
    let mut names: Vec<String> = tags.keys().map(|name| name.to_lowercase()).collect();
    names.dedup();
    if names.len() == tags.len() {
        Ok(tags)
    } else {
        Err(refused(
            "DuplicateTagName",
            "Tag names must differ by more than case.".to_owned(),
        ))
    }
}

fn check(name: &str, value: &str) -> Result<(), ArmError> {
    if name.is_empty() || name.chars().count() > NAME_LENGTH {
        return Err(refused(
            "InvalidTagName",
            format!("The tag name '{name}' is empty or longer than {NAME_LENGTH}."),
        ));
    }
    if name.contains(FORBIDDEN) {
        return Err(refused(
            "InvalidTagNameCharacters",
            format!("The tag name '{name}' has reserved characters."),
        ));
    }
    let lower = name.to_lowercase();
    if RESERVED.iter().any(|prefix| lower.starts_with(prefix)) {
        return Err(refused(
            "ReservedTagName",
            format!("The tag name '{name}' begins with a reserved prefix."),
        ));
    }
    if value.chars().count() > VALUE_LENGTH {
        Err(refused(
            "InvalidTagValue",
            format!("The value of tag '{name}' is longer than {VALUE_LENGTH}."),
        ))
    } else {
        Ok(())
    }
}

fn refused(code: &str, message: String) -> ArmError {
    ArmError::bad(code, message).at("tags")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(tags: Value) -> Result<Tags, ArmError> {
        parse(&Map::from_iter([("tags".to_owned(), tags)]))
    }

    #[test]
    fn no_tags_are_an_empty_map() {
        assert!(parse(&Map::new()).expect("absent").is_empty());
        assert!(parsed(Value::Null).expect("null").is_empty());
    }

    #[test]
    fn every_rule_refuses_its_breach() {
        let many: Map<String, Value> = (0..=MOST).map(|n| (format!("t{n}"), json!("x"))).collect();
        for tags in [
            json!({"a": 1}),
            json!({"": "x"}),
            json!({"a/b": "x"}),
            json!({"azure-thing": "x"}),
            json!({"a": "x".repeat(VALUE_LENGTH + 1)}),
            json!({"Env": "x", "env": "y"}),
            Value::Object(many),
        ] {
            assert!(parsed(tags.clone()).is_err(), "{tags}");
        }
    }
}
