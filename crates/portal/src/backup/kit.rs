//! The recovery kit: the backup key as a text that is printed and kept elsewhere, and read back from paper by hand.
//!
//! Eight lines of eight letters and digits, each with a check of its own, so that whoever mistypes is told in which line.
//! Base32 as Crockford has it (no I, L, O, U; what looks like a digit is read as one).

use std::fmt;
use std::str::FromStr;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

use super::key::BackupKey;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Lines of a kit.
const LINES: usize = 8;
/// Bytes of the key in a line; one byte of check follows.
const LINE_BYTES: usize = 4;
/// Letters and digits of a line, without the hyphen.
const LINE_SYMBOLS: usize = 8;

/// A recovery kit.
#[derive(Clone)]
pub struct Kit(pub BackupKey);

/// Why a text is no recovery kit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KitError {
    /// A line is not there.
    #[error("line {0} of the recovery kit is missing\n\nhint: eight lines, each with its number: 1  XXXX-XXXX")]
    Absent(usize),
    /// A line is not what was printed.
    #[error("line {0} of the recovery kit is mistyped: its check does not fit")]
    Mistyped(usize),
    /// Two lines have one number.
    #[error("line {0} of the recovery kit stands there twice, and differs")]
    Twice(usize),
}

impl Kit {
    /// The group that somebody who has the kit before them types to confirm it.
    #[must_use]
    pub fn group(&self) -> String {
        let digest = Sha256::new().chain_update(b"recovery-kit/confirm/v1").chain_update(self.0.0.as_ref()).finalize();
        grouped(&std::array::from_fn(|index| digest[index]))
    }

    /// Whether this is that group.
    #[must_use]
    pub fn confirms(&self, typed: &str) -> bool {
        symbols(typed).is_some_and(|typed| Some(typed) == symbols(&self.group()))
    }

    /// Reads the kit in a file.
    ///
    /// # Errors
    /// When it cannot be read, or is no kit.
    pub fn read(path: &std::path::Path) -> Result<Self> {
        let text = if path.as_os_str() == "-" {
            std::io::read_to_string(std::io::stdin()).context("the recovery kit cannot be read from standard input")?
        } else {
            std::fs::read_to_string(path).with_context(|| format!("{}: cannot be read", path.display()))?
        };
        let text = Zeroizing::new(text);
        text.parse().with_context(|| format!("{}: is no recovery kit", path.display()))
    }
}

impl fmt::Display for Kit {
    /// The lines of the key, and nothing else.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, bytes) in self.0.0.chunks(LINE_BYTES).enumerate() {
            let mut line = [0; LINE_BYTES + 1];
            line[..LINE_BYTES].copy_from_slice(bytes);
            line[LINE_BYTES] = check(index + 1, bytes);
            writeln!(f, "  {}  {}", index + 1, grouped(&line))?;
            line.zeroize();
        }
        Ok(())
    }
}

impl FromStr for Kit {
    type Err = KitError;

    /// Takes the lines that begin with a number from 1 to 8 and hold one group of eight, wherever they stand in a text.
    fn from_str(text: &str) -> Result<Self, KitError> {
        let mut lines: [Option<[u8; LINE_BYTES + 1]>; LINES] = [None; LINES];
        for line in text.lines() {
            let Some((number, group)) = line.trim().split_once(char::is_whitespace) else { continue };
            let Some(number) = number.trim_end_matches([':', '.']).parse().ok().filter(|n| (1..=LINES).contains(n))
            else {
                continue;
            };
            let Some(bytes) = symbols(group).map(|symbols| bytes(&symbols)) else { continue };
            if lines[number - 1].is_some_and(|there| there != bytes) {
                return Err(KitError::Twice(number));
            }
            lines[number - 1] = Some(bytes);
        }
        let mut key = Zeroizing::new([0; LINES * LINE_BYTES]);
        for (index, line) in lines.iter().enumerate() {
            let number = index + 1;
            let (bytes, checked) =
                line.as_ref().and_then(|line| line.split_at_checked(LINE_BYTES)).ok_or(KitError::Absent(number))?;
            if checked != [check(number, bytes)] {
                return Err(KitError::Mistyped(number));
            }
            key[index * LINE_BYTES..][..LINE_BYTES].copy_from_slice(bytes);
        }
        Ok(Self(BackupKey(key)))
    }
}

fn check(number: usize, bytes: &[u8]) -> u8 {
    let number = u8::try_from(number).unwrap_or_default();
    Sha256::new().chain_update(b"recovery-kit/v1").chain_update([number]).chain_update(bytes).finalize()[0]
}

/// Five bytes as eight symbols, with a hyphen in the middle.
fn grouped(bytes: &[u8; LINE_BYTES + 1]) -> String {
    let number = bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let symbol = |place: usize| {
        let shift = 5 * (LINE_SYMBOLS - 1 - place);
        char::from(ALPHABET[(number >> shift & 31) as usize])
    };
    let symbols: String = (0..LINE_SYMBOLS).map(symbol).collect();
    format!("{}-{}", &symbols[..4], &symbols[4..])
}

/// The values of eight symbols; hyphens and spaces do not count.
fn symbols(text: &str) -> Option<[u8; LINE_SYMBOLS]> {
    let mut values = [0; LINE_SYMBOLS];
    let mut count = 0;
    for character in text.chars().filter(|character| *character != '-' && !character.is_whitespace()) {
        let alike = match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let value = ALPHABET.iter().position(|symbol| char::from(*symbol) == alike)?;
        *values.get_mut(count)? = u8::try_from(value).ok()?;
        count += 1;
    }
    (count == LINE_SYMBOLS).then_some(values)
}

fn bytes(symbols: &[u8; LINE_SYMBOLS]) -> [u8; LINE_BYTES + 1] {
    let number = symbols.iter().fold(0_u64, |number, symbol| number << 5 | u64::from(*symbol));
    std::array::from_fn(|index| (number >> (8 * (LINE_BYTES - index)) & 0xff) as u8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kit(key: [u8; 32]) -> Kit {
        Kit(BackupKey(Zeroizing::new(key)))
    }

    #[test]
    fn a_mistyped_line_is_named() {
        let text = kit([5; 32]).to_string();
        let typed = |altered: &str| altered.parse::<Kit>().map(|kit| *kit.0.0);
        assert_eq!(typed(&text.to_lowercase().replace('0', "o")), Ok([5; 32]));
        assert_eq!(typed(&format!("My kit, drawer 3\n{text}\nkeep it safe")), Ok([5; 32]));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(typed(&lines[..7].join("\n")), Err(KitError::Absent(8)));
        let swapped = text.replace(lines[2], &lines[3].replace("  4  ", "  3  "));
        assert_eq!(typed(&swapped), Err(KitError::Mistyped(3)));
        assert_eq!(typed(&format!("{text}\n 3 0000-0000")), Err(KitError::Twice(3)));
    }

    proptest! {
        #[test]
        fn a_kit_comes_back_from_paper(key: [u8; 32]) {
            let kit = kit(key);
            let back: Kit = kit.to_string().parse().unwrap();
            prop_assert_eq!(*back.0.0, key);
            prop_assert!(kit.confirms(&back.group().to_lowercase()));
            prop_assert!(!kit.confirms("0000-0000"));
        }

        #[test]
        fn any_text_is_a_kit_or_not(text in "[ -~\n]{0,200}") {
            let _ = text.parse::<Kit>();
        }
    }
}
