//! Telling what a resource's hook changed in a plan from what it left alone.

use crate::sdk::value::Value;

/// What the hook changed, laid over `ours`: where `hooked` is still what was `handed` to it, the value of `ours` holds.
pub(super) fn overlay(ours: &Value, handed: &Value, hooked: &Value) -> Value {
    match (ours, handed, hooked) {
        _ if hooked == handed => ours.clone(),
        (Value::Map(_), Value::Map(_), Value::Map(members)) => {
            let members = members.iter().map(|(name, hooked)| {
                let member = overlay(ours.get(name), handed.get(name), hooked);
                (name.clone(), member)
            });
            Value::object(members)
        }
        (Value::List(ours), Value::List(handed), Value::List(hooked))
            if ours.len() == hooked.len() && handed.len() == hooked.len() =>
        {
            let elements = ours.iter().zip(handed).zip(hooked);
            let elements = elements.map(|((ours, handed), hooked)| overlay(ours, handed, hooked));
            Value::List(elements.collect())
        }
        _ => hooked.clone(),
    }
}
