//! Rules of ARM for the values of a connected cluster.

pub(super) mod combinations;
pub(super) mod immutable;

use semver::Version;

use crate::sdk::schema::Check;
use crate::sdk::value::Value;

/// Most tags that ARM takes on one object.
const MOST_TAGS: usize = 50;
/// Longest tag name.
const LONGEST_TAG_NAME: usize = 512;
/// Longest tag value.
const LONGEST_TAG_VALUE: usize = 256;
/// Beginnings of tag names that Azure keeps for itself.
const RESERVED: [&str; 3] = ["microsoft", "azure", "windows"];

pub(super) fn name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

pub(super) fn certificate() -> Check {
    Check::text(|text| {
        let framed = text.contains("-----BEGIN CERTIFICATE-----")
            && text.contains("-----END CERTIFICATE-----");
        if framed {
            return Ok(());
        }
        Err(
            "it is not a certificate in PEM, which begins with -----BEGIN CERTIFICATE-----"
                .to_owned(),
        )
    })
}

/// The agents' registry has none before 1.14.0. A version with a suffix is taken as it is, as by the Azure CLI.
pub(super) fn agent_version() -> Check {
    const OLDEST: Version = Version::new(1, 14, 0);
    Check::text(|text| {
        let version = Version::parse(text)
            .map_err(|_| format!("{text:?} is not a version such as 1.35.4"))?;
        if version.pre.is_empty() && version < OLDEST {
            return Err(format!(
                "agents {text} are older than {OLDEST}, the oldest that can be installed"
            ));
        }
        Ok(())
    })
}

pub(super) fn tags() -> Check {
    Check::new(|value| {
        let Value::Map(tags) = value else {
            return Ok(());
        };
        if tags.len() > MOST_TAGS {
            return Err(format!(
                "{} tags are set; Azure takes {MOST_TAGS} at most",
                tags.len()
            ));
        }
        tags.iter()
            .try_for_each(|(name, value)| tag(name, value.as_str().unwrap_or_default()))
    })
}

fn tag(name: &str, value: &str) -> Result<(), String> {
    if name.is_empty() || name.chars().count() > LONGEST_TAG_NAME {
        return Err(format!(
            "the tag name {name:?} is not 1 to {LONGEST_TAG_NAME} characters long"
        ));
    }
    if let Some(culprit) = name.chars().find(|c| "<>%&\\?/".contains(*c)) {
        return Err(format!(
            "the tag name {name:?} contains {culprit:?}, which Azure does not allow"
        ));
    }
    if RESERVED
        .iter()
        .any(|prefix| name.to_lowercase().starts_with(prefix))
    {
        return Err(format!(
            "the tag name {name:?} begins with a word that Azure keeps for itself"
        ));
    }
    if value.chars().count() > LONGEST_TAG_VALUE {
        return Err(format!(
            "the value of tag {name:?} is longer than {LONGEST_TAG_VALUE} characters"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(name: &str, value: &str) -> Result<(), String> {
        tags().judge(&Value::Map(
            [(name.to_owned(), Value::string(value))].into(),
        ))
    }

    #[test]
    fn tags_follow_the_rules_of_arm() {
        assert_eq!(judge("City", "Seoul"), Ok(()));
        assert_eq!(judge(&"n".repeat(512), &"v".repeat(256)), Ok(()));
        for (name, value, fault) in [
            ("", "", "is not 1 to 512"),
            ("a/b", "", "contains '/'"),
            ("Azure-owner", "", "keeps for itself"),
            ("City", &*"v".repeat(257), "longer than 256"),
        ] {
            let error = judge(name, value).expect_err(name);
            assert!(error.contains(fault), "{error}");
        }
        let many = (0..51).map(|n| (format!("t{n}"), Value::string("")));
        let error = tags()
            .judge(&Value::Map(many.collect()))
            .expect_err("too many");
        assert_eq!(error, "51 tags are set; Azure takes 50 at most");
    }

    fn fault(check: &Check, text: &str) -> String {
        check.judge(&Value::string(text)).err().unwrap_or_default()
    }

    #[test]
    fn versions_and_certificates_are_recognised() {
        for (version, expected) in [
            ("1.35.4", ""),
            ("1.13.0-dev", ""),
            ("1.13.9", "older than 1.14.0"),
            ("latest", "not a version"),
        ] {
            let found = fault(&agent_version(), version);
            assert!(
                found.contains(expected) && found.is_empty() == expected.is_empty(),
                "{found}"
            );
        }
        let pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
        assert_eq!(fault(&certificate(), pem), "");
        assert!(!fault(&certificate(), "MIIB").is_empty());
    }
}
