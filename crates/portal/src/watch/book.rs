//! What is open, and what of it is news: pure, in memory, so that it works while the database does not.
//!
//! An alert opens once, is repeated at its pace until somebody says that they saw it, and is closed when it was gone for a
//! while. What a round cannot tell stays as it is.

use std::collections::BTreeMap;

use door::Time;
use zeroize::Zeroizing;

use super::Kind;
use super::rules::{Found, Rule, rule};
use crate::secret;

/// How long something must be gone before it is over, in seconds: what comes and goes is one alert.
const GONE_SECONDS: i64 = 30;

/// What is wrong at present.
#[derive(Debug, Default)]
pub(super) struct Book {
    held: BTreeMap<String, Held>,
    /// Links that were used and stand in the record not yet.
    unrecorded: Vec<Zeroizing<String>>,
}

#[derive(Debug, Clone)]
struct Held {
    rule: &'static Rule,
    words: String,
    since: Time,
    gone_since: Option<Time>,
    /// Set once people were told.
    open: Option<Open>,
}

#[derive(Debug, Clone)]
struct Open {
    told: Time,
    seen: bool,
    link: Zeroizing<String>,
    /// Whether only this instance knows of it, because the database did not answer when it opened.
    alone: bool,
}

/// Something that people should hear.
#[derive(Debug, Clone)]
pub(super) struct News {
    pub(super) kind: Kind,
    pub(super) key: String,
    pub(super) rule: &'static Rule,
    pub(super) words: String,
    pub(super) since: Time,
    pub(super) link: Zeroizing<String>,
    /// Whether only this instance knows of it.
    pub(super) alone: bool,
}

/// An alert that is open, for pages and metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    /// Its rule's name.
    pub(super) rule: &'static str,
    /// What it is about, and where.
    pub(super) key: String,
    /// Since when.
    pub(super) since: Time,
    /// Whether somebody saw it.
    pub(super) seen: bool,
}

/// An alert as the table that all instances share has it.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) key: String,
    pub(super) words: String,
    pub(super) opened: Time,
    pub(super) told: Time,
    pub(super) seen: bool,
}

/// The name of an alert: its rule, the machine where it is about one, and what it is about.
fn key(rule: &Rule, instance: &str, about: &str) -> String {
    let place = if rule.local { format!("@{instance}") } else { String::new() };
    let about = if about.is_empty() { String::new() } else { format!(" {about}") };
    format!("{}{place}{about}", rule.id)
}

/// The rule of an alert of this name, where it is one that this instance looks after.
pub(super) fn rule_of(key: &str, instance: &str) -> Option<&'static Rule> {
    let head = key.split(' ').next().unwrap_or_default();
    let (id, place) = head.split_once('@').map_or((head, None), |(id, place)| (id, Some(place)));
    rule(id).filter(|rule| if rule.local { place == Some(instance) } else { place.is_none() })
}

impl Book {
    /// Takes over what was open before this instance began, and what was said at another one.
    pub(super) fn adopt(&mut self, rows: Vec<Row>, instance: &str) {
        for row in rows {
            let Some(rule) = rule_of(&row.key, instance) else { continue };
            let held = self.held.entry(row.key).or_insert_with(|| Held {
                rule,
                words: row.words,
                since: row.opened,
                gone_since: None,
                open: None,
            });
            match &mut held.open {
                Some(open) => {
                    (open.seen, open.alone) = (open.seen || row.seen, false);
                    open.told = open.told.max(row.told);
                }
                None => {
                    held.since = row.opened;
                    held.open =
                        Some(Open { told: row.told, seen: row.seen, link: secret::fresh(false).0, alone: false });
                }
            }
        }
    }

    /// What a rule finds in this round, and what of that is news.
    pub(super) fn step(
        &mut self,
        rule: &'static Rule,
        instance: &str,
        found: Option<Vec<Found>>,
        now: Time,
    ) -> Vec<News> {
        let Some(found) = found else { return Vec::new() };
        let mut news = Vec::new();
        let mut here = Vec::new();
        for found in found {
            let key = key(rule, instance, &found.about);
            let fresh = || Held { rule, words: String::new(), since: now, gone_since: None, open: None };
            let held = self.held.entry(key.clone()).or_insert_with(fresh);
            held.gone_since = None;
            held.words = if found.about.is_empty() { found.words } else { format!("{}: {}", found.about, found.words) };
            let kind = match &mut held.open {
                None if now.seconds_since(held.since) >= rule.for_seconds => {
                    held.open = Some(Open { told: now, seen: false, link: secret::fresh(false).0, alone: false });
                    Some(Kind::Opened)
                }
                Some(open) if !open.seen && now.seconds_since(open.told) >= rule.severity.repeat_seconds() => {
                    open.told = now;
                    Some(Kind::Still)
                }
                _ => None,
            };
            news.extend(kind.and_then(|kind| held.news(kind, &key)));
            here.push(key);
        }
        let gone: Vec<String> = self
            .held
            .iter()
            .filter(|(key, held)| held.rule.id == rule.id && !here.contains(key))
            .map(|(key, _)| key.clone())
            .collect();
        for key in gone {
            let Some(held) = self.held.get_mut(&key) else { continue };
            let gone_since = *held.gone_since.get_or_insert(now);
            if held.open.is_none() || now.seconds_since(gone_since) >= GONE_SECONDS {
                news.extend(held.news(Kind::Recovered, &key));
                self.held.remove(&key);
            }
        }
        news
    }

