//! Whether two sides say the same things, without keeping any of them: each side adds up a keyed number for each thing it
//! says, and equal sums mean equal sets, repetitions and all.
//!
//! The keys are drawn anew for each verification, so that nobody can choose what would add up. Two numbers of 64 bits: that
//! unequal sides agree by chance is less likely than that the memory errs.

use std::hash::{BuildHasher as _, Hash, RandomState};

/// The keys of one verification. Clones are the same keys.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys(RandomState, RandomState);

/// What one side has said so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    count: u64,
    sums: (u64, u64),
}

impl Keys {
    /// What saying one thing comes to.
    pub(super) fn one(&self, thing: &impl Hash) -> Sum {
        Sum { count: 1, sums: (self.0.hash_one(thing), self.1.hash_one(thing)) }
    }
}

impl Sum {
    /// Adds what else was said.
    pub(super) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.sums = (self.sums.0.wrapping_add(other.sums.0), self.sums.1.wrapping_add(other.sums.1));
    }

    /// How many things were said.
    pub(super) fn count(&self) -> u64 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(keys: &Keys, things: &[(i64, String)]) -> Sum {
        let mut sum = Sum::default();
        things.iter().for_each(|thing| sum.add(keys.one(thing)));
        sum
    }

    proptest! {
        #[test]
        fn the_order_is_no_matter_and_everything_else_is(
            mut things in prop::collection::vec((0..9_i64, "[ab]{0,2}"), 1..20),
            place in any::<prop::sample::Index>(),
        ) {
            let keys = Keys::default();
            let before = sum(&keys, &things);
            things.reverse();
            prop_assert_eq!(sum(&keys, &things), before);
            let place = place.index(things.len());
            let mut other = things.clone();
            other[place].0 += 100;
            prop_assert_ne!(sum(&keys, &other), before, "one is another");
            other = things.clone();
            other.push(things[place].clone());
            prop_assert_ne!(sum(&keys, &other), before, "one is there twice");
        }
    }
}
