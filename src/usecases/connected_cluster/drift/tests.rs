use serde_json::json;

use super::super::testing::{id, spec};
use super::*;
use crate::cluster::{Agents, ArcConfig, Workload};
use crate::helm::UserValues;

const NOW: &str = "2026-11-25T12:00:00Z";

fn object(change: impl FnOnce(&mut serde_json::Value)) -> ConnectedCluster {
    let mut json = json!({"properties": {
        "agentPublicKeyCertificate": "KEY", "connectivityStatus": "Connected",
        "lastConnectivityTime": "2026-11-25T11:58:00Z",
        "managedIdentityCertificateExpirationTime": "2027-02-20T00:00:00Z",
    }});
    change(&mut json["properties"]);
    serde_json::from_value(json).expect("a connected cluster")
}

fn record() -> Record {
    let values = json!({"systemDefaultValues": {"clusterconnect-agent": {"enabled": true}}});
    Record {
        status: "deployed".to_owned(),
        chart_version: "1.35.4".to_owned(),
        last_deployed: None,
        values: serde_json::from_value(values)
            .map(UserValues::new)
            .expect("an object"),
        deployments: [
            ("config-agent".to_owned(), 1),
            ("kube-aad-proxy".to_owned(), 1),
        ]
        .into(),
        definitions: vec![Definition {
            group: "arc.azure.com".to_owned(),
            version: "v1beta1".to_owned(),
            plural: "connectedclusters".to_owned(),
        }],
    }
}

fn inside(change: impl FnOnce(&mut Inside)) -> Inside {
    let healthy = Workload {
        ready: 1,
        desired: 1,
    };
    let mut inside = Inside {
        cluster_uid: "uid".to_owned(),
        agents: Agents {
            namespace: "azure-arc".to_owned(),
            workloads: [
                ("config-agent".to_owned(), healthy),
                ("kube-aad-proxy".to_owned(), healthy),
            ]
            .into(),
        },
        release: Some(record()),
        config: Some(ArcConfig {
            subscription_id: id("mine").subscription_id().to_owned(),
            resource_group: "RG".to_owned(),
            name: "mine".to_owned(),
            auto_update: Some(true),
            ..ArcConfig::default()
        }),
        public_key: Some("KEY".to_owned()),
        unfinished: None,
        has_identity: true,
        served: ["connectedclusters.arc.azure.com".to_owned()].into(),
        evidence: Vec::new(),
    };
    change(&mut inside);
    inside
}

fn release(inside: &mut Inside) -> &mut Record {
    inside.release.as_mut().expect("a release")
}

fn found(spec: &Spec, object: &ConnectedCluster, inside: &Inside) -> Vec<Drift> {
    drift(spec, object, Some(inside), NOW.parse().expect("a time"))
}

#[track_caller]
fn expect(spec: &Spec, object: &ConnectedCluster, inside: &Inside, lines: &[(&str, Cure)]) {
    let expected: Vec<_> = lines
        .iter()
        .map(|(text, cure)| ((*text).to_owned(), cure.clone()))
        .collect();
    let found = found(spec, object, inside).into_iter();
    let found: Vec<_> = found.map(|one| (one.text, one.cure)).collect();
    assert_eq!(found, expected);
}

fn azure(change: impl FnOnce(&mut serde_json::Value), line: &str, cure: Cure) {
    expect(&spec(), &object(change), &inside(|_| {}), &[(line, cure)]);
}

fn cluster(change: impl FnOnce(&mut Inside), line: &str, cure: Cure) {
    expect(&spec(), &object(|_| {}), &inside(change), &[(line, cure)]);
}

#[test]
fn a_healthy_cluster_shows_nothing() {
    expect(&spec(), &object(|_| {}), &inside(|_| {}), &[]);
    let lonely = drift(&spec(), &object(|_| {}), None, NOW.parse().expect("a time"));
    assert_eq!(lonely, []);
}

#[test]
fn what_azure_shows_is_named() {
    azure(
        |p| p["connectivityStatus"] = "Offline".into(),
        "connected cluster: Offline since 2026-11-25T11:58:00Z, Azure has not heard of the agents",
        Cure::Restart,
    );
    azure(
        |p| p["connectivityStatus"] = "Expired".into(),
        "connected cluster: Expired since 2026-11-25T11:58:00Z, the agents' certificate ran out and only a new connected cluster helps",
        Cure::Replace(Replacement::Expired),
    );
    azure(
        |p| {
            p["connectivityStatus"] = "Connecting".into();
            p["lastConnectivityTime"] = json!(null);
        },
        "connected cluster: Connecting, the agents have not reported to Azure yet",
        Cure::Wait,
    );
    azure(
        |p| p["arcAgentProfile"] = json!({"agentAutoUpgrade": "Disabled"}),
        "connected cluster: auto-upgrade of the agents is Disabled, wanted is Enabled",
        Cure::Write,
    );
    azure(
        |p| p["managedIdentityCertificateExpirationTime"] = "2026-12-20T00:00:00Z".into(),
        "identity certificate of the agents: expires 2026-12-20T00:00:00Z and was not renewed",
        Cure::Restart,
    );
}

#[test]
fn nobody_waits_for_a_contact_that_was_not_asked_for() {
    let mut spec = spec();
    spec.wait_for_connected = false;
    let connecting = object(|p| p["connectivityStatus"] = "Connecting".into());
    expect(&spec, &connecting, &inside(|_| {}), &[]);
}

