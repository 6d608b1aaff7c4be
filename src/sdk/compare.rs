//! Whether two values of a type are the same: sets have no order, everything else does.

use super::types::Type;
use super::value::Value;

/// Whether two values of a type are equal as Terraform sees it.
#[must_use]
pub fn same(of: &Type, left: &Value, right: &Value) -> bool {
    match (of, left, right) {
        (Type::List(of), Value::List(left), Value::List(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(of, left, right))
        }
        (Type::Set(of), Value::List(left), Value::List(right)) => {
            subset(of, left, right) && subset(of, right, left)
        }
        (Type::Map(of), Value::Map(left), Value::Map(right)) => {
            left.keys().eq(right.keys())
                && left
                    .values()
                    .zip(right.values())
                    .all(|(left, right)| same(of, left, right))
        }
        (Type::Object(attributes), Value::Map(_), Value::Map(_)) => attributes
            .iter()
            .all(|(name, of)| same(of, left.get(name), right.get(name))),
        _ => left == right,
    }
}

fn subset(of: &Type, part: &[Value], whole: &[Value]) -> bool {
    part.iter()
        .all(|element| whole.iter().any(|candidate| same(of, element, candidate)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_set_has_no_order() {
        let forth = Value::List(vec!["a".into(), "b".into()]);
        let back = Value::List(vec!["b".into(), "a".into()]);
        let element = Box::new(Type::String);
        assert!(!same(&Type::List(element.clone()), &forth, &back));
        assert!(same(&Type::Set(element.clone()), &forth, &back));

        let nested = Type::object([("ids", Type::Set(element))]);
        let object = |ids: Value| Value::object([("ids", ids)]);
        assert!(same(&nested, &object(forth.clone()), &object(back)));
        assert!(!same(
            &nested,
            &object(forth),
            &object(Value::List(vec!["a".into()]))
        ));
    }
}
