//! Random types, values and plans for property tests.

pub(crate) mod plans;

use std::str::FromStr;

use bigdecimal::BigDecimal;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::sdk::types::Type;
use crate::sdk::value::{Refinements, Value};

/// Any type, nested up to three deep.
pub(crate) fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::Bool), Just(Type::Number), Just(Type::String)];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            inner
                .clone()
                .prop_map(|element| Type::List(Box::new(element))),
            inner
                .clone()
                .prop_map(|element| Type::Set(Box::new(element))),
            inner
                .clone()
                .prop_map(|element| Type::Map(Box::new(element))),
            btree_map("[a-c]", inner, 0..4).prop_map(Type::Object),
        ]
    })
}

/// Any value of a type, nulls and unknowns included.
pub(crate) fn values(of: &Type) -> BoxedStrategy<Value> {
    prop_oneof![
        1 => Just(Value::Null),
        1 => refinements().prop_map(Value::Unknown),
        6 => known(of, values),
    ]
    .boxed()
}

/// Any value of a type without unknowns.
pub(crate) fn known_values(of: &Type) -> BoxedStrategy<Value> {
    prop_oneof![1 => Just(Value::Null), 6 => known(of, known_values)].boxed()
}

/// A value that is neither null nor unknown, its parts from `inner`.
fn known(of: &Type, inner: fn(&Type) -> BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    match of {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Number => numbers().prop_map(Value::Number).boxed(),
        Type::String => ".{0,4}".prop_map(Value::String).boxed(),
        Type::List(element) | Type::Set(element) => {
            vec(inner(element), 0..3).prop_map(Value::List).boxed()
        }
        Type::Map(element) => btree_map("[x-z]", inner(element), 0..3)
            .prop_map(Value::Map)
            .boxed(),
        Type::Object(attributes) => attributes
            .iter()
            .map(|(name, of)| (Just(name.clone()), inner(of)))
            .collect::<Vec<_>>()
            .prop_map(Value::object)
            .boxed(),
    }
}

fn numbers() -> impl Strategy<Value = BigDecimal> {
    let exact = |text: &str| BigDecimal::from_str(text).expect("a number");
    prop_oneof![
        any::<i64>().prop_map(BigDecimal::from),
        any::<u64>().prop_map(BigDecimal::from),
        any::<f64>().prop_filter_map("finite", |float| BigDecimal::try_from(float).ok()),
        r"-?[0-9]{1,40}(\.[0-9]{1,20})?".prop_map(move |text| exact(&text)),
    ]
}

fn refinements() -> impl Strategy<Value = Refinements> {
    let lengths = (any::<Option<u64>>(), any::<Option<u64>>());
    (any::<Option<bool>>(), prop::option::of(".{0,20}"), lengths).prop_map(
        |(is_null, prefix, (min_length, max_length))| Refinements {
            is_null,
            prefix,
            min_length,
            max_length,
        },
    )
}
