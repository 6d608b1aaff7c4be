//! Making text that other programs and clusters wrote fit to be shown.
//!
//! The patterns are those the Azure CLI removes from its own reports: PEM blocks, passwords in URLs, long base64 runs
//! and `password=`-like pairs.

/// What stands in place of a secret.
const HIDDEN: &str = "[hidden]";
/// Unbroken base64 of this length is taken for a key or token.
const BASE64_RUN: usize = 40;
/// Names whose value is hidden in `name=value`, `name: value` and `"name": "value"`.
const SECRET_NAMES: [&str; 5] = ["password", "username", "token", "secret", "passwd"];

/// The text on one line without anything that looks like a credential, at most `limit` characters.
pub(super) fn one_line(text: &str, limit: usize) -> String {
    let hidden = pairs(&runs(&urls(&pem(text))));
    let line = hidden.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn pem(text: &str) -> String {
    let mut rest = text;
    let mut out = String::new();
    while let Some(begin) = rest.find("-----BEGIN ") {
        out.push_str(&rest[..begin]);
        out.push_str(HIDDEN);
        let Some(end) = rest.find("-----END ") else {
            return out;
        };
        let tail = &rest[end + "-----END ".len()..];
        rest = tail.find("-----").map_or("", |dashes| &tail[dashes + 5..]);
    }
    out + rest
}

/// Hides what stands between `://` and `@` within one word.
fn urls(text: &str) -> String {
    let hide = |word: &str| -> Option<String> {
        let (scheme, rest) = word.split_once("://")?;
        let (_, host) = rest.rsplit_once('@')?;
        Some(format!("{scheme}://{HIDDEN}@{host}"))
    };
    by_word(text, |word| hide(word).unwrap_or_else(|| word.to_owned()))
}

fn runs(text: &str) -> String {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '_' | '-');
    let mut out = String::new();
    let mut run = String::new();
    for c in text.chars().chain(std::iter::once('\n')) {
        if is_base64(c) {
            run.push(c);
            continue;
        }
        out.push_str(if is_key(&run) { HIDDEN } else { &run });
        run.clear();
        out.push(c);
    }
    out
}

/// Long, and neither a path nor a name made of words: those have many separators, a key has digits and both cases.
fn is_key(run: &str) -> bool {
    run.len() >= BASE64_RUN
        && run.contains(|c: char| c.is_ascii_digit())
        && run
            .split(['-', '/'])
            .any(|part| part.len() >= BASE64_RUN / 2)
}

fn pairs(text: &str) -> String {
    let mut hide_next = false;
    by_word(text, |word| {
        // "could not get token: NoCredentials: ..." is prose.
        if std::mem::take(&mut hide_next) && !word.ends_with(':') {
            return HIDDEN.to_owned();
        }
        let Some((name, value)) = word.split_once(['=', ':']) else {
            return word.to_owned();
        };
        let lower = name.to_ascii_lowercase();
        if !SECRET_NAMES
            .iter()
            .any(|secret| lower.trim_matches(['"', '\'']).ends_with(secret))
        {
            return word.to_owned();
        }
        hide_next = value.is_empty();
        let separator = &word[name.len()..=name.len()];
        let shown = if value.is_empty() { "" } else { HIDDEN };
        format!("{name}{separator}{shown}")
    })
}

fn by_word(text: &str, mut change: impl FnMut(&str) -> String) -> String {
    text.split_inclusive(char::is_whitespace)
        .map(|piece| {
            let word = piece.trim_end();
            change(word) + &piece[word.len()..]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn credentials_are_hidden_and_names_are_kept() {
        let cases = [
            (
                "key:\n-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- end",
                "key: [hidden] end",
            ),
            ("cut -----BEGIN RSA PRIVATE KEY-----\nabc", "cut [hidden]"),
            (
                "GET http://me:pw@proxy:3128/ failed",
                "GET http://[hidden]@proxy:3128/ failed",
            ),
            (
                "bearer eyJhbGciOiJSUzI1NiIsImtpZCI6IjEyMzQ1Njc4OTAifQ0 refused",
                "bearer [hidden] refused",
            ),
            (
                "password=hunter2 token: abc \"secret\": \"x\"",
                "password=[hidden] token: [hidden] \"secret\": [hidden]",
            ),
            (
                "could not get token: NoCredentials: log in",
                "could not get token: NoCredentials: log in",
            ),
            (
                "secret \"azure-identity-certificate\" not found in azure-arc/clusteridentityoperator-7d9f",
                "secret \"azure-identity-certificate\" not found in azure-arc/clusteridentityoperator-7d9f",
            ),
            (
                "mcr.microsoft.com/azurearck8s/clusterconnect-agent/stable/linux:1.37.1",
                "mcr.microsoft.com/azurearck8s/clusterconnect-agent/stable/linux:1.37.1",
            ),
        ];
        for (text, shown) in cases {
            assert_eq!(one_line(text, 240), shown);
        }
    }

    #[test]
    fn a_long_line_is_cut_at_a_character() {
        assert_eq!(one_line("äöü äöü", 4), "äöü …");
    }
}
