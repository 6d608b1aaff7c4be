//! Input that is nearly right, for everything that reads what others wrote.
//!
//! Random bytes rarely get past the first check of a parser. So valid examples are damaged: bytes change, go, come, or stand
//! there many times. `make fuzz` runs the tests whose names begin with `fuzz_` at length; `PROPTEST_CASES` and
//! `PROPTEST_RNG_SEED` choose how many inputs there are and which.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;

/// Inputs of each test where nothing else is asked for: ten tests make ten thousand in each run of the tests.
const CASES: u32 = 1_000;

/// The number of inputs, and no file for those that failed: the seed is enough.
pub(crate) fn config() -> Config {
    let chosen = std::env::var_os("PROPTEST_CASES").is_some();
    let default = Config::default();
    Config {
        cases: if chosen { default.cases } else { CASES },
        failure_persistence: None,
        ..default
    }
}

/// Examples with up to eight damages.
pub(crate) fn damaged(examples: &[&'static [u8]]) -> impl Strategy<Value = Vec<u8>> + use<> {
    let whole = select(examples.to_vec());
    (whole, vec(damage(), 0..8)).prop_map(|(whole, damages)| {
        damages
            .iter()
            .fold(whole.to_vec(), |bytes, damage| damage.applied(bytes))
    })
}

/// The same for what is read as text.
pub(crate) fn damaged_text(examples: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    let examples: Vec<_> = examples.iter().map(|text| text.as_bytes()).collect();
    damaged(&examples).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    Cut(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    // Where formats turn: brackets, quotes, signs of lengths, ends of numbers, characters of several bytes.
    let telling = select(vec![
        "{", "[", "\"", ":", "\n", "\0", "-1", "9e99", "\u{fdd0}", "\u{1b}[",
    ]);
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        (at(), vec(any::<u8>(), 1..6)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (at(), telling).prop_map(|(at, text)| Damage::Insert(at, text.as_bytes().to_vec())),
        (at(), 1..16_usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        (at(), 1..12_usize, 2..400_usize)
            .prop_map(|(at, length, times)| Damage::Repeat(at, length, times)),
        at().prop_map(Damage::Cut),
    ]
}

impl Damage {
    fn applied(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let place = |at: &Index, bytes: &[u8]| at.index(bytes.len() + 1);
        match self {
            Self::Flip(at, bits) => {
                let place = place(at, &bytes);
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= bits;
                }
            }
            Self::Insert(at, new) => {
                let place = place(at, &bytes);
                bytes.splice(place..place, new.iter().copied());
            }
            Self::Remove(at, length) => {
                let place = place(at, &bytes);
                let end = bytes.len().min(place + length);
                bytes.drain(place..end);
            }
            Self::Repeat(at, length, times) => {
                let place = place(at, &bytes);
                let end = bytes.len().min(place + length);
                let part = bytes[place..end].repeat(*times);
                bytes.splice(place..place, part);
            }
            Self::Cut(at) => bytes.truncate(at.index(bytes.len() + 1)),
        }
        bytes
    }
}
