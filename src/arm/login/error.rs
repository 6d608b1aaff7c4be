//! Why a login failed, and what to do about it.

use jiff::Timestamp;

use super::entra::Rejection;
use crate::arm::transport::TransportFault;
use crate::fault::{Kind, Reference, Remedy, shell_word};
use crate::redact::Foreign;

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Entra answered, and the answer was no.
    #[error("Entra refused the secret of application {client_id}")]
    Rejected {
        /// The application that logged in.
        client_id: String,
        /// Entra's answer.
        #[source]
        rejection: Rejection,
    },
    /// Entra was not reached.
    #[error("Entra did not answer the login")]
    Unreachable(#[source] TransportFault),
    /// The Azure CLI has no login, or there is no Azure CLI.
    #[error("the Azure CLI gave no token: {0}")]
    AzureCli(String),
    /// The token ran out before it was issued, as this machine counts.
    #[error("the token that was just issued ended at {expires}, by the clock of this machine")]
    Ended {
        /// When it ends.
        expires: Timestamp,
    },
    /// The login could not even be attempted, or its answer is no token.
    #[error("the login cannot be made")]
    Other(#[source] Foreign),
}

impl LoginError {
    pub(in crate::arm) fn kind(&self) -> Kind {
        match self {
            Self::Rejected { rejection, .. } => rejection.kind(),
            Self::Unreachable(fault) => fault.kind(),
            Self::AzureCli(_) | Self::Ended { .. } | Self::Other(_) => Kind::Credential,
        }
    }

    pub(in crate::arm) fn remedies(&self) -> Vec<Remedy> {
        match self {
            Self::Rejected {
                client_id,
                rejection,
            } => vec![remedy_of(client_id, rejection)],
            Self::Unreachable(fault) => fault.remedies(),
            Self::AzureCli(_) => vec![
                Remedy::new(
                    "run `az login`, or `az login --tenant <tenant_id>` when a tenant is set",
                ),
                Remedy::new("or log in with client_id, client_secret and tenant_id"),
            ],
            Self::Ended { .. } => vec![Remedy::new(
                "set the clock of this machine: `date -u` shows what it takes the time for",
            )],
            Self::Other(_) => vec![Remedy::new("check tenant_id and client_id")],
        }
    }

    pub(in crate::arm) fn reference(&self) -> Option<Reference> {
        let Self::Rejected { rejection, .. } = self else {
            return None;
        };
        Some(Reference {
            code: rejection
                .code
                .clone()
                .or_else(|| Some(rejection.error.clone())),
            request_id: rejection.trace_id.clone(),
            correlation_id: rejection.correlation_id.clone(),
        })
    }
}

/// Entra's codes: <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>.
fn remedy_of(client_id: &str, rejection: &Rejection) -> Remedy {
    Remedy::new(match rejection.code.as_deref() {
        Some("AADSTS7000215") => {
            "set client_secret (ARM_CLIENT_SECRET) to the secret's value, which is not its id"
                .to_owned()
        }
        Some("AADSTS7000222") => {
            format!(
                "the secret has expired: make a new one with `az ad app credential reset --id {}`",
                shell_word(client_id)
            )
        }
        Some("AADSTS700016" | "AADSTS90002") => {
            "check client_id and tenant_id: the application must exist in that tenant".to_owned()
        }
        _ => "check client_id, client_secret and tenant_id".to_owned(),
    })
}
