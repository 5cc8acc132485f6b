//! Sentences that need grammar: numbers, lists, distances.

use super::{Language, Texts, capital};

impl Texts {
    /// “in 6 days”, “tomorrow”, “2 days ago”: the distance of a day from today.
    pub fn days_away(self, days: i64) -> String {
        match days {
            -1 => self.yesterday().to_owned(),
            0 => self.today().to_owned(),
            1 => self.tomorrow().to_owned(),
            days if 1 < days => self.in_days(days),
            days => self.days_ago(-days),
        }
    }

    /// “Ana”, “Ana and Maya”, “Ana, Maya and Tom”.
    pub fn list_of(self, names: &[&str]) -> String {
        match names {
            [] => String::new(),
            [one] => (*one).to_owned(),
            [first @ .., last] => format!("{} {} {last}", first.join(", "), self.and()),
        }
    }

    /// “12 people, of whom 9 have come”.
    pub fn directory_counted(self, users: i64, joined: i64) -> String {
        let (users, joined) = (u64::try_from(users).unwrap_or(0), u64::try_from(joined).unwrap_or(0));
        match (self.language, users) {
            (Language::En, 0) => "It has written down nobody yet".to_owned(),
            (Language::En, _) => {
                let came = if joined == 1 { "has" } else { "have" };
                format!("{}, of whom {joined} {came} come", counted(users, "person", "people"))
            }
        }
    }

    /// “a day late”, “3 days late”.
    pub fn days_late(self, days: i64) -> String {
        if days == 1 { self.day_late().to_owned() } else { self.days_late_words(days) }
    }

    /// How long to wait, in the unit that fits.
    pub fn wait(self, seconds: u64) -> String {
        if seconds < 120 { self.wait_seconds(seconds) } else { self.wait_minutes(seconds.div_ceil(60)) }
    }

    /// “Three things wait for you.”
    pub fn things_wait(self, things: usize) -> String {
        match (self.language, things) {
            (Language::En, 0) => "Nothing waits for you.".to_owned(),
            (Language::En, 1) => "One thing waits for you.".to_owned(),
            (Language::En, _) => format!("{} things wait for you.", capital(&self.count(things))),
        }
    }

    /// “Booking site: three things wait for you”, “Halden & Rook: two things are new”.
    pub fn letter_news(self, place: &str, things: usize, waiting: bool) -> String {
        let count = self.count(things);
        match (self.language, things, waiting) {
            (Language::En, 1, true) => format!("{place}: one thing waits for you"),
            (Language::En, 1, false) => format!("{place}: one thing is new"),
            (Language::En, _, true) => format!("{place}: {count} things wait for you"),
            (Language::En, _, false) => format!("{place}: {count} things are new"),
        }
    }

    /// “Tom wrote a message”, “Tom wrote 3 messages”.
    pub fn letter_wrote(self, who: &str, times: usize) -> String {
        match (self.language, times) {
            (Language::En, 1) => format!("{who} wrote a message"),
            (Language::En, _) => format!("{who} wrote {times} messages"),
        }
    }

    /// “Tom commented on “Photos””, “Tom commented on “Photos” 3 times”.
    pub fn letter_commented(self, who: &str, thing: &str, times: usize) -> String {
        match (self.language, times) {
            (Language::En, 1) => format!("{who} commented on “{thing}”"),
            (Language::En, _) => format!("{who} commented on “{thing}” {times} times"),
        }
    }

    /// “1 client”, “3 clients”.
    pub fn ending_clients(self, number: u64) -> String {
        match self.language {
            Language::En => counted(number, "client", "clients"),
        }
    }

    /// “1 document”, “12 documents”.
    pub fn ending_files(self, number: u64) -> String {
        match self.language {
            Language::En => counted(number, "document", "documents"),
        }
    }

    /// “1 message”, “48 messages”.
    pub fn ending_messages(self, number: u64) -> String {
        match self.language {
            Language::En => counted(number, "message or comment", "messages and comments"),
        }
    }

    /// “1 secret”, “4 secrets”.
    pub fn ending_credentials(self, number: u64) -> String {
        match self.language {
            Language::En => counted(number, "secret", "secrets"),
        }
    }

    /// “1 person’s way in”, “3 people’s way in”.
    pub fn ending_people(self, number: u64) -> String {
        match self.language {
            Language::En => counted(number, "person’s way in", "people’s way in"),
        }
    }

