//! Resource providers: what they offer, and whether a subscription may use them.

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    Answer, ArmError, Context, RESOURCES_VERSIONS, configuration, connected_clusters,
    custom_locations, hybrid_compute, require_method, require_version,
};
use crate::reply::Reply;
use crate::store::Registration;

/// A provider and its resource types with their api-versions, newest first.
struct Provider {
    namespace: &'static str,
    types: &'static [(&'static str, &'static [&'static str])],
}

const PROVIDERS: &[Provider] = &[
    Provider {
        namespace: "Microsoft.Kubernetes",
        types: &[
            ("connectedClusters", connected_clusters::API_VERSIONS),
            ("locations", connected_clusters::API_VERSIONS),
            (
                "locations/operationStatuses",
                connected_clusters::API_VERSIONS,
            ),
            ("registeredSubscriptions", connected_clusters::API_VERSIONS),
            ("operations", connected_clusters::API_VERSIONS),
        ],
    },
    Provider {
        namespace: "Microsoft.KubernetesConfiguration",
        types: &[
            ("extensions", configuration::EXTENSION_VERSIONS),
            ("fluxConfigurations", configuration::FLUX_VERSIONS),
            (
                "sourceControlConfigurations",
                configuration::SOURCE_CONTROL_VERSIONS,
            ),
            ("extensionTypes", configuration::EXTENSION_TYPE_VERSIONS),
        ],
    },
    Provider {
        namespace: "Microsoft.ExtendedLocation",
        types: &[("customLocations", custom_locations::API_VERSIONS)],
    },
    Provider {
        namespace: "Microsoft.HybridCompute",
        types: &[
            ("settings", hybrid_compute::SETTINGS_VERSIONS),
            ("privateLinkScopes", hybrid_compute::API_VERSIONS),
            ("gateways", hybrid_compute::API_VERSIONS),
        ],
    },
];

/// Whether the simulator has this provider.
pub(super) fn is_known(namespace: &str) -> bool {
    find(namespace).is_some()
}

/// `GET /subscriptions/{subscription}/providers`
pub(super) fn list(cx: &Context<'_>, subscription: &str) -> Answer {
    check(cx, Method::GET)?;
    let value: Vec<Value> = PROVIDERS
        .iter()
        .map(|provider| show(cx, subscription, provider))
        .collect();
    Ok(Reply::ok(json!({"value": value})))
}

/// `GET /subscriptions/{subscription}/providers/{namespace}`
pub(super) fn get(cx: &Context<'_>, subscription: &str, namespace: &str) -> Answer {
    check(cx, Method::GET)?;
    Ok(Reply::ok(show(cx, subscription, require(namespace)?)))
}

/// `POST /subscriptions/{subscription}/providers/{namespace}/register`
pub(super) fn register(cx: &mut Context<'_>, subscription: &str, namespace: &str) -> Answer {
    check(cx, Method::POST)?;
    let provider = require(namespace)?;
    if matches!(
        state(cx, subscription, namespace),
        "NotRegistered" | "Unregistered"
    ) {
        let takes = SignedDuration::from_millis(cx.store.behaviour.registration_ms.into());
        let registration = Registration::Until(cx.now + takes);
        if let Some(subscription) = cx.store.subscriptions.get_mut(subscription) {
            subscription
                .registrations
                .insert(namespace.to_owned(), registration);
        }
    }
    Ok(Reply::ok(show(cx, subscription, provider)))
}

/// Refuses the creation of a resource whose provider the subscription has not registered.
pub(super) fn require_registered(
    cx: &Context<'_>,
    subscription: &str,
    namespace: &str,
) -> Result<(), ArmError> {
    if matches!(
        state(cx, subscription, namespace),
        "Registered" | "Registering"
    ) {
        return Ok(());
    }
    let namespace = require(namespace)?.namespace;
    let message = format!(
        "The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions."
    );
    Err(ArmError::conflict("MissingSubscriptionRegistration", message).at(namespace))
}

fn check(cx: &Context<'_>, method: Method) -> Result<(), ArmError> {
    require_method(cx.request, &[method])?;
    require_version(cx.request, RESOURCES_VERSIONS).map(|_| ())
}

fn find(namespace: &str) -> Option<&'static Provider> {
    PROVIDERS
        .iter()
        .find(|provider| provider.namespace.eq_ignore_ascii_case(namespace))
}

fn require(namespace: &str) -> Result<&'static Provider, ArmError> {
    find(namespace).ok_or_else(|| {
        let message = format!("The resource namespace '{namespace}' is invalid.");
        ArmError::not_found("InvalidResourceNamespace", message)
    })
}

fn state<'a>(cx: &'a Context<'_>, subscription: &str, namespace: &str) -> &'a str {
    let registrations = cx
        .store
        .subscriptions
        .get(subscription)
        .map(|found| &found.registrations);
    match registrations.and_then(|all| all.get(&namespace.to_lowercase())) {
        None => "NotRegistered",
        Some(Registration::Settled(state)) => state,
        Some(Registration::Until(until)) if *until <= cx.now => "Registered",
        Some(Registration::Until(_)) => "Registering",
    }
}

fn show(cx: &Context<'_>, subscription: &str, provider: &Provider) -> Value {
    let namespace = provider.namespace;
    let locations: Vec<&str> = cx
        .config
        .locations
        .iter()
        .map(|l| l.display_name.as_str())
        .collect();
    let types = provider.types.iter().map(|(name, versions)| {
        let stable = versions
            .iter()
            .find(|version| !version.ends_with("-preview"));
        json!({
            "resourceType": name,
            "locations": locations,
            "apiVersions": versions,
            "defaultApiVersion": stable,
            "capabilities": "SupportsTags, SupportsLocation",
        })
    });
    json!({
        "id": format!("/subscriptions/{subscription}/providers/{namespace}"),
        "namespace": namespace,
        "registrationPolicy": "RegistrationRequired",
        "registrationState": state(cx, subscription, namespace),
        "resourceTypes": types.collect::<Vec<_>>(),
    })
}
