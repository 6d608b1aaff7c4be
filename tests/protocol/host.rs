//! The host's side: starts a provider as go-plugin does, dials, and waits for its end.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::{CertificateDer, ServerName};
use terraform_provider_arc::proto::plugin::Empty;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

use crate::client::plugin::grpc_controller_client::GrpcControllerClient;
use crate::client::tfplugin6::provider_client::ProviderClient;
use crate::identity::{ANNOUNCED, Identity, client_config};

/// What every Terraform sets.
pub const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

/// How long anything that should happen at once may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// The product.
pub fn product() -> Command {
    Command::new(env!("CARGO_BIN_EXE_terraform-provider-arc"))
}

/// The fixture's server: this program, told to run one test only, which serves instead of testing.
pub fn fixture() -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["fixture::server", "--exact", "--ignored", "--nocapture"]);
    command
}

/// A provider process and how to reach it.
pub struct Host {
    child: Child,
    /// The handshake line.
    pub line: String,
    _stdout: BufReader<ChildStdout>,
}

impl Host {
    /// Starts the fixture as Terraform would.
    pub fn start() -> Self {
        Self::start_with(fixture(), [("PLUGIN_CLIENT_CERT", ANNOUNCED)])
    }

    /// Starts a program with go-plugin's environment and some more of it, and reads the handshake line.
    pub fn start_with<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        mut command: Command,
        environment: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        for inherited in ["TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_ARC"] {
            command.env_remove(inherited);
        }
        let mut child = command
            .envs([COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "5,6")])
            .envs([("PLUGIN_MIN_PORT", "10000"), ("PLUGIN_MAX_PORT", "25000")])
            .envs(environment)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the provider starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let line = handshake_line(&mut stdout);
        Self {
            child,
            line,
            _stdout: stdout,
        }
    }

    /// Network and address of the handshake line.
    pub fn address(&self) -> (&str, &str) {
        let fields: Vec<_> = self.line.split('|').collect();
        (fields[2], fields[3])
    }

    /// The server's certificate from the handshake line.
    fn certificate(&self) -> Option<CertificateDer<'static>> {
        let encoded = self
            .line
            .rsplit('|')
            .next()
            .filter(|text| !text.is_empty())?;
        let der = STANDARD_NO_PAD.decode(encoded).expect("base64");
        Some(CertificateDer::from(der))
    }

    /// Dials as the host does.
    pub async fn dial(&self) -> Connection {
        let channel = self.dial_as(Identity::Announced).await;
        Connection::new(channel.expect("the provider accepts its host"))
    }

    /// Dials with this identity. With TLS 1.3 a refusal may show only in the first call.
    pub async fn dial_as(&self, identity: Identity) -> Result<Channel, tonic::transport::Error> {
        let (network, address) = self.address();
        let tls = self.certificate();
        let tls = tls.map(|server| client_config(server, identity));
        channel(network.to_owned(), address.to_owned(), tls).await
    }

    /// Process id of the provider.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends the provider a signal, such as `INT`.
    pub fn signal(&self, name: &str) {
        signal(self.pid(), name);
    }

    /// Waits for the provider's end and says how long it took.
    pub async fn wait(&mut self) -> (ExitStatus, Duration) {
        let begin = tokio::time::Instant::now();
        let status = wait_until(|| self.child.try_wait().expect("our child")).await;
        (status, begin.elapsed())
    }

    /// What the provider wrote to its stderr until its end, where that was piped.
    pub fn log(&mut self) -> String {
        let stderr = self.child.stderr.take().expect("a pipe");
        io::read_to_string(stderr).expect("text")
    }

    /// Whether the provider still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("our child").is_none()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Skips what the test harness of a fixture prints before it serves.
fn handshake_line(stdout: &mut impl BufRead) -> String {
    let mut seen = String::new();
    for line in stdout.lines() {
        let line = line.expect("text");
        if line.starts_with("1|") {
            return line;
        }
        seen.push_str(&line);
    }
    panic!("no handshake line: {seen}");
}

async fn channel(
    network: String,
    address: String,
    tls: Option<ClientConfig>,
) -> Result<Channel, tonic::transport::Error> {
    let connector = tower::service_fn(move |_| {
        let dialled = dial(network.clone(), address.clone(), tls.clone());
        async move { dialled.await.map(TokioIo::new) }
    });
    Endpoint::from_static("http://localhost")
        .connect_with_connector(connector)
        .await
}

async fn dial(
    network: String,
    address: String,
    tls: Option<ClientConfig>,
) -> io::Result<Box<dyn Io>> {
    let raw: Box<dyn Io> = match network.as_str() {
        "tcp" => Box::new(TcpStream::connect(address).await?),
        _ => Box::new(UnixStream::connect(address).await?),
    };
    let Some(tls) = tls else {
        return Ok(raw);
    };
    let name = ServerName::try_from("localhost").expect("a name");
    let secured = TlsConnector::from(Arc::new(tls)).connect(name, raw).await?;
    Ok(Box::new(secured))
}

/// Bytes both ways.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// The one connection to a provider.
#[derive(Clone)]
pub struct Connection {
    /// Everything else.
    pub channel: Channel,
    /// The provider's service.
    pub provider: ProviderClient<Channel>,
}

impl Connection {
    fn new(channel: Channel) -> Self {
        let provider = ProviderClient::new(channel.clone())
            .max_decoding_message_size(usize::MAX)
            .max_encoding_message_size(usize::MAX);
        Self { channel, provider }
    }

    /// Dials a provider that a person started.
    pub async fn to_debugger(socket: &str) -> Self {
        let channel = channel("unix".to_owned(), socket.to_owned(), None).await;
        Self::new(channel.expect("the provider accepts everybody of this user"))
    }

    /// Tells the provider that it is no longer needed.
    pub async fn shutdown(&self) {
        GrpcControllerClient::new(self.channel.clone())
            .shutdown(Empty {})
            .await
            .expect("an answer");
    }
}

/// Sends a signal to a process.
pub fn signal(pid: u32, name: &str) {
    let status = Command::new("kill")
        .args([format!("-{name}"), pid.to_string()])
        .status()
        .expect("kill runs");
    assert!(status.success(), "no process {pid}");
}

/// Whether a process with this id exists and is no zombie.
pub fn exists(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"))
    else {
        return false;
    };
    !stat.contains(") Z ")
}

/// Waits until a look shows something.
#[expect(
    clippy::disallowed_methods,
    reason = "it looks at another process, on the real clock"
)]
pub async fn wait_until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let begin = tokio::time::Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(begin.elapsed() < PATIENCE, "it did not happen in time");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Runs a program that must fail, and returns its exit code, stdout and stderr.
pub fn run(mut command: Command) -> (Option<i32>, String, String) {
    let output = command.stdin(Stdio::null()).output().expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}
