//! Azure throttles, loses answers, forgets, refuses or never comes to an end.

use std::sync::Arc;

use acceptance_tests::engine::{Engine, Workdir};
use acceptance_tests::subject::{Arm, Door};
use acceptance_tests::world::azure::LOCATION;
use anyhow::ensure;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{converges, failed, is_tainted, within};
use crate::bad_input::says;
use crate::configuration::Configuration;
use crate::pool::Lease;
use crate::runner::Suite;

/// One fault and what comes of it.
struct Fault {
    name: &'static str,
    /// What happens to the request that makes the object.
    put: fn() -> Value,
    /// What happens when the object's operation is watched, how often.
    watch: Option<(fn() -> Value, u32)>,
    /// How long the create may take, in seconds; long enough unless it is said.
    limit: Option<u32>,
    outcome: Outcome,
}

enum Outcome {
    /// The same apply ends well.
    Converges,
    /// The apply fails and says this; whether the object exists nevertheless.
    Explains {
        summary: &'static str,
        names: &'static [&'static str],
        exists: bool,
    },
}

const NONE: Fault = Fault {
    name: "",
    put: || Value::Null,
    watch: None,
    limit: None,
    outcome: Outcome::Converges,
};

const FAULTS: [Fault; 8] = [
    Fault {
        name: "throttled",
        put: || json!({"reply": {"status": 429, "code": "TooManyRequests", "headers": {"Retry-After": "1"}}}),
        ..NONE
    },
    Fault {
        name: "answer_lost",
        put: || json!({"drop": "after"}),
        ..NONE
    },
    Fault {
        name: "request_lost",
        put: || json!({"drop": "before"}),
        ..NONE
    },
    Fault {
        name: "operation_not_known_yet",
        watch: Some((
            || json!({"reply": {"status": 404, "code": "ResourceNotFound"}}),
            2,
        )),
        ..NONE
    },
    Fault {
        name: "eventually_consistent",
        put: || json!({"hidden_ms": 4000}),
        ..NONE
    },
    Fault {
        name: "operation_fails",
        put: || json!({"operation": {"fails": {"code": "InternalServerError", "message": "The region is on fire."}}}),
        outcome: Outcome::Explains {
            summary: "Azure Operation Failed",
            names: &["InternalServerError", "The region is on fire."],
            exists: true,
        },
        ..NONE
    },
    Fault {
        name: "forbidden_by_policy",
        put: || {
            json!({"reply": {"status": 403, "body": {"error": {
                "code": "RequestDisallowedByPolicy",
                "message": "The resource was disallowed by policy.",
                "additionalInfo": [{"type": "PolicyViolation", "info": {
                    "policyDefinitionDisplayName": "Only clusters in Seoul",
                    "policyAssignmentDisplayName": "Seoul first",
                }}],
            }}}})
        },
        outcome: Outcome::Explains {
            summary: "Permission",
            names: &[
                "RequestDisallowedByPolicy",
                "Only clusters in Seoul",
                "Seoul first",
                "exemption",
            ],
            exists: false,
        },
        ..NONE
    },
    Fault {
        name: "operation_never_ends",
        put: || json!({"operation": "never"}),
        limit: Some(15),
        outcome: Outcome::Explains {
            summary: "Time",
            names: &["last seen: InProgress"],
            exists: true,
        },
        ..NONE
    },
];

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    for fault in FAULTS {
        let engine = engine.clone();
        let name = format!("failures::azure_{}::{}", fault.name, engine.name);
        suite.add(name, 1, |lease| befalls(lease, engine, fault));
    }
}

async fn befalls(lease: Arc<Lease>, engine: Engine, fault: Fault) -> anyhow::Result<()> {
    let cluster = lease.cluster();
    let arm = Arm::login(lease.world()).await?;
    let work = Workdir::new(lease.world(), &engine, fault.name)?;
    let mut configuration = Configuration::of(cluster);
    if let Some(seconds) = fault.limit {
        configuration.more = within(seconds);
    }
    put_in_force(&lease, &arm.id(&cluster.name), &fault).await?;
    match fault.outcome {
        Outcome::Converges => {
            work.configure(&configuration.render())?;
            work.init().await?;
        }
        Outcome::Explains {
            summary,
            names,
            exists,
        } => {
            let error = failed(&work, &configuration).await?;
            ensure!(error.summary.contains(summary), "{error:#?}");
            says(&error.detail, names)?;
            ensure!(is_tainted(&work).await? == exists, "{error:#?}");
            let object = arm.connected_cluster(&cluster.name).await?;
            ensure!(object.is_some() == exists, "{object:?}");
        }
    }
    configuration.more = String::new();
    work.configure(&configuration.render())?;
    converges(&lease, &work).await
}

/// The simulator puts a digest of the object's id into the address of each of its operations.
async fn put_in_force(lease: &Lease, id: &str, fault: &Fault) -> anyhow::Result<()> {
    let door = Door::of(lease.world())?;
    let put = (fault.put)();
    if !put.is_null() {
        let script = json!({"method": "PUT", "path": format!("*{id}"), "action": put});
        door.fault(script).await?;
    }
    if let Some((action, times)) = fault.watch {
        let digest = Sha256::digest(id.to_lowercase());
        let path = format!("*/locations/{LOCATION}/operationStatuses/*{digest:X}");
        let script = json!({"method": "GET", "path": path, "times": times, "action": action()});
        door.fault(script).await?;
    }
    Ok(())
}
