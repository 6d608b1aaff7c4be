//! The host's side of the plugin protocol: starting a provider, calling it, and letting it go.
//!
//! Both versions of Terraform's protocol are spoken as far as a start goes, since the benchmark's baseline speaks the older.
//! There is no TLS: without a client certificate in its environment no provider asks for it.

pub mod messages;

use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use http::uri::PathAndQuery;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_prost::ProstCodec;
use world::environment::Environment;

/// What Terraform sets, without `PLUGIN_CLIENT_CERT`.
const ENVIRONMENT: [(&str, &str); 4] = [
    (
        "TF_PLUGIN_MAGIC_COOKIE",
        "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
    ),
    ("PLUGIN_PROTOCOL_VERSIONS", "5,6"),
    ("PLUGIN_MIN_PORT", "10000"),
    ("PLUGIN_MAX_PORT", "25000"),
];
const SHUTDOWN: &str = "/plugin.GRPCController/Shutdown";
/// How long a provider may take to come or to go.
const LIMIT: Duration = Duration::from_secs(10);

/// Any message of which nothing is wanted: every field is unknown, and passed over.
#[derive(Clone, PartialEq, prost::Message)]
struct Message {}

/// A provider that has printed its handshake line.
pub struct Started {
    child: Child,
    line: String,
    stdout: BufReader<ChildStdout>,
}

impl Started {
    /// Starts a provider without any other variables and waits for its handshake line.
    pub async fn new(program: &Path) -> anyhow::Result<Self> {
        Self::start(program, &Environment::new(), Stdio::null()).await
    }

    /// Starts a provider with these variables, its log written to a file, and waits for its handshake line.
    pub async fn logging(
        program: &Path,
        environment: &Environment,
        log: &Path,
    ) -> anyhow::Result<Self> {
        let log = File::options().create(true).append(true).open(log)?;
        Self::start(program, environment, log.into()).await
    }

    async fn start(program: &Path, environment: &Environment, log: Stdio) -> anyhow::Result<Self> {
        let mut child = Command::new(program)
            .env_clear()
            .envs(environment)
            .envs(ENVIRONMENT)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| program.display().to_string())?;
        let mut stdout = BufReader::new(child.stdout.take().context("no stdout")?);
        let mut line = String::new();
        timeout(LIMIT, stdout.read_line(&mut line)).await??;
        Ok(Self {
            child,
            line,
            stdout,
        })
    }

    /// Connects to it: the line is `1|PROTOCOL|NETWORK|ADDRESS|grpc|…`.
    pub async fn dial(self) -> anyhow::Result<Plugin> {
        let fields: Vec<&str> = self.line.split('|').collect();
        let (schema, address) = match fields[..] {
            ["1", "5", "unix", address, ..] => ("/tfplugin5.Provider/GetSchema", address),
            ["1", "6", "unix", address, ..] => ("/tfplugin6.Provider/GetProviderSchema", address),
            _ => bail!("not a handshake: {:?}", self.line),
        };
        let endpoint = Endpoint::from_shared(format!("unix://{address}"))?;
        Ok(Plugin {
            child: self.child,
            rpc: Grpc::new(endpoint.connect().await?).max_decoding_message_size(usize::MAX),
            schema,
            _stdout: self.stdout,
        })
    }
}

/// A provider that can be called.
pub struct Plugin {
    child: Child,
    rpc: Grpc<Channel>,
    schema: &'static str,
    /// It may go on writing.
    _stdout: BufReader<ChildStdout>,
}

impl Plugin {
    /// Its process id.
    pub fn id(&self) -> anyhow::Result<u32> {
        self.child.id().context("it is gone")
    }

    /// Asks for its schema.
    pub async fn schema(&mut self) -> anyhow::Result<()> {
        Message {} = self.call(self.schema, Message {}).await?;
        Ok(())
    }

    /// Tells it to leave and waits until it did.
    pub async fn shut_down(mut self) -> anyhow::Result<()> {
        // go-plugin's server may be gone before it has answered.
        let _ = self.call::<_, Message>(SHUTDOWN, Message {}).await;
        timeout(LIMIT, self.child.wait())
            .await
            .context("it does not leave")??;
        Ok(())
    }

    /// Calls a method by its path.
    pub async fn call<Q, R>(&mut self, method: &'static str, request: Q) -> Result<R, Status>
    where
        Q: prost::Message + 'static,
        R: prost::Message + Default + 'static,
    {
        let ready = self.rpc.ready().await;
        ready.map_err(|error| Status::from_error(error.into()))?;
        let path = PathAndQuery::from_static(method);
        let codec = ProstCodec::<Q, R>::default();
        let reply = self.rpc.unary(Request::new(request), path, codec).await?;
        Ok(reply.into_inner())
    }
}
