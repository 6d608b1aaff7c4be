//! The one answer by which Azure says that a connected cluster keeps the key that it has.
//!
//! Azure documents no code for it. So the answer has to say both: by its code that the object stands in the way, and by its
//! property or its words that the key does. Whatever else conflicts (another operation, a lock, a precondition, a resource
//! group that is being deleted) says nothing about the key.

use crate::arm::Error;

/// Codes with which Azure refuses to change a property of an object that exists.
const CODES: [&str; 3] = ["Conflict", "PropertyChangeNotAllowed", "BadRequest"];

/// How the key is called: the property, and in sentences.
const KEY: [&str; 2] = ["agentpublickeycertificate", "public key"];

/// How Azure says that something keeps its value.
const KEPT: [&str; 5] = [
    "cannot be changed",
    "cannot change",
    "not allowed",
    "cannot be updated",
    "immutable",
];

/// Whether Azure refused a PUT because the connected cluster does not take another public key.
#[must_use]
pub fn refuses_another_key(error: &Error) -> bool {
    let Error::Refused { fault, .. } = error else {
        return false;
    };
    let said = |text: &Option<String>| text.clone().unwrap_or_default().to_ascii_lowercase();
    let (message, target) = (said(&fault.message), said(&fault.target));
    let any = |words: &[&str], text: &str| words.iter().any(|word| text.contains(word));
    CODES.iter().any(|code| fault.is(code))
        && (any(&KEY, &message) || any(&KEY, &target))
        && (any(&KEPT, &message) || fault.is("PropertyChangeNotAllowed"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::ServiceFault;

    fn refused(status: u16, code: &str, message: &str, target: Option<&str>) -> bool {
        refuses_another_key(&Error::Refused {
            action: "create".to_owned(),
            fault: Box::new(ServiceFault {
                status: Some(status),
                code: Some(code.to_owned()),
                message: Some(message.to_owned()),
                target: target.map(str::to_owned),
                ..ServiceFault::default()
            }),
        })
    }

    #[test]
    fn only_words_about_the_key_are_a_refusal_of_the_key() {
        let words = "The public key of a connected cluster cannot be changed.";
        assert!(refused(409, "Conflict", words, None));
        let property = Some("properties.agentPublicKeyCertificate");
        assert!(refused(
            409,
            "PropertyChangeNotAllowed",
            "Changing this property is not allowed.",
            property
        ));
        for (status, code, message) in [
            (
                409,
                "AnotherOperationInProgress",
                "Another operation on the public key is in progress; it cannot be changed.",
            ),
            (409, "Conflict", "The request conflicts with another one."),
            (
                409,
                "ScopeLocked",
                "The scope cannot perform write operation because it is locked.",
            ),
            (409, "OperationNotAllowed", "The operation is not allowed."),
            (
                412,
                "PreconditionFailed",
                "The condition 'If-Match' cannot be changed.",
            ),
            (
                409,
                "ResourceGroupBeingDeleted",
                "The resource group is being deleted.",
            ),
            (
                400,
                "BadRequest",
                "The value of agentPublicKeyCertificate is not valid base64.",
            ),
        ] {
            assert!(!refused(status, code, message, None), "{code}: {message}");
        }
    }
}
