//! The pages of the record: the audit trail in words, and who may do what.

use askama::Template;
use door::Time;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use super::{Matrix, MatrixRow, TrailEvent, TrailList, TrailObject};
use crate::pages::{Icon, Page, When};

/// What the reader asked to see, as it stands in the address.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A person's id; all when empty.
    pub actor: String,
    /// An action's name; all when empty.
    pub action: String,
    /// `done`, `denied` or `failed`; all when empty.
    pub result: String,
    /// Where the page before ended; the newest when empty.
    pub cursor: String,
}

/// The audit trail.
#[derive(Debug, Template)]
#[template(path = "trail/trail.html")]
pub struct TrailPage {
    /// The frame.
    pub page: Page,
    /// The events.
    pub list: TrailList,
    /// What the reader asked to see.
    pub filter: Filter,
    /// The event that the reader opened (`?record=…`).
    pub opened: Option<Uuid>,
    /// The rules, for the choice of actions and for what a refused one would have taken.
    pub rules: Vec<MatrixRow>,
}

/// The events of one day.
#[derive(Debug)]
pub struct Day<'t> {
    at: Time,
    events: Vec<&'t TrailEvent>,
}

impl TrailPage {
    /// Days in the reader's zone, the latest first.
    fn days(&self) -> Vec<Day<'_>> {
        let date = |at: Time| at.timestamp().to_zoned(self.page.zone.clone()).date();
        let mut days: Vec<Day<'_>> = Vec::new();
        for event in &self.list.events {
            let at = self.time(event);
            match days.last_mut() {
                Some(day) if date(day.at) == date(at) => day.events.push(event),
                _ => days.push(Day { at, events: vec![event] }),
            }
        }
        days
    }

    fn time(&self, event: &TrailEvent) -> Time {
        Time(event.at.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_microsecond))
    }

    fn exactly(&self, event: &TrailEvent) -> When {
        self.page.exactly(&self.time(event))
    }

    fn second(&self, event: &TrailEvent) -> When {
        self.page.second(&self.time(event))
    }

    fn who(&self, event: &TrailEvent) -> String {
        let texts = self.page.texts;
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
    fn words(&self, event: &TrailEvent) -> String {
        let texts = self.page.texts;
        let words = if event.result == "done" { texts.did(&event.action) } else { texts.to_do(&event.action) };
        let whom = event.objects.iter().find(|object| ["person", "member"].contains(&object.kind.as_str()));
        match whom.and_then(|object| object.name.as_ref()) {
            Some(name) => words.replacen(texts.somebody(), name, 1),
            None => words,
        }
    }

    /// What it was done to, when it has a name that the reader may see.
    fn target<'t>(&self, event: &'t TrailEvent) -> Option<&'t TrailObject> {
        let named = |kind: &str| event.objects.iter().find(|object| object.kind == kind && object.name.is_some());
        ["credential", "project", "client"].into_iter().find_map(named)
    }

    fn target_href(&self, event: &TrailEvent, target: &TrailObject) -> String {
        let project = event.objects.iter().find(|object| object.kind == "project").map(|object| object.id);
        match (target.kind.as_str(), project) {
            ("credential", Some(project)) => format!("/projects/{project}/credentials/{}", target.id),
            ("project", _) => format!("/projects/{}", target.id),
            _ => "/clients".to_owned(),
        }
    }

    /// What it would have taken, or a few words of what was said.
    fn note(&self, event: &TrailEvent) -> String {
        let texts = self.page.texts;
        if event.result == "denied" {
            // Everybody is anyone; it is worth a word only when it is all that somebody is.
            let more = event.relations.iter().filter(|name| *name != "anyone");
            let has: Vec<String> = more.map(|name| texts.relation(name)).collect();
            return match self.needs(&event.action) {
                _ if has.is_empty() => texts.nothing_there_for_them().to_owned(),
                Some(needs) => texts.needs_has(&needs, &has.join(", ")),
                None => String::new(),
            };
        }
        if let Some(reason) = event.private.get("reason") {
            return format!("“{reason}”");
        }
        let facts = ["to", "role", "visibility"].into_iter().find_map(|name| event.facts.get(name)?.as_str());
        facts.map_or_else(String::new, |word| texts.relation(word))
    }

    fn needs(&self, action: &str) -> Option<String> {
        let rule = self.rules.iter().find(|rule| rule.action == action)?;
        let names: Vec<String> = rule.may.iter().map(|name| self.page.texts.relation(name)).collect();
        Some(self.page.texts.either_of(&names))
    }

    /// Everybody who acted on this page, to choose from; and the one who was chosen.
    fn actors(&self) -> Vec<(String, String)> {
        let mut actors: Vec<(String, String)> = Vec::new();
        for event in &self.list.events {
            if let (Some(id), Some(name)) = (event.actor, &event.actor_name)
                && event.actor_kind == "person"
                && actors.iter().all(|(known, _)| *known != id.to_string())
            {
                actors.push((id.to_string(), name.clone()));
            }
        }
        if !self.filter.actor.is_empty() && actors.iter().all(|(id, _)| *id != self.filter.actor) {
            actors.push((self.filter.actor.clone(), self.page.texts.this_person().to_owned()));
        }
        actors.sort_by(|one, other| one.1.cmp(&other.1));
        actors
    }

    fn results(&self) -> [(&'static str, &'static str); 3] {
        let texts = self.page.texts;
        [("done", texts.done()), ("denied", texts.refused()), ("failed", texts.failed())]
    }

    fn is_filtered(&self) -> bool {
        !(self.filter.actor.is_empty() && self.filter.action.is_empty() && self.filter.result.is_empty())
    }

    /// How many events of the page wait for the next seal.
    fn unsealed(&self) -> u64 {
        self.list.events.iter().filter(|event| !event.sealed).map(|_| 1).sum()
    }

    fn opened(&self) -> Option<&TrailEvent> {
        self.list.events.iter().find(|event| Some(event.id) == self.opened)
    }

    /// Everything in the opened record that the page does not say in words.
    fn fields(&self, event: &TrailEvent) -> Vec<(String, String)> {
        let texts = self.page.texts;
        let mut fields = vec![
            (texts.chain().to_owned(), event.chain.clone()),
            (texts.request().to_owned(), event.request.to_string()),
        ];
        fields.extend(event.source.iter().map(|source| (texts.came_from().to_owned(), source.clone())));
        for object in &event.objects {
            let name = object.name.as_deref().unwrap_or_default();
            fields.push((object.kind.clone(), format!("{name} {}", object.id).trim_start().to_owned()));
        }
        for (name, value) in &event.facts {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            fields.push((name.clone(), value));
        }
        fields.extend(event.private.iter().map(|(name, value)| (name.clone(), value.clone())));
        fields
    }

    /// The address of this page with something else about it.
    fn address(&self, more: &[(&str, &str)]) -> String {
        let asked = [("actor", &self.filter.actor), ("action", &self.filter.action), ("result", &self.filter.result)];
        let mut query = Serializer::new(String::new());
        for (name, value) in asked.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        query.extend_pairs(more.iter().filter(|(_, value)| !value.is_empty()));
        let query = query.finish();
        if query.is_empty() { "/trail".to_owned() } else { format!("/trail?{query}") }
    }

    fn open(&self, event: &TrailEvent) -> String {
        let id = event.id.to_string();
        format!("{}#record", self.address(&[("cursor", &self.filter.cursor), ("record", &id)]))
    }

    fn close(&self) -> String {
        self.address(&[("cursor", &self.filter.cursor)])
    }

    fn newest(&self) -> Option<String> {
        (!self.filter.cursor.is_empty()).then(|| self.address(&[]))
    }

    fn older(&self) -> Option<String> {
        self.list.next.as_ref().map(|next| self.address(&[("cursor", next)]))
    }
}

/// Who may do what, from the very table that decides.
#[derive(Debug, Template)]
#[template(path = "trail/matrix.html")]
pub struct MatrixPage {
    /// The frame.
    pub page: Page,
    /// The rules.
    pub matrix: Matrix,
}

/// The actions of one noun.
#[derive(Debug)]
pub struct Noun<'m> {
    name: &'m str,
    rows: Vec<&'m MatrixRow>,
}

impl MatrixPage {
    /// Rules in the catalogue's order, under the first word of their names.
    fn nouns(&self) -> Vec<Noun<'_>> {
        let mut nouns: Vec<Noun<'_>> = Vec::new();
        for row in &self.matrix.rows {
            let name = row.action.split('.').next().unwrap_or_default();
            match nouns.iter_mut().find(|noun| noun.name == name) {
                Some(noun) => noun.rows.push(row),
                None => nouns.push(Noun { name, rows: vec![row] }),
            }
        }
        nouns
    }

    fn may(&self, row: &MatrixRow, relation: &str) -> bool {
        row.may.iter().any(|may| may == relation)
    }
}
