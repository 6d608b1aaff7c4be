//! Where the host dials: a Unix socket that only this user can reach, or a port of the host's range.

use std::env;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

use super::error::Error;
use super::io::Io;

/// The longest path that fits into `sun_path` with its terminating zero, on Linux (108 bytes) and elsewhere (104).
#[cfg(unix)]
const LONGEST_SOCKET_PATH: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// Where the host dials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// A Unix socket.
    #[cfg_attr(not(unix), expect(dead_code, reason = "Unix only"))]
    Unix(PathBuf),
    /// A TCP port on the loopback interface.
    Tcp(SocketAddr),
}

impl Address {
    /// The network in go's words.
    pub const fn network(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "{}", path.display()),
            Self::Tcp(address) => write!(f, "{address}"),
        }
    }
}

/// A socket that waits for the host. Dropping it removes the socket from the file system.
pub(super) enum Listener {
    /// A Unix socket in a directory of its own.
    #[cfg(unix)]
    Unix {
        /// The socket.
        socket: UnixListener,
        /// Removed with the listener.
        directory: tempfile::TempDir,
    },
    /// A TCP port on the loopback interface.
    Tcp(TcpListener),
}

impl Listener {
    /// Opens a socket for the host. `protected` says that both sides will prove who they are: a port can be dialled by
    /// each user of this machine, and what answers there acts with the credentials of this one.
    ///
    /// # Errors
    ///
    /// [`Error::Listen`], [`Error::Unprotected`], or [`Error::Port`] when the host's port range cannot be read.
    pub async fn bind(protected: bool) -> Result<Self, Error> {
        #[cfg(unix)]
        if let Some(listener) = bind_unix().map_err(Error::Listen)? {
            return Ok(listener);
        }
        if !protected {
            return Err(Error::Unprotected);
        }
        bind_tcp().await
    }

    /// Where the host shall dial.
    ///
    /// # Errors
    ///
    /// [`Error::Listen`] when the operating system does not say which port it is.
    pub fn address(&self) -> Result<Address, Error> {
        match self {
            #[cfg(unix)]
            Self::Unix { directory, .. } => Ok(Address::Unix(socket_path(directory))),
            Self::Tcp(socket) => socket.local_addr().map(Address::Tcp).map_err(Error::Listen),
        }
    }

    /// Waits for somebody to dial.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub async fn accept(&self) -> io::Result<Box<dyn Io>> {
        match self {
            #[cfg(unix)]
            Self::Unix { socket, .. } => Ok(Box::new(socket.accept().await?.0)),
            Self::Tcp(socket) => {
                let (stream, _) = socket.accept().await?;
                // Without it every small reply waits 40 ms for the peer's delayed acknowledgement.
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
        }
    }
}

#[cfg(unix)]
fn socket_path(directory: &tempfile::TempDir) -> PathBuf {
    directory.path().join("socket")
}

/// A socket with mode 0600 in a directory with mode 0700; `None` where the path would be too long for the kernel.
#[cfg(unix)]
fn bind_unix() -> io::Result<Option<Listener>> {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::Builder::new()
        .prefix("arc-plugin-")
        .permissions(Permissions::from_mode(0o700))
        .tempdir()?;
    let path = socket_path(&directory);
    if path.as_os_str().len() > LONGEST_SOCKET_PATH {
        return Ok(None);
    }
    let socket = UnixListener::bind(&path)?;
    set_permissions(&path, Permissions::from_mode(0o600))?;
    Ok(Some(Listener::Unix { socket, directory }))
}

/// The first free port of the host's range; any port where it gave none.
async fn bind_tcp() -> Result<Listener, Error> {
    let first = port("PLUGIN_MIN_PORT")?.unwrap_or(0);
    let last = port("PLUGIN_MAX_PORT")?.unwrap_or(first);
    let mut refused = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for port in first..=last {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Ok(socket) => return Ok(Listener::Tcp(socket)),
            Err(error) => refused = error,
        }
    }
    Err(Error::Listen(refused))
}

fn port(name: &'static str) -> Result<Option<u16>, Error> {
    let Ok(value) = env::var(name) else {
        return Ok(None);
    };
    match value.parse() {
        Ok(port) => Ok(Some(port)),
        Err(_) => Err(Error::Port { name, value }),
    }
}
