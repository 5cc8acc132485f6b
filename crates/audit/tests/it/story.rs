//! A test as a short story: a service is served, a manifest and a matrix are written beside it, the audit walks it,
//! and the story asks for verdicts.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use plimsoll::manifest::Manifest;
use plimsoll::progress::Silent;
use plimsoll::verdict::{Dimension, Finding, Outcome, Verdict};
use plimsoll::walk::Foreseen;

use crate::run;
use crate::service::{Service, notes, office, team};

/// What is going to be told.
pub(crate) struct Telling {
    service: Service,
    /// The lines that say what names its actions.
    document: String,
    /// Files beside the manifest.
    files: Vec<(String, String)>,
    manifest: String,
    matrix: Option<String>,
    lock: Option<String>,
    seed: Option<u64>,
    /// A gap's pass, and its action where it has one.
    again: Option<(Dimension, Option<String>)>,
    safe_verbs: bool,
}

/// A service of plain users, each his own tenant. No matrix: walls and facts need none.
pub(crate) fn notes(service: Service) -> Telling {
    Telling {
        service,
        document: "document = \"/openapi.json\"".to_owned(),
        files: Vec::new(),
        manifest: notes::MANIFEST.to_owned(),
        matrix: None,
        lock: None,
        seed: None,
        again: None,
        safe_verbs: false,
    }
}

/// The same behind a sign-in form.
pub(crate) fn web(service: Service) -> Telling {
    Telling { manifest: notes::WEB_MANIFEST.to_owned(), ..notes(service) }
}

/// A service of companies and roles, with its reviewed matrix.
pub(crate) fn office(service: Service) -> Telling {
    Telling { manifest: office::MANIFEST.to_owned(), matrix: Some(office::MATRIX.to_owned()), ..notes(service) }
}

/// The same where people are put into projects.
pub(crate) fn team(service: Service) -> Telling {
    Telling { matrix: Some(team::matrix()), ..office(service) }
}

impl Telling {
    /// More lines at the end of the manifest.
    #[must_use]
    pub(crate) fn also(mut self, lines: &str) -> Self {
        self.manifest.push_str(lines);
        self
    }

    /// Other lines that say what names the service's actions.
    #[must_use]
    pub(crate) fn document(mut self, lines: &str) -> Self {
        self.document = lines.to_owned();
        self
    }

    /// A file beside the manifest.
    #[must_use]
    pub(crate) fn file(mut self, name: &str, content: &str) -> Self {
        self.files.push((name.to_owned(), content.to_owned()));
        self
    }

    /// The manifest with something said otherwise.
    #[must_use]
    pub(crate) fn replace_in_manifest(mut self, what: &str, by: &str) -> Self {
        assert!(self.manifest.contains(what), "the manifest does not say {what}");
        self.manifest = self.manifest.replace(what, by);
        self
    }

    /// The manifest without the line that begins so.
    #[must_use]
    pub(crate) fn without_line(mut self, beginning: &str) -> Self {
        let kept: Vec<&str> = self.manifest.lines().filter(|line| !line.starts_with(beginning)).collect();
        self.manifest = kept.join("\n") + "\n";
        self
    }

    /// A reviewed matrix.
    #[must_use]
    pub(crate) fn matrix(mut self, text: &str) -> Self {
        self.matrix = Some(text.to_owned());
        self
    }

    /// What an earlier walk inferred.
    #[must_use]
    pub(crate) fn lock(mut self, text: &str) -> Self {
        self.lock = Some(text.to_owned());
        self
    }

    /// Another order.
    #[must_use]
    pub(crate) fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Sends nothing that may change something.
    #[must_use]
    pub(crate) fn only_looking(mut self) -> Self {
        self.safe_verbs = true;
        self
    }

    /// Only what a replay sends: one pass, or in it one action.
    #[must_use]
    pub(crate) fn again(mut self, pass: Dimension, action: Option<&str>) -> Self {
        self.again = Some((pass, action.map(str::to_owned)));
        self
    }

