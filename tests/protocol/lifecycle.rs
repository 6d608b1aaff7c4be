//! How the process ends: with its host, however that ends, and not before.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use futures::stream;
use terraform_provider_arc::proto::grpc::health::v1::HealthCheckRequest;
use terraform_provider_arc::proto::tfplugin6::get_provider_schema;

use crate::client::health::health_client::HealthClient;
use crate::client::plugin::grpc_broker_client::GrpcBrokerClient;
use crate::client::plugin::grpc_stdio_client::GrpcStdioClient;
use crate::fixture::DEBUG;
use crate::host::{Connection, Host, exists, fixture, signal, wait_until};
use crate::values::{create, errors, object};

/// After `Shutdown` go-plugin waits this long before it kills.
const HOST_PATIENCE: Duration = Duration::from_secs(2);

async fn answers(connection: &Connection) -> bool {
    let mut provider = connection.provider.clone();
    let request = get_provider_schema::Request {};
    provider.get_provider_schema(request).await.is_ok()
}

/// A create that goes on until it is stopped; returns once it runs.
async fn busy(
    connection: &Connection,
    marker: &Path,
    behaviour: &str,
) -> tokio::task::JoinHandle<Vec<String>> {
    let config = object(&[
        ("name", "busy".into()),
        ("behaviour", behaviour.into()),
        ("marker", marker.to_str().expect("text").into()),
    ]);
    let connection = connection.clone();
    let create =
        tokio::spawn(async move { errors(&create(&connection, config).await.diagnostics) });
    wait_until(|| marker.exists().then_some(())).await;
    create
}

#[tokio::test]
async fn shutdown_ends_an_idle_process_well_in_time() {
    let mut host = Host::start();
    let connection = host.dial().await;
    let mut stdio = GrpcStdioClient::new(connection.channel.clone());
    let _stdio = stdio.stream_stdio(()).await.expect("an open stream");
    connection.shutdown().await;
    let (status, took) = host.wait().await;
    assert!(status.success(), "{status}");
    assert!(took < HOST_PATIENCE, "{took:?}");
}

#[tokio::test]
async fn shutdown_stops_what_is_in_flight_and_its_answer_still_arrives() {
    let markers = tempfile::tempdir().expect("a directory");
    let mut host = Host::start();
    let connection = host.dial().await;
    let create = busy(&connection, &markers.path().join("wait"), "wait").await;
    connection.shutdown().await;
    let errors = create.await.expect("an answer");
    assert!(errors[0].contains("interrupted"), "{errors:?}");
    let (status, took) = host.wait().await;
    assert!(status.success(), "{status}");
    assert!(took < HOST_PATIENCE, "{took:?}");
}

#[tokio::test]
async fn the_process_leaves_when_the_connection_ends() {
    let mut host = Host::start();
    let connection = host.dial().await;
    assert!(answers(&connection).await);
    drop(connection);
    assert!(host.wait().await.0.success());
}

#[tokio::test]
async fn the_process_leaves_when_the_broker_ends_and_no_shutdown_follows() {
    let mut host = Host::start();
    let connection = host.dial().await;
    let mut broker = GrpcBrokerClient::new(connection.channel.clone());
    let closed = stream::empty();
    broker.start_stream(closed).await.expect("an open stream");
    assert!(host.wait().await.0.success());
}

#[tokio::test]
async fn ctrl_c_is_the_hosts_business() {
    let mut host = Host::start();
    let connection = host.dial().await;
    host.signal("INT");
    assert!(answers(&connection).await);
    assert!(host.is_running());
}

#[tokio::test]
async fn sigterm_stops_what_is_in_flight_and_leaves_with_the_host() {
    let markers = tempfile::tempdir().expect("a directory");
    let mut host = Host::start();
    let connection = host.dial().await;
    let create = busy(&connection, &markers.path().join("wait"), "wait").await;
    host.signal("TERM");
    let errors = create.await.expect("an answer");
    assert!(errors[0].contains("interrupted"), "{errors:?}");
    assert!(answers(&connection).await);
    connection.shutdown().await;
    assert!(host.wait().await.0.success());
}

#[tokio::test]
async fn the_plugin_is_healthy() {
    let host = Host::start();
    let connection = host.dial().await;
    let mut health = HealthClient::new(connection.channel.clone());
    let check = |service: &str| HealthCheckRequest {
        service: service.to_owned(),
    };
    let plugin = health.check(check("plugin")).await.expect("an answer");
    assert_eq!(plugin.get_ref().status().as_str_name(), "SERVING");
    let other = health.check(check("other")).await.expect_err("unknown");
    assert_eq!(other.code(), tonic::Code::NotFound);
}

/// A host that starts a provider, lets it create something that takes a child process, and never ends by itself. Not a
/// test: the next one starts it and kills it.
#[tokio::test]
#[ignore = "the host that another test kills"]
async fn doomed_host() {
    let Ok(marker) = std::env::var("FIXTURE_MARKER") else {
        return;
    };
    let host = Host::start();
    let connection = host.dial().await;
    let create = busy(&connection, Path::new(&marker), "child").await;
    eprintln!("provider {}", host.pid());
    let _ = create.await;
}

#[tokio::test]
async fn nothing_is_left_of_a_killed_host() {
    let markers = tempfile::tempdir().expect("a directory");
    let marker = markers.path().join("child");
    let mut host = Command::new(std::env::current_exe().expect("this program"))
        .args([
            "lifecycle::doomed_host",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env("FIXTURE_MARKER", &marker)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let stderr = BufReader::new(host.stderr.take().expect("a pipe"));
    let provider = stderr
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("provider ")?.parse().ok())
        .expect("the host started a provider");
    let child = std::fs::read_to_string(&marker).expect("a child process");
    let child = child.parse().expect("its id");
    assert!(exists(provider) && exists(child));
    signal(host.id(), "KILL");
    host.wait().expect("our child");
    wait_until(|| (!exists(provider) && !exists(child)).then_some(())).await;
}

#[tokio::test]
async fn a_debugged_provider_serves_one_host_after_the_other() {
    let mut command = fixture();
    let mut child = command
        .env(DEBUG, "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let reattach: serde_json::Value = (&mut stdout)
        .lines()
        .map_while(Result::ok)
        .find_map(|line| {
            let json = line.strip_prefix("TF_REATTACH_PROVIDERS='")?;
            serde_json::from_str(json.trim_end_matches('\'')).ok()
        })
        .expect("the variable");
    let entry = &reattach["registry.terraform.io/multicloud/arc"];
    assert_eq!(entry["ProtocolVersion"], 6);
    assert_eq!(entry["Pid"], child.id());
    assert_eq!(entry["Test"], true);
    let socket = entry["Addr"]["String"].as_str().expect("a path").to_owned();
    for _ in 0..2 {
        let connection = Connection::to_debugger(&socket).await;
        assert!(answers(&connection).await);
        connection.shutdown().await;
        assert!(answers(&connection).await);
    }
    signal(child.id(), "INT");
    assert!(child.wait().expect("our child").success());
    assert!(!Path::new(&socket).exists());
}
