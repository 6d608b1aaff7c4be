//! The one renderer that turns an error into the text which the user reads.

use std::fmt::Write;
use std::iter;

use super::Diagnostic;
use crate::fault::{Explain, Reference};
use crate::sdk::path::AttributePath;

impl Diagnostic {
    /// An error that explains itself. `attempted` says what was being done to which object, as in "connecting cluster
    /// eks-1 to Azure Arc". The detail holds the chain of causes, one a line, what to do, and the service's own names of
    /// the failure.
    pub fn explain(path: AttributePath, attempted: &str, error: &dyn Explain) -> Self {
        let mut detail = format!("While {attempted}:");
        for cause in causes(error) {
            push_line(&mut detail, "  ", &cause);
        }
        let remedies = error.remedies();
        if !remedies.is_empty() {
            detail.push_str("\n\nTo fix this:");
        }
        for remedy in remedies {
            push_line(&mut detail, "  - ", &remedy.to_string());
        }
        if let Some(reference) = error.reference().and_then(|reference| names(&reference)) {
            push_line(&mut detail, "\nReference: ", &reference);
        }
        Self::error(path, error.summary(), detail)
    }
}

/// What the error and each of its sources say; one that only repeats its cause says nothing.
fn causes(error: &dyn Explain) -> Vec<String> {
    let sources = iter::successors(error.source(), |error| (**error).source());
    let sources = sources.map(ToString::to_string);
    let mut causes: Vec<_> = iter::once(error.to_string()).chain(sources).collect();
    causes.dedup();
    causes
}

/// One line with its prefix; further lines of the text are indented under it.
fn push_line(detail: &mut String, prefix: &str, text: &str) {
    let text = text.trim_end().replace('\n', "\n    ");
    let written = write!(detail, "\n{prefix}{text}");
    debug_assert!(written.is_ok(), "a String takes all text");
}

fn names(reference: &Reference) -> Option<String> {
    let Reference {
        code,
        request_id,
        correlation_id,
    } = reference;
    let names = [
        ("code", code),
        ("request id", request_id),
        ("correlation id", correlation_id),
    ];
    let names: Vec<_> = names
        .into_iter()
        .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name} {value}")))
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

#[cfg(test)]
mod tests {
    use thiserror::Error;

    use super::*;
    use crate::fault::{Kind, Remedy};

    #[derive(Debug, Error)]
    enum ConnectError {
        #[error("the login of tenant contoso has expired")]
        Login(#[source] TokenError),
        #[error("cluster eks-1 has no nodes")]
        Empty,
        #[error(transparent)]
        Token(TokenError),
    }

    #[derive(Debug, Error)]
    #[error("token endpoint answered 400\ninvalid_grant")]
    struct TokenError;

    impl Explain for ConnectError {
        fn kind(&self) -> Kind {
            Kind::Credential
        }

        fn summary(&self) -> String {
            "Azure Login Expired".to_owned()
        }

        fn remedies(&self) -> Vec<Remedy> {
            match self {
                Self::Login(_) => vec![
                    Remedy::new("run `az login --tenant contoso`"),
                    Remedy::new("set client_secret in the provider block"),
                ],
                Self::Empty | Self::Token(_) => Vec::new(),
            }
        }

        fn reference(&self) -> Option<Reference> {
            match self {
                Self::Login(_) => Some(Reference {
                    code: Some("AADSTS700082".to_owned()),
                    request_id: None,
                    correlation_id: Some("7d0c".to_owned()),
                }),
                Self::Empty => Some(Reference::default()),
                Self::Token(_) => None,
            }
        }
    }

    fn explain(error: &ConnectError) -> String {
        let path = AttributePath::attribute("kubernetes");
        let diagnostic = Diagnostic::explain(path, "connecting cluster eks-1", error);
        format!("{}\n\n{}", diagnostic.summary, diagnostic.detail)
    }

    #[test]
    fn an_error_says_what_happened_why_and_what_to_do() {
        insta::assert_snapshot!(explain(&ConnectError::Login(TokenError)), @r"
        Azure Login Expired

        While connecting cluster eks-1:
          the login of tenant contoso has expired
          token endpoint answered 400
            invalid_grant

        To fix this:
          - run `az login --tenant contoso`
          - set client_secret in the provider block

        Reference: code AADSTS700082, correlation id 7d0c
        ");
    }

    #[test]
    fn an_error_without_advice_is_short() {
        insta::assert_snapshot!(explain(&ConnectError::Empty), @r"
        Azure Login Expired

        While connecting cluster eks-1:
          cluster eks-1 has no nodes
        ");
    }

    #[test]
    fn a_transparent_error_is_not_told_twice() {
        assert_eq!(
            explain(&ConnectError::Token(TokenError))
                .matches("answered 400")
                .count(),
            1
        );
    }
}