    /// A number and the thing it counts: “1 project”, “3 projects”.
    pub fn projects_counted(self, number: u64) -> String {
        match self.language {
            Language::En => counted(number, "project", "projects"),
        }
    }

    /// “no gap”, “1 gap”, “3 gaps”.
    pub fn gaps_counted(self, number: usize) -> String {
        match (self.language, number) {
            (Language::En, 0) => "no gap".to_owned(),
            (Language::En, _) => counted(u64::try_from(number).unwrap_or(u64::MAX), "gap", "gaps"),
        }
    }

    /// “1 person”, “3 people”.
    pub fn people_counted(self, number: u64) -> String {
        match self.language {
            Language::En => counted(number, "person", "people"),
        }
    }

    /// “1 minute”, “3 minutes”.
    pub fn minutes_counted(self, number: u64) -> String {
        match self.language {
            Language::En => counted(number, "minute", "minutes"),
        }
    }

    /// “7 of 9 are wired.”
    pub fn wired_of(self, wired: usize, all: usize) -> String {
        match self.language {
            Language::En if wired == all => "Everything is wired. You can let clients in.".to_owned(),
            Language::En => format!("{wired} of {all} are wired."),
        }
    }

    /// What an item of the readiness page is called; one without a name is called by its word.
    pub fn readiness_item(self, name: &str) -> String {
        let title = match (self.language, name) {
            (Language::En, "https") => "HTTPS",
            (Language::En, "database") => "Database",
            (Language::En, "record") => "The record is sealed",
            (Language::En, "syslog") => "Syslog",
            (Language::En, "second_factor") => "Second factor",
            (Language::En, "mail") => "Mail",
            (Language::En, "errors") => "Errors are reported",
            (Language::En, "alerts") => "Alerts go to somebody",
            (Language::En, "somebody_sees") => "Somebody sees alerts",
            (Language::En, "heartbeat") => "Heartbeat",
            (Language::En, "outside") => "Watched from outside",
            (Language::En, "backup") => "Backup",
            (Language::En, "recovery_kit") => "Recovery kit",
            (Language::En, "drill") => "Restore drill",
            (Language::En, other) => other,
        };
        title.to_owned()
    }

    /// A relation as people say it: “project admin”.
    pub fn relation(self, name: &str) -> String {
        match (self.language, name) {
            (Language::En, "self") => "oneself".to_owned(),
            (Language::En, "console") => "operator".to_owned(),
            (Language::En, other) => other.replace('_', " "),
        }
    }

    /// “2,000 events looked at. None of them would be refused now.”
    pub fn replayed(self, looked_at: u64, refused: usize) -> String {
        let refused = u64::try_from(refused).unwrap_or(u64::MAX);
        match (self.language, refused) {
            (Language::En, 0) => {
                format!("{} looked at. None would be refused now.", counted(looked_at, "event", "events"))
            }
            (Language::En, 1) => {
                format!("{} looked at. One would be refused now.", counted(looked_at, "event", "events"))
            }
            (Language::En, _) => {
                let (looked_at, refused) = (counted(looked_at, "event", "events"), self.figures(refused));
                format!("{looked_at} looked at. {refused} would be refused now.")
            }
        }
    }

    /// A kind of object as people say it: “project”.
    pub fn kind(self, name: &str) -> String {
        match (self.language, name) {
            (Language::En, "credential") => "secret".to_owned(),
            (Language::En, "session") => "sign-in".to_owned(),
            (Language::En, "member") => "person".to_owned(),
            (Language::En, other) => other.replace('_', " "),
        }
    }

    /// “owner, admin or project admin”.
    pub fn either_of(self, names: &[String]) -> String {
        match names {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} {} {last}", first.join(", "), self.or()),
        }
    }

    /// How many records of a page the seal has not reached yet.
    pub fn seal_waits(self, records: u64) -> String {
        match (self.language, records) {
            (Language::En, 0) => self.sealed().to_owned(),
            (Language::En, 1) => "1 record on this page waits for the next seal; the rest is under seal.".to_owned(),
            (Language::En, _) => {
                format!(
                    "{} records on this page wait for the next seal; the rest is under seal.",
                    self.figures(records)
                )
            }
        }
    }

    /// A large number with its thousands set apart: “48,219”.
    pub fn figures(self, number: u64) -> String {
        let digits = number.to_string();
        let mut out = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if 0 < index && (digits.len() - index).is_multiple_of(3) {
                out.push(match self.language {
                    Language::En => ',',
                });
            }
            out.push(digit);
        }
        out
    }
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
