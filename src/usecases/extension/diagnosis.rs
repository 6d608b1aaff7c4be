//! Why an extension does not come up: what Azure's statuses, the pods and the last events say.

use crate::arm::{self, Extension, ResourceId};
use crate::call::{Call, Halt};
use crate::cluster::{AGENTS_NAMESPACE, Cluster};

use super::error::Error;
use crate::redact;
use crate::usecases::error::Work;
use crate::usecases::session::Session;

/// A change that Azure accepted and that did not come about.
pub(super) struct Failed<'a> {
    /// The extension.
    pub id: &'a ResourceId,
    /// What should have been done.
    pub work: Work,
    /// The cluster, where it can be looked at.
    pub cluster: Option<&'a Cluster>,
    /// Namespace of the extension, as far as it is known.
    pub namespace: Option<&'a str>,
}

impl Failed<'_> {
    /// Turns Azure's error into one that says why, unless the run was only stopped.
    pub(super) async fn explain(self, call: &Call, session: &Session, error: arm::Error) -> Error {
        if error.halt() == Some(Halt::Interrupted) {
            return error.into();
        }
        let call = call.afterwards();
        let found = session.azure.extensions().get(&call, self.id).await;
        let object = found.ok().flatten().unwrap_or_default();
        let namespace = object.namespace().or(self.namespace).map(str::to_owned);
        let mut evidence = statuses(&object);
        if let Some(cluster) = self.cluster {
            let namespace = namespace.as_deref().unwrap_or(AGENTS_NAMESPACE);
            evidence.extend(pods(&call, cluster, namespace).await);
        }
        Error::Failed {
            id: self.id.clone(),
            work: self.work,
            source: Box::new(error),
            evidence,
            namespace,
        }
    }
}

/// Pods and events of a namespace, or why they could not be looked at.
pub(super) async fn pods(call: &Call, cluster: &Cluster, namespace: &str) -> Vec<String> {
    match cluster.explain_namespace(call, namespace).await {
        Ok(lines) => lines,
        Err(error) => vec![format!(
            "namespace {namespace} could not be looked at: {error}"
        )],
    }
}

/// What Azure says about an extension that is not well, gravest first.
pub(super) fn statuses(object: &Extension) -> Vec<String> {
    let properties = &object.properties;
    let info = properties.error_info.as_ref().and_then(|info| {
        let message = info.message.as_deref()?;
        Some(said(info.code.as_deref(), message))
    });
    let statuses = properties.statuses.iter().flatten();
    let alarming = statuses.filter(|status| {
        let level = status.level.as_deref().unwrap_or_default();
        ["error", "warning"]
            .iter()
            .any(|alarm| level.eq_ignore_ascii_case(alarm))
    });
    let lines = alarming.map(|status| {
        let message = status
            .message
            .as_deref()
            .or(status.display_status.as_deref());
        said(status.code.as_deref(), message.unwrap_or_default())
    });
    let mut lines: Vec<_> = info.into_iter().chain(lines).collect();
    lines.dedup();
    lines
}

fn said(code: Option<&str>, message: &str) -> String {
    let message = redact::text(message);
    match code {
        Some(code) => format!("Azure: {}: {message}", redact::text(code)),
        None => format!("Azure: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_warnings_are_told_and_good_news_are_not() {
        let object: Extension = serde_json::from_value(serde_json::json!({"properties": {
            "errorInfo": {"code": "ExtensionOperationFailed", "message": "helm: timed out"},
            "statuses": [
                {"code": "Pulled", "level": "Information", "message": "fine"},
                {"code": "InstallationFailed", "level": "Error", "message": "ImagePullBackOff"},
                {"level": "Warning", "displayStatus": "slow"},
            ],
        }}))
        .expect("an extension");
        assert_eq!(
            statuses(&object),
            [
                "Azure: ExtensionOperationFailed: helm: timed out",
                "Azure: InstallationFailed: ImagePullBackOff",
                "Azure: slow",
            ]
        );
    }
}
