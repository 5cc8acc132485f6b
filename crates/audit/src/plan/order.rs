//! The order of what may come in any order. It is drawn from the seed, so that a fault that depends on the order is
//! found sooner or later, and found again with the same seed.

/// A number that is the same for the same seed and name, and says nothing else: sorting by it shuffles.
pub fn draw(seed: u64, name: &str) -> u64 {
    // FNV-1a over the name, then the finalizer of SplitMix64, so that neighbouring seeds draw nothing alike.
    let mixed = name.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn order(seed: u64) -> Vec<u32> {
        let mut items: Vec<u32> = (0..8).collect();
        items.sort_by_key(|item| draw(seed, &item.to_string()));
        items
    }

    #[test]
    fn seeds_differ() {
        let orders: BTreeSet<Vec<u32>> = (0..100).map(order).collect();
        assert!(90 < orders.len(), "{} orders from a hundred seeds", orders.len());
        let firsts: BTreeSet<u32> = (0..100).map(|seed| order(seed)[0]).collect();
        assert_eq!(firsts.len(), 8, "each comes first some time");
    }

    proptest! {
        #[test]
        fn a_seed_is_a_seed(seed: u64, name in ".*") {
            prop_assert_eq!(draw(seed, &name), draw(seed, &name));
        }
    }
}
