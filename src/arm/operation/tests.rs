//! Waits on a paused clock: answers come from a list, pauses cost nothing, and their sum is exact.

use std::collections::VecDeque;
use std::sync::Mutex as SyncMutex;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::arm::transport::ServiceFault;
use crate::call::Halt;

const STATUS: &str = "https://management.azure.com/operations/1";

fn url(text: &str) -> Url {
    Url::parse(text).expect("valid")
}

fn manager() -> Url {
    url("https://management.azure.com/")
}

fn response(status: u16, body: &str) -> Response {
    Response {
        status: StatusCode::from_u16(status).expect("a status"),
        headers: HeaderMap::new(),
        body: body.as_bytes().to_vec(),
        url: manager(),
    }
}

fn answer(status: u16, body: &str) -> Result<Response, Error> {
    response(status, body).accept("read c1")
}

fn with(
    answer: Result<Response, Error>,
    name: reqwest::header::HeaderName,
    value: &'static str,
) -> Result<Response, Error> {
    answer.map(|mut answer| {
        answer.headers.insert(name, HeaderValue::from_static(value));
        answer
    })
}

fn refusal(status: u16, code: Option<&str>) -> Result<Response, Error> {
    Err(Error::Refused {
        action: "read c1".to_owned(),
        fault: Box::new(ServiceFault {
            status: Some(status),
            code: code.map(str::to_owned),
            ..ServiceFault::default()
        }),
    })
}

fn status(state: &str) -> Result<Response, Error> {
    answer(200, &format!(r#"{{"status":"{state}"}}"#))
}

fn resource(state: &str) -> Result<Response, Error> {
    answer(
        200,
        &format!(r#"{{"properties":{{"provisioningState":"{state}"}}}}"#),
    )
}

/// Waits through the answers; returns the outcome, what was asked ("resource" or a path), and the time it took.
async fn wait(
    tracker: Tracker,
    goal: Goal,
    answers: Vec<Result<Response, Error>>,
) -> (Result<Option<Response>, Error>, Vec<String>, Duration) {
    let call = Call::new(CancellationToken::new(), "test").within(Duration::from_mins(10));
    let (answers, asked) = (
        SyncMutex::new(VecDeque::from(answers)),
        SyncMutex::new(Vec::new()),
    );
    let ask = |url: Option<&Url>| {
        asked
            .lock()
            .expect("unpoisoned")
            .push(url.map_or("resource", Url::path).to_owned());
        let next = answers.lock().expect("unpoisoned").pop_front();
        async move { next.unwrap_or_else(|| resource("Updating")) }
    };
    let begin = Instant::now();
    let manager = manager();
    let outcome = Watch::new(tracker, goal, "write c1", &manager)
        .wait(&call, ask)
        .await;
    assert!(
        answers.lock().expect("unpoisoned").is_empty(),
        "some answers were not asked for"
    );
    (
        outcome,
        asked.into_inner().expect("unpoisoned"),
        begin.elapsed(),
    )
}

#[tokio::test(start_paused = true)]
async fn a_status_document_is_followed_and_then_the_resource_is_read() {
    let answers = vec![
        with(status("InProgress"), RETRY_AFTER, "7"),
        status("Running"),
        status("Running"),
        status("Running"),
        status("succeeded"),
        resource("Succeeded"),
    ];
    let (outcome, asked, elapsed) =
        wait(Tracker::Status(url(STATUS)), Goal::Present, answers).await;
    assert!(outcome.expect("success").is_some());
    assert_eq!(asked[4..], ["/operations/1", "resource"]);
    // Seven as asked; then ten, fifteen and fifteen of our own, since the first pause was used up.
    assert_eq!(elapsed, Duration::from_secs(7 + 10 + 15 + 15));
}

#[tokio::test(start_paused = true)]
async fn a_failed_operation_ends_the_wait_with_its_error() {
    let failed = answer(
        200,
        r#"{"status":"Failed","error":{"code":"Quota","message":"Too many."}}"#,
    );
    let (outcome, ..) = wait(Tracker::Status(url(STATUS)), Goal::Present, vec![failed]).await;
    let error = outcome.expect_err("it failed");
    assert_eq!(
        error.to_string(),
        "Azure began to write c1 and did not succeed"
    );
    assert_eq!(
        error.fault().expect("a fault").to_string(),
        "Quota: Too many."
    );
}

#[tokio::test(start_paused = true)]
async fn trouble_in_between_does_not_end_the_wait() {
    let answers = vec![
        refusal(503, None),
        refusal(404, None),
        refusal(429, None),
        status("Succeeded"),
        refusal(404, Some("ResourceNotFound")),
        resource("Succeeded"),
    ];
    let (outcome, ..) = wait(Tracker::Status(url(STATUS)), Goal::Present, answers).await;
    assert!(outcome.expect("success").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_between_does() {
    let (outcome, ..) = wait(
        Tracker::Status(url(STATUS)),
        Goal::Present,
        vec![refusal(403, None)],
    )
    .await;
    assert!(outcome.expect_err("forbidden").has_status(403));
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_expired_is_judged_by_the_resource() {
    let mut answers: Vec<_> = (0..10).map(|_| refusal(404, None)).collect();
    answers.push(resource("Succeeded"));
    let (outcome, asked, elapsed) =
        wait(Tracker::Status(url(STATUS)), Goal::Present, answers).await;
    assert!(outcome.expect("success").is_some());
    assert_eq!(asked.last().map(String::as_str), Some("resource"));
    assert!(elapsed >= PROPAGATION, "{elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_never_appears_is_an_error() {
    let answers = (0..10)
        .map(|_| refusal(404, Some("ResourceNotFound")))
        .collect();
    let (outcome, ..) = wait(Tracker::Resource, Goal::Present, answers).await;
    assert!(outcome.expect_err("it is not there").is_not_found());
}

#[tokio::test(start_paused = true)]
async fn a_location_may_move() {
    let answers = vec![
        with(answer(202, ""), LOCATION, "/results/2"),
        answer(202, ""),
        answer(200, "{}"),
        resource("Succeeded"),
    ];
    let first = Tracker::Location(url("https://management.azure.com/results/1"));
    let (outcome, asked, _) = wait(first, Goal::Present, answers).await;
    outcome.expect("success");
    assert_eq!(
        asked,
        ["/results/1", "/results/2", "/results/2", "resource"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_deletion_ends_only_when_azure_says_not_found() {
    let answers = vec![
        status("Succeeded"),
        resource("Deleting"),
        resource("Failed"),
        resource("Succeeded"),
        refusal(404, None),
        refusal(404, Some("ResourceNotFound")),
    ];
    let (outcome, ..) = wait(Tracker::Status(url(STATUS)), Goal::Gone, answers).await;
    assert!(outcome.expect("gone").is_none());
}

#[tokio::test(start_paused = true)]
async fn the_deadline_tells_what_was_seen_last() {
    let (outcome, _, elapsed) = wait(Tracker::Resource, Goal::Present, vec![]).await;
    let error = outcome.expect_err("never done");
    let expected = "gave up waiting for Azure to write c1; last seen: Updating";
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.halt(), Some(Halt::DeadlineExceeded));
    assert_eq!(elapsed, Duration::from_mins(10));
}
