//! Taking over what exists in Azure: nothing is deleted there unless the plan said so.

use anyhow::{Context, ensure};
use serde_json::json;
use world::engine::Engine;

use crate::common::{Configuration, Fixture, Suite, says};

const WARNING: &str = "Connected Cluster May Be Deleted And Made Again";

pub fn scenarios(suite: &mut Suite, engine: &Engine) {
    suite.add("takeover::announced", 1, engine, announced);
}

/// The object comes into being between plan and apply, and its key is not the cluster's: that plan does not delete it, and
/// the next one says that it will. Azure, busy with the object, is no reason to delete it either.
async fn announced(test: Fixture) -> anyhow::Result<()> {
    let cluster = test.cluster();
    let configuration = Configuration::with(cluster, "adopt_existing = true").render();
    test.init(&configuration).await?;
    let plan = test.work.run(&["plan", "-no-color", "-out=unsuspecting"]);
    let plan = plan.await?.expect_success()?;
    ensure!(!plan.text.contains(WARNING), "{}", plan.text);
    let object = json!({
        "location": "koreacentral", "identity": {"type": "SystemAssigned"},
        "properties": {"agentPublicKeyCertificate": include_str!("foreign_key.txt").trim(), "distribution": "eks", "infrastructure": "aws"},
    });
    test.arm.create(&cluster.name, &object).await?;
    let principal = || async {
        let object = test.arm.connected_cluster(&cluster.name).await?;
        let object = object.context("it was deleted")?;
        anyhow::Ok(object["identity"]["principalId"].clone())
    };
    let before = principal().await?;
    let apply = test.work.run(&["apply", "-no-color", "unsuspecting"]);
    apply.await?.expect_failure()?;
    ensure!(principal().await? == before, "it was made again");

    let plan = test.work.plan().await?.expect_success()?;
    says(&plan.text, &[WARNING])?;
    let busy = json!({"method": "PUT", "path": test.id(), "times": 1, "action": {"reply": {
        "status": 409, "code": "Conflict", "message": "The request conflicts with another one."}}});
    test.simulator.fault(busy).await?;
    let apply = test.work.apply().await?.expect_failure()?;
    says(&apply.text, &["conflicts with another one"])?;
    ensure!(principal().await? == before, "a conflict deleted it");
    test.work.apply().await?.expect_success()?;
    ensure!(principal().await? != before, "it was kept");
    test.work.plan().await?.expect_empty()?;
    test.destroy().await
}