    /// One changed row of the matrix.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub(crate) fn row(mut self, action: &str, row: &str) -> Self {
        let matrix = self.matrix.take().unwrap();
        let changed: Vec<String> = matrix
            .lines()
            .map(|line| {
                let is_meant = line.split_whitespace().take(2).eq(action.split_whitespace());
                if is_meant { row.to_owned() } else { line.to_owned() }
            })
            .collect();
        let changed = changed.join("\n") + "\n";
        assert!(changed.contains(row), "the matrix has no row {action}");
        self.matrix = Some(changed);
        self
    }

    /// Walks and judges.
    ///
    /// # Panics
    /// When the audit could not run.
    pub(crate) async fn told(self) -> Story {
        match self.tried().await {
            Ok(story) => story,
            Err(trouble) => panic!("the audit could not run: {trouble}"),
        }
    }

    /// Says what would be walked, and walks nothing.
    pub(crate) async fn foreseen(&self) -> Vec<Foreseen> {
        let served = self.service.clone().serve().await.unwrap();
        let directory = self.written(&served.url);
        let manifest = Manifest::load(&directory.path().join("plimsoll.toml")).unwrap();
        let setup = plimsoll::Setup::new(manifest, "plan").unwrap();
        let mut world = setup.open(&Silent).await.unwrap();
        world.foresee(&setup).unwrap()
    }

    /// Manifest, matrix, lock and passwords in a directory of their own.
    pub(crate) fn written(&self, url: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        let target = format!(
            "[target]\nurl = \"{url}\"\nmine = true\ndisposable = true\n{}\nhealth = \"GET /health\"\n",
            self.document
        );
        for (name, content) in &self.files {
            write(directory.path(), name, content);
        }
        write(directory.path(), "plimsoll.toml", &(target + &self.manifest));
        if let Some(matrix) = &self.matrix {
            write(directory.path(), "plimsoll.matrix", matrix);
        }
        if let Some(lock) = &self.lock {
            write(directory.path(), "plimsoll.lock", lock);
        }
        for (name, ..) in office::PEOPLE {
            write(directory.path(), &format!("{name}.password"), &format!("{name}-password"));
        }
        for name in ["ann", "bob"] {
            write(directory.path(), &format!("{name}.password"), &format!("{name}-password"));
        }
        write(directory.path(), "root.password", notes::ROOT_PASSWORD);
        directory
    }

    /// Walks and judges, or says why it could not.
    pub(crate) async fn tried(self) -> plimsoll::Result<Story> {
        let served = self.service.clone().serve().await.unwrap();
        let directory = self.written(&served.url);
        let outcome = run::audit(directory.path(), |setup| {
            setup.seed = self.seed.unwrap_or(setup.seed);
            setup.manifest.target.safe_verbs = self.safe_verbs;
            if let Some((pass, action)) = self.again {
                setup.passes = [pass].into();
                setup.part.one = action;
            }
        })
        .await?;
        Ok(Story {
            outcome,
            requests: served.look(|world| world.counters.get("requests").copied().unwrap_or(0)),
            lock: fs::read_to_string(directory.path().join("plimsoll.lock")).unwrap_or_default(),
        })
    }
}

fn write(directory: &Path, name: &str, text: &str) {
    fs::write(directory.join(name), text).unwrap();
}

/// What became of it.
pub(crate) struct Story {
    pub(crate) outcome: Outcome,
    /// Requests that the service saw, however the audit counts them.
    pub(crate) requests: u64,
    /// What stood in `plimsoll.lock` afterwards.
    pub(crate) lock: String,
}

