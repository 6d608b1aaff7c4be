//! The `kustomizations` of `arc_flux_configuration`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::sdk::checks;
use crate::sdk::schema::{Attribute, Nesting};
use crate::sdk::types::Type;
use crate::sdk::value::Value;
use crate::usecases::flux_configuration::{Kustomization, PostBuild, SubstituteFrom};

/// Azure's defaults of both intervals and of the limit, in seconds.
const TEN_MINUTES: i64 = 600;

/// One of `kustomizations`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct KustomizationState {
    pub path: Option<String>,
    pub depends_on: Option<Vec<String>>,
    pub timeout_in_seconds: Option<i64>,
    pub sync_interval_in_seconds: Option<i64>,
    pub retry_interval_in_seconds: Option<i64>,
    pub prune: Option<bool>,
    pub force: Option<bool>,
    pub wait: Option<bool>,
    pub post_build: Option<PostBuildState>,
}

/// A `post_build`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct PostBuildState {
    pub substitute: Option<BTreeMap<String, String>>,
    pub substitute_from: Option<Vec<SubstituteFromState>>,
}

/// One of `substitute_from`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct SubstituteFromState {
    pub kind: String,
    pub name: String,
    pub optional: Option<bool>,
}

pub(super) fn attribute() -> Attribute {
    Attribute::nested("kustomizations", Nesting::Map, attributes())
        .required()
        .describe("Directories of the source that are kept applied, by name.")
}

fn attributes() -> Vec<Attribute> {
    vec![
        Attribute::string("path")
            .default_value(Value::string(""))
            .describe("Directory in the source. Default: its root."),
        Attribute::list_of("depends_on", Type::String)
            .describe("Names of kustomizations that have to be ready first."),
        seconds("timeout_in_seconds", "Limit of one attempt. Default: 600."),
        seconds(
            "sync_interval_in_seconds",
            "Between two reconciliations. Default: 600.",
        ),
        Attribute::number("retry_interval_in_seconds")
            .describe("Between two attempts after a failure. Default: the sync interval."),
        flag(
            "prune",
            false,
            "Whether objects that left the source are deleted. Default: `false`.",
        ),
        flag(
            "force",
            false,
            "Whether objects are made anew where a change is refused. Default: `false`.",
        ),
        flag(
            "wait",
            true,
            "Whether it waits for the health of what it applied. Default: `true`.",
        ),
        Attribute::nested("post_build", Nesting::Single, post_build())
            .optional()
            .describe("Substitution of variables in the manifests."),
    ]
}

fn post_build() -> Vec<Attribute> {
    vec![
        Attribute::map_of("substitute", Type::String).describe("Variables."),
        Attribute::nested("substitute_from", Nesting::List, substitute_from())
            .optional()
            .describe("Objects in the configuration's namespace that hold variables."),
    ]
}

fn substitute_from() -> Vec<Attribute> {
    vec![
        Attribute::string("kind")
            .required()
            .check(checks::one_of(&["ConfigMap", "Secret"]))
            .describe("`ConfigMap` or `Secret`."),
        Attribute::string("name")
            .required()
            .check(checks::non_empty())
            .describe("Name of the object."),
        flag(
            "optional",
            false,
            "Whether it may be missing. Default: `false`.",
        ),
    ]
}

/// Azure's own default, written out so that a difference is seen.
pub(super) fn seconds(name: &'static str, description: &'static str) -> Attribute {
    Attribute::number(name)
        .default_value(Value::from(TEN_MINUTES))
        .describe(description)
}

fn flag(name: &'static str, default: bool, description: &'static str) -> Attribute {
    Attribute::bool(name)
        .default_value(Value::Bool(default))
        .describe(description)
}

impl KustomizationState {
    pub(super) fn wanted(&self) -> Kustomization {
        let state = self.clone();
        Kustomization {
            path: state.path,
            depends_on: state.depends_on,
            timeout_in_seconds: state.timeout_in_seconds,
            sync_interval_in_seconds: state.sync_interval_in_seconds,
            retry_interval_in_seconds: state.retry_interval_in_seconds,
            prune: state.prune,
            force: state.force,
            wait: state.wait,
            post_build: state.post_build.map(|post_build| PostBuild {
                substitute: post_build.substitute,
                substitute_from: post_build.substitute_from.map(|objects| {
                    let objects = objects.into_iter();
                    objects
                        .map(|object| SubstituteFrom {
                            kind: object.kind,
                            name: object.name,
                            optional: object.optional,
                        })
                        .collect()
                }),
            }),
        }
    }

    /// What Azure shows. Empty parts and absent ones are the same to it; the form that the user chose stays.
    pub(super) fn found(own: Option<&Self>, found: &Kustomization) -> Self {
        let found = found.clone();
        let depends_on = found.depends_on.unwrap_or_default();
        let own_depends_on = own.and_then(|own| own.depends_on.as_ref());
        Self {
            path: Some(found.path.unwrap_or_default()),
            depends_on: (own_depends_on.is_some() || !depends_on.is_empty()).then_some(depends_on),
            timeout_in_seconds: Some(found.timeout_in_seconds.unwrap_or(TEN_MINUTES)),
            sync_interval_in_seconds: Some(found.sync_interval_in_seconds.unwrap_or(TEN_MINUTES)),
            retry_interval_in_seconds: found.retry_interval_in_seconds,
            prune: Some(found.prune.unwrap_or(false)),
            force: Some(found.force.unwrap_or(false)),
            wait: Some(found.wait.unwrap_or(true)),
            post_build: PostBuildState::found(
                own.and_then(|own| own.post_build.as_ref()),
                found.post_build,
            ),
        }
    }
}

impl PostBuildState {
    fn found(own: Option<&Self>, found: Option<PostBuild>) -> Option<Self> {
        let found = found.unwrap_or_default();
        let substitute = found.substitute.unwrap_or_default();
        let objects = found.substitute_from.unwrap_or_default();
        if own.is_none() && substitute.is_empty() && objects.is_empty() {
            return None;
        }
        let has_map = own.is_some_and(|own| own.substitute.is_some()) || !substitute.is_empty();
        let has_list = own.is_some_and(|own| own.substitute_from.is_some()) || !objects.is_empty();
        let objects = objects.into_iter().map(|object| SubstituteFromState {
            kind: object.kind,
            name: object.name,
            optional: Some(object.optional.unwrap_or(false)),
        });
        Some(Self {
            substitute: has_map.then_some(substitute),
            substitute_from: has_list.then(|| objects.collect()),
        })
    }
}
