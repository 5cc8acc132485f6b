//! Moments in what a command prints, in whatever form a listing shows them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use regex::Regex;
use std::sync::LazyLock;

/// `2026-11-22T12:40:00Z`, `2026-11-22 12:40`, `20261122T124000Z`, `20261122124000`, `2026-11-22`, with an offset or without.
static MOMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\b(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?:[T_ -]?([01]\d|2[0-3])[:-]?([0-5]\d)(?:[:-]?([0-5]\d))?(?:[.,]\d+)? ?(Z|[+-]\d\d:?\d\d)?)?",
    )
    .ok()
});

/// Every moment in a text; without an offset it is taken for UTC, without a time for the end of its day. A number that
/// stands alone is seconds since 1970.
pub(super) fn moments(text: &str) -> impl Iterator<Item = Timestamp> {
    let epoch = text.trim().parse().ok().filter(|seconds| (1_000_000_000..10_000_000_000).contains(seconds));
    let epoch = epoch.and_then(|seconds: i64| Timestamp::from_second(seconds).ok());
    let found = MOMENT.iter().flat_map(|moment| moment.captures_iter(text));
    let written = found.filter_map(|part| {
        let number = |at: usize| part.get(at).and_then(|part| part.as_str().parse::<i16>().ok());
        let small = |at: usize| number(at).and_then(|number| i8::try_from(number).ok());
        let (hour, minute, second) = match small(4) {
            Some(hour) => (hour, small(5)?, small(6).unwrap_or(0)),
            None => (23, 59, 59),
        };
        let date = DateTime::new(number(1)?, small(2)?, small(3)?, hour, minute, second, 0).ok()?;
        let utc = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
        let offset = part.get(7).map_or("Z", |offset| offset.as_str());
        let seconds = match offset.split_at(1) {
            ("Z", _) => 0,
            (sign, rest) => {
                let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
                let hours: i64 = digits.get(..2)?.parse().ok()?;
                let minutes: i64 = digits.get(2..)?.parse().ok()?;
                (hours * 3600 + minutes * 60) * if sign == "-" { -1 } else { 1 }
            }
        };
        utc.checked_sub(jiff::SignedDuration::from_secs(seconds)).ok()
    });
    epoch.into_iter().chain(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn moments_are_read_as_listings_write_them() {
        let of = |text: &str| moments(text).map(|at| at.to_string()).collect::<Vec<_>>();
        assert_eq!(of("a 2026-11-22T12:40:00Z b"), ["2026-11-22T12:40:00Z"]);
        assert_eq!(of("2026-11-22 12:40:00+02:00 12 kB"), ["2026-11-22T10:40:00Z"]);
        assert_eq!(of("db-20261122T124000.000000Z.gz"), ["2026-11-22T12:40:00Z"]);
        assert_eq!(of("backup-2026-11-22.tar"), ["2026-11-22T23:59:59Z"]);
        assert_eq!(of("-rw-r--r-- 1 root 1048576 2026-11-22 09:05 x"), ["2026-11-22T09:05:00Z"]);
        assert_eq!(of("1795351200\n"), ["2026-11-22T12:40:00Z"]);
        assert!(of("17 rows, id 20269999").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[0-9T:Z. +-]{0,40}") {
            let _ = moments(&text).count();
        }
    }
}
