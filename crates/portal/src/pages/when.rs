//! Points in time as people say them: “today 09:41”, “yesterday 17:20”, “14 Nov”.

use askama::{Template, filters::HtmlSafe};
use door::Time;
use jiff::{Zoned, civil::Date};

use super::Page;

/// A point in time: near ones in everyday words, the exact one for machines and on hovering.
#[derive(Clone, Debug, Template)]
#[template(source = r#"<time datetime="{{ machine }}" title="{{ exact }}">{{ words }}</time>"#, ext = "html")]
pub struct When {
    machine: String,
    exact: String,
    words: String,
}

impl HtmlSafe for When {}

impl When {
    /// The everyday words alone.
    pub fn words(&self) -> &str {
        &self.words
    }
}

impl Page {
    /// A point in time with the time of day: “today 09:41”.
    pub fn when(&self, at: &Time) -> When {
        let zoned = self.zoned(*at);
        let words = match self.days_ago(&zoned) {
            0 => self.texts.today_at(&Self::clock(&zoned)),
            1 => self.texts.yesterday_at(&Self::clock(&zoned)),
            2..=6 => self.texts.weekday_at(self.weekday(zoned.date()), &Self::clock(&zoned)),
            -1 => self.texts.tomorrow_at(&Self::clock(&zoned)),
            _ => self.day_words(zoned.date()),
        };
        self.time(&zoned, words)
    }

    /// A point in time of which only the day matters: “yesterday”, “14 Nov”.
    pub fn day(&self, at: &Time) -> When {
        let zoned = self.zoned(*at);
        let words = match self.days_ago(&zoned) {
            0 => self.texts.today().to_owned(),
            1 => self.texts.yesterday().to_owned(),
            -1 => self.texts.tomorrow().to_owned(),
            -6..=-2 => self.weekday(zoned.date()).to_owned(),
            _ => self.day_words(zoned.date()),
        };
        self.time(&zoned, words)
    }

    /// The time of day alone, to the second, for lists that stand under their day.
    pub fn second(&self, at: &Time) -> When {
        let zoned = self.zoned(*at);
        let words = zoned.strftime("%H:%M:%S").to_string();
        self.time(&zoned, words)
    }

    /// Year, month, day, time and zone, for what is printed or proved.
    pub fn exactly(&self, at: &Time) -> When {
        let zoned = self.zoned(*at);
        let words = self.exact(&zoned);
        self.time(&zoned, words)
    }

    /// “in 6 days”, “2 days ago”, “today”.
    pub fn distance(&self, at: &Time) -> When {
        let zoned = self.zoned(*at);
        let days = self.days_ago(&zoned);
        self.time(&zoned, self.texts.days_away(-days))
    }

    /// Which day it is for the reader.
    pub fn today(&self) -> Date {
        self.zoned(self.now).date()
    }

    /// What to wish at this time of day.
    pub fn greeting(&self, first_name: &str) -> String {
        match self.zoned(self.now).hour() {
            4..=11 => self.texts.good_morning(first_name),
            12..=17 => self.texts.good_afternoon(first_name),
            _ => self.texts.good_evening(first_name),
        }
    }

    fn zoned(&self, at: Time) -> Zoned {
        at.timestamp().to_zoned(self.zone.clone())
    }

    fn time(&self, zoned: &Zoned, words: String) -> When {
        When { machine: zoned.timestamp().to_string(), exact: self.exact(zoned), words }
    }

    fn exact(&self, zoned: &Zoned) -> String {
        let date = zoned.date();
        let month = self.month(date);
        format!("{} {month} {}, {}", date.day(), date.year(), zoned.strftime("%H:%M:%S %Z"))
    }

    fn clock(zoned: &Zoned) -> String {
        zoned.strftime("%H:%M").to_string()
    }

    /// Calendar days in the reader's zone, so that 23:50 is yesterday at 00:10.
    fn days_ago(&self, zoned: &Zoned) -> i64 {
        let today = self.zoned(self.now).date();
        let hours = today.duration_since(zoned.date()).as_hours();
        hours.div_euclid(24)
    }

    fn day_words(&self, date: Date) -> String {
        let this_year = self.zoned(self.now).year();
        if date.year() == this_year {
            self.texts.day_and_month(date.day(), self.month(date))
        } else {
            self.texts.day_month_year(date.day(), self.month(date), date.year())
        }
    }

    fn month(&self, date: Date) -> &'static str {
        let index = usize::try_from(date.month() - 1).unwrap_or_default();
        self.texts.months().split(' ').nth(index).unwrap_or_default()
    }

    fn weekday(&self, date: Date) -> &'static str {
        let index = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
        self.texts.weekdays().split(' ').nth(index).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        Time(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    /// Sunday 22 November 2026, 10:10 in Oslo.
    fn page() -> Page {
        Page {
            now: at("2026-11-22T09:10:00Z"),
            zone: jiff::tz::TimeZone::fixed(jiff::tz::offset(1)),
            ..Page::default()
        }
    }

    fn words(text: &str) -> String {
        page().when(&at(text)).words
    }

    #[test]
    fn near_times_are_said_in_everyday_words() {
        assert_eq!(words("2026-11-22T08:41:00Z"), "today 09:41");
        assert_eq!(words("2026-11-21T16:20:00Z"), "yesterday 17:20");
        assert_eq!(words("2026-11-19T13:02:00Z"), "Thursday 14:02");
        assert_eq!(words("2026-11-14T13:02:00Z"), "14 Nov");
        assert_eq!(words("2025-11-14T13:02:00Z"), "14 Nov 2025");
        assert_eq!(words("2026-11-23T07:00:00Z"), "tomorrow 08:00");
    }

    #[test]
    fn midnight_is_the_readers_midnight() {
        assert_eq!(words("2026-11-21T22:59:59Z"), "yesterday 23:59");
        assert_eq!(words("2026-11-21T23:00:00Z"), "today 00:00");
    }

    #[test]
    fn distances_count_days() {
        let say = |text: &str| page().distance(&at(text)).words;
        assert_eq!(say("2026-11-28T10:00:00Z"), "in 6 days");
        assert_eq!(say("2026-11-23T10:00:00Z"), "tomorrow");
        assert_eq!(say("2026-11-22T22:00:00Z"), "today");
        assert_eq!(say("2026-11-20T10:00:00Z"), "2 days ago");
    }
}
