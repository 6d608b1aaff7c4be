//! Tenants, subscriptions and their regions (Microsoft.Resources, 2022-12-01 and its forerunners).

use axum::http::Method;
use serde_json::{Value, json};

use super::{Answer, ArmError, Context, require_method, require_version};
use crate::reply::Reply;
use crate::store::Subscription;

const VERSIONS: &[&str] = &[
    "2016-06-01",
    "2018-06-01",
    "2019-06-01",
    "2019-11-01",
    "2020-01-01",
    "2021-01-01",
    "2022-12-01",
];

/// `GET /tenants`
pub(super) fn tenants(cx: &Context<'_>) -> Answer {
    check(cx)?;
    let tenant = &cx.config.tenant_id;
    Ok(Reply::ok(json!({"value": [{
        "id": format!("/tenants/{tenant}"),
        "tenantId": tenant,
        "tenantCategory": "Home",
        "displayName": "Simulated tenant",
        "defaultDomain": "simulator.onmicrosoft.com",
    }]})))
}

/// `GET /subscriptions`
pub(super) fn list(cx: &Context<'_>) -> Answer {
    check(cx)?;
    let subscriptions = cx.store.subscriptions.values();
    let value: Vec<Value> = subscriptions
        .map(|subscription| show(cx, subscription))
        .collect();
    let count = json!({"type": "Total", "value": value.len()});
    Ok(Reply::ok(json!({"value": value, "count": count})))
}

/// `GET /subscriptions/{subscription}`
pub(super) fn get(cx: &Context<'_>, key: &str) -> Answer {
    check(cx)?;
    Ok(Reply::ok(show(cx, require(cx, key)?)))
}

/// `GET /subscriptions/{subscription}/locations`
pub(super) fn locations(cx: &Context<'_>, key: &str) -> Answer {
    check(cx)?;
    let subscription = require(cx, key)?;
    let locations = cx.config.locations.iter().map(|location| {
        json!({
            "id": format!("/subscriptions/{}/locations/{}", subscription.id, location.name),
            "name": location.name,
            "displayName": location.display_name,
            "regionalDisplayName": location.display_name,
            "type": "Region",
            "metadata": {"regionType": "Physical", "regionCategory": "Recommended"},
        })
    });
    Ok(Reply::ok(json!({"value": locations.collect::<Vec<_>>()})))
}

/// The subscription, or why there is none.
pub(super) fn require<'a>(cx: &'a Context<'_>, key: &str) -> Result<&'a Subscription, ArmError> {
    if uuid::Uuid::parse_str(key).is_err() {
        let message =
            format!("The provided subscription identifier '{key}' is malformed or invalid.");
        return Err(ArmError::bad("InvalidSubscriptionId", message));
    }
    cx.store.subscriptions.get(key).ok_or_else(|| {
        let message = format!("The subscription '{key}' could not be found.");
        ArmError::not_found("SubscriptionNotFound", message)
    })
}

fn check(cx: &Context<'_>) -> Result<(), ArmError> {
    require_method(cx.request, &[Method::GET])?;
    require_version(cx.request, VERSIONS).map(|_| ())
}

fn show(cx: &Context<'_>, subscription: &Subscription) -> Value {
    json!({
        "id": format!("/subscriptions/{}", subscription.id),
        "subscriptionId": subscription.id,
        "tenantId": cx.config.tenant_id,
        "displayName": subscription.name,
        "state": "Enabled",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    })
}
