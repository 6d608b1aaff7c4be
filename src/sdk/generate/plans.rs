//! Random schemas, with configurations and stored objects that fit them.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::{known_values, values};
use crate::sdk::schema::{Attribute, Mode, Nesting, Schema, Shape};
use crate::sdk::timeouts::{self, Operation};
use crate::sdk::types::Type;
use crate::sdk::value::Value;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// A plan to make: a schema, the stored object (null for a create) and the configuration.
pub(crate) fn plans() -> impl Strategy<Value = (Schema, Value, Value)> {
    schemas().prop_flat_map(|schema| {
        let prior = prop_oneof![1 => Just(Value::Null), 3 => whole(&schema, Role::Stored)];
        let config = whole(&schema, Role::Configured);
        (Just(schema), prior, config)
    })
}

fn schemas() -> impl Strategy<Value = Schema> {
    attributes(2).prop_map(|attributes| {
        Schema::new("A schema.", attributes).block(timeouts::block(&Operation::ALL))
    })
}

fn attributes(depth: u32) -> BoxedStrategy<Vec<Attribute>> {
    (1..=NAMES.len())
        .prop_flat_map(move |count| {
            NAMES[..count]
                .iter()
                .map(|name| attribute(name, depth))
                .collect::<Vec<_>>()
        })
        .boxed()
}

fn attribute(name: &'static str, depth: u32) -> BoxedStrategy<Attribute> {
    let text = Attribute::string(name);
    let plain = prop_oneof![
        Just(text.clone()),
        Just(Attribute::number(name)),
        Just(Attribute::set_of(name, Type::String)),
        Just(Attribute::map_of(name, Type::Bool)),
    ];
    let behaving = (plain, modes(), any::<[bool; 2]>())
        .prop_map(|(attribute, mode, flags)| behave(attribute, mode, flags));
    let other = prop_oneof![
        Just(text.clone().default_value(Value::from("default"))),
        Just(text.write_only()),
    ];
    if depth == 0 {
        return prop_oneof![4 => behaving, 1 => other].boxed();
    }
    let nesting = prop_oneof![
        Just(Nesting::Single),
        Just(Nesting::List),
        Just(Nesting::Map)
    ];
    let nested = (nesting, attributes(depth - 1), modes(), any::<[bool; 2]>()).prop_map(
        move |(nesting, attributes, mode, flags)| {
            behave(Attribute::nested(name, nesting, attributes), mode, flags)
        },
    );
    prop_oneof![4 => behaving, 1 => other, 3 => nested].boxed()
}

fn modes() -> impl Strategy<Value = Mode> {
    prop_oneof![
        Just(Mode::Required),
        Just(Mode::Optional),
        Just(Mode::OptionalComputed),
        Just(Mode::Computed),
    ]
}

fn behave(attribute: Attribute, mode: Mode, [replace, keep]: [bool; 2]) -> Attribute {
    Attribute {
        mode,
        replace,
        keep,
        ..attribute
    }
}

/// Where an object comes from: it decides what may be null, unknown or set at all.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Configured,
    Stored,
}

fn whole(schema: &Schema, role: Role) -> BoxedStrategy<Value> {
    let block = &schema.blocks[0];
    let timeouts = prop_oneof![Just(Value::Null), object(&block.attributes, role)];
    (object(&schema.attributes, role), timeouts)
        .prop_map(|(object, timeouts)| {
            let Value::Map(mut members) = object else {
                unreachable!("an object was asked for")
            };
            members.insert(timeouts::BLOCK.to_owned(), timeouts);
            Value::Map(members)
        })
        .boxed()
}

fn object(of: &[Attribute], role: Role) -> BoxedStrategy<Value> {
    of.iter()
        .map(|attribute| (Just(attribute.name), member(attribute, role)))
        .collect::<Vec<_>>()
        .prop_map(Value::object)
        .boxed()
}

fn member(of: &Attribute, role: Role) -> BoxedStrategy<Value> {
    let null = Just(Value::Null);
    match (role, of.mode) {
        (Role::Configured, Mode::Computed) => null.boxed(),
        (Role::Stored, _) if of.write_only => null.boxed(),
        (Role::Configured, Mode::Required) => set(of, role),
        _ => prop_oneof![1 => null, 2 => set(of, role)].boxed(),
    }
}

fn set(of: &Attribute, role: Role) -> BoxedStrategy<Value> {
    let known = match &of.shape {
        Shape::Plain(of) if role == Role::Stored => known_values(of),
        Shape::Plain(of) => values(of),
        Shape::Nested(Nesting::Single, of) => object(of, role),
        Shape::Nested(Nesting::List, of) => {
            vec(object(of, role), 0..3).prop_map(Value::List).boxed()
        }
        Shape::Nested(Nesting::Map, of) => btree_map("[x-z]", object(of, role), 0..3)
            .prop_map(Value::Map)
            .boxed(),
    };
    match role {
        Role::Configured => prop_oneof![9 => known, 1 => Just(Value::unknown())].boxed(),
        Role::Stored => known,
    }
}