#[test]
fn what_the_cluster_shows_is_named() {
    cluster(
        |i| i.agents.workloads.retain(|name, _| name != "config-agent"),
        "deployment azure-arc/config-agent: missing",
        Cure::Reinstall,
    );
    let counts = |ready, desired| {
        move |i: &mut Inside| {
            let workload = Workload { ready, desired };
            i.agents
                .workloads
                .extend([("config-agent".to_owned(), workload)]);
            let about = |pod: &str, what: &str| EvidenceLine {
                pod: Some(pod.to_owned()),
                text: format!("pod {pod}, container {what}"),
            };
            i.evidence = vec![
                about("kube-aad-proxy-1", "x: CrashLoopBackOff"),
                about("config-agent-7f-x", "main: ImagePullBackOff"),
            ];
        }
    };
    cluster(
        counts(0, 0),
        "deployment azure-arc/config-agent: scaled to 0 of 1 replicas",
        Cure::Reinstall,
    );
    cluster(
        counts(0, 1),
        "deployment azure-arc/config-agent: 0 of 1 replicas ready (pod config-agent-7f-x, container main: ImagePullBackOff)",
        Cure::Reinstall,
    );
    cluster(
        |i| i.release = None,
        "helm release azure-arc: missing",
        Cure::Reinstall,
    );
    cluster(
        |i| release(i).status = "failed".to_owned(),
        "helm release azure-arc: status failed",
        Cure::Reinstall,
    );
    cluster(
        |i| i.served.clear(),
        "custom resource definition connectedclusters.arc.azure.com: missing",
        Cure::Reinstall,
    );
    cluster(
        |i| i.has_identity = false,
        "secret azure-arc/azure-identity-certificate: missing",
        Cure::Restart,
    );
}

#[test]
fn the_key_is_compared_with_its_public_half() {
    cluster(
        |i| i.public_key = None,
        "secret azure-arc/azure-arc-connect-privatekey: missing",
        Cure::NewKey,
    );
    cluster(
        |i| i.public_key = Some("OTHER".to_owned()),
        "secret azure-arc/azure-arc-connect-privatekey: holds a key that is not the one that Azure knows",
        Cure::Replace(Replacement::ForeignKey),
    );
    cluster(
        |i| {
            i.public_key = Some("OTHER".to_owned());
            i.unfinished = Some(id("mine"));
        },
        "secret azure-arc/azure-arc-connect-privatekey: holds a new key that did not reach Azure",
        Cure::NewKey,
    );
    cluster(
        |i| {
            i.public_key = Some("OTHER".to_owned());
            i.unfinished = Some(id("theirs"));
        },
        "secret azure-arc/azure-arc-connect-privatekey: holds a key that is not the one that Azure knows",
        Cure::Replace(Replacement::ForeignKey),
    );
}

#[test]
fn the_config_map_is_compared_with_the_object() {
    cluster(
        |i| i.config = None,
        "config map azure-arc/azure-clusterconfig: missing",
        Cure::Reinstall,
    );
    let elsewhere = format!(
        "config map azure-arc/azure-clusterconfig: names {}",
        id("other")
    );
    cluster(
        |i| {
            if let Some(config) = &mut i.config {
                config.resource_group = "rg".to_owned();
                config.name = "other".to_owned();
            }
        },
        &elsewhere,
        Cure::Reinstall,
    );
    cluster(
        |i| i.config.as_mut().expect("a map").auto_update = Some(false),
        "config map azure-arc/azure-clusterconfig: AZURE_ARC_AUTOUPDATE is false, wanted is true",
        Cure::Reinstall,
    );
}

#[test]
fn a_version_counts_only_where_nobody_upgrades_by_himself() {
    let mut pinned = spec();
    pinned.agent.version = Some("1.36.0".to_owned());
    expect(&pinned, &object(|_| {}), &inside(|_| {}), &[]);
    pinned.settings.auto_upgrade = false;
    let off = object(|p| p["arcAgentProfile"] = json!({"agentAutoUpgrade": "Disabled"}));
    let held = inside(|i| i.config.as_mut().expect("a map").auto_update = Some(false));
    let line = "helm release azure-arc: chart 1.35.4, wanted is 1.36.0";
    expect(&pinned, &off, &held, &[(line, Cure::Reinstall)]);
}

#[test]
fn values_are_compared_and_addresses_not_shown() {
    let mut spec = spec();
    spec.settings.cluster_connect = false;
    spec.settings.custom_locations = Some("oid".to_owned());
    let [connect, locations] = [
        "helm release azure-arc: cluster connect is on, wanted is off",
        "helm release azure-arc: custom locations is off, wanted is on",
    ];
    let cure = Cure::Reinstall;
    expect(
        &spec,
        &object(|_| {}),
        &inside(|_| {}),
        &[(connect, cure.clone()), (locations, cure.clone())],
    );

    let proxied = |address: &str| {
        inside(|i| {
            let over = json!({"global": {"isProxyEnabled": true, "httpsProxy": address}});
            let values = release(i).values.overlaid(over);
            release(i).values = serde_json::from_value(values)
                .map(UserValues::new)
                .expect("an object");
        })
    };
    let mut spec = super::super::testing::spec();
    spec.settings.proxy = Some(Proxy {
        https: Some("http://u:secret@proxy".into()),
        ..Proxy::default()
    });
    let in_use =
        object(|p| p["arcAgentryConfigurations"] = json!([{"feature": "proxy", "settings": {}}]));
    expect(&spec, &in_use, &proxied("http://u:secret@proxy"), &[]);
    let line = "helm release azure-arc: the proxy for HTTPS differs";
    expect(&spec, &in_use, &proxied("http://other"), &[(line, cure)]);
    spec.settings.proxy = Some(Proxy {
        hidden: true,
        ..Proxy::default()
    });
    expect(&spec, &in_use, &proxied("http://u:secret@proxy"), &[]);
}
