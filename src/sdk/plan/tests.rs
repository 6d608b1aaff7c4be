use proptest::prelude::*;

use super::*;
use crate::sdk::generate::plans::plans;
use crate::sdk::rules::{PlanUnderTest, check_plan};
use crate::sdk::schema::{Attribute, Nesting};

proptest! {
    #[test]
    fn every_plan_obeys_terraforms_rules((schema, prior, config) in plans()) {
        let proposal = Proposal::new(&schema, &prior, &config);
        let violations = check_plan(PlanUnderTest {
            schema: &schema,
            prior: &prior,
            config: &config,
            planned: proposal.planned(),
            requires_replace: &proposal.requires_replace(),
            deferred: false,
            deferral_allowed: false,
        });
        prop_assert_eq!(violations, []);
    }

    #[test]
    fn a_plan_after_an_apply_is_empty((schema, prior, config) in plans()) {
        let of = schema.value_type();
        let config = decide(&of, &config);
        let applied = decide(&of, Proposal::new(&schema, &prior, &config).planned());
        let again = Proposal::new(&schema, &applied, &config);
        prop_assert_eq!(again.planned(), &applied);
        prop_assert_eq!(again.requires_replace(), []);
    }

    #[test]
    fn a_hook_that_does_nothing_changes_nothing((schema, prior, config) in plans()) {
        let proposal = Proposal::new(&schema, &prior, &config);
        let settled = proposal.settle(proposal.planned(), proposal.requires_replace());
        prop_assert_eq!(&settled.planned, proposal.planned());
        let mut paths = proposal.requires_replace();
        paths.sort();
        prop_assert_eq!(settled.requires_replace, paths);
    }
}

/// What becomes of unknowns in an apply: some value of their type.
fn decide(of: &Type, value: &Value) -> Value {
    match (of, value) {
        (Type::Bool, Value::Unknown(_)) => Value::from(true),
        (Type::Number, Value::Unknown(_)) => Value::from(7),
        (Type::String, Value::Unknown(_)) => Value::from("decided"),
        (Type::List(_) | Type::Set(_), Value::Unknown(_)) => Value::List(Vec::new()),
        (Type::Map(_), Value::Unknown(_)) => Value::object::<String>([]),
        (Type::Object(attributes), Value::Unknown(_)) => {
            Value::object(attributes.keys().map(|name| (name, Value::Null)))
        }
        (Type::List(of) | Type::Set(of), Value::List(elements)) => {
            Value::List(elements.iter().map(|element| decide(of, element)).collect())
        }
        (Type::Map(of), Value::Map(members)) => {
            let members = members.iter();
            Value::object(members.map(|(key, member)| (key, decide(of, member))))
        }
        (Type::Object(attributes), Value::Map(_)) => {
            let attributes = attributes.iter();
            Value::object(attributes.map(|(name, of)| (name, decide(of, value.get(name)))))
        }
        _ => value.clone(),
    }
}

#[test]
fn a_note_is_stored_and_moves_nothing_else() {
    let schema = Schema::new(
        "A cluster.",
        vec![
            Attribute::string("name").required(),
            Attribute::string("status").computed(),
            Attribute::bool("force").default_value(false.into()).note(),
        ],
    );
    let stored = |force: bool| {
        Value::object([
            ("name", Value::from("a")),
            ("status", Value::from("up")),
            ("force", Value::from(force)),
        ])
    };
    let prior = stored(false);
    let config = |name: &str| {
        Value::object([
            ("name", Value::from(name)),
            ("status", Value::Null),
            ("force", Value::from(true)),
        ])
    };
    let noted = config("a");
    let proposal = Proposal::new(&schema, &prior, &noted);
    let settled = proposal.settle(proposal.planned(), Vec::new());
    assert_eq!(settled.planned, stored(true));
    let changed = config("b");
    let proposal = Proposal::new(&schema, &prior, &changed);
    let settled = proposal.settle(proposal.planned(), Vec::new());
    assert!(settled.planned.get("status").is_unknown());
}

fn schema() -> Schema {
    let agent = vec![
        Attribute::string("version").optional_computed(),
        Attribute::bool("auto_upgrade").default_value(true.into()),
    ];
    Schema::new(
        "A cluster.",
        vec![
            Attribute::string("name").required().replace(),
            Attribute::string("distribution")
                .optional_computed()
                .replace(),
            Attribute::map_of("tags", Type::String),
            Attribute::nested("agent", Nesting::Single, agent),
            Attribute::string("password").write_only(),
            Attribute::string("id").computed().keep(),
            Attribute::string("status").computed(),
            Attribute::list_of("drift", Type::String).computed(),
        ],
    )
}

fn object(parts: &[(&str, Value)]) -> Value {
    let schema = schema();
    let part = |name: &str| parts.iter().find(|(other, _)| *other == name);
    Value::object(schema.attributes.iter().map(|attribute| {
        let part = part(attribute.name).map(|(_, part)| part.clone());
        (attribute.name, part.unwrap_or_default())
    }))
}

fn agent(version: Value, auto_upgrade: Value) -> Value {
    Value::object([("version", version), ("auto_upgrade", auto_upgrade)])
}

fn tags(city: &str) -> Value {
    Value::object([("City", Value::from(city))])
}

fn config(city: &str) -> Value {
    object(&[
        ("name", "eks-1".into()),
        ("tags", tags(city)),
        ("agent", agent(Value::Null, Value::Null)),
        ("password", "s3cr3t".into()),
    ])
}

