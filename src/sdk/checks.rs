//! The usual rules for values. Each looks at known text only; a null or an unknown is never judged.

use super::duration as time;
use super::schema::Check;

/// Some text, not only white space.
#[must_use]
pub fn non_empty() -> Check {
    Check::text(|text| match text.trim() {
        "" => Err("it must not be empty".to_owned()),
        _ => Ok(()),
    })
}

/// Text must be a SHA-256 digest, such as registries and their tools write it.
#[must_use]
pub fn digest() -> Check {
    Check::text(|text| {
        let hex = text.strip_prefix("sha256:").unwrap_or_default();
        if hex.len() == 64 && hex.chars().all(|c| c.is_ascii_hexdigit()) {
            return Ok(());
        }
        Err(format!(
            "{text:?} is not a digest such as sha256:<64 hexadecimal digits>"
        ))
    })
}

/// One of a few words, spelled exactly so.
#[must_use]
pub fn one_of(words: &'static [&'static str]) -> Check {
    Check::text(move |text| {
        if words.contains(&text) {
            return Ok(());
        }
        let words: Vec<_> = words.iter().map(|word| format!("{word:?}")).collect();
        Err(format!("{text:?} is not one of {}", words.join(", ")))
    })
}

/// Between `min` and `max` characters, both included.
#[must_use]
pub fn length(min: usize, max: usize) -> Check {
    Check::text(move |text| match text.chars().count() {
        count if (min..=max).contains(&count) => Ok(()),
        count => Err(format!(
            "it has {count} characters; {min} to {max} are allowed"
        )),
    })
}

/// Only such characters; `described` names them, as in "letters, digits and hyphens".
#[must_use]
pub fn characters(allowed: fn(char) -> bool, described: &'static str) -> Check {
    Check::text(move |text| match text.chars().find(|c| !allowed(*c)) {
        None => Ok(()),
        Some(culprit) => Err(format!("{text:?} contains {culprit:?}; use {described}")),
    })
}

/// Such a first and last character; `described` names them, as in "a letter or digit".
#[must_use]
pub fn ends(allowed: fn(char) -> bool, described: &'static str) -> Check {
    Check::text(move |text| {
        let first_and_last = [text.chars().next(), text.chars().next_back()];
        if first_and_last.into_iter().flatten().all(allowed) {
            return Ok(());
        }
        Err(format!("it must begin and end with {described}"))
    })
}

/// An absolute URL with one of these schemes and a host.
#[must_use]
pub fn url(schemes: &'static [&'static str]) -> Check {
    Check::text(move |text| {
        let url = url::Url::parse(text).map_err(|error| format!("it is not a URL: {error}"))?;
        if !schemes.contains(&url.scheme()) {
            return Err(format!(
                "a URL here begins with {}",
                schemes.join(":// or ") + "://"
            ));
        }
        match url.host() {
            Some(_) => Ok(()),
            None => Err("the URL names no host".to_owned()),
        }
    })
}

/// An address without credentials, for an attribute that is stored: neither user nor password nor a signature. `instead` says
/// what takes them, as in "move them to `https_wo`". The address is not repeated.
#[must_use]
pub fn no_credentials(instead: &'static str) -> Check {
    Check::text(move |text| {
        if holds_credentials(text) {
            return Err(format!(
                "it holds credentials, which would be stored; {instead}"
            ));
        }
        Ok(())
    })
}

/// What is no URL is suspected for an `@`: a password with a slash in it makes a URL unreadable. The user of an SSH address
/// is none of its secrets.
fn holds_credentials(text: &str) -> bool {
    let Some(url) = url::Url::parse(text).ok().filter(url::Url::has_host) else {
        let ssh = text.starts_with("git@");
        return text.contains('@') && !ssh;
    };
    let named = !url.username().is_empty() && url.scheme() != "ssh";
    let signed = url.query_pairs().any(|(name, _)| name == "sig");
    named || url.password().is_some() || signed
}

