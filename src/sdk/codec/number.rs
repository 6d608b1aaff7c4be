//! Numbers without loss: Terraform's own have 512 bits, so neither `i64` nor `f64` holds them all.

use std::str::FromStr;

use bigdecimal::{BigDecimal, ToPrimitive};

use super::Fault;

/// Longest text of a number. Terraform's 512 bits need 155 digits.
const MAX_CHARACTERS: usize = 8192;
/// Most places before or behind the decimal point; an `f64` needs 1,074. It keeps `1e999999999` from filling memory.
const MAX_PLACES: u64 = 4096;

/// How a number travels: as the first of these that holds it exactly.
#[derive(Debug, PartialEq)]
pub(super) enum Wire {
    Integer(i64),
    Float(f64),
    Text(String),
}

/// Reads decimal text, exponent included.
pub(super) fn parse(text: &str) -> Result<BigDecimal, Fault> {
    if text.len() > MAX_CHARACTERS {
        return Err(Fault::Number);
    }
    let number = BigDecimal::from_str(text).map_err(|_| Fault::Number)?;
    bounded(number)
}

/// Takes a float at its exact binary value.
pub(super) fn from_float(float: f64) -> Result<BigDecimal, Fault> {
    BigDecimal::try_from(float).map_err(|_| Fault::Number)
}

/// Chooses the form in which a number travels.
pub(super) fn to_wire(number: &BigDecimal) -> Result<Wire, Fault> {
    let number = bounded(number.clone())?;
    if let Some(integer) = number.to_i64().filter(|i| number == *i) {
        return Ok(Wire::Integer(integer));
    }
    let float = number
        .to_f64()
        .filter(|f| from_float(*f).as_ref() == Ok(&number));
    Ok(float.map_or_else(|| Wire::Text(number.to_plain_string()), Wire::Float))
}

fn bounded(number: BigDecimal) -> Result<BigDecimal, Fault> {
    if number.fractional_digit_count().unsigned_abs() > MAX_PLACES {
        return Err(Fault::Number);
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_travels_in_the_smallest_exact_form() {
        for (text, wire) in [
            ("0", Wire::Integer(0)),
            ("1.50e1", Wire::Integer(15)),
            ("-9223372036854775808", Wire::Integer(i64::MIN)),
            (
                "9223372036854775808",
                Wire::Float(9_223_372_036_854_775_808.0),
            ),
            ("0.5", Wire::Float(0.5)),
            ("0.1", Wire::Text("0.1".to_owned())),
            (
                "123456789012345678901234567890",
                Wire::Text("123456789012345678901234567890".to_owned()),
            ),
        ] {
            assert_eq!(to_wire(&parse(text).expect(text)), Ok(wire), "{text}");
        }
    }

    #[test]
    fn numbers_that_would_fill_memory_are_refused() {
        for text in [
            "1e999999999",
            "1e-999999999",
            "1e9223372036854775808",
            "NaN",
            "",
            "-",
        ] {
            assert_eq!(parse(text), Err(Fault::Number), "{text}");
        }
        assert_eq!(from_float(f64::INFINITY), Err(Fault::Number));
    }
}
