//! What differs between a connected cluster as it was applied and as both planes show it, in words, and what cures it.
//!
//! A pure function of what was seen, so that each line can be tested without a world. What Azure shows under an attribute
//! of its own (tags, distribution) is not repeated here: it shows there. Nor is what changes by itself: heartbeats, and
//! the chart of agents that upgrade themselves.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::arm::ConnectedCluster;
use crate::cluster::EvidenceLine;
use crate::helm::{Definition, Record};

use super::object;
use super::observe::Inside;
use super::spec::{ChartOrigin, Proxy, Spec};
use crate::usecases::drift::{Cure, Drift, Replacement};
use crate::usecases::target::owner;

/// The certificate lives 90 days and is renewed from day 46 on. With less than this left, renewals have failed for weeks.
const CERTIFICATE_MARGIN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Compares. `inside` is `None` where the cluster could not be looked at.
#[must_use]
pub fn drift(
    spec: &Spec,
    object: &ConnectedCluster,
    inside: Option<&Inside>,
    now: Timestamp,
) -> Vec<Drift> {
    let mut found = connectivity(spec, object);
    found.extend(
        object::differences(object, spec)
            .into_iter()
            .map(|text| Drift::azure(Cure::Write, text)),
    );
    if let Some(inside) = inside {
        found.extend(key(spec, object, inside));
        found.extend(release(spec, inside));
        found.extend(config(spec, inside));
        found.extend(identity(object, inside, now));
    }
    found
}

fn connectivity(spec: &Spec, object: &ConnectedCluster) -> Vec<Drift> {
    let last = object.properties.last_connectivity_time.as_deref();
    let since = last.map_or(String::new(), |time| format!(" since {time}"));
    let line = |cure, why: &str| {
        let status = object.connectivity_status().unwrap_or_default();
        vec![Drift::azure(
            cure,
            format!("connected cluster: {status}{since}, {why}"),
        )]
    };
    match object.connectivity_status() {
        Some("Expired") => line(
            Cure::Replace(Replacement::Expired),
            "the agents' certificate ran out and only a new connected cluster helps",
        ),
        Some("Offline") => line(Cure::Restart, "Azure has not heard of the agents"),
        Some("Connecting") if spec.wait_for_connected => {
            line(Cure::Wait, "the agents have not reported to Azure yet")
        }
        _ => Vec::new(),
    }
}

/// The key in the cluster and its public half in Azure.
fn key(spec: &Spec, object: &ConnectedCluster, inside: &Inside) -> Option<Drift> {
    const SECRET: &str = "secret azure-arc/azure-arc-connect-privatekey";
    let Some(held) = &inside.public_key else {
        return Some(Drift::cluster(Cure::NewKey, format!("{SECRET}: missing")));
    };
    let known = object.properties.agent_public_key_certificate.as_deref();
    if known == Some(held) {
        return None;
    }
    Some(if inside.unfinished.as_ref() == Some(&spec.id) {
        let text = format!("{SECRET}: holds a new key that did not reach Azure");
        Drift::cluster(Cure::NewKey, text)
    } else {
        let text = format!("{SECRET}: holds a key that is not the one that Azure knows");
        Drift::cluster(Cure::Replace(Replacement::ForeignKey), text)
    })
}

fn release(spec: &Spec, inside: &Inside) -> Vec<Drift> {
    let Some(record) = &inside.release else {
        return vec![Drift::cluster(
            Cure::Reinstall,
            "helm release azure-arc: missing",
        )];
    };
    let mut found = Vec::new();
    if record.status != "deployed" {
        found.push(format!("helm release azure-arc: status {}", record.status));
    }
    found.extend(chart(spec, record));
    found.extend(values(spec, record));
    found.extend(deployments(record, inside));
    found.extend(definitions(&record.definitions, &inside.served));
    found
        .into_iter()
        .map(|text| Drift::cluster(Cure::Reinstall, text))
        .collect()
}

/// Agents that upgrade themselves have the version that they have.
fn chart(spec: &Spec, record: &Record) -> Option<String> {
    let wanted = spec.agent.version.as_ref()?;
    let settled = spec.settings.auto_upgrade || matches!(spec.agent.chart, ChartOrigin::Path(_));
    (!settled && *wanted != record.chart_version).then(|| {
        format!(
            "helm release azure-arc: chart {}, wanted is {wanted}",
            record.chart_version
        )
    })
}