    /// Somebody used the link of an alert: the name of its rule, where one of this book's has it. It works once.
    pub(super) fn saw(&mut self, link: &str) -> Option<&'static str> {
        let hash = secret::hash(link);
        let opens = self.held.values_mut().filter_map(|held| Some((held.rule, held.open.as_mut()?)));
        let mut unseen = opens.filter(|(_, open)| !open.seen);
        let (rule, open) = unseen.find(|(_, open)| secret::hash(&open.link) == hash)?;
        open.seen = true;
        self.unrecorded.push(open.link.clone());
        Some(rule.id)
    }

    /// Links that were used and stand in the record not yet.
    pub(super) fn unrecorded(&self) -> Vec<Zeroizing<String>> {
        self.unrecorded.clone()
    }

    /// One of them stands there, or never will.
    pub(super) fn recorded(&mut self, link: &str) {
        self.unrecorded.retain(|known| known.as_str() != link);
    }

    /// The table of all instances took an alert, or could not.
    pub(super) fn shared(&mut self, key: &str, shared: bool) {
        if let Some(open) = self.held.get_mut(key).and_then(|held| held.open.as_mut()) {
            open.alone = !shared;
        }
    }

    /// Alerts that only this instance knows of.
    pub(super) fn alone(&self) -> Vec<News> {
        let news = self.held.iter().filter_map(|(key, held)| held.news(Kind::Opened, key));
        news.filter(|news| news.alone).collect()
    }

    /// What is open.
    pub(super) fn open(&self) -> Vec<Shown> {
        let open = self.held.iter().filter_map(|(key, held)| Some((key, held, held.open.as_ref()?)));
        open.map(|(key, held, open)| Shown { rule: held.rule.id, key: key.clone(), since: held.since, seen: open.seen })
            .collect()
    }
}

impl Held {
    fn news(&self, kind: Kind, key: &str) -> Option<News> {
        let open = self.open.as_ref()?;
        let (rule, words, since) = (self.rule, self.words.clone(), self.since);
        Some(News { kind, key: key.to_owned(), rule, words, since, link: open.link.clone(), alone: open.alone })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "one.example";

    fn at(second: i64) -> Time {
        Time(second * 1_000_000)
    }

    fn found() -> Option<Vec<Found>> {
        Some(vec![Found { about: String::new(), words: "It is wrong.".to_owned() }])
    }

    fn kinds(news: &[News]) -> Vec<Kind> {
        news.iter().map(|news| news.kind).collect()
    }

    #[test]
    fn an_alert_opens_once_repeats_slowly_and_ends() {
        let (mut book, rule) = (Book::default(), rule("errors").unwrap());
        let mut step = |found, second| kinds(&book.step(rule, HERE, found, at(second)));
        assert_eq!(step(found(), 0), [Kind::Opened]);
        assert_eq!(step(found(), 10), []);
        assert_eq!(step(None, 4000), [], "nothing can be told");
        assert_eq!(step(found(), 4010), [Kind::Still]);
        assert_eq!(step(Some(vec![]), 4020), []);
        assert_eq!(step(found(), 4030), [], "it comes and goes");
        assert_eq!(step(Some(vec![]), 4040), []);
        assert_eq!(step(Some(vec![]), 4070), [Kind::Recovered]);
        assert_eq!(step(Some(vec![]), 4080), []);
    }

    #[test]
    fn what_must_hold_for_a_while_is_not_said_at_once() {
        let (mut book, rule) = (Book::default(), rule("database").unwrap());
        assert_eq!(kinds(&book.step(rule, HERE, found(), at(0))), []);
        assert_eq!(kinds(&book.step(rule, HERE, Some(vec![]), at(10))), [], "nobody was told, so nothing is over");
        assert_eq!(kinds(&book.step(rule, HERE, found(), at(20))), []);
        assert_eq!(kinds(&book.step(rule, HERE, found(), at(40))), [Kind::Opened]);
    }

    #[test]
    fn whoever_saw_it_is_not_told_again_and_the_link_works_once() {
        let (mut book, rule) = (Book::default(), rule("errors").unwrap());
        let link = book.step(rule, HERE, found(), at(0)).remove(0).link;
        assert_eq!(book.saw("another"), None);
        assert_eq!(book.saw(&link), Some("errors"));
        assert_eq!(book.saw(&link), None);
        assert_eq!(kinds(&book.step(rule, HERE, found(), at(90_000))), []);
        assert_eq!(book.unrecorded().len(), 1);
        book.recorded(&link);
        assert_eq!(book.unrecorded().len(), 0);
    }

    #[test]
    fn what_was_open_before_goes_on() {
        let row = |key: &str, seen| Row {
            key: key.to_owned(),
            words: "It was wrong.".to_owned(),
            opened: at(0),
            told: at(0),
            seen,
        };
        let mut book = Book::default();
        book.adopt(vec![row("errors@one.example", true), row("errors@two.example", false), row("test", false)], HERE);
        assert_eq!(book.open().len(), 1, "another machine's is looked after there");
        let rule = rule("errors").unwrap();
        assert_eq!(kinds(&book.step(rule, HERE, found(), at(90_000))), [], "somebody saw it");
        assert_eq!(kinds(&book.step(rule, HERE, Some(vec![]), at(90_010))), []);
        assert_eq!(kinds(&book.step(rule, HERE, Some(vec![]), at(90_040))), [Kind::Recovered]);
    }
}
