//! Lengths of time as Go and therefore Terraform's users write them: `30m`, `1h30m`, `1.5s`.

use std::time::Duration;

/// Why a text is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Neither a number with a unit nor several of them.
    #[error("{0:?} is not a duration; write numbers with units, such as \"30m\" or \"1h30m\"")]
    Malformed(String),
    /// A unit that is none of `ns`, `us`, `µs`, `ms`, `s`, `m`, `h`.
    #[error("{0:?} is not a unit of time; use h, m, s, ms, us or ns")]
    Unit(String),
    /// More than five hundred years.
    #[error("{0:?} is too long; five hundred years are the most")]
    TooLong(String),
}

/// The longest time that is read. With any more, a date would not be a date and a deadline no moment.
const LONGEST: Duration = Duration::from_hours(500 * 366 * 24);

/// Reads a length of time in Go's notation (`time.ParseDuration`). A sign is refused: no time limit is negative.
///
/// # Errors
///
/// [`DurationError`], which says what is wrong with the text.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() || text.is_empty() {
        let (part, tail) = take_part(text, rest)?;
        total = total
            .checked_add(part)
            .filter(|total| *total <= LONGEST)
            .ok_or_else(|| DurationError::TooLong(text.to_owned()))?;
        rest = tail;
    }
    Ok(total)
}

/// One number with its unit from the front of `rest`, and what follows it.
fn take_part<'a>(text: &str, rest: &'a str) -> Result<(Duration, &'a str), DurationError> {
    let malformed = || DurationError::Malformed(text.to_owned());
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let unit_at = rest.find(|c| !is_number(c)).ok_or_else(malformed)?;
    let (number, tail) = rest.split_at(unit_at);
    let (unit, tail) = tail.split_at(tail.find(is_number).unwrap_or(tail.len()));
    let number: f64 = number.parse().map_err(|_| malformed())?;
    let seconds = number * unit_seconds(unit)?;
    let part = Duration::try_from_secs_f64(seconds)
        .map_err(|_| DurationError::TooLong(text.to_owned()))?;
    Ok((part, tail))
}

fn unit_seconds(unit: &str) -> Result<f64, DurationError> {
    match unit {
        "ns" => Ok(1e-9),
        "us" | "µs" | "μs" => Ok(1e-6),
        "ms" => Ok(1e-3),
        "s" => Ok(1.0),
        "m" => Ok(60.0),
        "h" => Ok(3600.0),
        _ => Err(DurationError::Unit(unit.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_reads_is_read() {
        for (text, milliseconds) in [
            ("0", 0),
            ("30m", 1_800_000),
            ("1h30m", 5_400_000),
            ("1.5s", 1_500),
            (".5h", 1_800_000),
            ("1m0.5s250ms", 60_750),
        ] {
            assert_eq!(
                parse(text),
                Ok(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for text in ["", "30", "m", "-5m", "5 m", "1h30", "1..5s", "."] {
            let error = parse(text).expect_err(text);
            assert!(
                matches!(error, DurationError::Malformed(_) | DurationError::Unit(_)),
                "{text}: {error}"
            );
        }
        assert_eq!(parse("5d"), Err(DurationError::Unit("d".to_owned())));
        for text in [
            "99999999999999999999h",
            "3000000000000000h",
            "4392001h",
            "4392000h1s",
        ] {
            assert_eq!(parse(text), Err(DurationError::TooLong(text.to_owned())));
        }
        let longest = parse("4392000h").expect("five hundred years");
        assert!(std::time::SystemTime::now().checked_add(longest).is_some());
    }

    proptest::proptest! {
        #![proptest_config(crate::fuzzing::config())]

        #[test]
        fn fuzz_durations(text in crate::fuzzing::damaged_text(&["1h30m", "90s", "1.5h", "250ms", "10000000h"])) {
            if let Ok(duration) = parse(&text) {
                assert!(tokio::time::Instant::now().checked_add(duration).is_some(), "{text}");
            }
        }
    }
}
