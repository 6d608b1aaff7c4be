//! Conversations about login, trust and trouble, over TLS.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use secrecy::SecretString;
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::arm::testing::{Azure, CLUSTER, Reply, SUBSCRIPTION, TOKEN, call, cluster_id};
use crate::arm::{CredentialSource, LoginError};
use crate::call::Halt;
use crate::fault::{Explain, Kind};

/// Answers any GET of the cluster.
fn present() -> Reply {
    Reply::json(
        200,
        &json!({"name": "c1", "properties": {"provisioningState": "Succeeded"}}),
    )
}

/// The error and all its causes, one a line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}\n{cause}"))
}

async fn read(client: &Client) -> Result<(), Error> {
    client
        .connected_clusters()
        .get(&call(), &cluster_id())
        .await
        .map(drop)
}

#[tokio::test]
async fn every_request_says_who_asks_and_can_be_found_again() {
    let azure = Azure::start(|seen, _| (seen.path == CLUSTER).then(present)).await;
    let client = azure.client();
    read(&client).await.expect("present");
    read(&client).await.expect("present");
    let [first, second] = &azure.requests_to(CLUSTER)[..] else {
        panic!("two reads");
    };
    assert_eq!(first.version, axum::http::Version::HTTP_2);
    assert_eq!(first.query, "api-version=2026-05-01");
    assert_eq!(first.header("authorization"), "Bearer token-1");
    assert!(first.header("user-agent").starts_with(crate::USER_AGENT));
    let id = |name| {
        (
            first.header(name).to_owned(),
            second.header(name).to_owned(),
        )
    };
    let (one, other) = id("x-ms-correlation-request-id");
    assert_eq!(one, other);
    let (one, other) = id("x-ms-client-request-id");
    assert_ne!(one, other);
}

#[tokio::test]
async fn many_at_once_share_one_description_and_one_token() {
    let azure = Azure::start(|seen, _| (seen.path == CLUSTER).then(present)).await;
    let client = azure.client();
    let reads = (0..20).map(|_| read(&client));
    futures::future::try_join_all(reads).await.expect("present");
    assert_eq!(azure.requests_to("/metadata/endpoints").len(), 1);
    assert_eq!(azure.requests_to(TOKEN).len(), 1);
    assert_eq!(azure.requests_to(CLUSTER).len(), 20);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let refused = || Reply::error(401, "ExpiredAuthenticationToken", "The token has expired.");
    let azure = Azure::start(move |seen, _| {
        let fresh = seen.header("authorization") == "Bearer token-2";
        (seen.path == CLUSTER).then(|| if fresh { present() } else { refused() })
    })
    .await;
    read(&azure.client())
        .await
        .expect("the second token is good");
    let azure = Azure::start(move |seen, _| (seen.path == CLUSTER).then(refused)).await;
    let error = read(&azure.client()).await.expect_err("no token is good");
    assert_eq!(error.kind(), Kind::Credential);
    assert_eq!(azure.requests_to(CLUSTER).len(), 2);
}

#[tokio::test]
async fn a_wrong_secret_is_reported_in_entras_words() {
    let azure = Azure::start(|seen, _| {
        let refusal = json!({
            "error": "invalid_client",
            "error_description": "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: t-1",
            "error_codes": [7_000_215],
            "trace_id": "t-1",
            "correlation_id": "c-1",
        });
        (seen.path == TOKEN).then(|| Reply::json(401, &refusal))
    })
    .await;
    let error = read(&azure.client()).await.expect_err("a wrong secret");
    assert_eq!(
        chain(&error),
        "could not read connected cluster c1 in resource group rg\n\
         Entra refused the secret of application app\n\
         AADSTS7000215: Invalid client secret provided."
    );
    assert_eq!(error.kind(), Kind::Credential);
    let reference = error.reference().expect("a reference");
    assert_eq!(reference.code.as_deref(), Some("AADSTS7000215"));
    assert_eq!(reference.correlation_id.as_deref(), Some("c-1"));
    assert!(
        error.remedies()[0]
            .to_string()
            .contains("ARM_CLIENT_SECRET")
    );
    assert_eq!(azure.requests_to(TOKEN).len(), 1);
    let sent = String::from_utf8(azure.requests_to(TOKEN)[0].body.to_vec()).expect("a form");
    assert!(
        sent.contains(&format!(
            "scope=https%3A%2F%2F{}%2F.default",
            azure.host().replace(':', "%3A")
        )),
        "{sent}"
    );
    assert!(!format!("{error:?}").contains("canary"));
}

#[tokio::test]
async fn a_login_in_trouble_is_tried_three_times_whatever_waits_for_it() {
    let azure = Azure::start(|seen, _| (seen.path == TOKEN).then(|| Reply::empty(503))).await;
    let error = read(&azure.client()).await.expect_err("no token");
    assert_eq!(error.kind(), Kind::Unavailable);
    assert_eq!(azure.requests_to(TOKEN).len(), 3);
}

