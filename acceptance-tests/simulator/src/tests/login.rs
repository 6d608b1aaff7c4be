//! Who gets a token, and what it opens.

use reqwest::Method;
use serde_json::{Value, json};

use super::azure::{Azure, CLIENT, SECRET, TENANT};

const SCOPE: &str = "https://management.azure.com/.default";

#[tokio::test]
async fn the_public_cloud_answers_under_its_own_names() {
    let mut azure = Azure::start().await;
    let base = azure.public("login.microsoftonline.com", "");
    let document = azure
        .get(&format!(
            "{base}/{TENANT}/v2.0/.well-known/openid-configuration"
        ))
        .await;
    assert_eq!(
        document.body["token_endpoint"],
        format!("{base}/{TENANT}/oauth2/v2.0/token")
    );

    let login = azure.login(&base, TENANT, CLIENT, SECRET, SCOPE).await;
    assert_eq!(
        (login.status, &login.body["token_type"]),
        (200, &json!("Bearer"))
    );
    azure.token = login.body["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();

    let arm = azure.public(
        "management.azure.com",
        "//subscriptions?api-version=2022-12-01",
    );
    assert_eq!(azure.get(&arm).await.body["value"][0]["tenantId"], TENANT);
    let metadata = azure.public(
        "management.azure.com",
        "//metadata/endpoints?api-version=2022-09-01",
    );
    assert!(azure.get(&metadata).await.body.is_array());
    azure.stop().await;
}

#[tokio::test]
async fn a_custom_cloud_tells_its_data_plane() {
    let azure = Azure::start().await;
    let document = azure
        .get("/metadata/endpoints?api-version=2022-09-01")
        .await
        .body;
    assert_eq!(
        document["dataplaneEndpoints"]["arcConfigEndpoint"],
        azure.url("/dp")
    );
    assert_eq!(document["authentication"]["loginEndpoint"], azure.url(""));
    azure.stop().await;
}

#[tokio::test]
async fn every_wrong_login_is_refused_by_its_own_code() {
    let azure = Azure::start().await;
    let base = azure.public("login.microsoftonline.com", "");
    let stranger = "00000000-0000-4000-8000-00000000dead";
    for (tenant, client, secret, scope, status, error, code) in [
        (
            stranger,
            CLIENT,
            SECRET,
            SCOPE,
            400,
            "invalid_request",
            90002,
        ),
        (
            TENANT,
            stranger,
            SECRET,
            SCOPE,
            400,
            "unauthorized_client",
            700_016,
        ),
        (
            TENANT,
            CLIENT,
            "guess",
            SCOPE,
            401,
            "invalid_client",
            7_000_215,
        ),
        (
            TENANT,
            CLIENT,
            SECRET,
            "https://management.azure.com/user",
            400,
            "invalid_scope",
            1_002_012,
        ),
        (
            TENANT,
            CLIENT,
            SECRET,
            "https://elsewhere.test/.default",
            400,
            "invalid_resource",
            500_011,
        ),
    ] {
        let refusal = azure.login(&base, tenant, client, secret, scope).await;
        assert_eq!(refusal.status, status, "{refusal:?}");
        assert_eq!(refusal.body["error"], error);
        assert_eq!(refusal.body["error_codes"], json!([code]));
        let description = refusal.body["error_description"]
            .as_str()
            .unwrap_or_default();
        assert!(
            description.starts_with(&format!("AADSTS{code}: ")),
            "{description}"
        );
    }
    azure.stop().await;
}

#[tokio::test]
async fn a_token_opens_only_what_it_was_made_for() {
    let mut azure = Azure::start().await;
    let path = "/subscriptions?api-version=2022-12-01";
    assert_eq!(azure.get(path).await.status, 200);

    let scope = format!("{}/.default", azure.url(""));
    let graph = azure
        .login(&azure.url(""), TENANT, CLIENT, SECRET, &scope)
        .await;
    let graph = graph.body["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let forged = format!("{}x", azure.token);
    for (token, code) in [
        (graph.as_str(), "InvalidAuthenticationTokenAudience"),
        (forged.as_str(), "InvalidAuthenticationToken"),
        ("", "InvalidAuthenticationToken"),
    ] {
        azure.token = token.to_owned();
        let refusal = azure.get(path).await;
        assert_eq!((refusal.status, refusal.code()), (401, code));
        assert!(
            refusal
                .header("www-authenticate")
                .starts_with("Bearer authorization_uri=")
        );
    }
    azure.stop().await;
}

#[tokio::test]
async fn no_token_at_all_and_a_revoked_one_are_different_errors() {
    let azure = Azure::start().await;
    let path = "/subscriptions?api-version=2022-12-01";
    let anonymous = azure
        .client
        .get(azure.url(path))
        .send()
        .await
        .expect("an answer");
    let body: Value = anonymous.json().await.expect("JSON");
    assert_eq!(body["error"]["code"], "AuthenticationFailed");

    azure
        .admin(Method::POST, "tokens/revoke", Value::Null)
        .await;
    assert_eq!(azure.get(path).await.code(), "ExpiredAuthenticationToken");
    azure.stop().await;
}

#[tokio::test]
async fn graph_knows_the_custom_locations_provider() {
    let mut azure = Azure::start().await;
    let base = azure.public("login.microsoftonline.com", "");
    let scope = "https://graph.microsoft.com//.default";
    let login = azure.login(&base, TENANT, CLIENT, SECRET, scope).await;
    azure.token = login.body["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let filter =
        "/v1.0/servicePrincipals?$filter=appId%20eq%20'bc313c14-388c-4e7d-a58e-70017303ee3b'";
    let found = azure
        .get(&azure.public("graph.microsoft.com", filter))
        .await;
    assert!(found.body["value"][0]["id"].is_string(), "{found:?}");
    azure.stop().await;
}
