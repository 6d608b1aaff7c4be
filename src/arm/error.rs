//! Everything that can go wrong between this program and Azure.

use std::time::Duration;

use super::cloud::MetadataError;
use super::login::LoginError;
use super::remedy;
use super::transport::{ServiceFault, TransportFault};
use crate::call::{Halt, WaitError};
use crate::fault::{Explain, Kind, Reference, Remedy};
use crate::redact::Foreign;
use crate::retry::Failure;

/// A request to Azure that did not do what it was for.
///
/// `action` says what it was for, in the infinitive and with the object's name: "read connected cluster c1 in resource
/// group rg". The cause follows in [`source`](std::error::Error::source).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Azure answered, and the answer was no.
    #[error("could not {action}")]
    Refused {
        /// What the request was for.
        action: String,
        /// Azure's answer.
        #[source]
        fault: Box<ServiceFault>,
    },
    /// Azure accepted the request and did not carry it out.
    #[error("Azure began to {action} and did not succeed")]
    Failed {
        /// What the request was for.
        action: String,
        /// The operation's error.
        #[source]
        fault: Box<ServiceFault>,
    },
    /// No answer came.
    #[error("could not {action}")]
    Unreachable {
        /// What the request was for.
        action: String,
        /// How far the request came.
        #[source]
        fault: Box<TransportFault>,
    },
    /// A change was sent and no answer came, so it may have been carried out.
    #[error("it is not known whether Azure did {action}")]
    OutcomeUnknown {
        /// What the request was for.
        action: String,
        /// How far the request came.
        #[source]
        fault: Box<TransportFault>,
    },
    /// There is no token to ask with.
    #[error("could not {action}")]
    Login {
        /// What the token was for.
        action: String,
        /// Why there is none.
        #[source]
        source: Box<LoginError>,
    },
    /// The answer is not what the service's specification says.
    #[error("cannot make sense of the answer to the request to {action}")]
    Answer {
        /// What the request was for.
        action: String,
        /// Where the answer departs from the specification.
        #[source]
        source: Foreign,
    },
    /// The answer lacks something without which there is no going on.
    #[error("the answer to the request to {action} has no usable {lacks}")]
    Incomplete {
        /// What the request was for.
        action: String,
        /// Path of the missing member.
        lacks: String,
    },
    /// A list whose pages lead back to each other, or that is longer than any.
    #[error("the list that was asked for to {action} has no end after {pages} pages")]
    Endless {
        /// What the request was for.
        action: String,
        /// How many pages were read.
        pages: usize,
    },
    /// The cloud does not describe itself well enough.
    #[error(transparent)]
    Cloud(#[from] MetadataError),
    /// The call ended before the request did.
    #[error("could not {action}")]
    Halted {
        /// What the request was for.
        action: String,
        /// Interruption or deadline.
        #[source]
        halt: Halt,
    },
    /// The call ended before Azure was done.
    #[error("gave up waiting for {awaited}; last seen: {seen}")]
    GaveUp {
        /// What was awaited.
        awaited: String,
        /// What the last look showed.
        seen: String,
        /// Interruption or deadline.
        #[source]
        halt: Halt,
    },
}

impl Error {
    /// Azure's answer or the operation's error, where there is one.
    #[must_use]
    pub fn fault(&self) -> Option<&ServiceFault> {
        match self {
            Self::Refused { fault, .. } | Self::Failed { fault, .. } => Some(fault),
            _ => None,
        }
    }

    /// Interruption or deadline, where that is the reason.
    #[must_use]
    pub const fn halt(&self) -> Option<Halt> {
        match self {
            Self::Halted { halt, .. } | Self::GaveUp { halt, .. } => Some(*halt),
            _ => None,
        }
    }

    /// Whether Azure said that the resource, or its resource group, does not exist. A transport error, a 403 and a 404
    /// of anybody else than ARM say nothing of the kind.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { fault, .. } if fault.proves_absence())
    }

    /// Whether the answer had this HTTP status.
    pub(super) fn has_status(&self, status: u16) -> bool {
        matches!(self, Self::Refused { fault, .. } if fault.status == Some(status))
    }
}