/// The values behind the settings that Azure does not know.
fn values(spec: &Spec, record: &Record) -> Vec<String> {
    let settings = &spec.settings;
    let flag = |key: &str| record.values.text(key).as_deref() == Some("true");
    let mut found = Vec::new();
    let mut differs = |what: &str, is: bool, wanted: bool| {
        if is != wanted {
            let word = |on| if on { "on" } else { "off" };
            found.push(format!(
                "helm release azure-arc: {what} is {}, wanted is {}",
                word(is),
                word(wanted)
            ));
        }
    };
    differs(
        "cluster connect",
        flag("systemDefaultValues.clusterconnect-agent.enabled"),
        settings.cluster_connect,
    );
    differs(
        "custom locations",
        flag("systemDefaultValues.customLocations.enabled"),
        settings.custom_locations.is_some(),
    );
    differs(
        "the proxy",
        flag("global.isProxyEnabled"),
        settings.proxy.as_ref().is_some_and(Proxy::has_address),
    );
    if let Some(proxy) = settings.proxy.as_ref().filter(|proxy| proxy.has_address()) {
        found.extend(proxy_addresses(proxy, record));
    }
    found
}

/// Addresses may hold passwords, so they are not shown.
fn proxy_addresses(proxy: &Proxy, record: &Record) -> Vec<String> {
    let differs = |key: &str, wanted: Option<String>| record.values.text(key) != wanted;
    let mut found = Vec::new();
    for (what, key, wanted) in [
        ("proxy for HTTPS", "global.httpsProxy", proxy.https_text()),
        ("proxy for HTTP", "global.httpProxy", proxy.http_text()),
        (
            "list of what goes past the proxy",
            "global.noProxy",
            proxy.no_proxy.clone(),
        ),
    ] {
        let not_kept = proxy.hidden && wanted.is_none();
        if !not_kept && differs(key, wanted) {
            found.push(format!("helm release azure-arc: the {what} differs"));
        }
    }
    found
}

fn deployments(record: &Record, inside: &Inside) -> Vec<String> {
    let line = |(name, wanted): (&String, &i32)| {
        let what = format!("deployment azure-arc/{name}");
        let Some(found) = inside.agents.workloads.get(name) else {
            return Some(format!("{what}: missing"));
        };
        if found.desired < *wanted {
            return Some(format!(
                "{what}: scaled to {} of {wanted} replicas",
                found.desired
            ));
        }
        (found.ready < found.desired).then(|| {
            format!(
                "{what}: {} of {} replicas ready{}",
                found.ready,
                found.desired,
                reason(name, &inside.evidence)
            )
        })
    };
    record.deployments.iter().filter_map(line).collect()
}

/// What the pods of a deployment are waiting for.
fn reason(deployment: &str, evidence: &[EvidenceLine]) -> String {
    let prefix = format!("{deployment}-");
    let is_of = |pod: &String| pod.starts_with(&prefix);
    let line = evidence
        .iter()
        .find(|line| line.pod.as_ref().is_some_and(is_of));
    line.map_or(String::new(), |line| format!(" ({line})"))
}

fn definitions(shipped: &[Definition], served: &BTreeSet<String>) -> Vec<String> {
    shipped
        .iter()
        .map(Definition::name)
        .filter(|name| !served.contains(name))
        .map(|name| format!("custom resource definition {name}: missing"))
        .collect()
}

fn config(spec: &Spec, inside: &Inside) -> Option<Drift> {
    const MAP: &str = "config map azure-arc/azure-clusterconfig";
    inside.release.as_ref()?;
    let Some(config) = &inside.config else {
        return Some(Drift::cluster(Cure::Reinstall, format!("{MAP}: missing")));
    };
    let owner = owner(config);
    if owner.as_ref() != Some(&spec.id) {
        let named = owner.map_or("no connected cluster".to_owned(), |id| id.to_string());
        return Some(Drift::cluster(
            Cure::Reinstall,
            format!("{MAP}: names {named}"),
        ));
    }
    let wanted = spec.settings.auto_upgrade;
    let found = config.auto_update?;
    (found != wanted).then(|| {
        Drift::cluster(
            Cure::Reinstall,
            format!("{MAP}: AZURE_ARC_AUTOUPDATE is {found}, wanted is {wanted}"),
        )
    })
}

/// The certificate that the agents got from Azure for their key. Before the first contact there is none.
fn identity(object: &ConnectedCluster, inside: &Inside, now: Timestamp) -> Option<Drift> {
    if !matches!(object.connectivity_status(), Some("Connected" | "Offline")) {
        return None;
    }
    if !inside.has_identity {
        let text = "secret azure-arc/azure-identity-certificate: missing";
        return Some(Drift::cluster(Cure::Restart, text));
    }
    let expires = object
        .properties
        .managed_identity_certificate_expiration_time
        .as_deref()?;
    let left = expires.parse::<Timestamp>().ok()?.duration_since(now);
    (left < CERTIFICATE_MARGIN).then(|| {
        let text =
            format!("identity certificate of the agents: expires {expires} and was not renewed");
        Drift::cluster(Cure::Restart, text)
    })
}

#[cfg(test)]
mod tests;
