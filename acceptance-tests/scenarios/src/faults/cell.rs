//! One fault of the matrix.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use world::forwarder::{Fault, Moment, Rule};

use super::Subject;

/// The pause before each byte of an answer that comes in drops.
const DROP: Duration = Duration::from_secs(1);

/// Whose request meets the fault.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Plane {
    /// Azure: login, Resource Manager, the data plane.
    Azure,
    /// The cluster's API server.
    Kubernetes,
}

/// What the run does.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Makes the object.
    Create,
    /// Changes it in place.
    Update,
    /// Removes it.
    Destroy,
}

/// What happens to the request.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Its connection is reset before it takes effect.
    ResetBefore,
    /// Its connection is reset after it took effect.
    ResetAfter,
    /// It is refused with a 503 that asks to come back in a day.
    Refuse,
    /// It is never answered.
    Stall,
    /// Its answer comes byte by byte.
    Drip,
}

/// The n-th request of an operation on one plane meets a fault.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Cell {
    /// What is operated on.
    pub subject: Subject,
    /// What the run does.
    pub operation: Operation,
    /// Whose request it is.
    pub plane: Plane,
    /// What happens to it.
    pub kind: Kind,
    /// Which request it is; the first is 1.
    pub n: usize,
}

impl Plane {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Azure, Self::Kubernetes];
}

impl Operation {
    /// All three, in the order of an object's life.
    pub const ALL: [Self; 3] = [Self::Create, Self::Update, Self::Destroy];
}

impl Kind {
    /// All five.
    pub const ALL: [Self; 5] = [
        Self::ResetBefore,
        Self::ResetAfter,
        Self::Refuse,
        Self::Stall,
        Self::Drip,
    ];

    /// Whether a connection is reset.
    #[must_use]
    pub const fn is_reset(self) -> bool {
        matches!(self, Self::ResetBefore | Self::ResetAfter)
    }

    const fn fault(self) -> Fault {
        match self {
            Self::ResetBefore => Fault::Reset(Moment::Before),
            Self::ResetAfter => Fault::Reset(Moment::After),
            Self::Refuse => Fault::Refuse,
            Self::Stall => Fault::Stall,
            Self::Drip => Fault::Drip(DROP),
        }
    }
}

impl Cell {
    /// The rule for a forwarder.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        Rule {
            skip: self.n - 1,
            fault: self.kind.fault(),
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            subject,
            operation,
            plane,
            kind,
            n,
        } = self;
        write!(
            f,
            "{} {operation:?} {plane:?} {kind:?} {n}",
            subject.type_name()
        )
    }
}
