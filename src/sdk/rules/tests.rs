use super::*;
use crate::sdk::types::Type;
use crate::sdk::value::Refinements;

fn schema() -> Schema {
    let schema = Schema::new(
        "A cluster.",
        vec![
            Attribute::string("name").required(),
            Attribute::string("note"),
            Attribute::string("id").computed(),
            Attribute::string("secret").write_only(),
            Attribute::set_of("ids", Type::String),
            Attribute::nested(
                "pools",
                Nesting::List,
                vec![Attribute::string("size").required()],
            ),
        ],
    );
    schema.block(crate::sdk::timeouts::block(
        &crate::sdk::timeouts::Operation::ALL,
    ))
}

fn object(parts: &[(&str, Value)]) -> Value {
    let names = ["name", "note", "id", "secret", "ids", "pools", "timeouts"];
    let part = |name: &str| {
        parts
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, part)| part.clone())
    };
    Value::object(names.map(|name| (name, part(name).unwrap_or_default())))
}

fn plan(
    prior: &Value,
    config: &Value,
    planned: &Value,
    replace: &[AttributePath],
) -> Vec<(u8, String)> {
    let schema = schema();
    let violations = check_plan(PlanUnderTest {
        schema: &schema,
        prior,
        config,
        planned,
        requires_replace: replace,
        deferred: false,
        deferral_allowed: false,
    });
    numbers(violations)
}

fn numbers(violations: Vec<Violation>) -> Vec<(u8, String)> {
    violations
        .into_iter()
        .map(|v| (v.rule, v.path.to_string()))
        .collect()
}

fn pool(size: &str) -> Value {
    Value::object([("size", Value::from(size))])
}

#[test]
fn a_plan_that_takes_a_liberty_is_found_out() {
    let none = Value::Null;
    let abc = object(&[("name", "ABC".into())]);
    let with = |name: &'static str, part: Value| object(&[("name", "ABC".into()), (name, part)]);
    let pools = |pools: &[Value]| with("pools", Value::List(pools.to_vec()));
    for (config, planned, rule, path) in [
        (&abc, &none, 1, ""),
        (&none, &abc, 9, ""),
        (&abc, &object(&[("name", "abc".into())]), 2, "name"),
        (&abc, &with("note", Value::unknown()), 3, "note"),
        (
            &with("note", Value::unknown()),
            &with("note", "x".into()),
            5,
            "note",
        ),
        (
            &pools(&[pool("s")]),
            &pools(&[pool("s"), pool("m")]),
            6,
            "pools",
        ),
        (
            &pools(&[pool("s")]),
            &pools(&[Value::unknown()]),
            6,
            "pools[0]",
        ),
        (
            &pools(&[pool("s")]),
            &pools(&[pool("m")]),
            2,
            "pools[0].size",
        ),
        (&abc, &with("timeouts", Value::unknown()), 6, "timeouts"),
        (&abc, &with("secret", "s".into()), 7, "secret"),
        (&abc, &with("id", 7.into()), 15, "id"),
    ] {
        assert_eq!(plan(&none, config, planned, &[]), [(rule, path.to_owned())]);
    }
}

#[test]
fn a_plan_may_keep_a_stored_value_that_means_the_same() {
    let prior = object(&[("name", "abc".into()), ("id", "1".into())]);
    let config = object(&[("name", "ABC".into())]);
    assert_eq!(plan(&prior, &config, &prior, &[]), []);
}

#[test]
fn a_replacement_must_name_what_is_there() {
    let config = object(&[("name", "abc".into())]);
    let paths = ["name", "nome"].map(AttributePath::attribute);
    assert_eq!(
        plan(&Value::Null, &config, &config, &paths),
        [(8, "nome".to_owned())]
    );
}

#[test]
fn a_deferral_needs_a_client_that_allows_it() {
    let (schema, config) = (schema(), object(&[("name", "abc".into())]));
    let plan = |deferral_allowed| {
        numbers(check_plan(PlanUnderTest {
            schema: &schema,
            prior: &Value::Null,
            config: &config,
            planned: &config,
            requires_replace: &[],
            deferred: true,
            deferral_allowed,
        }))
    };
    assert_eq!(plan(true), []);
    assert_eq!(plan(false), [(10, String::new())]);
}

#[test]
fn an_apply_that_deviates_from_its_plan_is_found_out() {
    let promise = Value::Unknown(Refinements {
        prefix: Some("/sub".to_owned()),
        ..Refinements::default()
    });
    let ids = Value::List(vec![Value::unknown(), Value::unknown()]);
    let planned = object(&[("name", "a".into()), ("id", promise), ("ids", ids)]);
    let applied = |name: &str, id: &str, ids: &[&str]| {
        let ids = ids.iter().map(|id| Value::from(*id)).collect();
        object(&[
            ("name", name.into()),
            ("id", id.into()),
            ("ids", Value::List(ids)),
        ])
    };
    let check = |state: &Value, failed| numbers(check_apply(&schema(), &planned, state, failed));

    assert_eq!(check(&applied("a", "/sub/1", &["x"]), false), []);
    assert_eq!(
        check(&applied("b", "/sub/1", &["x"]), false),
        [(11, "name".to_owned())]
    );
    assert_eq!(
        check(&applied("a", "1", &["x"]), false),
        [(11, "id".to_owned())]
    );
    assert_eq!(
        check(&applied("a", "/sub/1", &["x", "y", "z"]), false),
        [(13, "ids".to_owned())]
    );
    assert_eq!(check(&Value::Null, false), [(13, String::new())]);
    let unknown = object(&[
        ("name", "a".into()),
        ("id", Value::unknown()),
        ("ids", Value::List(vec!["x".into()])),
    ]);
    assert_eq!(check(&unknown, true), [(12, "id".to_owned())]);
    assert_eq!(check(&applied("b", "1", &[]), true), []);
    assert_eq!(check(&Value::Null, true), []);
}

#[test]
fn a_stored_object_is_known_complete_and_without_secrets() {
    let with = |name: &'static str, part: Value| {
        numbers(check_stored(&schema(), &object(&[(name, part)])))
    };
    assert_eq!(with("id", "1".into()), []);
    assert_eq!(with("id", Value::unknown()), [(12, "id".to_owned())]);
    assert_eq!(with("secret", "s".into()), [(7, "secret".to_owned())]);
    assert_eq!(
        numbers(check_stored(
            &schema(),
            &Value::object([("id", Value::Null)])
        )),
        [(15, String::new())]
    );
}

#[test]
fn a_violation_is_reported_as_a_bug_with_its_place() {
    let diagnostics = report("a plan", plan_violations());
    let text: Vec<_> = diagnostics
        .iter()
        .map(|d| format!("{}: {}", d.summary, d.detail))
        .collect();
    insta::assert_snapshot!(text.join("\n"), @r"
    Provider Bug: The reply to a plan breaks rule 12 of Terraform's protocol at id: a stored value is unknown.

    This is always a bug in the provider. Please report it to the provider's developers.
    ");
}

fn plan_violations() -> Vec<Violation> {
    check_stored(&schema(), &object(&[("id", Value::unknown())]))
}
