//! Names of Kubernetes objects: they become parts of requests' paths, so that each has its characters.

use crate::sdk::schema::Check;
use crate::sdk::value::Value;

/// A DNS label (RFC 1123), as Kubernetes wants it of a namespace.
pub(crate) fn namespace() -> Check {
    Check::text(|text| {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let ends_well = !text.starts_with('-') && !text.ends_with('-');
        if (1..=63).contains(&text.len()) && text.chars().all(allowed) && ends_well {
            return Ok(());
        }
        Err(format!(
            "{text:?} is not a namespace: 1 to 63 lower-case letters, digits and hyphens, none of the latter at an end"
        ))
    })
}

/// A name as Kubernetes wants it of roles: whatever can be one segment of a path.
pub(crate) fn segment() -> Check {
    Check::text(one_segment)
}

/// A collection of such names.
pub(crate) fn segments() -> Check {
    Check::new(|value| match value {
        Value::List(elements) => elements
            .iter()
            .filter_map(Value::as_str)
            .try_for_each(one_segment),
        _ => Ok(()),
    })
}

fn one_segment(text: &str) -> Result<(), String> {
    let fits = |c: char| !c.is_control() && !c.is_whitespace() && !"/%?#\\".contains(c);
    if !text.is_empty()
        && text.len() <= 253
        && text.chars().all(fits)
        && ![".", ".."].contains(&text)
    {
        return Ok(());
    }
    Err(format!(
        "{text:?} is not the name of a Kubernetes object: up to 253 characters without blanks, slashes and percent signs"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_lead_to_another_object_is_refused() {
        let good = |check: &Check, text: &str| check.judge(&Value::string(text)).is_ok();
        for name in ["view", "system:node", "a.b-c"] {
            assert!(good(&segment(), name), "{name}");
        }
        for name in ["", ".", "..", "a/b", "a%2f", "a?b", "a#b", "a b", "a\nb"] {
            assert!(
                !good(&segment(), name) && !good(&namespace(), name),
                "{name:?}"
            );
        }
        assert!(
            good(&namespace(), "azure-arc")
                && !good(&namespace(), "-a")
                && !good(&namespace(), "A")
        );
    }
}