impl Failure for Error {
    fn may_have_been_carried_out(&self) -> bool {
        match self {
            Self::OutcomeUnknown { .. } => true,
            Self::Unreachable { fault, .. } => fault.was_sent(),
            _ => false,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        self.fault().and_then(|fault| fault.retry_after)
    }

    fn is_busy(&self) -> bool {
        self.fault()
            .is_some_and(|fault| fault.is("AnotherOperationInProgress"))
    }

    fn halted(action: &str, halt: Halt) -> Self {
        Self::Halted {
            action: action.to_owned(),
            halt,
        }
    }
}

impl From<WaitError<Self>> for Error {
    fn from(error: WaitError<Self>) -> Self {
        match error {
            WaitError::Probe(error) => error,
            WaitError::Halted {
                halt,
                awaited,
                seen,
            } => Self::GaveUp {
                awaited,
                seen,
                halt,
            },
        }
    }
}

impl Explain for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Failed { fault, .. } if fault.kind().retryable() => Kind::Failed,
            Self::Refused { fault, .. } | Self::Failed { fault, .. } => fault.kind(),
            Self::Unreachable { fault, .. } | Self::OutcomeUnknown { fault, .. } => fault.kind(),
            Self::Login { source, .. } => source.kind(),
            // Something on the way, such as a portal that wants a login, may have answered in Azure's place.
            Self::Answer { .. } | Self::Incomplete { .. } => Kind::Unavailable,
            Self::Endless { .. } => Kind::Failed,
            Self::Cloud(_) => Kind::Configuration,
            Self::Halted { halt, .. } | Self::GaveUp { halt, .. } => match halt {
                Halt::Interrupted => Kind::Interrupted,
                Halt::DeadlineExceeded => Kind::Deadline,
            },
        }
    }

    fn summary(&self) -> String {
        let text = match self {
            Self::Login { .. } => "Azure Login Failed",
            Self::Failed { .. } => "Azure Operation Failed",
            Self::Cloud(_) => "Azure Cloud Not Usable",
            Self::Answer { .. } | Self::Incomplete { .. } | Self::Endless { .. } => {
                "Unexpected Answer From Azure"
            }
            Self::OutcomeUnknown { .. } => "Outcome Unknown in Azure",
            Self::Refused { .. }
            | Self::Unreachable { .. }
            | Self::Halted { .. }
            | Self::GaveUp { .. } => summary_of(self.kind()),
        };
        text.to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        match self {
            Self::Refused { fault, .. } | Self::Failed { fault, .. } => remedy::for_fault(fault),
            Self::Unreachable { fault, .. } => fault.remedies(),
            Self::OutcomeUnknown { fault, .. } => outcome_unknown(fault),
            Self::Login { source, .. } => source.remedies(),
            Self::Cloud(MetadataError::NotARegion { .. }) => vec![Remedy::new(
                "give a region such as koreacentral; `az account list-locations --query [].name` lists them",
            )],
            Self::Cloud(_) => vec![Remedy::new(
                "check environment and metadata_host (ARM_ENVIRONMENT, ARM_METADATA_HOSTNAME)",
            )],
            Self::Answer { .. }
            | Self::Incomplete { .. }
            | Self::Endless { .. }
            | Self::Halted { .. }
            | Self::GaveUp { .. } => Vec::new(),
        }
    }

    fn reference(&self) -> Option<Reference> {
        match self {
            Self::Refused { fault, .. } | Self::Failed { fault, .. } => Some(fault.reference()),
            Self::Login { source, .. } => source.reference(),
            _ => None,
        }
    }
}

/// Another run looks before it writes, so it is safe whatever came of this one.
fn outcome_unknown(fault: &TransportFault) -> Vec<Remedy> {
    let look = "run the same again: it looks at what is there before it changes anything";
    let mut remedies = fault.remedies();
    remedies.insert(0, Remedy::new(look));
    remedies
}

const fn summary_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Configuration | Kind::ProviderBug => "Request Refused by Azure",
        Kind::Credential => "Azure Login Not Accepted",
        Kind::Permission => "Access Denied by Azure",
        Kind::Conflict => "Conflict in Azure",
        Kind::NotFound => "Not Found in Azure",
        Kind::Throttled => "Throttled by Azure",
        Kind::Failed => "Azure Operation Failed",
        Kind::Unavailable => "Azure Not Available",
        Kind::Interrupted => "Operation Interrupted",
        Kind::Deadline => "Operation Timed Out",
    }
}
