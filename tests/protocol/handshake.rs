//! Who may connect, and how both sides find each other.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use terraform_provider_arc::proto::tfplugin6::get_provider_schema;

use crate::client::tfplugin6::provider_client::ProviderClient;
use crate::host::{COOKIE, Host, fixture, product, run, wait_until};
use crate::identity::{ANNOUNCED, Identity};

/// Whether a client with this identity gets an answer of the provider.
async fn answers(host: &Host, identity: Identity) -> bool {
    let Ok(channel) = host.dial_as(identity).await else {
        return false;
    };
    let request = get_provider_schema::Request {};
    ProviderClient::new(channel)
        .get_provider_schema(request)
        .await
        .is_ok()
}

fn mode(path: &Path) -> u32 {
    path.metadata().expect("it exists").permissions().mode() & 0o777
}

#[test]
fn the_product_announces_itself_in_six_fields() {
    let host = Host::start_with(product(), [("PLUGIN_CLIENT_CERT", ANNOUNCED)]);
    let fields: Vec<_> = host.line.split('|').collect();
    assert_eq!(fields.len(), 6, "{}", host.line);
    assert_eq!(fields[..3], ["1", "6", "unix"]);
    assert_eq!(fields[4], "grpc");
    assert!(
        fields[5].len() > 50 && !fields[5].contains('='),
        "{}",
        host.line
    );
}

#[test]
fn a_person_is_told_what_this_program_is() {
    let mut command = product();
    command.env_remove(COOKIE.0);
    let (code, stdout, stderr) = run(command);
    assert_eq!(code, Some(1));
    assert_eq!(stdout, "");
    assert!(
        stderr.contains("is not meant to be run by hand"),
        "{stderr}"
    );
    assert!(stderr.contains("terraform init"), "{stderr}");
}

#[test]
fn a_host_of_another_protocol_is_told_so() {
    let mut command = product();
    command.envs([COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "4,5")]);
    let (code, stdout, stderr) = run(command);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(
        stderr.contains("the host speaks plugin protocol 4,5"),
        "{stderr}"
    );
}

#[test]
fn a_certificate_that_is_none_is_named() {
    let mut command = product();
    command.envs([COOKIE, ("PLUGIN_CLIENT_CERT", "not a certificate")]);
    let (code, stdout, stderr) = run(command);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("PLUGIN_CLIENT_CERT"), "{stderr}");
}

#[test]
fn flags_answer_on_stdout() {
    let mut version = product();
    version.arg("--version");
    let (code, stdout, _) = run(version);
    assert_eq!(code, Some(0));
    assert_eq!(
        stdout.trim(),
        concat!("terraform-provider-arc ", env!("CARGO_PKG_VERSION"))
    );
    let mut wrong = product();
    wrong.arg("--frobnicate");
    let (code, stdout, stderr) = run(wrong);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(
        stderr.contains("--frobnicate") && stderr.contains("--help"),
        "{stderr}"
    );
}

#[tokio::test]
async fn only_the_announced_client_is_served() {
    let host = Host::start();
    assert!(!answers(&host, Identity::Nobody).await);
    assert!(!answers(&host, Identity::Stranger).await);
    assert!(!answers(&host, Identity::Impostor).await);
    assert!(answers(&host, Identity::Announced).await);
}

#[tokio::test]
async fn the_socket_is_private_and_gone_once_the_host_is_there() {
    let host = Host::start();
    let socket = Path::new(host.address().1);
    let directory = socket.parent().expect("a directory");
    assert_eq!((mode(socket), mode(directory)), (0o600, 0o700));
    let _connection = host.dial().await;
    wait_until(|| (!directory.exists()).then_some(())).await;
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_means_tcp_in_the_hosts_range() {
    let root = tempfile::tempdir().expect("a directory");
    let deep = root.path().join("d".repeat(90));
    std::fs::create_dir(&deep).expect("a directory");
    let environment = [
        ("TMPDIR", deep.to_str().expect("text")),
        ("PLUGIN_CLIENT_CERT", ANNOUNCED),
    ];
    let host = Host::start_with(fixture(), environment);
    let (network, address) = host.address();
    assert_eq!(network, "tcp");
    let port: u16 = address
        .strip_prefix("127.0.0.1:")
        .and_then(|port| port.parse().ok())
        .expect("a port on loopback");
    assert!((10_000..=25_000).contains(&port), "{port}");
    assert!(!answers(&host, Identity::Stranger).await);
    assert!(answers(&host, Identity::Announced).await);
    assert_eq!(std::fs::read_dir(&deep).expect("a directory").count(), 0);
}

#[test]
fn a_port_without_tls_is_refused() {
    let root = tempfile::tempdir().expect("a directory");
    let deep = root.path().join("d".repeat(90));
    std::fs::create_dir(&deep).expect("a directory");
    for arguments in [&[][..], &["--debug"]] {
        let mut command = product();
        command.args(arguments).env("TMPDIR", &deep).envs([COOKIE]);
        let (code, stdout, stderr) = run(command);
        assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
        assert!(stderr.contains("TMPDIR"), "{stderr}");
    }
}

#[tokio::test]
async fn a_host_without_a_certificate_gets_no_tls() {
    let host = Host::start_with(fixture(), [("TF_DISABLE_PLUGIN_TLS", "1")]);
    assert!(host.line.ends_with("|grpc|"), "{}", host.line);
    assert!(answers(&host, Identity::Nobody).await);
}
