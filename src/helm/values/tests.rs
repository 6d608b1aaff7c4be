use proptest::prelude::*;
use serde_json::json;

use super::*;

fn settings(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, text)| ((*key).to_owned(), (*text).to_owned()))
        .collect()
}

fn protected(pairs: &[(&str, &str)]) -> ProtectedSettings {
    let proxy = pairs
        .iter()
        .map(|(setting, text)| ((*setting).to_owned(), SecretString::from(*text)))
        .collect();
    ProtectedSettings::from([("proxy".to_owned(), proxy)])
}

/// An EKS cluster in the public cloud, as the recorded `az connectedk8s connect` had it.
fn eks<'a>(
    helm_settings: &'a BTreeMap<String, String>,
    protected_settings: &'a ProtectedSettings,
) -> AgentValues<'a> {
    AgentValues {
        distribution: "eks",
        infrastructure: "aws",
        onboarding_private_key: None,
        azure_environment: "AZUREPUBLICCLOUD",
        cluster_connect_enabled: true,
        data_plane_overrides: None,
        helm_settings,
        protected_settings,
        custom_locations_oid: None,
    }
}

#[test]
fn the_public_cloud_gives_what_helm_get_values_showed_of_the_azure_cli() {
    let settings = settings(&[
        ("global.isProxyEnabled", "False"),
        ("global.location", "eastus"),
        ("global.resourceGroupName", "rg1"),
        ("global.resourceName", "redacted"),
        (
            "global.subscriptionId",
            "11111111-2222-3333-4444-555555555555",
        ),
        ("global.tenantId", "99999999-8888-7777-6666-555555555555"),
        ("systemDefaultValues.azureArcAgents.autoUpdate", "true"),
    ]);
    let none = ProtectedSettings::new();
    let values = AgentValues {
        custom_locations_oid: Some("51dfe1e8-70c6-4de5-a08e-e18aff23d815"),
        ..eks(&settings, &none)
    };
    assert_eq!(
        values.compose().expect("no secrets wanted"),
        json!({
            "global": {
                "azureEnvironment": "AZUREPUBLICCLOUD",
                "isProxyEnabled": false,
                "kubernetesDistro": "eks",
                "kubernetesInfra": "aws",
                "location": "eastus",
                "resourceGroupName": "rg1",
                "resourceName": "redacted",
                "subscriptionId": "11111111-2222-3333-4444-555555555555",
                "tenantId": "99999999-8888-7777-6666-555555555555",
            },
            "systemDefaultValues": {
                "azureArcAgents": { "autoUpdate": true },
                "clusterconnect-agent": { "enabled": true },
                "customLocations": {
                    "enabled": true,
                    "oid": "51dfe1e8-70c6-4de5-a08e-e18aff23d815",
                },
                "spnOnboarding": false,
            },
        })
    );
}

#[test]
fn a_cloud_with_its_own_data_plane_gets_eight_overrides() {
    let (settings, none) = (BTreeMap::new(), ProtectedSettings::new());
    let overrides = DataPlaneOverrides {
        principal_id: "principal".to_owned(),
        location: "eastus".to_owned(),
        resource_manager: "https://arm.local".to_owned(),
        active_directory: "https://login.local".to_owned(),
        configuration: "https://dp.local".to_owned(),
        notification: "https://gns.local".to_owned(),
        identity: "https://his.local".to_owned(),
        relay_suffix: "relay.local".to_owned(),
        image_repository: "registry.local".to_owned(),
    };
    let values = AgentValues {
        azure_environment: "ARCFAKE",
        data_plane_overrides: Some(&overrides),
        ..eks(&settings, &none)
    };
    assert_eq!(
        values.compose().expect("no secrets wanted"),
        json!({
            "global": {
                "azureEnvironment": "ARCFAKE",
                "kubeAadEndpoint": "principal.k8sproxysvc.connectrp.azs",
                "kubernetesDistro": "eks",
                "kubernetesInfra": "aws",
            },
            "systemDefaultValues": {
                "activeDirectoryEndpoint": "https://login.local",
                "azureArcAgents": { "config_dp_endpoint_override": "https://dp.local" },
                "azureResourceManagerEndpoint": "https://arm.local",
                "clusterconnect-agent": {
                    "enabled": true,
                    "notification_dp_endpoint_override": "https://gns.local",
                    "relay_endpoint_suffix_override": "relay.local",
                },
                "clusteridentityoperator": {
                    "his_endpoint_override":
                        "https://his.local/discovery?location=eastus&api-version=1.0-preview",
                },
                "image": { "repository": "registry.local" },
                "spnOnboarding": false,
            },
        })
    );
}

