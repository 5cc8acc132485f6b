//! What a letter about the work says: one line a thing, by project, and never what was written or handed in. Pure.

use super::{Topic, What};
use crate::ids::{OrganisationId, ProjectId, RequestId};
use crate::mail::{Link, Section};
use crate::projects::Status;
use crate::texts::Texts;

/// Lines of one letter at the most; of the others it says how many they are.
const LINES_MAX: usize = 20;

/// Something that somebody may be told.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) what: What,
    pub(super) project: ProjectId,
    /// What the project is called.
    pub(super) title: String,
    /// The request that it concerns, and what that is called.
    pub(super) request: Option<(RequestId, String)>,
    /// Who did it.
    pub(super) who: String,
    /// Whether the organisation's own people alone read it.
    pub(super) internal: bool,
    /// Where the project stands, and the sentence about it.
    pub(super) stands: Option<(Status, String)>,
}

/// One line: the same thing several times is one.
#[derive(Debug)]
struct Line {
    told: Told,
    times: usize,
}

/// The lines of a letter, by project, what waits first.
#[derive(Debug)]
pub(super) struct Lines {
    lines: Vec<Line>,
    /// How many more there would be.
    left_out: usize,
    topics: Vec<Topic>,
}

impl Line {
    /// Whether this is the same again.
    fn is_again(&self, told: &Told) -> bool {
        let request = |told: &Told| told.request.as_ref().map(|(id, _)| *id);
        let by_whom = self.told.who == told.who && self.told.internal == told.internal;
        self.told.what == told.what
            && self.told.project == told.project
            && request(&self.told) == request(told)
            && (by_whom || told.what.topic() != Topic::Messages)
    }

    /// What it says, without where.
    fn short(&self, texts: &Texts) -> String {
        let Told { who, request, .. } = &self.told;
        let thing = request.as_ref().map_or("", |(_, title)| title.as_str());
        let said = match self.told.what {
            What::Asked => texts.letter_asked(who, thing),
            What::Submitted => texts.letter_submitted(who, thing),
            What::ChangesAsked => texts.letter_changes_asked(who, thing),
            What::Approved => texts.letter_approved(who, thing),
            What::Rejected => texts.letter_rejected(who, thing),
            What::Stands => self.told.stands.as_ref().map_or_else(String::new, |(status, _)| {
                let status = status.label(texts);
                texts.letter_stands(who, status)
            }),
            What::Wrote => texts.letter_wrote(who, self.times),
            What::Commented => texts.letter_commented(who, thing, self.times),
        };
        if self.told.internal { format!("{said} ({})", texts.letter_internal()) } else { said }
    }

    /// The same, with the sentence about where a project stands.
    fn whole(&self, texts: &Texts) -> String {
        match &self.told.stands {
            Some((_, sentence)) if !sentence.is_empty() => format!("{}. “{sentence}”", self.short(texts)),
            _ => self.short(texts),
        }
    }

    /// Where it can be seen.
    fn path(&self) -> String {
        let project = self.told.project;
        match (&self.told.request, self.told.what) {
            (Some((request, _)), _) => format!("/projects/{project}/requests/{request}"),
            (None, What::Wrote) => format!("/projects/{project}/messages"),
            (None, _) => format!("/projects/{project}"),
        }
    }
}

impl Lines {
    /// Puts together what may be told; nothing, where that is nothing.
    pub(super) fn of(told: Vec<Told>) -> Option<Self> {
        let mut lines: Vec<Line> = Vec::new();
        let mut projects: Vec<ProjectId> = Vec::new();
        let mut topics: Vec<Topic> = Vec::new();
        for told in told {
            if !projects.contains(&told.project) {
                projects.push(told.project);
            }
            if !topics.contains(&told.what.topic()) {
                topics.push(told.what.topic());
            }
            match lines.iter_mut().find(|line| line.is_again(&told)) {
                Some(line) => (line.times, line.told) = (line.times + 1, told),
                None => lines.push(Line { told, times: 1 }),
            }
        }
        let place = |project| projects.iter().position(|known| *known == project);
        lines.sort_by_key(|line| (place(line.told.project), line.told.what));
        let left_out = lines.len().saturating_sub(LINES_MAX);
        lines.truncate(LINES_MAX);
        (!lines.is_empty()).then_some(Self { lines, left_out, topics })
    }

    /// What it is about.
    pub(super) fn topics(&self) -> Vec<Topic> {
        self.topics.clone()
    }