impl Story {
    /// What a check says of an action: the worst of its cells. None when it says nothing.
    pub(crate) fn verdict(&self, check: &str, subject: &str) -> Option<Verdict> {
        let worst = [
            Verdict::Gap,
            Verdict::Waived,
            Verdict::Suspected,
            Verdict::Unproven,
            Verdict::Holds,
            Verdict::NotApplicable,
        ];
        let said: Vec<Verdict> = self.findings(check, subject).map(|finding| finding.verdict).collect();
        worst.into_iter().find(|verdict| said.contains(verdict))
    }

    /// Every gap as `AZ03 PUT /notes/{note}`, sorted.
    pub(crate) fn gaps(&self) -> Vec<String> {
        let mut gaps: Vec<String> =
            self.outcome.gaps.iter().map(|gap| format!("{} {}", gap.check, gap.subject)).collect();
        gaps.sort();
        gaps
    }

    /// Every verdict with its key; words, times and values are left out.
    pub(crate) fn verdicts(&self) -> BTreeSet<String> {
        let in_gaps = self.outcome.gaps.iter().flat_map(|gap| &gap.findings);
        in_gaps
            .chain(&self.outcome.findings)
            .map(|finding| {
                let cell = finding.cell.as_ref().map(|cell| format!("{} {}", cell.role, cell.relation));
                format!("{} {} {} {:?}", finding.check, finding.subject, cell.unwrap_or_default(), finding.verdict)
            })
            .collect()
    }

    /// The same verdicts as another walk's.
    #[track_caller]
    pub(crate) fn says_the_same_as(&self, other: &Self) {
        let (own, others) = (self.verdicts(), other.verdicts());
        let differ: Vec<&String> = own.symmetric_difference(&others).collect();
        assert!(differ.is_empty(), "{differ:#?}");
    }

    /// These gaps and no other.
    #[track_caller]
    pub(crate) fn has_only(&self, expected: &[&str]) {
        let mut expected: Vec<&str> = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(self.gaps(), expected, "{}", self.told());
    }

    /// No gap, in any check.
    #[track_caller]
    pub(crate) fn is_sound(&self) {
        self.has_only(&[]);
    }

    /// Each of these, as `AZ03 PUT /notes/{note}`, is proved good.
    #[track_caller]
    pub(crate) fn holds(&self, expected: &[&str]) {
        for line in expected {
            let (check, subject) = line.split_once(' ').unwrap();
            let verdict = self.verdict(check, subject);
            assert_eq!(verdict, Some(Verdict::Holds), "{line}\n{}", self.told());
        }
    }

    /// The words of all findings of a check about an action.
    pub(crate) fn told_of<'a>(&'a self, check: &'a str, subject: &'a str) -> Vec<&'a str> {
        self.findings(check, subject).map(|finding| finding.words.as_str()).collect()
    }

    fn findings<'a>(&'a self, check: &'a str, subject: &'a str) -> impl Iterator<Item = &'a Finding> {
        let in_gaps = self.outcome.gaps.iter().flat_map(|gap| &gap.findings);
        let is_meant = move |finding: &&Finding| finding.check == check && finding.subject == subject;
        in_gaps.chain(&self.outcome.findings).filter(is_meant)
    }

    /// Everything that is not plainly good, for a test that fails.
    pub(crate) fn told(&self) -> String {
        let in_gaps = self.outcome.gaps.iter().flat_map(|gap| &gap.findings);
        let mut lines: Vec<String> = in_gaps
            .chain(&self.outcome.findings)
            .filter(|finding| !matches!(finding.verdict, Verdict::Holds | Verdict::NotApplicable))
            .map(|finding| {
                let cell = finding.cell.as_ref().map(|cell| format!(" ({}, {})", cell.role, cell.relation));
                let cell = cell.unwrap_or_default();
                format!("{:?} {} {}{cell}: {}", finding.verdict, finding.check, finding.subject, finding.words)
            })
            .collect();
        lines.extend(self.outcome.notes.iter().map(|note| format!("note: {note}")));
        lines.join("\n")
    }
}
