//! Nested values of `arc_extension`.

use serde::{Deserialize, Serialize};

use crate::usecases::Workload;
use crate::usecases::extension::{Plan, Status};

/// The `plan` value.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct PlanState {
    pub name: String,
    pub publisher: String,
    pub product: String,
    pub promotion_code: Option<String>,
    pub version: Option<String>,
}

/// One of `statuses`. Azure's times are left out: the agents renew them without news.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct StatusState {
    pub code: Option<String>,
    pub display_status: Option<String>,
    pub level: Option<String>,
    pub message: Option<String>,
}

/// The `error_info` value.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct ErrorInfoState {
    pub code: Option<String>,
    pub message: Option<String>,
}

/// One of `workloads`.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
pub struct WorkloadState {
    pub ready: i32,
    pub desired: i32,
}

impl PlanState {
    pub(super) fn plan(&self) -> Plan {
        Plan {
            name: self.name.clone(),
            publisher: self.publisher.clone(),
            product: self.product.clone(),
            promotion_code: self.promotion_code.clone(),
            version: self.version.clone(),
        }
    }

    /// The plan that Azure shows; the written one where both mean the same, since Azure forgets promotion codes.
    pub(super) fn found(written: Option<Self>, found: Option<&Plan>) -> Option<Self> {
        let found = found?;
        let same = |own: &Self| {
            own.name == found.name
                && own.publisher == found.publisher
                && own.product == found.product
        };
        written.filter(same).or_else(|| {
            Some(Self {
                name: found.name.clone(),
                publisher: found.publisher.clone(),
                product: found.product.clone(),
                promotion_code: found.promotion_code.clone(),
                version: found.version.clone(),
            })
        })
    }
}

impl From<&Status> for StatusState {
    fn from(status: &Status) -> Self {
        Self {
            code: status.code.clone(),
            display_status: status.display_status.clone(),
            level: status.level.clone(),
            message: status.message.clone(),
        }
    }
}

impl From<&Workload> for WorkloadState {
    fn from(workload: &Workload) -> Self {
        Self {
            ready: workload.ready,
            desired: workload.desired,
        }
    }
}
