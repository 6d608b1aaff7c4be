//! What Azure says in place of a result, in any of the shapes in which its services say it.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::fault::{Kind, Reference};
use crate::redact;

/// An error answer of an Azure service, or the error of an operation that ended badly.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct ServiceFault {
    /// HTTP status; `None` when the request was accepted and the operation failed later.
    pub status: Option<u16>,
    /// The service's code, such as `AuthorizationFailed`.
    pub code: Option<String>,
    /// The service's explanation.
    pub message: Option<String>,
    /// The property at fault.
    pub target: Option<String>,
    /// Explanations of details, each with its code.
    pub details: Vec<String>,
    /// Names of the policies that forbid the request.
    pub policies: Vec<String>,
    /// `x-ms-request-id` of the answer.
    pub request_id: Option<String>,
    /// `x-ms-correlation-request-id` of the answer.
    pub correlation_id: Option<String>,
    /// When the service wants to be asked again.
    pub retry_after: Option<Duration>,
}

impl ServiceFault {
    /// Reads `{"error":{..}}`, `{"code","message"}`, an operation's document, an empty body or text that is not JSON.
    pub(in crate::arm) fn from_body(body: &[u8]) -> Self {
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        match serde_json::from_slice::<Value>(body) {
            Ok(document) => Self::from_document(&document),
            Err(_) => Self {
                message: plain_text(body),
                ..Self::default()
            },
        }
    }

    /// Reads the error of a parsed document. The status of an operation stands in for a missing code.
    pub(in crate::arm) fn from_document(document: &Value) -> Self {
        let error = document.get("error").filter(|error| error.is_object());
        let error = error.unwrap_or(document);
        let code = text(error, "code").or_else(|| text(document, "error"));
        Self {
            code: code.or_else(|| text(document, "status")),
            message: text(error, "message").or_else(|| text(document, "error_description")),
            target: text(error, "target"),
            details: items(error, "details").filter_map(detail).collect(),
            policies: items(error, "additionalInfo").filter_map(policy).collect(),
            ..Self::default()
        }
    }

    /// Whether the code is this one, in any casing.
    pub(in crate::arm) fn is(&self, code: &str) -> bool {
        self.code
            .as_deref()
            .is_some_and(|own| own.eq_ignore_ascii_case(code))
    }

    /// Whether the answer proves that the resource is not there. A 404 of a proxy or a front door proves nothing.
    pub(in crate::arm) fn proves_absence(&self) -> bool {
        const CODES: [&str; 3] = [
            "ResourceNotFound",
            "ResourceGroupNotFound",
            "ParentResourceNotFound",
        ];
        self.status == Some(404) && CODES.iter().any(|code| self.is(code))
    }

    /// The class of the failure: by code where the code says more than the status.
    pub(in crate::arm) fn kind(&self) -> Kind {
        let by_code = self.code.as_deref().and_then(kind_of_code);
        by_code.unwrap_or_else(|| self.status.map_or(Kind::Unavailable, kind_of_status))
    }

    pub(in crate::arm) fn reference(&self) -> Reference {
        Reference {
            code: self.code.clone(),
            request_id: self.request_id.clone(),
            correlation_id: self.correlation_id.clone(),
        }
    }
}

/// The codes of Azure Resource Manager's list of common errors whose status misleads or varies.
fn kind_of_code(code: &str) -> Option<Kind> {
    Some(match code {
        "AuthorizationFailed" | "LinkedAuthorizationFailed" | "RequestDisallowedByPolicy" => {
            Kind::Permission
        }
        "InvalidAuthenticationToken"
        | "InvalidAuthenticationTokenTenant"
        | "ExpiredAuthenticationToken"
        | "AuthenticationFailed" => Kind::Credential,
        "SubscriptionNotFound"
        | "InvalidSubscriptionId"
        | "MissingSubscriptionRegistration"
        | "NoRegisteredProviderFound"
        | "LocationNotAvailableForResourceType"
        | "InvalidResourceLocation"
        | "PropertyChangeNotAllowed"
        | "ResourceQuotaExceeded" => Kind::Configuration,
        "AnotherOperationInProgress"
        | "ResourceGroupBeingDeleted"
        | "ScopeLocked"
        | "OperationNotAllowed" => Kind::Conflict,
        "TooManyRequests" => Kind::Throttled,
        _ => return None,
    })
}

const fn kind_of_status(status: u16) -> Kind {
    match status {
        401 => Kind::Credential,
        403 => Kind::Permission,
        404 => Kind::NotFound,
        409 | 412 => Kind::Conflict,
        408 | 500.. => Kind::Unavailable,
        429 => Kind::Throttled,
        _ => Kind::Configuration,
    }
}

/// `code: message`, with target, details and policies where there are any.
impl fmt::Display for ServiceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.code, self.status) {
            (Some(code), _) => write!(f, "{code}")?,
            (None, Some(status)) => write!(f, "HTTP status {status}")?,
            (None, None) => f.write_str("unnamed error")?,
        }
        match &self.message {
            Some(message) => write!(f, ": {}", message.trim())?,
            None => f.write_str(" without an explanation")?,
        }
        if let Some(target) = &self.target {
            write!(f, " (at {target})")?;
        }
        for detail in &self.details {
            write!(f, "; {detail}")?;
        }
        if !self.policies.is_empty() {
            write!(f, "; forbidden by {}", self.policies.join(", "))?;
        }
        Ok(())
    }
}

fn text(object: &Value, key: &str) -> Option<String> {
    let text = object.get(key)?.as_str()?;
    (!text.is_empty()).then(|| redact::text(text))
}

