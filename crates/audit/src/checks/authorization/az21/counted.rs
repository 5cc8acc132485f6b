//! How many times something was done, counted by what it leaves: rows that came, numbers that moved.

use super::Seen;
use crate::evidence::{Observation, Witness};
use crate::plan::slots::words;

/// Numbers from here on are moments, or keys.
const NUMBER_MAX: i64 = 1_000_000_000;
/// Words of names whose numbers move with time and not with what is done.
const TIMES: &[&str] =
    &["at", "time", "timestamp", "date", "age", "seconds", "ms", "millis", "version", "revision", "rev", "id"];

/// How many times as much was done in a round as once did, by whatever tells most; nothing where nothing can be counted.
/// What a refusal moves, too, counts tries and not what was done.
pub(super) fn times(witness: &Witness, once: &Seen, again: &Seen, round: &Seen) -> Option<u32> {
    let still = |path: &&String| moved(&again.before, &again.after, path) == Some(0);
    let paths = witness.shows.iter().filter(|path| !witness.noise.contains(*path)).filter(still);
    let counted = paths.filter_map(|path| {
        let one = moved(&once.before, &once.after, path)?;
        let all = moved(&round.before, &round.after, path)?;
        (one != 0 && all % one == 0).then(|| u32::try_from(all / one).ok()).flatten()
    });
    counted.max().filter(|times| 0 < *times)
}

/// Whether what is done leaves anything to count.
pub(super) fn counts(witness: &Witness, once: &Seen, again: &Seen) -> bool {
    times(witness, once, again, once) == Some(1)
}

/// By how many rows, or by how much, a field differs.
fn moved(before: &Observation, after: &Observation, path: &str) -> Option<i64> {
    let (was, is) = (before.fields.get(path), after.fields.get(path));
    if path.contains("[]") {
        let rows = |values: Option<&Vec<String>>| i64::try_from(values.map_or(0, Vec::len)).ok();
        return rows(is)?.checked_sub(rows(was)?);
    }
    let name = words(path.rsplit(['.', ']']).next().unwrap_or_default());
    if name.iter().any(|word| TIMES.contains(&word.as_str())) {
        return None;
    }
    let number = |values: Option<&Vec<String>>| match values.map(Vec::as_slice) {
        Some([one]) => one.parse::<i64>().ok().filter(|number| (-NUMBER_MAX..NUMBER_MAX).contains(number)),
        _ => None,
    };
    number(is)?.checked_sub(number(was)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::authorization::tests::look;
    use proptest::prelude::*;

    fn seen(field: &str, before: &str, after: &str) -> Seen {
        Seen { before: look(&[(field, before)]), answers: Vec::new(), after: look(&[(field, after)]) }
    }

    fn witness(field: &str) -> Witness {
        Witness {
            action: "GET /wallet".into(),
            shows: [field.to_owned()].into(),
            shows_existence: false,
            lag_ms: 0,
            noise: Default::default(),
        }
    }

    #[test]
    fn a_balance_that_fell_three_times_as_far_was_spent_three_times() {
        let spent = |field: &str, before: &str, after: &str| {
            let (once, again) = (seen(field, "100", "90"), seen(field, "90", "90"));
            times(&witness(field), &once, &again, &seen(field, before, after))
        };
        assert_eq!(spent("balance", "100", "70"), Some(3));
        assert_eq!(spent("balance", "100", "75"), None, "something else moved it, too");
        assert_eq!(spent("balance", "100", "110"), None);
        assert_eq!(spent("updated_at", "100", "70"), None);
        let (once, again) = (seen("tries", "0", "1"), seen("tries", "1", "2"));
        assert_eq!(times(&witness("tries"), &once, &again, &seen("tries", "0", "8")), None);
    }

    proptest! {
        #[test]
        fn any_values_can_be_counted(before in ".{0,12}", after in "-?[0-9]{0,20}") {
            let seen = seen("balance", &before, &after);
            times(&witness("balance"), &seen, &seen, &seen);
        }
    }
}
