//! What of the record is asked for: read once, the same for the list, the copy and the replay.

use door::ledger::event::Outcome;
use door::trail::Filter;
use door::{Refusal, Result, Time};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::ids::PersonId;

/// The fields by which every reading of the record can be narrowed, after those of its own.
macro_rules! asking {
    ($(#[$about:meta])* $name:ident { $($(#[$meta:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$about])*
        #[derive(Debug, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$meta])* pub $field: $kind,)*
            /// Only what this person did, or tried.
            pub actor: Option<PersonId>,
            /// Only this action: `project.member.remove`.
            pub action: Option<String>,
            /// Only what concerned this object: its story, also when it is gone.
            pub object: Option<Uuid>,
            /// Only what ended so: `done`, `denied` or `failed`.
            pub result: Option<String>,
            /// Only what happened then or later: a time, or a day (UTC).
            pub from: Option<String>,
            /// Only what happened before that time, or until the end of that day (UTC).
            pub until: Option<String>,
        }

        impl $name {
            fn filter(&self) -> Result<Filter> {
                Asked {
                    actor: self.actor,
                    action: self.action.as_deref(),
                    object: self.object,
                    result: self.result.as_deref(),
                    from: self.from.as_deref(),
                    until: self.until.as_deref(),
                }
                .filter()
            }
        }
    };
}
pub(super) use asking;

/// What was asked, field by field as it came.
#[derive(Debug, Default)]
pub(super) struct Asked<'a> {
    pub(super) actor: Option<PersonId>,
    pub(super) action: Option<&'a str>,
    pub(super) object: Option<Uuid>,
    pub(super) result: Option<&'a str>,
    pub(super) from: Option<&'a str>,
    pub(super) until: Option<&'a str>,
}

impl Asked<'_> {
    /// What to look for.
    pub(super) fn filter(&self) -> Result<Filter> {
        let outcome = match self.result {
            None => None,
            Some("done") => Some(Outcome::Done),
            Some("denied") => Some(Outcome::Denied),
            Some("failed") => Some(Outcome::Failed),
            Some(_) => return Err(Refusal::field("result", "must be done, denied or failed")),
        };
        let time = |field: &str, text: Option<&str>, end| {
            let wrong =
                || Refusal::field(field, "must be a day such as 2026-11-22, or a time such as 2026-11-22T09:41:07Z");
            text.map(|text| instant(text, end, &TimeZone::UTC).ok_or_else(wrong)).transpose()
        };
        let (from, until) = (time("from", self.from, false)?, time("until", self.until, true)?);
        if let (Some(from), Some(until)) = (from, until)
            && until <= from
        {
            return Err(Refusal::field("until", "must not lie before the beginning"));
        }
        Ok(Filter {
            actor: self.actor.map(|person| person.0),
            act: self.action.map(str::to_owned),
            object: self.object,
            outcome,
            from,
            until,
        })
    }
}

/// A time (RFC 3339), or the begin or end of a day in this zone. `None` for what is neither, and for times before 1970.
pub fn instant(text: &str, end_of_day: bool, zone: &TimeZone) -> Option<Time> {
    let at = match text.parse::<Date>() {
        // A time begins with a date, and is read as one with the rest dropped.
        Ok(date) if text.len() == 10 => {
            let date = if end_of_day { date.tomorrow().ok()? } else { date };
            date.to_zoned(zone.clone()).ok()?.timestamp()
        }
        _ => text.parse().ok()?,
    };
    Some(Time(at.as_microsecond())).filter(|at| 0 <= at.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Time {
        instant(text, false, &TimeZone::UTC).unwrap()
    }

    #[test]
    fn a_day_counts_from_its_first_moment_to_its_last() {
        assert_eq!(at("2026-11-22"), at("2026-11-22T00:00:00Z"));
        assert_eq!(instant("2026-11-22", true, &TimeZone::UTC), Some(at("2026-11-23T00:00:00Z")));
        assert_eq!(at("2026-11-22T01:00:00+01:00"), at("2026-11-22"));
        let oslo = TimeZone::fixed(jiff::tz::offset(1));
        assert_eq!(instant("2026-11-22", false, &oslo), Some(at("2026-11-21T23:00:00Z")));
        for wrong in ["", "yesterday", "2026-13-01", "2026-11-22T25:00:00Z", "1969-12-31", "2026-11-22T09:41"] {
            assert_eq!(instant(wrong, false, &TimeZone::UTC), None, "{wrong}");
        }
    }

    #[test]
    fn a_time_that_ends_before_it_begins_is_named() {
        let asked = Asked { from: Some("2026-11-22"), until: Some("2026-11-21"), ..Asked::default() };
        assert!(matches!(asked.filter(), Err(Refusal::Invalid(errors)) if errors.contains_key("until")));
        let one_day = Asked { from: Some("2026-11-22"), until: Some("2026-11-22"), ..Asked::default() };
        assert!(one_day.filter().is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_a_time_or_none(text in ".{0,40}", end in any::<bool>()) {
            let _ = instant(&text, end, &TimeZone::UTC);
        }
    }
}
