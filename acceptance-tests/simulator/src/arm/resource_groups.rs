//! Resource groups.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{
    Answer, ArmError, Context, RESOURCES_VERSIONS, connected_clusters, custom_locations,
    require_method, require_version, tags,
};
use crate::config::normalise;
use crate::operations::{Address, Outcome};
use crate::reply::Reply;
use crate::request::text;
use crate::store::ResourceGroup;

const FIELDS: &[&str] = &[
    "id",
    "name",
    "type",
    "location",
    "managedBy",
    "tags",
    "properties",
];
const NAME_LENGTH: usize = 90;

/// `GET /subscriptions/{subscription}/resourcegroups`
pub(super) fn list(cx: &Context<'_>, subscription: &str) -> Answer {
    require_method(cx.request, &[Method::GET])?;
    require_version(cx.request, RESOURCES_VERSIONS)?;
    let prefix = format!("/subscriptions/{subscription}/");
    let groups = cx
        .store
        .groups
        .iter()
        .filter(|(key, _)| key.starts_with(&prefix));
    let items: Vec<Value> = groups.map(|(_, group)| group.show()).collect();
    cx.page(&items)
}

/// All methods of `/subscriptions/{subscription}/resourcegroups/{name}`
pub(super) fn handle(cx: &mut Context<'_>, subscription: &str, name: &str) -> Answer {
    require_version(cx.request, RESOURCES_VERSIONS)?;
    match cx.request.method {
        Method::HEAD => Ok(match require(cx, subscription, name) {
            Ok(_) => Reply::empty(StatusCode::NO_CONTENT),
            Err(_) => Reply::empty(StatusCode::NOT_FOUND),
        }),
        Method::GET => Ok(Reply::ok(require(cx, subscription, name)?.show())),
        Method::PUT => put(cx, subscription, name),
        Method::PATCH => patch(cx, subscription, name),
        Method::DELETE => delete(cx, subscription, name),
        _ => Err(ArmError::method_not_allowed(cx.request)),
    }
}

/// `GET .../resourcegroups/{name}/resources`: what the group holds, in the general form of all resources.
pub(super) fn resources(cx: &Context<'_>, subscription: &str, name: &str) -> Answer {
    require_method(cx.request, &[Method::GET])?;
    require_version(cx.request, RESOURCES_VERSIONS)?;
    require(cx, subscription, name)?;
    let key = key(subscription, name);
    let clusters = connected_clusters::summaries(cx, &key);
    let locations = custom_locations::summaries(cx, &key);
    cx.page(&[clusters, locations].concat())
}

/// The group, or a 404.
pub(super) fn require<'a>(
    cx: &'a Context<'_>,
    subscription: &str,
    name: &str,
) -> Result<&'a ResourceGroup, ArmError> {
    cx.store
        .groups
        .get(&key(subscription, name))
        .ok_or_else(|| {
            let message = format!("Resource group '{name}' could not be found.");
            ArmError::not_found("ResourceGroupNotFound", message)
        })
}

/// The group, if something may be made in it.
pub(super) fn require_open<'a>(
    cx: &'a Context<'_>,
    subscription: &str,
    name: &str,
) -> Result<&'a ResourceGroup, ArmError> {
    let group = require(cx, subscription, name)?;
    if group.deleting {
        Err(ArmError::conflict(
            "ResourceGroupBeingDeleted",
            format!(
                "The resource group '{name}' is in deprovisioning state and cannot perform this operation."
            ),
        ))
    } else {
        Ok(group)
    }
}

fn put(cx: &mut Context<'_>, subscription: &str, name: &str) -> Answer {
    let body = cx.request.json()?;
    check_name(cx.request.segment(3))?;
    check_fields(&body)?;
    let tags = tags::parse(&body)?;
    let location = location(cx, &body)?;
    let key = key(subscription, name);
    let created = !cx.store.groups.contains_key(&key);
    if !created {
        let group = require_open(cx, subscription, name)?;
        if group.location != location {
            let message = format!(
                "The resource group '{name}' already exists in location '{}'.",
                group.location
            );
            return Err(ArmError::conflict("InvalidResourceGroupLocation", message));
        }
    }
    let spelling = cx.request.segment(3).to_owned();
    let subscription = &super::subscriptions::require(cx, subscription)?.id;
    let id = format!("/subscriptions/{subscription}/resourceGroups/{spelling}");
    let group = cx.store.groups.entry(key).or_insert_with(|| ResourceGroup {
        id,
        name: spelling,
        location,
        tags: tags.clone(),
        deleting: false,
    });
    group.tags = tags;
    let status = if created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(Reply::json(status, group.show()))
}

fn patch(cx: &mut Context<'_>, subscription: &str, name: &str) -> Answer {
    let body = cx.request.json()?;
    check_fields(&body)?;
    require_open(cx, subscription, name)?;
    let tags = tags::parse(&body)?;
    let Some(group) = cx.store.groups.get_mut(&key(subscription, name)) else {
        return Err(ArmError::not_found("ResourceGroupNotFound", name));
    };
    if body.contains_key("tags") {
        group.tags = tags;
    }
    Ok(Reply::ok(group.show()))
}

fn delete(cx: &mut Context<'_>, subscription: &str, name: &str) -> Answer {
    require(cx, subscription, name)?;
    let key = key(subscription, name);
    if let Some(group) = cx.store.groups.get_mut(&key) {
        group.deleting = true;
    }
    let target = key.clone();
    let name = cx.begin(
        &target,
        Outcome::Done,
        Box::new(move |store, _, failure| {
            if failure.is_some() {
                if let Some(group) = store.groups.get_mut(&key) {
                    group.deleting = false;
                }
            } else {
                store.drop_group(&key);
            }
        }),
    );
    let path = format!("/subscriptions/{subscription}/operationresults");
    let reply = cx.later(Reply::empty(StatusCode::ACCEPTED));
    Ok(cx.follow(reply, &name, &path, Address::Result))
}

fn location(cx: &Context<'_>, body: &Map<String, Value>) -> Result<String, ArmError> {
    let given = text(body, "location").ok_or_else(|| {
        ArmError::bad(
            "LocationRequired",
            "The location property is required for this definition.",
        )
    })?;
    match cx.config.location(given) {
        Some(location) => Ok(location.name.clone()),
        None => Err(ArmError::bad(
            "LocationNotAvailableForResourceGroup",
            format!(
                "The provided location '{}' is not available for resource group.",
                normalise(given)
            ),
        )),
    }
}

fn check_name(name: &str) -> Result<(), ArmError> {
    let allowed = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    if name.chars().all(allowed) && name.chars().count() <= NAME_LENGTH && !name.ends_with('.') {
        Ok(())
    } else {
        Err(ArmError::bad(
            "InvalidResourceGroupName",
            format!(
                "The provided resource group name '{name}' has these invalid characters or is too long."
            ),
        ))
    }
}

fn check_fields(body: &Map<String, Value>) -> Result<(), ArmError> {
    match body.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(ArmError::invalid_content(format!(
            "Could not find member '{name}' on object of type 'ResourceGroupDefinition'."
        ))
        .at(name)),
    }
}

fn key(subscription: &str, name: &str) -> String {
    format!("/subscriptions/{subscription}/resourcegroups/{name}")
}

impl ResourceGroup {
    fn show(&self) -> Value {
        let state = if self.deleting {
            "Deleting"
        } else {
            "Succeeded"
        };
        json!({
            "id": self.id,
            "name": self.name,
            "type": "Microsoft.Resources/resourceGroups",
            "location": self.location,
            "tags": self.tags,
            "properties": {"provisioningState": state},
        })
    }
}
