//! How a long-running operation is followed: which address to ask and what its answers mean.
//!
//! Azure knows three styles, chosen by the first answer: an `Azure-AsyncOperation` header, a `Location` header, or the
//! resource's own `provisioningState`. The last is where the other two end as well: after a success, the resource is
//! what counts.

use reqwest::StatusCode;
use serde_json::Value;
use url::Url;

use crate::arm::transport::{Response, ServiceFault};

/// Where the progress of an operation is to be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tracker {
    /// A status document with a `status` member.
    Status(Url),
    /// An address that answers 202 until the operation is over.
    Location(Url),
    /// The resource itself.
    Resource,
}

/// What an answer says about an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It is over, and well.
    Finished,
    /// It goes on; this was seen.
    Pending(String),
    /// It goes on, and is to be followed elsewhere.
    Moved(Url),
    /// It is over, and not well.
    Failed(ServiceFault),
}

impl Tracker {
    /// Chooses the style from the answer that accepted the operation.
    pub(super) fn begin(accepted: &Response, resource_manager: &Url) -> Self {
        let address = |name| followed(accepted, name, resource_manager);
        if let Some(status) = address("azure-asyncoperation") {
            return Self::Status(status);
        }
        match address("location") {
            Some(location) if accepted.status != StatusCode::OK => Self::Location(location),
            _ => Self::Resource,
        }
    }

    /// What a successful answer from the tracked address says.
    pub(super) fn read(&self, answer: &Response, resource_manager: &Url) -> Progress {
        match self {
            Self::Status(_) => by_state(answer, |document| document.get("status")),
            Self::Resource => by_state(answer, |document| {
                document.pointer("/properties/provisioningState")
            }),
            Self::Location(_) if answer.status == StatusCode::ACCEPTED => {
                followed(answer, "location", resource_manager).map_or_else(
                    || Progress::Pending("202 Accepted".to_owned()),
                    Progress::Moved,
                )
            }
            Self::Location(_) => Progress::Finished,
        }
    }
}

/// The address in a header: relative to the asked one, and always on the resource manager's own host over TLS.
///
/// Services write `http://` and hosts of their own making; the token must go to nobody but the resource manager.
fn followed(answer: &Response, header: &str, resource_manager: &Url) -> Option<Url> {
    let named = answer.url.join(answer.header(header)?).ok()?;
    let mut own = resource_manager.clone();
    own.set_path(named.path());
    own.set_query(named.query());
    Some(own)
}

/// Reads a state by Azure's rule: three words are final in any casing, an absent one means done, all others mean wait.
fn by_state(answer: &Response, state: impl Fn(&Value) -> Option<&Value>) -> Progress {
    let document: Value = answer.json("follow the operation").unwrap_or_default();
    let Some(state) = state(&document).and_then(Value::as_str) else {
        return Progress::Finished;
    };
    match state.to_ascii_lowercase().as_str() {
        "succeeded" => Progress::Finished,
        // Both spellings of the last one are out there.
        "failed" | "canceled" | "cancelled" => Progress::Failed(failure(answer, &document, state)),
        _ => Progress::Pending(state.to_owned()),
    }
}

