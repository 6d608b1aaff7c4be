//! What Terraform promises about an unknown value: extension 12, whose payload is a map from small numbers to bounds.

use rmp::decode::{read_bool, read_int, read_map_len, read_str_len};
use rmp::encode::{ByteBuf, write_bool, write_map_len, write_str, write_uint};

use crate::sdk::value::Refinements;

/// The extension that carries refinements; every other one is a plain unknown.
pub(super) const EXTENSION: i8 = 12;

// Keys of the payload. 3 and 4 bound numbers; nothing here depends on those, so they are dropped.
const IS_NULL: u8 = 1;
const PREFIX: u8 = 2;
const MIN_LENGTH: u8 = 5;
const MAX_LENGTH: u8 = 6;

/// Reads what is understood and stops at the first thing that is not: to drop a promise is always safe.
pub(super) fn decode(mut payload: &[u8]) -> Refinements {
    let mut refinements = Refinements::default();
    let count = read_map_len(&mut payload).unwrap_or(0);
    for _ in 0..count {
        if decode_one(&mut payload, &mut refinements).is_none() {
            break;
        }
    }
    refinements
}

fn decode_one(payload: &mut &[u8], refinements: &mut Refinements) -> Option<()> {
    match read_int(payload).ok()? {
        IS_NULL => refinements.is_null = Some(read_bool(payload).ok()?),
        PREFIX => refinements.prefix = Some(decode_text(payload)?),
        MIN_LENGTH => refinements.min_length = Some(read_int(payload).ok()?),
        MAX_LENGTH => refinements.max_length = Some(read_int(payload).ok()?),
        _ => return None,
    }
    Some(())
}

fn decode_text(payload: &mut &[u8]) -> Option<String> {
    let length = read_str_len(payload).ok()?;
    let (text, rest) = payload.split_at_checked(usize::try_from(length).ok()?)?;
    *payload = rest;
    String::from_utf8(text.to_vec()).ok()
}

/// The payload; `None` when nothing is promised.
pub(super) fn encode(refinements: &Refinements) -> Option<Vec<u8>> {
    let Refinements {
        is_null,
        prefix,
        min_length,
        max_length,
    } = refinements;
    let present = [
        is_null.is_some(),
        prefix.is_some(),
        min_length.is_some(),
        max_length.is_some(),
    ];
    let count = present.into_iter().map(u32::from).sum();
    if count == 0 {
        return None;
    }
    let mut out = ByteBuf::new();
    let Ok(_) = write_map_len(&mut out, count);
    if let Some(is_null) = is_null {
        let Ok(_) = write_uint(&mut out, IS_NULL.into());
        let Ok(()) = write_bool(&mut out, *is_null);
    }
    if let Some(prefix) = prefix {
        let Ok(_) = write_uint(&mut out, PREFIX.into());
        let Ok(()) = write_str(&mut out, prefix);
    }
    for (key, length) in [(MIN_LENGTH, min_length), (MAX_LENGTH, max_length)] {
        if let Some(length) = length {
            let Ok(_) = write_uint(&mut out, key.into());
            let Ok(_) = write_uint(&mut out, *length);
        }
    }
    Some(out.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_is_dropped_with_what_follows() {
        // { 1: false, 3: [10, true], 5: 2 }
        let payload = [0x83, 0x01, 0xc2, 0x03, 0x92, 0x0a, 0xc3, 0x05, 0x02];
        let expected = Refinements {
            is_null: Some(false),
            ..Refinements::default()
        };
        assert_eq!(decode(&payload), expected);
    }

    proptest::proptest! {
        #![proptest_config(crate::fuzzing::config())]

        #[test]
        fn fuzz_refinements(payload in crate::fuzzing::damaged(&[
            &[0x84, 0x01, 0xc2, 0x02, 0xa1, b'a', 0x05, 0x02, 0x06, 0xcd, 0x01, 0x00],
        ])) {
            let read = decode(&payload);
            if let Some(written) = encode(&read) {
                assert_eq!(decode(&written), read);
            }
        }
    }
}
