//! A Kubernetes cluster as a connected cluster of Azure Arc: the object in Azure, the agents' key and their Helm release.

mod agents;
mod change;
mod create;
mod decision;
mod drift;
mod error;
mod forecast;
mod inventory;
mod key_pair;
mod object;
mod observe;
mod preflight;
mod provisions;
mod proxy;
mod remove;
mod replace;
mod spec;
mod stranded;
#[cfg(test)]
mod testing;
mod tools;
mod wait;
mod write;

pub use crate::arm::{ConnectedCluster, ListScope};
pub use crate::helm::UserValues;
pub use change::{Change, change};
pub use create::{Reached, create};
pub use decision::require_agents;
pub use drift::drift;
pub use error::{Error, Subject};
pub use forecast::{Forecast, forecast};
pub use inventory::{Selection, find, select};
pub use observe::{Inside, Observation, identify, observe};
pub use preflight::Finding;
pub use remove::{Leftover, Removal, remove};
pub use spec::{Adopt, AgentSpec, ChartOrigin, Checks, OidcIssuer, Proxy, Settings, Spec};