/// The operation's error; its state takes the place of a code that is missing.
fn failure(answer: &Response, document: &Value, state: &str) -> ServiceFault {
    let fault = ServiceFault::from_document(document);
    answer.fault(ServiceFault {
        code: fault.code.clone().or_else(|| Some(state.to_owned())),
        ..fault
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn manager() -> Url {
        Url::parse("https://management.azure.com/").expect("valid")
    }

    fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
        let pairs = headers.iter().map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
            (name, HeaderValue::from_str(value).expect("a header value"))
        });
        Response {
            status: StatusCode::from_u16(status).expect("a status"),
            headers: pairs.collect(),
            body: body.as_bytes().to_vec(),
            url: Url::parse("https://management.azure.com/subscriptions/s/x?api-version=1")
                .expect("valid"),
        }
    }

    fn begin(status: u16, headers: &[(&str, &str)]) -> Tracker {
        Tracker::begin(&response(status, headers, ""), &manager())
    }

    fn url(text: &str) -> Url {
        Url::parse(text).expect("valid")
    }

    #[test]
    fn the_first_answer_chooses_the_style() {
        let status = "https://management.azure.com/op/1?api-version=1&s=a%2Bb";
        let location = "https://management.azure.com/result/1";
        let both = [("azure-asyncoperation", status), ("location", location)];
        assert_eq!(begin(202, &both), Tracker::Status(url(status)));
        assert_eq!(begin(202, &both[1..]), Tracker::Location(url(location)));
        assert_eq!(begin(200, &both[1..]), Tracker::Resource);
        assert_eq!(begin(201, &[]), Tracker::Resource);
    }

    #[test]
    fn the_token_never_leaves_for_another_host() {
        for named in [
            "/op/1?s=x",
            "http://management.azure.com/op/1?s=x",
            "https://evil.example:444/op/1?s=x",
            "//evil.example/op/1?s=x",
        ] {
            let expected = Tracker::Status(url("https://management.azure.com/op/1?s=x"));
            assert_eq!(
                begin(202, &[("azure-asyncoperation", named)]),
                expected,
                "{named}"
            );
        }
    }

    #[test]
    fn a_state_is_final_in_any_casing_and_spelling() {
        let read =
            |body: &str| Tracker::Status(manager()).read(&response(200, &[], body), &manager());
        assert_eq!(read(r#"{"status":"SUCCEEDED"}"#), Progress::Finished);
        assert_eq!(
            read(r#"{"status":"Running"}"#),
            Progress::Pending("Running".to_owned())
        );
        for state in ["Failed", "canceled", "Cancelled"] {
            let progress = read(&format!(r#"{{"status":"{state}"}}"#));
            let Progress::Failed(fault) = progress else {
                panic!("{progress:?}")
            };
            assert_eq!(fault.code.as_deref(), Some(state));
        }
        let progress =
            read(r#"{"status":"Failed","error":{"code":"Quota","message":"Too many."}}"#);
        let Progress::Failed(fault) = progress else {
            panic!("{progress:?}")
        };
        assert_eq!(fault.to_string(), "Quota: Too many.");
    }

    #[test]
    fn a_resource_without_a_state_is_done() {
        let read = |body: &str| Tracker::Resource.read(&response(200, &[], body), &manager());
        assert_eq!(read(r#"{"properties":{}}"#), Progress::Finished);
        let pending = Progress::Pending("Accepted".to_owned());
        assert_eq!(
            read(r#"{"properties":{"provisioningState":"Accepted"}}"#),
            pending
        );
    }

    #[test]
    fn a_location_is_followed_until_it_stops_saying_202() {
        let tracker = Tracker::Location(manager());
        let read = |status, headers: &[_]| tracker.read(&response(status, headers, ""), &manager());
        assert_eq!(read(202, &[]), Progress::Pending("202 Accepted".to_owned()));
        let moved = Progress::Moved(url("https://management.azure.com/result/2"));
        assert_eq!(read(202, &[("location", "/result/2")]), moved);
        assert_eq!(read(200, &[]), Progress::Finished);
        assert_eq!(read(204, &[]), Progress::Finished);
    }

    proptest::proptest! {
        #![proptest_config(crate::fuzzing::config())]

        #[test]
        fn fuzz_operations(
            address in crate::fuzzing::damaged_text(&["https://management.azure.com/op/1?s=x", "/op/1", "//evil.example/op"]),
            body in crate::fuzzing::damaged_text(&[r#"{"status":"Failed","error":{"code":"Q","message":"m"}}"#, r#"{"properties":{"provisioningState":"Accepted"}}"#]),
        ) {
            let Ok(address) = HeaderValue::from_str(&address) else { return Ok(()) };
            let mut accepted = response(202, &[], &body);
            accepted.headers.insert("azure-asyncoperation", address);
            let tracker = Tracker::begin(&accepted, &manager());
            if let Tracker::Status(url) | Tracker::Location(url) = &tracker {
                assert_eq!(url.origin(), manager().origin());
            }
            tracker.read(&response(200, &[], &body), &manager());
        }
    }
}
