use super::*;

/// Texts with a secret in them, each of which contains `CANARY`, in the words of the programs that leak them.
pub(crate) const LEAKS: [&str; 51] = [
    "client_secret=CANARY01",
    "AZURE_CLIENT_SECRET=CANARY02",
    "access_token=CANARY03",
    "refresh_token: CANARY04",
    "secret: CANARY05",
    "https_proxy_password=CANARY06",
    "Authorization: Basic CANARY07Zm9v",
    "http://user:pa/CANARY08@proxy:3128",
    "http://user:p@CANARY09@proxy:3128",
    "password = CANARY10",
    "--password CANARY11",
    "--client-secret CANARY12",
    "pwd=CANARY13",
    "apikey=CANARY14",
    "Bearer CANARY15",
    "wJalrCANARY16I/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "abc8Q~CANARY17xxxxxxxxxxxxxxxxxxxxxxxxx",
    "password=CANARY18",
    "token: CANARY19",
    "\u{1b}[31mtoken\u{1b}[0m=CANARY",
    "pass\u{0}word=CANARY",
    "password: 'CANARY with blanks'",
    r#"{"password":"a\"CANARY","user":"u"}"#,
    r#"{\"clientSecret\":\"CANARY\"}"#,
    "password => \"CANARY\"",
    "password := CANARY",
    "password=pa,CANARY",
    "password: |\n  CANARY\n",
    "data[password]: Invalid value: \"CANARY\": must be base64",
    "x-api-key: CANARY",
    "AWS_SECRET_ACCESS_KEY=CANARY",
    "--password=CANARY",
    "credentials = CANARY",
    "passphrase: CANARY",
    "https://CANARY@git.example/repository",
    "oci://user:CANARY@registry.example/chart@sha256:abcd",
    "ssh://git:CANARY\\\"x@git.example",
    "proxyconnect tcp: dial \"http://u:CANARY@proxy:3128\": refused",
    "Proxy-Authorization: Bearer CANARY",
    "Authorization: CANARY",
    "'Authorization': 'Basic CANARY=='",
    "Authorization: Digest username=\"u\", response=CANARY",
    "authorization=AWS4-HMAC-SHA256 Credential=a/b, Signature=CANARY",
    "Basic dTpwCANARY==",
    "eyJhbGciOiJSUzI1NiJ9.CANARY.c2ln",
    "bearer eyJhbGciOiJSUzI1NiIsImtpZCI6CANARY",
    "key:\n-----BEGIN RSA PRIVATE KEY-----\nCANARY\n-----END RSA PRIVATE KEY----- end",
    "cut -----BEGIN PRIVATE KEY-----\nCANARY",
    "data: QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYCANARYn0= is invalid",
    "cookie 0123456789abcdef0123456789abcdefCANARY0123456789abcdef",
    "x7~8Q_.-CANARYxxxxxxxxxxxxxxxxxxxx",
];

/// Words without a secret, as Kubernetes, Helm, Entra, ARM and registries say them.
const ORDINARY: [&str; 28] = [
    r#"secrets "azure-arc-connect-privatekey" not found"#,
    r#"secrets is forbidden: User "dev" cannot list resource "secrets" in API group "" at the cluster scope"#,
    r#"User "system:serviceaccount:default:x" cannot get resource "secrets" in API group "" in the namespace "azure-arc""#,
    r#"admission webhook "validate.kyverno.svc-fail" denied the request: resource Deployment/azure-arc/config-agent was blocked"#,
    r#"MountVolume.SetUp failed for volume "kube-aad-proxy-tls" : secret "kube-aad-proxy-certificate" not found"#,
    r#"label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm""#,
    r#"ConfigMap "x" is invalid: metadata.name: Invalid value: "A_b": a lowercase RFC 1123 subdomain must consist of lower case"#,
    "Error: UPGRADE FAILED: timed out waiting for the condition",
    "Kubernetes cluster unreachable: getting credentials: exec: executable aws not found",
    "could not get token: NoCredentials: log in",
    "the server has asked for the client to provide credentials",
    "dial tcp 127.0.0.1:443: connect: connection refused",
    "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '00000000-0000-0000-0000-000000000009'.",
    "AADSTS700082: The refresh token has expired due to inactivity. The token was issued on 2026-01-01T00:00:00Z and was inactive for 90.00:00:00.",
    "AADSTS50076: Due to a configuration change made by your administrator, you must use multi-factor authentication to access '797f4846-ba00-4fd7-ba43-dac1f8f63013'.",
    "The client 'a@b.example' with object id '0f8fad5b-d9cb-469f-a165-70867728950e' does not have authorization to perform action 'Microsoft.Kubernetes/connectedClusters/write' over scope '/subscriptions/0f8fad5b-d9cb-469f-a165-70867728950e/resourceGroups/RG-Prod01/providers/Microsoft.Kubernetes/connectedClusters/EKS-Prod-01'",
    "/subscriptions/7c9e6679-7425-40de-944b-e07fc1f90ae7/resourceGroups/rg-arc-prod-eu-west-1/providers/Microsoft",
    "The access token expiry UTC time '1/1/2026 1:00:00 AM' is earlier than current UTC time '1/1/2026 2:00:00 AM'.",
    "pulling mcr.microsoft.com/a@sha256:abababababababababababababababababababababababababababababababab",
    "oci://mcr.microsoft.com/a@sha256:abababababababababababababababababababababababababababababababab: not found",
    "main@sha1:0123456789abcdef0123456789abcdef01234567",
    r#"WWW-Authenticate: Bearer realm="https://mcr.microsoft.com/oauth2/token",service="mcr.microsoft.com""#,
    "the API server refused the bearer token.",
    "basic authentication is disabled",
    "mcr.microsoft.com/azurearck8s/clusterconnect-agent/stable/linux:1.37.1",
    "pod azure-arc/clusteridentityoperator-7d9f8c6b5d-x2x9z is not ready",
    "secretName: azure-arc-tls, token_file: /var/run/token, keyVaultId=x",
    "/apis/rbac/v1/namespaces/azure-arc/rolebindings/cluster-metadata-collector-binding",
];

