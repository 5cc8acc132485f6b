//! An event in words, the same on every page that shows one.

use door::Time;

use crate::pages::{Page, When};
use crate::trail::{TrailEvent, TrailObject};

impl Page {
    /// When it happened.
    pub(super) fn event_time(event: &TrailEvent) -> Time {
        Time(event.at.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_microsecond))
    }

    /// When it happened, to the second, in full.
    pub(super) fn event_exactly(&self, event: &TrailEvent) -> When {
        self.exactly(&Self::event_time(event))
    }

    /// The time of day.
    pub(super) fn event_second(&self, event: &TrailEvent) -> When {
        self.second(&Self::event_time(event))
    }

    /// Day and time, as people say them.
    pub(super) fn event_when(&self, event: &TrailEvent) -> When {
        self.when(&Self::event_time(event))
    }

    /// Who did it, or tried.
    pub(super) fn event_who(&self, event: &TrailEvent) -> String {
        let texts = self.texts;
        match (&event.actor_name, event.actor_kind.as_str()) {
            (Some(name), "token") => texts.token_of(name),
            (Some(name), _) => name.clone(),
            (None, "job") => texts.actor_job().to_owned(),
            (None, "console") => texts.actor_console().to_owned(),
            (None, "anyone") => texts.actor_anyone().to_owned(),
            (None, _) => texts.actor_erased().to_owned(),
        }
    }

    /// “remove Ana Castro from”: the words for the action, with the person whom it was about.
    pub(super) fn event_words(&self, event: &TrailEvent) -> String {
        let texts = self.texts;
        let words = if event.result == "done" { texts.did(&event.action) } else { texts.to_do(&event.action) };
        let whom = event.objects.iter().find(|object| ["person", "member"].contains(&object.kind.as_str()));
        match whom.and_then(|object| object.name.as_ref()) {
            Some(name) => words.replacen(texts.somebody(), name, 1),
            None => words,
        }
    }

    /// What it was done to, when it has a name that the reader may see.
    pub(super) fn event_target<'t>(&self, event: &'t TrailEvent) -> Option<&'t TrailObject> {
        let named = |kind: &str| event.objects.iter().find(|object| object.kind == kind && object.name.is_some());
        ["credential", "project", "client"].into_iter().find_map(named)
    }

    /// Where that is.
    pub(super) fn event_href(&self, event: &TrailEvent, target: &TrailObject) -> String {
        let project = event.objects.iter().find(|object| object.kind == "project").map(|object| object.id);
        match (target.kind.as_str(), project) {
            ("credential", Some(project)) => format!("/projects/{project}/credentials/{}", target.id),
            ("project", _) => format!("/projects/{}", target.id),
            _ => "/clients".to_owned(),
        }
    }
}
