//! Where a page begins, as a text to hand out and take back.

use sha2::{Digest as _, Sha256};

use super::Filter;
use crate::time::Time;

/// A place in the order of the trail: time, then number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// When the event says that it happened.
    pub at: Time,
    /// Its number in this database.
    pub n: i64,
}

/// A text that is no cursor of this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the `next` of the page before, asked for with the same filter")]
pub struct BadCursor;

impl Mark {
    /// As a text: time, number and a fingerprint of what was asked, in hexadecimal. It opens nothing: what may be read is
    /// decided anew for every page.
    #[must_use]
    pub fn cursor(self, filter: &Filter) -> String {
        format!("{:016x}{:016x}{}", self.at.0, self.n, fingerprint(filter))
    }

    /// Back from [`Self::cursor`].
    ///
    /// # Errors
    /// [`BadCursor`] for every other text, and for the cursor of a list that was asked for with another filter.
    pub fn parse(text: &str, filter: &Filter) -> Result<Self, BadCursor> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if text.len() != 48 || !digits || text[32..] != fingerprint(filter) {
            return Err(BadCursor);
        }
        let number = |text: &str| i64::from_str_radix(text, 16).map_err(|_| BadCursor);
        Ok(Self { at: Time(number(&text[..16])?), n: number(&text[16..32])? })
    }
}

/// The first eight bytes of a hash over the filter: a cursor that is carried over to another list is refused, because
/// the page that it gives would be a riddle.
fn fingerprint(filter: &Filter) -> String {
    let Filter { actor, act, object, outcome, from, until } = filter;
    let words = format!("trail/v1\n{actor:?}\n{act:?}\n{object:?}\n{outcome:?}\n{from:?}\n{until:?}");
    Sha256::digest(words).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
