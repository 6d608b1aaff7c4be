//! Why the provider could not be started.

use std::io;

use crate::fault::{Explain, Kind, Remedy};

/// Why the provider could not be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A person, and not Terraform, started the program.
    #[error(
        "this program is a plugin of Terraform and OpenTofu and is not meant to be run by hand"
    )]
    NoHost,
    /// The host speaks other versions of the plugin protocol.
    #[error("the host speaks plugin protocol {offered} and this provider speaks 6")]
    ProtocolVersion {
        /// What the host offered, as it wrote it.
        offered: String,
    },
    /// `PLUGIN_CLIENT_CERT` is no certificate in PEM.
    #[error("PLUGIN_CLIENT_CERT holds no certificate")]
    ClientCertificate(#[source] rustls::pki_types::pem::Error),
    /// The server's own certificate could not be made.
    #[error("could not make a server certificate")]
    ServerCertificate(#[from] rcgen::Error),
    /// The two do not fit together.
    #[error("could not set up TLS")]
    Tls(#[from] rustls::Error),
    /// A port of the host's range is not a number.
    #[error("{name} is not a port number: {value:?}")]
    Port {
        /// The environment variable.
        name: &'static str,
        /// What it holds.
        value: String,
    },
    /// There is no place for a private socket, and no certificate to protect a port with.
    #[error(
        "the directory for temporary files has too long a name for a private socket, and without TLS any user of this \
         machine could use a port"
    )]
    Unprotected,
    /// No socket could be opened.
    #[error("could not listen for the host")]
    Listen(#[source] io::Error),
    /// The operating system refused something else: threads, signals, stdout.
    #[error("could not start")]
    Start(#[from] io::Error),
}

impl Explain for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::NoHost | Self::ProtocolVersion { .. } | Self::Port { .. } | Self::Unprotected => {
                Kind::Configuration
            }
            Self::ClientCertificate(_) => Kind::Credential,
            Self::Listen(_) | Self::Start(_) => Kind::Unavailable,
            Self::ServerCertificate(_) | Self::Tls(_) => Kind::ProviderBug,
        }
    }

    fn summary(&self) -> String {
        match self {
            Self::NoHost => "Not Started By Terraform",
            Self::ProtocolVersion { .. } => "No Common Protocol Version",
            Self::ClientCertificate(_) | Self::Port { .. } | Self::Unprotected => {
                "Unusable Plugin Environment"
            }
            Self::ServerCertificate(_) | Self::Tls(_) | Self::Listen(_) | Self::Start(_) => {
                "Provider Not Started"
            }
        }
        .to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        match self {
            Self::NoHost => vec![
                Remedy::new(
                    "name the provider in the required_providers block of a configuration and run `terraform init`",
                ),
                Remedy::new(
                    "to run it under a debugger, start it with --debug and follow what it prints",
                ),
            ],
            Self::ProtocolVersion { .. } => {
                vec![Remedy::new(
                    "use Terraform 1.0 or OpenTofu 1.6, or a later version",
                )]
            }
            Self::Unprotected => vec![
                Remedy::new("set TMPDIR to a directory with a name of less than 80 characters"),
                Remedy::new("or let the host use TLS: unset TF_DISABLE_PLUGIN_TLS"),
            ],
            Self::Listen(_) => vec![Remedy::new(
                "see that the directory for temporary files (TMPDIR) exists and can be written to",
            )],
            _ => Vec::new(),
        }
    }
}