#[tokio::test]
async fn a_token_that_still_lasts_outlives_a_failed_renewal() {
    let azure = Azure::start(|seen, before| match (seen.path.as_str(), before) {
        (TOKEN, 0) => Some(Reply::json(
            200,
            &json!({"access_token": "old", "token_type": "Bearer", "expires_in": 240}),
        )),
        (TOKEN, _) => Some(Reply::empty(400)),
        (CLUSTER, _) => Some(present()),
        _ => None,
    })
    .await;
    let client = azure.client();
    read(&client).await.expect("a token");
    read(&client).await.expect("the old token");
    assert_eq!(
        azure.requests_to(CLUSTER)[1].header("authorization"),
        "Bearer old"
    );
}

#[tokio::test]
async fn throttling_and_broken_answers_are_ridden_out() {
    let azure = Azure::start(|seen, before| {
        (seen.path == CLUSTER).then(|| match before {
            0 => Reply::error(429, "TooManyRequests", "Slow down."),
            1 => Reply::broken(),
            _ => present(),
        })
    })
    .await;
    read(&azure.client()).await.expect("the third answer");
    assert_eq!(azure.requests_to(CLUSTER).len(), 3);
}

#[tokio::test]
async fn an_unknown_authority_is_reported_at_once_with_a_cure() {
    let azure = Azure::start(|_, _| None).await;
    let other = Azure::start(|_, _| None).await;
    let http = Http::trusting(other.authority().as_bytes());
    let client = Client::over(azure.config(), Arc::new(http)).expect("a client");
    let begin = Instant::now();
    let error = read(&client).await.expect_err("not trusted");
    assert!(
        begin.elapsed() < Duration::from_secs(1),
        "{:?}",
        begin.elapsed()
    );
    assert_eq!(error.kind(), Kind::Configuration);
    assert!(
        chain(&error).contains("the certificate is not trusted that came from 127.0.0.1"),
        "{}",
        chain(&error)
    );
    assert!(error.remedies()[0].to_string().contains("SSL_CERT_FILE"));
}

#[tokio::test]
async fn a_stop_ends_a_read_and_keeps_a_write_from_beginning() {
    let azure = Azure::start(|seen, _| {
        (seen.path == CLUSTER)
            .then(|| Reply::error(503, "Busy", "Later.").with("retry-after", "600"))
    })
    .await;
    let (stop, client) = (CancellationToken::new(), azure.client());
    client.cloud(&call()).await.expect("described");
    let call = Call::new(stop.clone(), "test");
    stop.cancel();
    let clusters = client.connected_clusters();
    let error = clusters
        .get(&call, &cluster_id())
        .await
        .expect_err("stopped");
    assert_eq!(error.halt(), Some(Halt::Interrupted));
    let error = clusters
        .delete(&call, &cluster_id(), false)
        .await
        .expect_err("stopped");
    assert_eq!(error.kind(), Kind::Interrupted);
    assert!(azure.requests_to(CLUSTER).is_empty());
}

#[tokio::test]
async fn a_built_in_cloud_is_known_without_asking() {
    let mut config = Azure::start(|_, _| None).await.config();
    config.metadata_host = None;
    config.environment = "china".to_owned();
    let client = Client::new(config.clone()).expect("a known cloud");
    let cloud = client.cloud(&call()).await.expect("known");
    assert_eq!(cloud.azure_environment(), "AZURECHINACLOUD");
    config.environment = "moon".to_owned();
    let error = Client::new(config).expect_err("an unknown cloud");
    assert_eq!(error.kind(), Kind::Configuration);
}

/// Runs an ignored test of this file in a process of its own, since an environment cannot be changed safely in this one.
fn in_own_process(test: &str, environment: &[(&str, &str)]) {
    let program = std::env::current_exe().expect("this test program");
    let mut command = Command::new(program);
    for proxy in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        command.env_remove(proxy);
    }
    let test = format!("arm::client::tests::{test}");
    let output = command
        .args(["--exact", &test, "--ignored", "--nocapture"])
        .envs(environment.iter().copied())
        .output()
        .expect("it runs");
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(report.contains("test result: ok. 1 passed"), "{output:?}");
}

/// A machine of which only the environment knows the way to Azure.
struct Machine {
    azure: Azure,
    authorities: tempfile::NamedTempFile,
}

impl Machine {
    async fn new() -> Self {
        let azure = Azure::start(|seen, _| (seen.path == CLUSTER).then(present)).await;
        let authorities = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(authorities.path(), azure.authority()).expect("writable");
        Self { azure, authorities }
    }

