//! Names that all types have in common with Azure: they become parts of addresses, so each has its characters.

use crate::sdk::checks;
use crate::sdk::schema::{Attribute, Check};

/// A required `location`. It becomes a part of a host name that gets a token.
pub(crate) fn location() -> Attribute {
    Attribute::string("location")
        .required()
        .replace()
        .check(checks::non_empty())
        .check(checks::characters(
            |c| c.is_ascii_alphanumeric() || c == ' ',
            "letters, digits and blanks",
        ))
}

/// A required `resource_group_name`, by ARM's rules.
pub(crate) fn resource_group() -> Attribute {
    Attribute::string("resource_group_name")
        .required()
        .replace()
        .check(checks::length(1, 90))
        .check(checks::characters(
            |c| c.is_alphanumeric() || "-_.()".contains(c),
            "letters, digits, hyphens, underscores, periods and parentheses",
        ))
        .check(no_trailing_period())
}

fn no_trailing_period() -> Check {
    Check::text(|text| {
        if text.ends_with('.') {
            return Err("it must not end with a period".to_owned());
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdk::schema::Schema;
    use crate::sdk::validate::validate;
    use crate::sdk::value::Value;

    fn refused(attribute: Attribute, text: &str) -> Vec<String> {
        let config = Value::object([(attribute.name, Value::string(text))]);
        let found = validate(&Schema::new("", vec![attribute]), &config, true);
        found.iter().map(|d| d.path.to_string()).collect()
    }

    #[test]
    fn what_would_choose_another_host_or_path_is_refused_at_its_attribute() {
        for text in ["koreacentral", "Korea Central", "eastus2"] {
            assert!(refused(location(), text).is_empty(), "{text}");
        }
        for text in [
            "evil.example/",
            "evil.example?",
            "evil.example#",
            "x@evil.example/",
            "eastus:443",
            "east\tus",
        ] {
            assert_eq!(refused(location(), text), ["location"], "{text}");
        }
        for text in ["rg", "RG_(1).x-y", "gruppe-köln"] {
            assert!(refused(resource_group(), text).is_empty(), "{text}");
        }
        for text in ["a/providers/X/y/z", ".", "..", "a%2fb", "a?b", "rg."] {
            assert!(!refused(resource_group(), text).is_empty(), "{text}");
        }
    }
}
