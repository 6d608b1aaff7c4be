//! Makes text of other programs and services fit to be shown.
//!
//! Helm, plugins, API servers, admission webhooks, registries and Azure write what they like into their errors: values that
//! they refuse, addresses with passwords, whole web pages, control characters. Whatever they say goes through here where it
//! enters this program, so that messages, logs and state hold no secret and no more than a person reads.
//!
//! A secret is told by its name (`client_secret=…`, `--password …`), by its place (`://user:password@`, `Authorization:`)
//! or by its look (PEM, JSON web tokens, long runs of base64). A word too much may go; names, ids and digests stay.

use std::error::Error;
use std::fmt;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What stands in place of a secret.
const HIDDEN: &str = "[hidden]";

/// How many bytes of one text are shown.
const SHOWN: usize = 2 * 1024;

/// How many bytes of one text are looked at. Far more than is shown, so that no secret is cut in two at the end of that.
const LOOKED_AT: usize = 64 * 1024;

/// The beginning of a text, without secrets and control characters, at most 2 KiB.
#[must_use]
pub fn text(said: &str) -> String {
    let said = &said[..said.floor_char_boundary(LOOKED_AT)];
    head(hide(&printable(said)), SHOWN)
}

/// The end of a text, where programs say why they failed; otherwise as [`text`].
#[must_use]
pub fn ending(said: &str) -> String {
    let from = said.ceil_char_boundary(said.len().saturating_sub(LOOKED_AT));
    let said = hide(&printable(&said[from..]));
    match said.len().checked_sub(SHOWN) {
        None | Some(0) => said,
        Some(over) => format!("…{}", &said[said.ceil_char_boundary(over)..]),
    }
}

/// A text on one line of at most `limit` bytes; otherwise as [`text`].
#[must_use]
pub fn one_line(said: &str, limit: usize) -> String {
    let words: Vec<_> = text(said).split_whitespace().map(str::to_owned).collect();
    head(words.join(" "), limit)
}

/// The text without control characters and the sequences that terminals take for orders; line breaks and tabs stay.
#[must_use]
pub fn printable(said: &str) -> String {
    let plain = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let said = TERMINAL.replace_all(said, "");
    said.chars().filter(plain).collect()
}

fn head(said: String, limit: usize) -> String {
    if said.len() <= limit {
        return said;
    }
    format!("{}…", &said[..said.floor_char_boundary(limit)])
}

/// An error of others with its causes, each in words that are fit to be shown. The original is not kept.
#[derive(Debug)]
pub struct Foreign(Box<Said>);

#[derive(Debug)]
struct Said {
    words: String,
    cause: Option<Foreign>,
}

impl Foreign {
    /// The words of an error and of its causes.
    #[must_use]
    pub fn from_error(error: &(dyn Error + 'static)) -> Self {
        Self(Box::new(Said {
            words: text(&error.to_string()),
            cause: error.source().map(Self::from_error),
        }))
    }

    /// Words that are no error of their own.
    #[must_use]
    pub fn from_words(said: &str) -> Self {
        Self(Box::new(Said {
            words: text(said),
            cause: None,
        }))
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.words)
    }
}

impl Error for Foreign {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.cause.as_ref().map(|cause| cause as _)
    }
}

/// Colours and movements of the cursor (ECMA-48).
static TERMINAL: LazyLock<Regex> = LazyLock::new(|| rule(r"\x1b\[[0-?]*[ -/]*[@-~]"));

static PEM: LazyLock<Regex> =
    LazyLock::new(|| rule(r"(?s)-----BEGIN [A-Z0-9 ]+-----.*?(?:-----END [A-Z0-9 ]+-----|\z)"));

/// The words of an address, of which a password may be a part, whatever characters it has.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| rule(r#"://(?:\\.|[^ \t\n"'<>\\])+"#));

static AUTHORIZATION: LazyLock<Regex> = LazyLock::new(|| {
    rule(
        r#"(?i)(authorization\\*["']?[ \t]*[:=][ \t]*\\*["']?)(?:(?:digest|aws4-hmac-sha256)[^\n]*|(?:(?:basic|bearer|negotiate|token)[ \t]+)?[^ \t\n"',;]+)"#,
    )
});

/// The scheme of a header without the header's name. "Bearer token" and the like are prose.
static SCHEME: LazyLock<Regex> =
    LazyLock::new(|| rule(r#"(?i)(\b(?:basic|bearer)[ \t]+)([^ \t\n"',;]+)"#));

static JSON_WEB_TOKEN: LazyLock<Regex> =
    LazyLock::new(|| rule(r"eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){0,2}"));

/// A flag of a command line with its value in a word of its own.
static FLAG: LazyLock<Regex> = LazyLock::new(|| {
    rule(&format!(
        r"(?i)(--?[a-z0-9-]*(?:{NAMES})[a-z0-9-]*[ \t]+)([^ \t\n-][^ \t\n]*)"
    ))
});

/// A name with its value: behind `=`, `:` or `=>`, in quotes or not, also as a field error of Kubernetes or a block of YAML.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    rule(&format!(
        r#"(?i)([a-z0-9_.-]*(?:{NAMES}))([a-z0-9_-]*)([\\"'\])]*[ \t]*(?::=|=>|[:=])[ \t]*(?:Invalid value:[ \t]*)?)(\[hidden\]|[|>][+-]?[ \t]*(?:\n[ \t]+[^\n]*)+|\\+"[^"]*"?|"(?:\\.|[^"\\])*"?|'[^']*'?|[^ \t\n"']+)"#
    ))
});

