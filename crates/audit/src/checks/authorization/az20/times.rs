//! Whether two rows of times differ: the rank sum of Wilcoxon, Mann and Whitney, as normal as thirty of each make it.

/// Fewer say nothing.
const PAIRS_MIN: usize = 30;
/// Standard deviations beyond which chance is left out: about one in a million.
const Z_MIN: f64 = 4.9;
/// A difference that nobody measures through a network is none, in milliseconds.
const MEDIAN_MS_MIN: u64 = 10;

/// How much longer the first of the pairs took than the second, in milliseconds (less than none where it is the other way
/// round), where that is no chance.
pub(super) fn differ(pairs: &[(u64, u64)]) -> Option<i64> {
    if pairs.len() < PAIRS_MIN {
        return None;
    }
    let (first, second): (Vec<u64>, Vec<u64>) = pairs.iter().copied().unzip();
    let (one, other) = (median(&first), median(&second));
    let apart = one.abs_diff(other);
    let enough = MEDIAN_MS_MIN <= apart && one.min(other) <= apart * 4;
    (enough && Z_MIN <= z(&first, &second).abs()).then(|| one.cast_signed() - other.cast_signed())
}

fn median(times: &[u64]) -> u64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// Standard deviations of the rank sum from what equal rows would give; equal times share their rank.
fn z(first: &[u64], second: &[u64]) -> f64 {
    let less = |value: u64| second.iter().filter(|other| **other < value).count() as f64;
    let same = |value: u64| second.iter().filter(|other| **other == value).count() as f64;
    let u: f64 = first.iter().map(|value| less(*value) + same(*value) / 2.0).sum();
    let (n, m) = (first.len() as f64, second.len() as f64);
    let deviation = (n * m * (n + m + 1.0) / 12.0).sqrt();
    if deviation == 0.0 { 0.0 } else { (u - n * m / 2.0) / deviation }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_hash_that_is_only_made_for_those_who_exist_is_seen() {
        let pairs: Vec<_> = (0..30).map(|at| (60 + at % 7, 2 + at % 3)).collect();
        assert_eq!(differ(&pairs), Some(60));
        let turned: Vec<_> = pairs.iter().map(|(one, other)| (*other, *one)).collect();
        assert_eq!(differ(&turned), Some(-60));
        assert_eq!(differ(&pairs[..20]), None, "too few");
        let noisy: Vec<_> = (0..30).map(|at| (20 + at * 13 % 17, 20 + at * 7 % 17)).collect();
        assert_eq!(differ(&noisy), None);
        let small: Vec<_> = (0..30).map(|_| (6, 2)).collect();
        assert_eq!(differ(&small), None, "nobody measures that");
    }

    proptest! {
        #[test]
        fn equal_rows_never_differ(times in prop::collection::vec(0u64..10_000, 0..60)) {
            let pairs: Vec<_> = times.iter().map(|time| (*time, *time)).collect();
            prop_assert_eq!(differ(&pairs), None);
        }
    }
}