#[test]
fn secrets_go_wherever_they_stand() {
    for said in LEAKS {
        for shown in [text(said), ending(said), one_line(said, SHOWN)] {
            assert!(
                shown.contains(HIDDEN) && !shown.contains("CANARY"),
                "{said:?}: {shown:?}"
            );
        }
        let all = LEAKS.join("; ");
        assert!(!text(&all).contains("CANARY"), "{}", text(&all));
    }
}

#[test]
fn ordinary_words_stay_whole() {
    for said in ORDINARY {
        assert_eq!(text(said), said);
    }
}

#[test]
fn what_surrounds_a_secret_stays() {
    for (said, shown) in [
        (
            "GET http://me:pw@proxy:3128/ failed",
            "GET http://[hidden]@proxy:3128/ failed",
        ),
        ("token=abc no session", "token=[hidden] no session"),
        (
            r#"{"password": "hunter2", "user": "u"}"#,
            r#"{"password": [hidden], "user": "u"}"#,
        ),
        (
            "Authorization: Bearer a.b refused",
            "Authorization: [hidden] refused",
        ),
        (
            "az login --password x --tenant t",
            "az login --password [hidden] --tenant t",
        ),
        (
            "key: -----BEGIN KEY-----\nMIIE\n-----END KEY----- end",
            "key: [hidden] end",
        ),
        (
            "\u{1b}[31mred\u{1b}[0m\r\nnext\tcolumn\u{7}",
            "red\nnext\tcolumn",
        ),
    ] {
        assert_eq!(text(said), shown);
        assert_eq!(text(shown), shown, "twice is as good as once");
    }
}

#[test]
fn a_long_text_is_cut_at_a_character_and_hides_no_half_of_a_secret() {
    assert_eq!(one_line("äöü äöü", 8), "äöü …");
    let long = format!("begin {} end", "ä".repeat(500_000));
    for shown in [text(&long), ending(&long)] {
        assert!(shown.len() <= SHOWN + '…'.len_utf8(), "{}", shown.len());
    }
    assert!(text(&long).starts_with("begin ") && ending(&long).ends_with(" end"));
    let across = format!(
        "{}http://u:{}@proxy",
        "x ".repeat(SHOWN / 2 - 10),
        "CANARY".repeat(10)
    );
    assert!(!text(&across).contains("CANARY"));
}

#[derive(Debug, thiserror::Error)]
#[error("outer")]
struct Outer(#[source] std::io::Error);

#[test]
fn an_error_of_others_keeps_its_causes_and_no_secret() {
    let error = Foreign::from_error(&Outer(std::io::Error::other("pwd=CANARY")));
    let cause = error.source().map(ToString::to_string);
    assert_eq!(
        (error.to_string().as_str(), cause.as_deref()),
        ("outer", Some("pwd=[hidden]"))
    );
}

proptest::proptest! {
    #![proptest_config(crate::fuzzing::config())]

    #[test]
    fn fuzz_redactor(
        leak in proptest::sample::select(LEAKS.to_vec()),
        before in "[ -~\\n]{0,60}",
        more in "[A-Za-z0-9]{0,12}",
        after in "[ -~\\n]{0,60}",
    ) {
        // A key of AWS without a name is told by how jumbled it is, which more characters change.
        let more = if leak.starts_with("wJalr") { "" } else { more.as_str() };
        let leak = leak.replace("CANARY", &format!("CANARY{more}"));
        let shown = text(&format!("{before}\n{leak}\n{after}"));
        proptest::prop_assert!(!shown.contains("CANARY"), "{shown}");
        proptest::prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{shown:?}");
    }

    #[test]
    fn fuzz_redacted_words(said in crate::fuzzing::damaged_text(&ORDINARY)) {
        proptest::prop_assert!(text(&said).len() <= SHOWN + 64);
        let _ = (ending(&said), one_line(&said, 80));
    }
}