    /// The only line, where there is one.
    fn only(&self) -> Option<&Line> {
        match self.lines.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Whether all of it is in one project.
    fn is_in_one(&self) -> bool {
        self.lines.windows(2).all(|pair| pair[0].told.project == pair[1].told.project) && self.left_out == 0
    }

    /// What the letter is called.
    pub(super) fn subject(&self, texts: &Texts, organisation: &str) -> String {
        if let Some(line) = self.only() {
            return match &line.told.stands {
                Some((status, _)) => texts.letter_stands(&line.told.title, status.label(texts)),
                None => line.short(texts),
            };
        }
        let place = self.lines.first().filter(|_| self.is_in_one()).map_or(organisation, |line| &line.told.title);
        let waiting = self.topics == [Topic::Waiting];
        texts.letter_news(place, self.lines.len() + self.left_out, waiting)
    }

    /// Where it is, where there is one line only: the letter's name says the rest.
    pub(super) fn words(&self, texts: &Texts) -> Vec<String> {
        let Some(line) = self.only() else { return Vec::new() };
        let Told { who, title, .. } = &line.told;
        let said = match (&line.told.stands, line.told.what.topic()) {
            (Some((_, sentence)), _) if sentence.is_empty() => texts.letter_said_so(who),
            (Some((_, sentence)), _) => texts.letter_says(who, sentence),
            (None, Topic::Waiting) => texts.letter_waits_in(title),
            (None, _) => texts.letter_in_project(title),
        };
        vec![said]
    }

    /// The lines, by project, where there are several. Of one project the letter's name says which.
    pub(super) fn sections(&self, texts: &Texts) -> Vec<Section> {
        let mut sections: Vec<(ProjectId, Section)> = Vec::new();
        for line in self.lines.iter().filter(|_| self.only().is_none()) {
            let words = line.whole(texts);
            match sections.last_mut() {
                Some((project, section)) if *project == line.told.project => section.lines.push(words),
                _ => {
                    let title = if self.is_in_one() { String::new() } else { line.told.title.clone() };
                    let section = Section { title, lines: vec![words] };
                    sections.push((line.told.project, section));
                }
            }
        }
        sections.into_iter().map(|(_, section)| section).collect()
    }

    /// Where the letter leads: to the thing, where it is about one, and in whose rooms that is.
    pub(super) fn link(&self, texts: &Texts, organisation: OrganisationId) -> Link {
        let first = self.lines.first().map(Line::path).unwrap_or_default();
        let same = self.left_out == 0 && self.lines.iter().all(|line| line.path() == first);
        let (label, path) = match (same, self.lines.first()) {
            (true, _) => (texts.letter_open(), first),
            (false, Some(line)) if self.is_in_one() => {
                (texts.letter_open_project(), format!("/projects/{}", line.told.project))
            }
            _ => (texts.letter_open_portal(), "/".to_owned()),
        };
        Link { label: label.to_owned(), path: format!("{path}?in={organisation}") }
    }

    /// What it says below: how many are left out, and why it came.
    pub(super) fn below(&self, texts: &Texts) -> Vec<String> {
        let more = (self.left_out > 0).then(|| texts.letter_more(self.left_out));
        more.into_iter().chain([texts.letter_notice_why().to_owned()]).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn told(what: What, project: u128, who: &str) -> Told {
        let request = !matches!(what, What::Wrote | What::Stands);
        Told {
            what,
            project: ProjectId(Uuid::from_u128(project)),
            title: format!("Project {project}"),
            request: request.then(|| (RequestId(Uuid::from_u128(9)), "Photos".to_owned())),
            who: who.to_owned(),
            internal: false,
            stands: (what == What::Stands).then(|| (Status::Active, "On we go.".to_owned())),
        }
    }

    fn subject(told: Vec<Told>) -> String {
        Lines::of(told).unwrap().subject(&Texts::default(), "Halden")
    }

    #[test]
    fn the_name_says_what_it_is() {
        assert_eq!(subject(vec![told(What::Asked, 1, "Tom")]), "Tom asks for “Photos”");
        assert_eq!(subject(vec![told(What::Wrote, 1, "Tom"), told(What::Wrote, 1, "Tom")]), "Tom wrote 2 messages");
        let stands = Lines::of(vec![told(What::Stands, 1, "Ana")]).unwrap();
        assert_eq!(stands.subject(&Texts::default(), "Halden"), "Project 1: active");
        assert_eq!(stands.words(&Texts::default()), ["Ana: “On we go.”"]);
        let two = vec![told(What::Wrote, 1, "Tom"), told(What::Wrote, 1, "Ana")];
        assert_eq!(subject(two), "Project 1: two things are new");
        let two = vec![told(What::Asked, 1, "Tom"), told(What::Submitted, 2, "Ana")];
        assert_eq!(subject(two), "Halden: two things wait for you");
    }

    #[test]
    fn what_waits_stands_first_and_nothing_twice() {
        let texts = Texts::default();
        let all = vec![
            told(What::Wrote, 1, "Tom"),
            told(What::Stands, 1, "Ana"),
            told(What::Asked, 2, "Tom"),
            told(What::Stands, 1, "Ana"),
            told(What::Asked, 1, "Tom"),
        ];
        let sections = Lines::of(all).unwrap().sections(&texts);
        assert_eq!(sections[0].lines, ["Tom asks for “Photos”", "Ana: active. “On we go.”", "Tom wrote a message"]);
        assert_eq!((sections[1].title.as_str(), sections.len()), ("Project 2", 2));
    }

    #[test]
    fn nothing_is_no_letter() {
        assert!(Lines::of(Vec::new()).is_none());
    }

    proptest! {
        /// However much happened, a letter has an end, and says how much it leaves out.
        #[test]
        fn a_letter_has_an_end(many in prop::collection::vec((0_u128..9, "[A-D]"), 1..200)) {
            let different: std::collections::BTreeSet<_> = many.iter().cloned().collect();
            let lines = Lines::of(many.iter().map(|(project, who)| told(What::Wrote, *project, who)).collect()).unwrap();
            let shown: usize = lines.sections(&Texts::default()).iter().map(|section| section.lines.len()).sum();
            let shown = if lines.only().is_some() { 1 } else { shown };
            prop_assert!(shown <= LINES_MAX);
            prop_assert_eq!(shown + lines.left_out, different.len());
            prop_assert_eq!(lines.lines.iter().map(|line| line.times).sum::<usize>() <= many.len(), true);
        }
    }
}