fn items<'a>(object: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    object
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn detail(detail: &Value) -> Option<String> {
    let message = text(detail, "message")?;
    Some(match text(detail, "code") {
        Some(code) => format!("{code}: {message}"),
        None => message,
    })
}

/// Definition and assignment of a `PolicyViolation`, by the names that people gave them.
fn policy(info: &Value) -> Option<String> {
    let info = info.get("info")?;
    let name = |readable, fallback| text(info, readable).or_else(|| text(info, fallback));
    let definition = name("policyDefinitionDisplayName", "policyDefinitionName")?;
    Some(
        match name("policyAssignmentDisplayName", "policyAssignmentName") {
            Some(assignment) => format!("policy '{definition}' (assignment '{assignment}')"),
            None => format!("policy '{definition}'"),
        },
    )
}

/// The first line of a body that is not JSON, unless it is a web page.
fn plain_text(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let line = text.trim().lines().next()?;
    (!line.starts_with('<')).then(|| redact::one_line(line, 200))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &str) -> ServiceFault {
        ServiceFault::from_body(body.as_bytes())
    }

    #[test]
    fn every_shape_of_an_error_is_understood() {
        let cases = [
            (
                r#"{"error":{"code":"Conflict","message":"Busy."}}"#,
                "Conflict: Busy.",
            ),
            (
                r#"{"code":"Conflict","message":"Busy."}"#,
                "Conflict: Busy.",
            ),
            (
                "\u{feff}{\"error\":{\"code\":\"Conflict\",\"message\":\"Busy.\"}}",
                "Conflict: Busy.",
            ),
            (
                r#"{"status":"Failed","error":{"code":"X","message":"No."}}"#,
                "X: No.",
            ),
            (
                r#"{"status":"Canceled","error":{"message":"No."}}"#,
                "Canceled: No.",
            ),
            (
                r#"{"status":"Failed","error":null}"#,
                "Failed without an explanation",
            ),
            (
                r#"{"error":"invalid_request","error_description":"No."}"#,
                "invalid_request: No.",
            ),
            ("", "unnamed error without an explanation"),
            (
                "<html>Bad gateway</html>",
                "unnamed error without an explanation",
            ),
            (
                "upstream connect error\nmore",
                "unnamed error: upstream connect error",
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(read(body).to_string(), expected, "{body}");
        }
    }

    #[test]
    fn what_a_service_or_proxy_says_is_shown_without_secrets_and_control_characters() {
        for leak in crate::redact::tests::LEAKS {
            let details = json!([{"code": "Inner", "message": leak}]);
            let answer = json!({"error": {"code": "X", "message": leak, "details": details}});
            for body in [answer.to_string(), format!("upstream said: {leak}")] {
                let shown = read(&body).to_string();
                assert!(!shown.contains("CANARY"), "{leak:?}: {shown}");
                assert!(!shown.contains('\u{1b}'), "{leak:?}");
            }
        }
    }

    #[test]
    fn details_target_and_policies_are_shown() {
        let fault = read(
            r#"{"error":{"code":"RequestDisallowedByPolicy","message":"Disallowed.","target":"location",
                "details":[{"code":"Inner","message":"Because."},{"target":"x"}],
                "additionalInfo":[{"type":"PolicyViolation","info":{
                    "policyDefinitionDisplayName":"Allowed locations","policyAssignmentName":"a1"}}]}}"#,
        );
        assert_eq!(
            fault.to_string(),
            "RequestDisallowedByPolicy: Disallowed. (at location); Inner: Because.; \
             forbidden by policy 'Allowed locations' (assignment 'a1')"
        );
        assert_eq!(fault.kind(), Kind::Permission);
    }

    #[test]
    fn only_arm_itself_can_say_that_a_resource_is_gone() {
        let gone = |status, code: Option<&str>| {
            let code = code.map(str::to_owned);
            ServiceFault {
                status: Some(status),
                code,
                ..ServiceFault::default()
            }
            .proves_absence()
        };
        assert!(gone(404, Some("ResourceNotFound")));
        assert!(gone(404, Some("resourcegroupnotfound")));
        assert!(!gone(404, None));
        assert!(!gone(404, Some("SubscriptionNotFound")));
        assert!(!gone(403, Some("ResourceNotFound")));
    }

    #[test]
    fn the_code_decides_before_the_status() {
        let kind = |status, code: &str| {
            let code = Some(code.to_owned()).filter(|code| !code.is_empty());
            ServiceFault {
                status,
                code,
                ..ServiceFault::default()
            }
            .kind()
        };
        assert_eq!(
            kind(Some(409), "MissingSubscriptionRegistration"),
            Kind::Configuration
        );
        assert_eq!(kind(Some(409), "TooManyRequests"), Kind::Throttled);
        assert_eq!(kind(Some(409), "Anything"), Kind::Conflict);
        assert_eq!(kind(Some(418), ""), Kind::Configuration);
        assert_eq!(kind(Some(503), ""), Kind::Unavailable);
        assert_eq!(kind(None, "Failed"), Kind::Unavailable);
    }

    proptest::proptest! {
        #![proptest_config(crate::fuzzing::config())]

        #[test]
        fn fuzz_errors(body in crate::fuzzing::damaged(&[
            br#"{"error":{"code":"Conflict","message":"no","target":"t","details":[{"code":"A","message":"b"}],"additionalInfo":[{"type":"PolicyViolation","info":{"policyDefinitionDisplayName":"p"}}]}}"#,
            br#"{"code":"BadRequest","message":"x","innererror":{"innererror":{}}}"#,
            b"<html>Bad Gateway</html>",
        ])) {
            let fault = ServiceFault::from_body(&body);
            assert!(!fault.to_string().is_empty());
            fault.kind();
        }
    }
}
