//! What the link at the end of a letter shows: whose letters, and about what. It is sealed under a key of this purpose and
//! person (HMAC-SHA-256), stands in no table, and opens nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use door::Result;
use uuid::Uuid;

use super::Topic;
use crate::ids::PersonId;
use crate::vault::Safe;

/// Person, topics, seal.
const PERSON_BYTES: usize = 16;

/// A topic as one bit of a byte.
const fn bit(topic: Topic) -> u8 {
    match topic {
        Topic::Waiting => 1,
        Topic::Messages => 2,
        Topic::Progress => 4,
    }
}

/// Makes one, for letters about these.
///
/// # Errors
/// As [`Safe::notice_seal`] says.
pub fn made(safe: &Safe, person: PersonId, topics: &[Topic]) -> Result<String> {
    let bits = topics.iter().fold(0, |bits, topic| bits | bit(*topic));
    let seal = safe.notice_seal(person, bits)?;
    Ok(URL_SAFE_NO_PAD.encode([person.0.as_bytes().as_slice(), &[bits], &seal].concat()))
}

/// Whose letters, and about what; nothing for every other text.
///
/// # Errors
/// As [`Safe::is_notice_seal`] says.
pub(super) fn read(safe: &Safe, text: &str) -> Result<Option<(PersonId, Vec<Topic>)>> {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(text) else { return Ok(None) };
    let Some((person, rest)) = bytes.split_first_chunk::<PERSON_BYTES>() else { return Ok(None) };
    let Some((&bits, seal)) = rest.split_first() else { return Ok(None) };
    let person = PersonId(Uuid::from_bytes(*person));
    if !safe.is_notice_seal(person, bits, seal)? {
        return Ok(None);
    }
    Ok(Some((person, Topic::ALL.iter().copied().filter(|topic| bits & bit(*topic) != 0).collect())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vault::{Cipher, MasterKey};

    fn safe(key: u8) -> Safe {
        Safe::new(MasterKey::new([key; 32]), Cipher::REAL)
    }

    fn whose() -> PersonId {
        PersonId(Uuid::from_u128(7))
    }

    #[test]
    fn it_says_whose_and_about_what() {
        let token = made(&safe(1), whose(), &[Topic::Messages, Topic::Progress]).unwrap();
        assert_eq!(read(&safe(1), &token).unwrap(), Some((whose(), vec![Topic::Messages, Topic::Progress])));
        assert_eq!(read(&safe(2), &token).unwrap(), None, "another key");
    }

    #[test]
    fn a_letter_changed_is_another_text() {
        let token = made(&safe(1), whose(), &[Topic::Waiting]).unwrap();
        for at in 0..token.len() {
            let mut letters = token.clone().into_bytes();
            letters[at] = if letters[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(letters).unwrap();
            assert_eq!(read(&safe(1), &changed).unwrap(), None, "letter {at}");
        }
        // The seal of one is not that of another: neither with more topics nor for somebody else.
        let sealed = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for at in [0, PERSON_BYTES] {
            let mut other = sealed.clone();
            other[at] ^= 2;
            assert_eq!(read(&safe(1), &URL_SAFE_NO_PAD.encode(other)).unwrap(), None);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_one_or_none(text in ".{0,100}", bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            prop_assert_eq!(read(&safe(1), &text).unwrap(), None);
            prop_assert_eq!(read(&safe(1), &URL_SAFE_NO_PAD.encode(bytes)).unwrap(), None);
        }
    }
}
