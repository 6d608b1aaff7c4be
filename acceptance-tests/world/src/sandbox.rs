//! What every part of a world uses: its directory, ports, programs and certificate authority.

use std::path::{Path, PathBuf};

use super::files::make_directory;
use super::pki::Authority;
use super::ports::Ports;
use super::process::Processes;
use super::programs::built_program;

/// Directory, ports, programs and certificate authority of one world.
pub struct Sandbox {
    /// Everything that the world writes is in here.
    pub directory: PathBuf,
    /// Free ports.
    pub ports: Ports,
    /// The programs that run.
    pub processes: Processes,
    /// The authority behind every server certificate.
    pub authority: Authority,
    /// Port of the CONNECT proxy.
    pub proxy_port: u16,
}

impl Sandbox {
    /// A sandbox in a directory, which must be empty or missing.
    ///
    /// # Errors
    ///
    /// When the directory cannot be written to.
    pub fn new(directory: &Path) -> anyhow::Result<Self> {
        let (logs, pki) = (directory.join("log"), directory.join("pki"));
        make_directory(&logs)?;
        make_directory(&pki)?;
        let directory = directory.canonicalize()?;
        let ports = Ports::default();
        Ok(Self {
            processes: Processes::new(&built_program("world")?, &logs),
            authority: Authority::new(&directory.join("pki"))?,
            proxy_port: ports.take()?,
            ports,
            directory,
        })
    }

    /// What `HTTPS_PROXY` is set to.
    pub fn proxy_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.proxy_port)
    }
}
