//! The audit trail in words.

use askama::Template;
use door::Time;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use crate::pages::{Choice, Field, Form, Icon, Page};
use crate::trail::{Format, MatrixRow, Story, TrailEvent, TrailList, TrailObject};

/// What the reader asked to see, as it stands in the address.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A person's id; all when empty.
    pub actor: String,
    /// An action's name; all when empty.
    pub action: String,
    /// `done`, `denied` or `failed`; all when empty.
    pub result: String,
    /// An object's id; all when empty.
    pub object: String,
    /// The first day; from the beginning when empty.
    pub from: String,
    /// The last day; until now when empty.
    pub until: String,
    /// Where the page before ended; the newest when empty.
    pub cursor: String,
}

/// The audit trail.
#[derive(Debug, Template)]
#[template(path = "trail/pages/trail.html")]
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
    /// The people that the reader knows, to choose from.
    pub people: Vec<Choice>,
}

/// The events of one day.
#[derive(Debug)]
struct Day<'t> {
    at: Time,
    events: Vec<&'t TrailEvent>,
}

impl TrailPage {
    /// Days in the reader's zone, the latest first.
    fn days(&self) -> Vec<Day<'_>> {
        let date = |at: Time| at.timestamp().to_zoned(self.page.zone.clone()).date();
        let mut days: Vec<Day<'_>> = Vec::new();
        for event in &self.list.events {
            let at = Page::event_time(event);
            match days.last_mut() {
                Some(day) if date(day.at) == date(at) => day.events.push(event),
                _ => days.push(Day { at, events: vec![event] }),
            }
        }
        days
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

    /// What to look for: sent as an address, so that it can be shared and kept.
    fn filters(&self) -> Form {
        let texts = self.page.texts;
        let every = |label: &str| Choice::new("", label);
        let actors = std::iter::once(every(texts.everybody())).chain(self.actors()).collect();
        let actions = self.rules.iter().map(|rule| Choice::new(&rule.action, texts.phrase(&rule.action)));
        let actions = std::iter::once(every(texts.everything())).chain(actions).collect();
        let results = [("done", texts.done()), ("denied", texts.refused()), ("failed", texts.failed())];
        let results = results.map(|(value, label)| Choice::new(value, label));
        let results = std::iter::once(every(texts.any_result())).chain(results).collect();
        let mut form = self
            .page
            .question("/trail", texts.show())
            .field(Field::select("actor", texts.who(), actors).value(&self.filter.actor).unasked())
            .field(Field::select("action", texts.what(), actions).value(&self.filter.action).unasked())
            .field(Field::select("result", texts.result(), results).value(&self.filter.result).unasked())
            .field(Field::day("from", texts.from_day()).value(&self.filter.from).unasked())
            .field(Field::day("until", texts.until_day()).value(&self.filter.until).unasked());
        if !self.filter.object.is_empty() {
            form = form.field(Field::hidden("object", self.filter.object.as_str()));
        }
        if self.is_filtered() { form.beside("/trail", texts.show_all()) } else { form }
    }

    /// The same as a file.
    fn copy(&self) -> Form {
        let texts = self.page.texts;
        let formats = [
            (Format::Csv, texts.copy_csv(), texts.copy_csv_help()),
            (Format::JsonLines, texts.copy_jsonl(), texts.copy_jsonl_help()),
            (Format::Ocsf, texts.copy_ocsf(), texts.copy_ocsf_help()),
        ];
        let formats = formats.map(|(format, label, help)| Choice::new(format.word(), label).help(help)).to_vec();
        let form = self
            .page
            .form("/trail/export", texts.copy_download())
            .field(Field::radio("format", texts.copy_format(), formats).value(Format::Csv.word()));
        self.asked()
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .fold(form, |form, (name, value)| form.field(Field::hidden(name, value)))
    }

    /// What the reader asked to see, by the names of the interface.
    fn asked(&self) -> [(&'static str, &str); 6] {
        let Filter { actor, action, result, object, from, until, cursor: _ } = &self.filter;
        [("actor", actor), ("action", action), ("object", object), ("result", result), ("from", from), ("until", until)]
    }

    /// The people that the reader knows, everybody who acted on this page, and the one who was chosen.
    fn actors(&self) -> Vec<Choice> {
        let mut actors = self.people.clone();
        let acted = self.list.events.iter().filter(|event| event.actor_kind == "person");
        let acted = acted.filter_map(|event| Some((event.actor?.to_string(), event.actor_name.clone()?)));
        let chosen = Some((self.filter.actor.clone(), self.page.texts.this_person().to_owned()));
        for (id, name) in acted.chain(chosen.filter(|(id, _)| !id.is_empty())) {
            if actors.iter().all(|known| known.value != id) {
                actors.push(Choice::new(id, name));
            }
        }
        actors.sort_by(|one, other| one.label.cmp(&other.label));
        actors
    }

    fn is_filtered(&self) -> bool {
        self.asked().iter().any(|(_, asked)| !asked.is_empty())
    }

    /// Whose story it is, in words.
    fn story(&self, story: &Story) -> String {
        let texts = self.page.texts;
        match (&story.name, &story.kind) {
            (Some(name), _) => texts.story_of(name),
            (None, Some(kind)) => texts.story_of_kind(&texts.kind(kind)),
            (None, None) => texts.story_of_something().to_owned(),
        }
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
        if let Some(seal) = &event.seal {
            let place = texts.sealed_at(&texts.figures(seal.index.unsigned_abs()), &seal.leaf);
            fields.push((texts.seal().to_owned(), place));
        } else {
            fields.push((texts.seal().to_owned(), texts.seal_pending().to_owned()));
        }
        fields
    }

    fn story_href(&self, object: &TrailObject) -> String {
        format!("/trail?object={}", object.id)
    }

    fn story_label(&self, object: &TrailObject) -> String {
        let texts = self.page.texts;
        match &object.name {
            Some(name) => texts.story_of(name),
            None => texts.story_of_kind(&texts.kind(&object.kind)),
        }
    }

    /// The address of this page with something else about it.
    fn address(&self, more: &[(&str, &str)]) -> String {
        let mut query = Serializer::new(String::new());
        for (name, value) in self.asked().into_iter().filter(|(_, value)| !value.is_empty()) {
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