    fn read_from(&self, host: &str, proxies: &[(&str, &str)]) {
        let path = self.authorities.path().to_str().expect("text");
        let mut environment = vec![("SSL_CERT_FILE", path), ("ARC_TEST_HOST", host)];
        environment.extend(proxies);
        in_own_process("child_reads_over_tls", &environment);
        assert_eq!(self.azure.requests_to(CLUSTER).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ssl_cert_file_and_no_proxy_are_honoured() {
    let machine = Machine::new().await;
    let nowhere = ("HTTPS_PROXY", "http://127.0.0.1:9");
    machine.read_from(
        &machine.azure.host(),
        &[nowhere, ("NO_PROXY", "localhost,127.0.0.1")],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn https_proxy_is_honoured() {
    let machine = Machine::new().await;
    let proxy = machine.azure.proxy().await;
    machine.read_from("azure.test", &[("HTTPS_PROXY", &proxy)]);
}

#[tokio::test]
#[ignore = "run by the tests above in a process of its own"]
async fn child_reads_over_tls() {
    let azure = Azure::start(|_, _| None).await;
    let config = Config {
        metadata_host: Some(std::env::var("ARC_TEST_HOST").expect("set by the parent")),
        ..azure.config()
    };
    read(&Client::new(config).expect("a client"))
        .await
        .expect("the authority is trusted");
}

/// An `az` that answers like the real one; returns the value of a `PATH` on which it comes first.
fn fake_az(folder: &std::path::Path, script: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let program = folder.join("az");
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("writable");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))
        .expect("its own file");
    format!("{}:/usr/bin:/bin", folder.display())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_azure_cli_is_asked_once_for_a_token() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let script = format!(
        r#"echo "$@" >> {}; echo '{{"accessToken":"from-cli","expires_on":4102444800,"tokenType":"Bearer"}}'"#,
        log.display()
    );
    let path = fake_az(folder.path(), &script);
    in_own_process("child_logs_in_with_the_cli", &[("PATH", &path)]);
    let calls = std::fs::read_to_string(log).expect("called");
    let expected = format!("--subscription {SUBSCRIPTION}\n");
    assert!(
        calls.lines().count() == 1 && calls.ends_with(&expected),
        "{calls}"
    );
}

#[tokio::test]
#[ignore = "run by the_azure_cli_is_asked_once_for_a_token"]
async fn child_logs_in_with_the_cli() {
    let azure = Azure::start(|seen, _| (seen.path == CLUSTER).then(present)).await;
    let client = cli_client(&azure);
    read(&client).await.expect("logged in");
    read(&client).await.expect("logged in");
    assert_eq!(
        azure.requests_to(CLUSTER)[1].header("authorization"),
        "Bearer from-cli"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_cli_login_is_reported_in_the_clis_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = fake_az(
        folder.path(),
        "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1",
    );
    in_own_process("child_has_no_cli_login", &[("PATH", &path)]);
}

#[tokio::test]
#[ignore = "run by a_missing_cli_login_is_reported_in_the_clis_words"]
async fn child_has_no_cli_login() {
    let azure = Azure::start(|_, _| None).await;
    let error = read(&cli_client(&azure)).await.expect_err("no login");
    let Error::Login { source, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(matches!(**source, LoginError::AzureCli(_)));
    assert_eq!(
        source.to_string(),
        "the Azure CLI gave no token: Please run 'az login' to setup account."
    );
    assert!(error.remedies()[0].to_string().contains("az login"));
}

fn cli_client(azure: &Azure) -> Client {
    let config = Config {
        tenant_id: None,
        credential: CredentialSource::AzureCli,
        ..azure.config()
    };
    let http = Http::trusting(azure.authority().as_bytes());
    Client::over(config, Arc::new(http)).expect("a client")
}

#[tokio::test]
async fn a_secret_is_sent_to_entra_and_nowhere_else() {
    let azure = Azure::start(|seen, _| (seen.path == CLUSTER).then(present)).await;
    let mut config = azure.config();
    config.credential = CredentialSource::ClientSecret {
        client_id: "app".to_owned(),
        secret: SecretString::from("c@nary&=+"),
    };
    let http = Http::trusting(azure.authority().as_bytes());
    let client = Client::over(config, Arc::new(http)).expect("a client");
    read(&client).await.expect("present");
    let form = String::from_utf8(azure.requests_to(TOKEN)[0].body.to_vec()).expect("a form");
    assert!(form.contains("client_secret=c%40nary%26%3D%2B"), "{form}");
    assert!(!format!("{client:?}").contains("nary"));
}

#[test]
fn a_metadata_host_is_a_host_and_its_port() {
    for host in ["management.local", "management.local:8443", "[::1]:8443"] {
        assert!(super::authority(host).is_some(), "{host}");
    }
    for host in ["", "x@evil.example", "a/b", "a?b", "a#b", "a b"] {
        assert!(super::authority(host).is_none(), "{host}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_given_up_at_sixteen_mebibytes() {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let azure = Azure::start(move |seen, _| {
        let count = Arc::clone(&count);
        let endless = futures::stream::repeat_with(move || {
            count.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 1 << 20]))
        });
        (seen.path == CLUSTER).then(|| Reply(200, Vec::new(), Body::from_stream(endless)))
    })
    .await;
    let clusters = azure.client().connected_clusters();
    let error = clusters
        .get(&call(), &cluster_id())
        .await
        .expect_err("it has no end");
    assert!(
        chain(&error).contains("more than 16 MiB came as an answer from 127.0.0.1"),
        "{}",
        chain(&error)
    );
    assert_eq!(azure.requests_to(CLUSTER).len(), 1, "it is not asked again");
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent < 64, "{sent} MiB were sent");
}
