//! A part of the walk: one of several shards, what a broken walk left over, or one action alone. Whatever has no cells in a
//! part is still done where something else needs it.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Which actions a walk has cells for, and whether it asks about the whole service, too. All of it, unless something is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// One action alone, for a replay.
    pub one: Option<String>,
    /// One of several shards.
    pub shard: Shard,
    /// Actions whose cells an earlier, broken walk has walked.
    pub done: BTreeSet<String>,
}

impl Part {
    /// One action alone.
    #[must_use]
    pub fn one(action: String) -> Self {
        Self { one: Some(action), ..Self::default() }
    }

    /// Whether nothing is left out, so that the walk knows all that a lock holds.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        *self == Self::default()
    }

    /// Whether what is no cell of one action is asked, too: sign-ins, sessions, the record, promises, alerts, backups. The
    /// last shard does it, and so does whoever goes on with a broken walk of that one.
    #[must_use]
    pub fn asks_about_all(&self) -> bool {
        self.one.is_none() && self.shard.number == self.shard.of
    }

    /// The actions whose cells are walked here, of all that have cells. Neighbours go to different shards, so that the
    /// actions of one noun, which cost alike, are shared evenly; nothing but the names decides.
    #[must_use]
    pub fn of<'a>(&self, actions: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
        let sorted: BTreeSet<&str> = actions.into_iter().collect();
        let own = |at: usize| at % self.shard.of as usize + 1 == self.shard.number as usize;
        let all = sorted.into_iter().enumerate().filter(|(at, _)| own(*at)).map(|(_, name)| name);
        all.filter(|name| !self.done.contains(*name) && self.one.as_deref().is_none_or(|one| one == *name)).collect()
    }
}

/// `2/4`: the second of four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// From 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

impl Default for Shard {
    fn default() -> Self {
        Self { number: 1, of: 1 }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no shard: give its number and how many there are, such as 2/4");
        let (number, of) = text.split_once('/').ok_or_else(wrong)?;
        let (number, of): (u32, u32) = (number.parse().map_err(|_| wrong())?, of.parse().map_err(|_| wrong())?);
        if (1..=of).contains(&number) { Ok(Self { number, of }) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_shard_is_read_and_printed() {
        assert_eq!("2/4".parse(), Ok(Shard { number: 2, of: 4 }));
        for wrong in ["", "2", "0/4", "5/4", "2/0", "-1/2", "1/2/3", "a/b"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_last_shard_asks_about_all() {
        let asks = |text: &str| Part { shard: text.parse().unwrap(), ..Part::default() }.asks_about_all();
        assert!(Part::default().is_whole() && Part::default().asks_about_all());
        assert!(!asks("1/2") && asks("2/2"));
        assert!(!Part::one("GET /notes".into()).asks_about_all());
    }

    proptest! {
        #[test]
        fn any_text_is_a_shard_or_not(text in ".*") {
            if let Ok(shard) = text.parse::<Shard>() {
                prop_assert_eq!(shard.to_string().parse(), Ok(shard));
            }
        }

        #[test]
        fn shards_share_all_actions_evenly(names in prop::collection::btree_set("[a-z]{1,6}", 0..40), of in 1_u32..7) {
            let mut all = Vec::new();
            for number in 1..=of {
                let part = Part { shard: Shard { number, of }, ..Part::default() };
                let own = part.of(names.iter().map(String::as_str));
                prop_assert!(own.len().abs_diff(names.len() / of as usize) <= 1);
                all.extend(own);
            }
            all.sort_unstable();
            prop_assert_eq!(all, names.iter().map(String::as_str).collect::<Vec<_>>());
        }

        #[test]
        fn what_is_done_is_not_done_again(names in prop::collection::vec("[a-z]{1,6}", 1..20)) {
            let part = Part { done: [names[0].clone()].into(), ..Part::default() };
            prop_assert!(!part.of(names.iter().map(String::as_str)).contains(names[0].as_str()));
        }
    }
}