#[test]
fn placeholders_become_what_they_stand_for() {
    let settings = settings(&[
        ("global.httpsProxy", "redacted:proxy:https_proxy"),
        ("global.noProxy", "redacted:proxy:no_proxy"),
        ("global.proxyCert", "redacted:proxy:proxy_cert"),
    ]);
    let protected = protected(&[
        ("https_proxy", "http://u:p@proxy:3128"),
        ("no_proxy", "10.0.0.0/16,.svc"),
        ("proxy_cert", "true"),
    ]);
    let values = eks(&settings, &protected).compose().expect("all are known");
    assert_eq!(values["global"]["httpsProxy"], "http://u:p@proxy:3128");
    assert_eq!(values["global"]["noProxy"], "10.0.0.0/16,.svc");
    assert_eq!(values["global"]["proxyCert"], "true");
}

#[test]
fn a_placeholder_for_nothing_is_an_error() {
    for placeholder in [
        "redacted:proxy:http_proxy",
        "redacted:logging:x",
        "redacted:",
    ] {
        let settings = settings(&[("global.httpProxy", placeholder)]);
        let none = protected(&[]);
        let error = eks(&settings, &none).compose().expect_err("unknown");
        assert_eq!(
            error.to_string(),
            format!(
                "setting global.httpProxy wants the protected value {placeholder}, which is not configured"
            )
        );
    }
}

#[test]
fn the_last_word_on_cluster_connect_is_ours() {
    let settings = settings(&[(CLUSTER_CONNECT, "true")]);
    let none = ProtectedSettings::new();
    let key = SecretString::from("-----BEGIN RSA PRIVATE KEY-----");
    let values = AgentValues {
        cluster_connect_enabled: false,
        onboarding_private_key: Some(&key),
        ..eks(&settings, &none)
    }
    .compose()
    .expect("no secrets wanted");
    assert_eq!(
        values["systemDefaultValues"]["clusterconnect-agent"]["enabled"],
        false
    );
    assert_eq!(
        values["global"]["onboardingPrivateKey"],
        "-----BEGIN RSA PRIVATE KEY-----"
    );
}

#[test]
fn texts_get_the_types_that_helm_gives_them() {
    for (text, expected) in [
        ("true", json!(true)),
        ("False", json!(false)),
        ("NULL", json!(null)),
        ("0", json!(0)),
        ("-12", json!(-12)),
        ("9223372036854775807", json!(i64::MAX)),
        ("9223372036854775808", json!("9223372036854775808")),
        ("007", json!("007")),
        ("1.5", json!("1.5")),
        ("", json!("")),
        ("yes", json!("yes")),
        ("a,b", json!("a,b")),
        (r"a\,b", json!(r"a\,b")),
    ] {
        assert_eq!(typed(text), expected, "{text}");
    }
}

#[test]
fn an_object_takes_the_place_of_a_text() {
    let mut values = Values::default();
    values.set("a", "text");
    values.set("a.b.c", "1");
    values.set("a.b.d", "x");
    assert_eq!(
        Value::Object(values.0),
        json!({"a": {"b": {"c": 1, "d": "x"}}})
    );
}

proptest! {
    #[test]
    fn what_was_set_last_is_found_under_its_path(
        earlier in proptest::collection::vec(("[ab](\\.[ab]){0,3}", "[a-z0-9]{0,3}"), 0..8),
        key in "[ab](\\.[ab]){0,3}",
        text in "\\PC{0,12}",
    ) {
        let mut values = Values::default();
        for (key, text) in &earlier {
            values.set(key, text);
        }
        values.set(&key, &text);
        let pointer = format!("/{}", key.replace('.', "/"));
        let values = Value::Object(values.0);
        prop_assert_eq!(values.pointer(&pointer), Some(&typed(&text)));
    }
}

#[test]
fn a_key_that_nests_without_end_is_refused() {
    let none = ProtectedSettings::new();
    let deep = |parts: usize| vec!["a"; parts].join(".");
    let composed = |key: &str| eks(&settings(&[(key, "x")]), &none).compose().map(drop);
    composed(&deep(32)).expect("deep enough for any chart");
    for parts in [33, 100_000] {
        let error = composed(&deep(parts)).expect_err("too deep");
        let said = error.to_string();
        assert!(said.contains("a.a.a") && said.contains("32"), "{said}");
        assert!(said.len() < 300, "{} bytes", said.len());
    }
}

#[test]
fn a_secret_of_the_proxy_goes_nowhere_but_to_the_proxys_keys() {
    let protected = protected(&[("https_proxy", "http://u:hunter2@proxy")]);
    let composed = |key: &str| {
        let settings = settings(&[(key, "redacted:proxy:https_proxy")]);
        eks(&settings, &protected).compose()
    };
    for key in [
        "global.httpsProxy",
        "global.httpProxy",
        "global.noProxy",
        "global.proxyCert",
    ] {
        composed(key).expect(key);
    }
    for key in [
        "global.resourceName",
        "global.httpsProxy.more",
        "httpsProxy",
    ] {
        let error = composed(key).expect_err(key);
        assert!(matches!(error, Error::BadSetting { .. }), "{error}");
    }
}
