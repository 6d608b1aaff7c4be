//! What Helm's words on standard error mean. It has exit code 1 for everything.

use crate::helm::Error;

/// Helm's own wait, or the context it passes to the Kubernetes client, ran out (the Azure CLI's list).
const TIMEOUT: [&str; 3] = [
    "timed out waiting for the condition",
    "context deadline exceeded",
    "deadline exceeded",
];

/// Helm finds its release in a pending status: another Helm is at work, or one died there.
const PENDING: &str = "another operation (install/upgrade/rollback) is in progress";

/// The API server was not reached, or not over a connection that Helm trusts.
const UNREACHABLE: [&str; 6] = [
    "kubernetes cluster unreachable",
    "connection refused",
    "no such host",
    "i/o timeout",
    "tls: failed to verify certificate",
    "network is unreachable",
];

/// The API server does not know who asks.
const UNAUTHORIZED: [&str; 4] = [
    "asked for the client to provide credentials",
    "you must be logged in to the server",
    "unauthorized",
    "getting credentials: exec",
];

/// The error that a failed run stands for. `said` is Helm's redacted standard error.
pub(super) fn classify(action: &str, code: Option<i32>, said: String) -> Error {
    let lower = said.to_lowercase();
    let any = |markers: &[&str]| markers.iter().any(|marker| lower.contains(marker));
    let action = action.to_owned();
    if lower.contains(PENDING) {
        Error::PendingOperation { action }
    } else if any(&TIMEOUT) {
        Error::TimedOut { action, said }
    } else if any(&UNAUTHORIZED) {
        Error::Unauthorized { action, said }
    } else if lower.contains("forbidden") {
        Error::Forbidden { action, said }
    } else if any(&UNREACHABLE) {
        Error::Unreachable { action, said }
    } else {
        Error::Failed { action, code, said }
    }
}

/// Whether Helm failed because there is no such release (`helm uninstall` of one that is gone).
pub(in crate::helm) fn is_release_not_found(error: &Error) -> bool {
    matches!(error, Error::Failed { said, .. } if said.contains("release: not found"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Explain, Kind};

    #[test]
    fn helms_words_decide_the_kind() {
        for (said, kind) in [
            (
                "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress",
                Kind::Conflict,
            ),
            (
                "Error: INSTALLATION FAILED: timed out waiting for the condition",
                Kind::Deadline,
            ),
            (
                "Error: UPGRADE FAILED: resource Deployment/azure-arc/config-agent not ready. status: InProgress\ncontext deadline exceeded",
                Kind::Deadline,
            ),
            (
                r#"Error: list: failed to list: secrets is forbidden: User "dev" cannot list resource "secrets""#,
                Kind::Permission,
            ),
            (
                r#"Error: Kubernetes cluster unreachable: Get "https://127.0.0.1:1/version": dial tcp 127.0.0.1:1: connect: connection refused"#,
                Kind::Unavailable,
            ),
            (
                "Error: Kubernetes cluster unreachable: the server has asked for the client to provide credentials",
                Kind::Credential,
            ),
            (
                "Error: Kubernetes cluster unreachable: getting credentials: exec: executable aws not found",
                Kind::Credential,
            ),
            (
                "Error: INSTALLATION FAILED: template: agents/templates/x.yaml:1:3: nil pointer",
                Kind::Conflict,
            ),
        ] {
            let error = classify("helm upgrade of azure-arc", Some(1), said.to_owned());
            assert_eq!(error.kind(), kind, "{said}");
        }
    }

    #[test]
    fn a_missing_release_is_told_from_a_missing_anything_else() {
        let error = |said: &str| classify("helm uninstall of azure-arc", Some(1), said.to_owned());
        assert!(is_release_not_found(&error(
            "Error: uninstall: Release not loaded: azure-arc: release: not found"
        )));
        assert!(!is_release_not_found(&error(
            "Error: namespaces \"azure-arc\" not found"
        )));
    }
}
