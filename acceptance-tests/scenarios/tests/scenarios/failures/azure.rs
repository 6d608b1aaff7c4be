//! Azure throttles, loses answers, forgets, refuses or never comes to an end.

use anyhow::ensure;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use world::engine::Engine;
use world::simulator_client::SimulatorClient;

use super::{converges, failed, is_tainted, within};
use crate::common::{Configuration, Fixture, Suite, says};

/// One fault and what comes of it.
struct Fault {
    name: &'static str,
    request: Request,
    action: fn() -> Value,
    times: u32,
    /// How long the create may take, in seconds; long enough unless it is said.
    limit: Option<u32>,
    outcome: Outcome,
}

/// Which request fails.
enum Request {
    /// The one that makes the object.
    Put,
    /// A look at the operation that makes it.
    Watch,
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
    request: Request::Put,
    action: || Value::Null,
    times: 1,
    limit: None,
    outcome: Outcome::Converges,
};

const FAULTS: [Fault; 8] = [
    Fault {
        name: "throttled",
        action: || json!({"reply": {"status": 429, "code": "TooManyRequests", "headers": {"Retry-After": "1"}}}),
        ..NONE
    },
    Fault {
        name: "answer_lost",
        action: || json!({"drop": "after"}),
        ..NONE
    },
    Fault {
        name: "request_lost",
        action: || json!({"drop": "before"}),
        ..NONE
    },
    Fault {
        name: "operation_not_known_yet",
        request: Request::Watch,
        action: || json!({"reply": {"status": 404, "code": "ResourceNotFound"}}),
        times: 2,
        ..NONE
    },
    Fault {
        name: "eventually_consistent",
        action: || json!({"hidden_ms": 4000}),
        ..NONE
    },
    Fault {
        name: "operation_fails",
        action: || json!({"operation": {"fails": {"code": "InternalServerError", "message": "The region is on fire."}}}),
        outcome: Outcome::Explains {
            summary: "Azure Operation Failed",
            names: &["InternalServerError", "The region is on fire."],
            exists: true,
        },
        ..NONE
    },
    Fault {
        name: "forbidden_by_policy",
        action: || {
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
            summary: "Access Denied by Azure",
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
        action: || json!({"operation": "never"}),
        limit: Some(30),
        outcome: Outcome::Explains {
            summary: "Operation Timed Out",
            names: &["last seen: InProgress"],
            exists: true,
        },
        ..NONE
    },
];

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    for fault in FAULTS {
        let name = format!("failures::azure_{}", fault.name);
        suite.add(&name, 1, engine, |test| faulty_create(test, fault));
    }
}

async fn faulty_create(test: Fixture, fault: Fault) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let mut configuration = Configuration::of(cluster);
    if let Some(seconds) = fault.limit {
        configuration.more = within(seconds);
    }
    let path = add_fault(&test.simulator, &test.id(), &fault).await?;
    if let Outcome::Explains {
        summary,
        names,
        exists,
    } = fault.outcome
    {
        let error = failed(&test, &configuration).await?;
        ensure!(error.summary == summary, "{error:#?}");
        says(&error.detail, names)?;
        ensure!(is_tainted(&test.work).await? == exists, "{error:#?}");
        let object = test.arm.connected_cluster(&cluster.name).await?;
        ensure!(object.is_some() == exists, "{object:?}");
        configuration.more = String::new();
    }
    test.init(&configuration.render()).await?;
    converges(&test).await?;
    ensure!(
        test.simulator.is_spent(&path).await?,
        "the fault did not strike"
    );
    Ok(())
}

/// Answers the path of the requests that fail: that of the object, or the address of its operation, which the simulator
/// makes of a digest of the object's id.
async fn add_fault(simulator: &SimulatorClient, id: &str, fault: &Fault) -> anyhow::Result<String> {
    let digest = Sha256::digest(id.to_lowercase());
    let (method, path) = match fault.request {
        Request::Put => ("PUT", format!("*{id}")),
        Request::Watch => ("GET", format!("*/operationStatuses/*{digest:X}")),
    };
    let action = (fault.action)();
    let script = json!({"method": method, "path": path, "times": fault.times, "action": action});
    simulator.fault(script).await?;
    Ok(path)
}