/// A word of a name whose value is a secret.
const NAMES: &str = "secret|password|passwd|passphrase|pwd|token|key|credential";

/// What a name may end with and then means something that may be shown, such as `secretName` and `token_file`.
const HARMLESS: [&str; 13] = [
    "name",
    "names",
    "ref",
    "refs",
    "id",
    "ids",
    "uri",
    "url",
    "type",
    "version",
    "path",
    "file",
    "namespace",
];

/// Entra's client secrets, the only long words with a tilde.
static TILDE: LazyLock<Regex> = LazyLock::new(|| rule(r"[A-Za-z0-9_.~-]{30,}"));

static RUN: LazyLock<Regex> = LazyLock::new(|| rule(r"(?:sha[0-9]+:)?[A-Za-z0-9+/_-]{40,}={0,2}"));

static GUID: LazyLock<Regex> =
    LazyLock::new(|| rule(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"));

fn rule(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that the tests compile")
}

fn hide(said: &str) -> String {
    let said = PEM.replace_all(said, HIDDEN);
    let said = ADDRESS.replace_all(&said, without_user);
    let said = AUTHORIZATION.replace_all(&said, format!("${{1}}{HIDDEN}"));
    let said = SCHEME.replace_all(&said, |found: &Captures<'_>| {
        second(found, is_credential(&found[2]))
    });
    let said = JSON_WEB_TOKEN.replace_all(&said, HIDDEN);
    let said = FLAG.replace_all(&said, |found: &Captures<'_>| second(found, true));
    let said = PAIR.replace_all(&said, pair);
    let said = TILDE.replace_all(&said, |found: &Captures<'_>| {
        whole(found, |run| run.contains('~'))
    });
    RUN.replace_all(&said, |found: &Captures<'_>| whole(found, is_key))
        .into_owned()
}

/// What was found, or what stands in its place.
fn whole(found: &Captures<'_>, secret: fn(&str) -> bool) -> String {
    let shown = if secret(&found[0]) { HIDDEN } else { &found[0] };
    shown.to_owned()
}

/// The first group, and the second or what stands in its place.
fn second(found: &Captures<'_>, secret: bool) -> String {
    let shown = if secret { HIDDEN } else { &found[2] };
    format!("{}{shown}", &found[1])
}

/// Everything up to the last `@` of an address may be a user and a password. The `@` before a digest is none of these.
fn without_user(found: &Captures<'_>) -> String {
    let address = &found[0];
    let (rest, digest) = match address.find("@sha256:") {
        Some(at) => address.split_at(at),
        None => (address, ""),
    };
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("://{HIDDEN}@{host}{digest}"),
        None => address.to_owned(),
    }
}

/// Whether the word behind "Basic" or "Bearer" is a credential and no prose: "bearer token", "basic authentication",
/// "Bearer realm=…".
fn is_credential(word: &str) -> bool {
    let prose = word
        .chars()
        .all(|c| c.is_ascii_lowercase() || ".:)".contains(c));
    !prose && !word.starts_with("realm=")
}

fn pair(found: &Captures<'_>) -> String {
    let (name, more, between, value) = (&found[1], &found[2], &found[3], &found[4]);
    let more_lower = more.to_ascii_lowercase();
    let harmless = HARMLESS.iter().any(|end| more_lower.ends_with(end));
    // "could not get a token: NoCredentials: log in" is prose.
    let prose = between.ends_with(' ') && value.ends_with(':');
    if harmless || prose {
        return found[0].to_owned();
    }
    format!("{name}{more}{between}{HIDDEN}")
}

/// Whether a long run of the characters of base64 is a key, and neither a digest nor a name or path made of words.
fn is_key(run: &str) -> bool {
    if run.starts_with("sha") && run.contains(':') {
        return false;
    }
    let words = GUID.replace_all(run, "");
    if !words.contains(['/', '-', '_', '+']) {
        return words.len() >= 40 && words.contains(|c: char| c.is_ascii_digit());
    }
    words.contains(|c: char| c.is_ascii_uppercase()) && is_jumbled(&words)
}

/// Whether the kind of character changes more often than words do: at every fifth character. That a capital is followed by
/// small letters is no change.
fn is_jumbled(words: &str) -> bool {
    let kind = |c: u8| match c {
        b'A'..=b'Z' => Some('A'),
        b'a'..=b'z' => Some('a'),
        b'0'..=b'9' => Some('0'),
        _ => None,
    };
    let kinds: Vec<_> = words.bytes().map(kind).collect();
    let changes = kinds.windows(2).filter(|pair| match (pair[0], pair[1]) {
        (Some('A'), Some('a')) | (None, _) | (_, None) => false,
        (one, other) => one != other,
    });
    changes.count() * 5 >= kinds.iter().flatten().count()
}

#[cfg(test)]
pub(crate) mod tests;