/// A GUID with hyphens, as Azure writes its ids.
#[must_use]
pub fn guid() -> Check {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    Check::text(|text| {
        let groups: Vec<_> = text.split('-').collect();
        let lengths = groups.iter().map(|group| group.len());
        let hexadecimal = text.chars().all(|c| c == '-' || c.is_ascii_hexdigit());
        if hexadecimal && lengths.eq(GROUPS) {
            return Ok(());
        }
        Err(format!(
            "{text:?} is not a GUID such as 00000000-0000-0000-0000-000000000000"
        ))
    })
}

/// A length of time in Go's notation.
#[must_use]
pub fn duration() -> Check {
    Check::text(|text| match time::parse(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdk::value::Value;

    fn judge(check: &Check, text: &str) -> Result<(), String> {
        check.judge(&Value::from(text))
    }

    #[test]
    fn a_digest_is_sha256_in_hexadecimal() {
        assert!(judge(&digest(), &format!("sha256:{}", "a".repeat(64))).is_ok());
        for bad in [
            "sha256:abc",
            &"a".repeat(64),
            &format!("sha256:{}", "g".repeat(64)),
        ] {
            assert!(judge(&digest(), bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_rule_lets_the_good_pass_and_names_the_fault() {
        let word = |c: char| c.is_ascii_alphanumeric();
        let name = |c: char| c.is_ascii_alphanumeric() || c == '-';
        for (check, good, bad, fault) in [
            (non_empty(), "a", " ", "it must not be empty"),
            (
                one_of(&["warn", "error"]),
                "warn",
                "Warn",
                r#""Warn" is not one of "warn", "error""#,
            ),
            (
                length(1, 3),
                "äöü",
                "abcd",
                "it has 4 characters; 1 to 3 are allowed",
            ),
            (
                characters(name, "letters, digits and hyphens"),
                "eks-1",
                "eks_1",
                r#""eks_1" contains '_'; use letters, digits and hyphens"#,
            ),
            (
                ends(word, "a letter or digit"),
                "a-b",
                "a-",
                "it must begin and end with a letter or digit",
            ),
            (
                url(&["https", "oci"]),
                "oci://mcr.example/charts",
                "ftp://mcr.example",
                "a URL here begins with https:// or oci://",
            ),
            (
                guid(),
                "00000000-0000-0000-0000-00000000000F",
                "00000000-0000-0000-00000000-00000000",
                r#""00000000-0000-0000-00000000-00000000" is not a GUID such as 00000000-0000-0000-0000-000000000000"#,
            ),
            (
                duration(),
                "1h30m",
                "5d",
                r#""d" is not a unit of time; use h, m, s, ms, us or ns"#,
            ),
        ] {
            assert_eq!(judge(&check, good), Ok(()));
            assert_eq!(judge(&check, bad), Err(fault.to_owned()));
        }
    }

    #[test]
    fn an_address_that_is_stored_holds_no_credentials_and_is_not_repeated() {
        let check = no_credentials("move them to https_wo");
        for address in [
            "http://proxy:3128",
            "https://git.example/@scope/repository?ref=main",
            "ssh://git@github.com/a/b",
            "git@github.com:a/b",
            "mirror.example/charts",
        ] {
            assert_eq!(judge(&check, address), Ok(()), "{address}");
        }
        for address in [
            "http://u:CANARY@proxy:3128",
            "https://CANARY@git.example/a",
            "https://u:pa/CANARY@git.example",
            "ssh://git:CANARY@git.example",
            "user:CANARY@mirror.example/charts",
            "https://a.blob.core.windows.net/?sv=1&sig=CANARY",
        ] {
            let fault = judge(&check, address).expect_err(address);
            assert!(fault.ends_with("move them to https_wo"), "{fault}");
            assert!(!fault.contains("CANARY"), "{fault}");
        }
    }

    #[test]
    fn what_is_not_text_is_left_to_the_type_check() {
        assert_eq!(non_empty().judge(&Value::unknown()), Ok(()));
        assert_eq!(non_empty().judge(&Value::Null), Ok(()));
    }
}
