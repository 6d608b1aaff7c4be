//! Patterns with `*`, for host names and paths in configuration files.

/// Whether `text` matches `pattern`, without regard to case. A `*` stands for any run of characters, also none.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    let text = text.to_ascii_lowercase();
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut rest) = text.strip_prefix(head) else {
        return false;
    };
    let mut pieces: Vec<&str> = tail.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        assert!(matches(
            "sts.*.amazonaws.com",
            "sts.us-east-1.amazonaws.com"
        ));
        assert!(!matches("sts.*.amazonaws.com", "sts.amazonaws.com"));
        assert!(matches(
            "*/operationStatuses/*",
            "/Providers/x/operationstatuses/1"
        ));
        assert!(matches("*", ""));
    }

    #[test]
    fn without_a_star_the_whole_text_must_be_equal() {
        assert!(matches("management.azure.com", "Management.Azure.com"));
        assert!(!matches(
            "management.azure.com",
            "management.azure.com.evil.test"
        ));
    }

    #[test]
    fn the_end_of_the_text_is_not_used_twice() {
        assert!(!matches("ab*ba", "aba"));
    }
}
