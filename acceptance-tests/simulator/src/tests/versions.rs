//! One stored object, seen and written through every api-version.

use serde_json::{Value, json};

use super::azure::{Azure, NEWEST, cluster, cluster_path};

async fn properties(azure: &Azure, version: &str) -> Value {
    azure.get(&cluster_path("c1", version)).await.body["properties"].clone()
}

#[tokio::test]
async fn an_older_version_hides_what_came_later() {
    let azure = Azure::start().await;
    let mut body = cluster();
    body["properties"]["gateway"] = json!({"enabled": true});
    body["properties"]["arcAgentProfile"] =
        json!({"systemComponents": [{"type": "x", "majorVersion": 1}]});
    azure.put(&cluster_path("c1", NEWEST), body).await;
    azure.provisioned(&cluster_path("c1", NEWEST)).await;

    let newest = properties(&azure, NEWEST).await;
    assert_eq!(newest["gateway"], json!({"enabled": true}));
    let stable = properties(&azure, "2024-01-01").await;
    assert!(stable.get("gateway").is_none());
    assert_eq!(
        stable["arcAgentProfile"],
        json!({"agentAutoUpgrade": "Enabled"})
    );
    let oldest = properties(&azure, "2021-03-01").await;
    assert!(oldest.get("arcAgentProfile").is_none() && oldest.get("azureHybridBenefit").is_none());
    assert_eq!(oldest["distribution"], "eks");
    azure.stop().await;
}

#[tokio::test]
async fn an_older_version_refuses_what_came_later() {
    let azure = Azure::start().await;
    let mut body = cluster();
    body["properties"]["gateway"] = json!({"enabled": true});
    for (version, status) in [
        ("2021-10-01", 400),
        ("2024-01-01", 400),
        ("2025-08-01-preview", 201),
    ] {
        assert_eq!(
            azure
                .put(&cluster_path("c1", version), body.clone())
                .await
                .status,
            status,
            "{version}"
        );
    }
    azure.provisioned(&cluster_path("c1", NEWEST)).await;
    let benefit = json!({"properties": {"azureHybridBenefit": "True"}});
    let gateway = json!({"properties": {"gateway": {"enabled": false}}});
    for (version, patch, status) in [
        ("2021-10-01", &benefit, 400),
        ("2024-01-01", &benefit, 200),
        ("2024-01-01", &gateway, 400),
        ("2025-08-01-preview", &gateway, 400),
        (NEWEST, &gateway, 202),
    ] {
        assert_eq!(
            azure
                .patch(&cluster_path("c1", version), patch.clone())
                .await
                .status,
            status,
            "{version} {patch}"
        );
    }
    azure.stop().await;
}

#[tokio::test]
async fn a_put_in_an_older_version_leaves_alone_what_it_cannot_express() {
    let azure = Azure::start().await;
    let mut body = cluster();
    body["properties"]["gateway"] = json!({"enabled": true});
    body["properties"]["azureHybridBenefit"] = json!("True");
    azure.put(&cluster_path("c1", NEWEST), body).await;
    azure.provisioned(&cluster_path("c1", NEWEST)).await;
    assert_eq!(
        azure
            .put(&cluster_path("c1", "2024-01-01"), cluster())
            .await
            .status,
        200
    );
    let after = properties(&azure, NEWEST).await;
    assert_eq!(after["gateway"], json!({"enabled": true}));
    assert_eq!(after["azureHybridBenefit"], "NotApplicable");
    azure.stop().await;
}
