//! Keeps secrets out of what Helm's standard error says.
//!
//! Helm quotes values when a template or the API server refuses them, and exec plugins print what they like. The rules
//! are the Azure CLI's: PEM blocks, passwords in URLs, base64 runs of 40 characters and more, and name-value pairs.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

const REDACTED: &str = "[redacted]";

static PEM: LazyLock<Regex> =
    LazyLock::new(|| rule(r"(?s)-----BEGIN [A-Z0-9 ]+-----.*?(?:-----END [A-Z0-9 ]+-----|\z)"));
static USERINFO: LazyLock<Regex> = LazyLock::new(|| rule(r"://[^/\s@]+@"));
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    rule(r#"(?i)(\b(?:username|password|token)["']?\s*[:=]\s*["']?|\bbearer\s+)[^\s"',;]+"#)
});
static RUN: LazyLock<Regex> = LazyLock::new(|| rule(r"(?:sha256:)?[A-Za-z0-9+/_-]{40,}={0,2}"));

fn rule(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that the tests compile")
}

/// The text without what looks like a secret.
pub(super) fn redact(text: &str) -> String {
    let text = PEM.replace_all(text, "[redacted PEM]");
    let text = USERINFO.replace_all(&text, "://[redacted]@");
    let text = PAIR.replace_all(&text, |pair: &Captures<'_>| {
        format!("{}{REDACTED}", &pair[1])
    });
    RUN.replace_all(&text, |run: &Captures<'_>| {
        if is_public(&run[0]) {
            Cow::Owned(run[0].to_owned())
        } else {
            Cow::Borrowed(REDACTED)
        }
    })
    .into_owned()
}

/// A content digest, or lower-case words joined by `-` and `/`: names of Kubernetes objects and paths, which an error
/// is worth little without. Random base64 of this length always has an upper-case letter.
fn is_public(run: &str) -> bool {
    let words = run.contains(['-', '/']) && !run.contains(|c: char| c.is_ascii_uppercase());
    words || run.starts_with("sha256:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go() {
        let base64 = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2w=";
        let hex = "0123456789abcdef".repeat(4);
        for (said, expected) in [
            (
                "key: -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- end",
                "key: [redacted PEM] end",
            ),
            ("-----BEGIN PRIVATE KEY-----\ncut sho", "[redacted PEM]"),
            (
                "proxyconnect http://user:pa:ss@proxy:3128: refused",
                "proxyconnect http://[redacted]@proxy:3128: refused",
            ),
            ("data: {base64} is invalid", "data: [redacted] is invalid"),
            ("cookie {hex}", "cookie [redacted]"),
            (
                r#"{"password": "hunter2", "token=abcdef"}"#,
                r#"{"password": "[redacted]", "token=[redacted]"}"#,
            ),
            (
                "Authorization: Bearer abcd.efgh",
                "Authorization: Bearer [redacted]",
            ),
        ] {
            let said = said.replace("{base64}", base64).replace("{hex}", &hex);
            assert_eq!(redact(&said), expected);
        }
    }

    #[test]
    fn names_paths_and_digests_stay() {
        let digest = format!("mcr.microsoft.com/a@sha256:{}", "ab".repeat(32));
        for said in [
            "secret azure-arc/azure-arc-connect-privatekey-of-a-very-long-name not found",
            "/apis/rbac/v1/namespaces/azure-arc/rolebindings/cluster-metadata",
            "Error: UPGRADE FAILED: timed out waiting for the condition",
            "dial tcp 127.0.0.1:443: connect: connection refused",
            digest.as_str(),
        ] {
            assert_eq!(redact(said), said);
        }
    }
}