fn prior() -> Value {
    object(&[
        ("name", "eks-1".into()),
        ("distribution", "eks".into()),
        ("tags", tags("Demo")),
        ("agent", agent("1.2".into(), true.into())),
        ("id", "/id".into()),
        ("status", "Connected".into()),
        ("drift", Value::List(Vec::new())),
    ])
}

fn with(value: &Value, name: &str, part: Value) -> Value {
    let Value::Map(mut members) = value.clone() else {
        panic!("an object")
    };
    members.insert(name.to_owned(), part);
    Value::Map(members)
}

#[test]
fn a_new_object_has_defaults_unknowns_and_no_secret() {
    let schema = schema();
    let config = config("Demo");
    let planned = Proposal::new(&schema, &Value::Null, &config);
    let expected = object(&[
        ("name", "eks-1".into()),
        ("distribution", Value::unknown()),
        ("tags", tags("Demo")),
        ("agent", agent(Value::unknown(), true.into())),
        ("id", Value::unknown()),
        ("status", Value::unknown()),
        ("drift", Value::unknown()),
    ]);
    assert_eq!(planned.planned(), &expected);
    assert_eq!(planned.requires_replace(), []);
}

#[test]
fn an_update_moves_what_is_not_kept() {
    let (schema, prior, config) = (schema(), prior(), config("Seoul"));
    let proposal = Proposal::new(&schema, &prior, &config);
    let expected = object(&[
        ("name", "eks-1".into()),
        ("distribution", "eks".into()),
        ("tags", tags("Seoul")),
        ("agent", agent(Value::unknown(), true.into())),
        ("id", "/id".into()),
        ("status", Value::unknown()),
        ("drift", Value::unknown()),
    ]);
    assert_eq!(proposal.planned(), &expected);
    assert_eq!(proposal.requires_replace(), []);
}

#[test]
fn a_hook_that_asks_for_a_repair_makes_it_an_update() {
    let (schema, config) = (schema(), config("Demo"));
    let prior = with(
        &prior(),
        "drift",
        Value::List(vec!["a pod is missing".into()]),
    );
    let proposal = Proposal::new(&schema, &prior, &config);
    assert_eq!(proposal.planned(), &prior, "the schema sees no change");

    let empty = Value::List(Vec::new());
    let hooked = with(proposal.planned(), "drift", empty.clone());
    let settled = proposal.settle(&hooked, Vec::new());

    assert_eq!(settled.planned.get("drift"), &empty);
    assert_eq!(settled.planned.get("status"), &Value::unknown());
    assert_eq!(settled.planned.get("id"), &Value::from("/id"));
    assert_eq!(
        settled.planned.get("agent").get("version"),
        &Value::unknown()
    );
}

#[test]
fn a_hook_that_takes_back_the_only_change_makes_it_no_update() {
    let (schema, prior) = (schema(), prior());
    let config = with(&config("Demo"), "name", "EKS-1".into());
    let proposal = Proposal::new(&schema, &prior, &config);
    let name = AttributePath::attribute("name");
    assert_eq!(proposal.requires_replace(), [name]);

    let hooked = with(proposal.planned(), "name", "eks-1".into());
    let settled = proposal.settle(&hooked, proposal.requires_replace());

    assert_eq!(settled.planned, prior);
    assert_eq!(settled.requires_replace, []);
}

#[test]
fn a_hook_may_ask_for_a_new_object() {
    let (schema, config) = (schema(), config("Demo"));
    let prior = with(&prior(), "status", "Expired".into());
    let proposal = Proposal::new(&schema, &prior, &config);
    let status = AttributePath::attribute("status");

    let hooked = with(proposal.planned(), "status", Value::unknown());
    let settled = proposal.settle(&hooked, vec![status.clone(), status.clone()]);

    assert_eq!(settled.requires_replace, [status]);
}

#[test]
fn an_inner_change_that_needs_a_new_object_is_found() {
    let inner = || vec![Attribute::string("id").replace(), Attribute::string("note")];
    let schema = Schema::new(
        "A schema.",
        vec![
            Attribute::nested("link", Nesting::Single, inner()),
            Attribute::nested("links", Nesting::Map, inner()),
        ],
    );
    let inner =
        |id: &str, note: &str| Value::object([("id", Value::from(id)), ("note", note.into())]);
    let value = |link: Value, links: Value| Value::object([("link", link), ("links", links)]);
    let paths = |prior: &Value, config: &Value| {
        let paths = Proposal::new(&schema, prior, config).requires_replace();
        paths.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let prior = value(inner("1", "a"), Value::object([("k", inner("1", "a"))]));

    let noted = value(
        inner("1", "b"),
        Value::object([("k", inner("1", "b")), ("new", inner("2", "a"))]),
    );
    assert!(paths(&prior, &noted).is_empty());
    let moved = value(Value::unknown(), Value::object([("k", inner("2", "a"))]));
    assert_eq!(paths(&prior, &moved), ["link.id", r#"links["k"].id"#]);
}

#[test]
fn a_destroy_plan_is_null_whatever_the_hook_does() {
    let (schema, prior) = (schema(), prior());
    let proposal = Proposal::new(&schema, &prior, &Value::Null);
    assert!(proposal.planned().is_null());
    let settled = proposal.settle(&prior, vec![AttributePath::attribute("name")]);
    assert_eq!(settled.planned, Value::Null);
    assert_eq!(settled.requires_replace, []);
}
