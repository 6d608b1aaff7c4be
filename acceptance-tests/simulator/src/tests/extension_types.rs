//! What may be installed.

use serde_json::{Value, json};

use super::azure::{Azure, SUBSCRIPTION, child_path};

const VERSION: &str = "2024-11-01-preview";

fn names(list: &Value) -> Vec<&str> {
    let items = list["value"].as_array().expect("a list");
    items
        .iter()
        .filter_map(|item| item["name"].as_str())
        .collect()
}

#[tokio::test]
async fn types_are_listed_for_a_cluster_and_for_a_region() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    let of_cluster = child_path("extensionTypes", "", VERSION).replace("/?", "?");
    let of_region = format!(
        "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.KubernetesConfiguration/locations/koreacentral/extensionTypes?api-version={VERSION}"
    );
    for path in [of_cluster, of_region] {
        let list = azure.get(&path).await.body;
        assert!(names(&list).contains(&"microsoft.flux"), "{list}");
        let offers = azure.get(&format!("{path}&publisherId=contoso")).await.body;
        assert_eq!(names(&offers), ["contoso.samples"]);
        let previews = azure
            .get(&format!("{path}&releaseTrain=Preview"))
            .await
            .body;
        assert!(!names(&previews).contains(&"microsoft.dapr"));
    }
    azure.stop().await;
}

#[tokio::test]
async fn a_type_tells_its_scope_and_its_versions_by_train() {
    let azure = Azure::start().await;
    azure.simulated("c1").await;
    let flux = azure
        .get(&child_path("extensionTypes", "Microsoft.Flux", VERSION))
        .await
        .body;
    let cluster = &flux["properties"]["supportedScopes"]["clusterScopeSettings"]["properties"];
    assert_eq!(
        cluster,
        &json!({"allowMultipleInstances": false, "defaultReleaseNamespace": "flux-system"})
    );
    let versions = |query: &str| {
        let path = child_path("extensionTypes", "microsoft.flux/versions", VERSION);
        format!("{path}{query}")
    };
    let stable = azure.get(&versions("")).await.body;
    assert_eq!(names(&stable)[0], "1.16.2");
    let latest = azure.get(&versions("&showLatest=true")).await.body;
    assert_eq!(names(&latest), ["1.16.2"]);
    let preview = azure.get(&versions("&releaseTrain=preview")).await.body;
    assert_eq!(names(&preview), ["1.17.0"]);
    assert!(names(&azure.get(&versions("&majorVersion=2")).await.body).is_empty());
    let one = child_path("extensionTypes", "microsoft.flux/versions/1.17.0", VERSION);
    assert_eq!(azure.get(&one).await.status, 200);
    let none = child_path("extensionTypes", "microsoft.flux/versions/9.9.9", VERSION);
    assert_eq!(azure.get(&none).await.code(), "ResourceNotFound");
    azure.stop().await;
}
