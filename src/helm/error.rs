//! Everything that can go wrong with Helm: the client, the chart, a run, a release.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::RegistryFault;
use crate::call::Halt;
use crate::retry::Failure;

mod explain;

/// A failure of this module. What Helm said is redacted before it gets here.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A local file or directory does not obey.
    #[error("cannot {doing} {}", path.display())]
    File {
        /// What was tried, such as "write".
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Helm's record of a release is not what it promises.
    #[error("cannot read the record of the Helm release: {0}")]
    Record(String),
    /// No place has a Helm that can be used.
    #[error("no usable helm program: {}", tried.join("; "))]
    NoHelm {
        /// Every place that was looked at, and what was wrong with it.
        tried: Vec<String>,
    },
    /// The Helm program that was named cannot be used.
    #[error("helm program {} cannot be used: {reason}", path.display())]
    UnusableHelm {
        /// The program.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The process that runs Helm did not start.
    #[error("cannot start {}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The call ended first.
    #[error("gave up {doing}{}", last_seen(seen))]
    Halted {
        /// What was going on, such as "helm upgrade of azure-arc".
        doing: String,
        /// What was seen last; empty when nothing was.
        seen: String,
        /// Interruption or deadline.
        #[source]
        halt: Halt,
    },
    /// Helm waited for the agents and its time ran out. The pods and events of the namespace say why.
    #[error("{action} timed out: {said}")]
    TimedOut {
        /// What Helm did.
        action: String,
        /// What it said.
        said: String,
    },
    /// The release is in a pending status: another Helm is at work, or one died there.
    #[error("{action} found another operation on the release in progress")]
    PendingOperation {
        /// What Helm should have done.
        action: String,
    },
    /// The API server does not know who asks.
    #[error("{action} was refused for want of a valid login: {said}")]
    Unauthorized {
        /// What Helm did.
        action: String,
        /// What it said.
        said: String,
    },
    /// The API server knows who asks and refuses.
    #[error("{action} was forbidden: {said}")]
    Forbidden {
        /// What Helm did.
        action: String,
        /// What it said.
        said: String,
    },
    /// The API server was not reached.
    #[error("{action} did not reach the cluster: {said}")]
    Unreachable {
        /// What Helm did.
        action: String,
        /// What it said.
        said: String,
    },
    /// Helm failed for another reason.
    #[error("{action} failed ({}): {said}", exit(*code))]
    Failed {
        /// What Helm did.
        action: String,
        /// Its exit code; none when a signal ended it.
        code: Option<i32>,
        /// What it said.
        said: String,
    },
    /// A text that should name something in a registry and does not.
    #[error("`{text}` is not a reference to an artifact in a registry: {reason}")]
    BadReference {
        /// The text.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Agents older than 1.14.0 cannot be installed from a registry.
    #[error("agent version {version} is older than 1.14.0, the oldest that can be installed")]
    AgentTooOld {
        /// The version asked for.
        version: String,
    },
    /// The registry answered that it has no such thing.
    #[error("{artifact} was not found in its registry")]
    NotFound {
        /// Repository and tag.
        artifact: String,
    },
    /// The registry refuses to give it to us.
    #[error("the registry refused to give {artifact}: {said}")]
    Denied {
        /// Repository and tag.
        artifact: String,
        /// What it said, or what it wanted.
        said: String,
    },
    /// The registry did not answer, or not as it should.
    #[error("cannot pull {artifact}")]
    Registry {
        /// Repository and tag.
        artifact: String,
        /// What went wrong.
        source: Box<RegistryFault>,
    },
    /// The registry has something else than what was pinned.
    #[error("{artifact} has digest {}, not {expected}", found.join(" and layer "))]
    Digest {
        /// Repository and tag.
        artifact: String,
        /// The digest that was asked for.
        expected: String,
        /// Those of its manifest and of its content.
        found: Vec<String>,
    },
    /// The registry has another client than at the first download, under the same tag.
    #[error(
        "{artifact} has digest {found}, and had {first} when it was downloaded for the first time (noted in {})",
        note.display()
    )]
    Changed {
        /// Repository and tag.
        artifact: String,
        /// The digest of the first download.
        first: String,
        /// The digest that it has now.
        found: String,
        /// The file that holds the first one.
        note: PathBuf,
    },
    /// The cache directory, or one above it, is not only ours.
    #[error("no Helm client is kept in {}: {reason}", path.display())]
    UnsafeCache {
        /// The cache directory.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An archive is damaged, or tries to write where it must not.
    #[error("cannot unpack {name}: {reason}")]
    Archive {
        /// The archive.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The directory or archive is not a chart.
    #[error("{} is not a helm chart: {reason}", path.display())]
    BadChart {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A setting asks for a protected value that we were not given.
    #[error("setting {key} wants the protected value {placeholder}, which is not configured")]
    MissingSecret {
        /// The chart value.
        key: String,
        /// Its placeholder, `redacted:feature:setting`.
        placeholder: String,
    },
    /// Azure's configuration service names a setting that cannot be one.
    #[error(
        "the configuration service of Azure Arc names the setting {key}, which is refused: {reason}"
    )]
    BadSetting {
        /// The beginning of the chart value's key.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    pub(super) fn file(doing: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::File {
            doing,
            path: path.into(),
            source,
        }
    }
}

impl Failure for Error {
    fn may_have_been_carried_out(&self) -> bool {
        false
    }

    fn retry_after(&self) -> Option<Duration> {
        None
    }

    fn halted(action: &str, halt: Halt) -> Self {
        Self::Halted {
            doing: action.to_owned(),
            seen: String::new(),
            halt,
        }
    }
}

fn last_seen(seen: &str) -> String {
    if seen.is_empty() {
        String::new()
    } else {
        format!("; last seen: {seen}")
    }
}

fn exit(code: Option<i32>) -> String {
    code.map_or_else(
        || "ended by a signal".to_owned(),
        |code| format!("exit code {code}"),
    )
}
