//! The pages of projects.

use askama::Template;

use super::{MemberList, MemberShown, ProjectList, ProjectRole, ProjectShown, Status};
use crate::pages::{Chip, Choice, Field, Form, May, Page};
use crate::texts::Texts;

impl Status {
    /// The word that is read.
    pub fn label(self, texts: &Texts) -> &'static str {
        match self {
            Self::Proposed => texts.status_proposed(),
            Self::Active => texts.status_active(),
            Self::WaitingOnClient => texts.status_waiting_on_client(),
            Self::OnHold => texts.status_on_hold(),
            Self::Delivered => texts.status_delivered(),
            Self::Archived => texts.status_archived(),
        }
    }

    /// What it means, in half a sentence.
    pub fn help(self, texts: &Texts) -> &'static str {
        match self {
            Self::Proposed => texts.status_proposed_help(),
            Self::Active => texts.status_active_help(),
            Self::WaitingOnClient => texts.status_waiting_on_client_help(),
            Self::OnHold => texts.status_on_hold_help(),
            Self::Delivered => texts.status_delivered_help(),
            Self::Archived => texts.status_archived_help(),
        }
    }

    /// The status with its mark.
    pub fn chip(self, texts: &Texts) -> Chip {
        Chip { key: self.word(), word: self.label(texts) }
    }
}

impl ProjectRole {
    /// The word that is read.
    pub fn label(self, texts: &Texts) -> &'static str {
        match self {
            Self::Admin => texts.role_project_admin(),
            Self::Contributor => texts.role_contributor(),
            Self::Viewer => texts.role_viewer(),
        }
    }

    /// What it may do, in half a sentence.
    pub fn help(self, texts: &Texts) -> &'static str {
        match self {
            Self::Admin => texts.role_project_admin_help(),
            Self::Contributor => texts.role_contributor_help(),
            Self::Viewer => texts.role_viewer_help(),
        }
    }
}

/// The projects that the reader sees.
#[derive(Debug, Template)]
#[template(path = "projects/projects.html")]
pub struct ProjectsPage {
    /// The frame.
    pub page: Page,
    /// The projects.
    pub list: ProjectList,
    /// Clients that a new project may be for: id and name.
    pub clients: Vec<Choice>,
}

impl ProjectsPage {
    fn create(&self) -> Form {
        let texts = self.page.texts;
        self.page
            .form("/projects/create", texts.project_create())
            .field(Field::text("title", texts.project_title()).complete("off").limit(120))
            .field(Field::select("client", texts.project_client(), self.clients.clone()))
            .field(
                Field::text("sentence", texts.status_sentence())
                    .help(texts.status_sentence_help())
                    .optional(texts.optional())
                    .complete("off")
                    .limit(300),
            )
    }
}

/// One of the tabs of a project.
#[derive(Debug)]
pub struct Tab {
    /// Where it leads.
    pub href: String,
    /// What it is called.
    pub label: &'static str,
    /// The reader is there.
    pub is_here: bool,
}

impl ProjectShown {
    /// Its state, as the door reads it.
    pub const fn state(&self) -> &'static str {
        super::state(self.status, self.client_archived_at.is_some())
    }

    /// The line that says that its client is archived, since when, and by whom.
    pub fn client_archived(&self, page: &Page) -> Option<String> {
        let at = self.client_archived_at.as_ref()?;
        let by = self.client_archived_by.as_deref().unwrap_or_else(|| page.texts.actor_erased());
        Some(page.texts.client_archived_by(&self.client_name, page.day(at).words(), by))
    }

    /// The tabs that the reader may open.
    pub fn tabs(&self, page: &Page, may: &May) -> Vec<Tab> {
        let home = format!("/projects/{}", self.id);
        let texts = page.texts;
        [
            ("project.show", "", texts.overview()),
            ("request.list", "/requests", texts.documents()),
            ("message.list", "/messages", texts.messages()),
            ("credential.list", "/credentials", texts.vault()),
            ("project.member.list", "/members", texts.people()),
        ]
        .into_iter()
        .filter(|(action, ..)| may.has(action))
        .map(|(_, end, label)| {
            let href = format!("{home}{end}");
            let is_here = page.path == href || (!end.is_empty() && page.path.starts_with(&format!("{href}/")));
            Tab { href, label, is_here }
        })
        .collect()
    }
}

/// A project: where it stands and how it came there.
#[derive(Debug, Template)]
#[template(path = "projects/overview.html")]
pub struct ProjectPage {
    /// The frame.
    pub page: Page,
    /// The project.
    pub project: ProjectShown,
    /// Who is in it.
    pub members: MemberList,
    /// What the reader may do to it.
    pub may: May,
}

impl ProjectPage {
    fn set_status(&self) -> Form {
        let texts = self.page.texts;
        let choices = Status::ALL
            .iter()
            .map(|status| Choice::new(status.word(), status.label(&texts)).help(status.help(&texts)))
            .collect();
        self.page
            .form(format!("/projects/{}/status/set", self.project.id), texts.status_set())
            .field(Field::radio("status", texts.status_where(), choices).value(self.project.status.word()))
            .field(Field::lines("sentence", texts.status_sentence()).help(texts.status_sentence_help()).limit(300))
    }
}

/// Who is in a project.
#[derive(Debug, Template)]
#[template(path = "projects/members.html")]
pub struct MembersPage {
    /// The frame.
    pub page: Page,
    /// The project.
    pub project: ProjectShown,
    /// The people.
    pub members: MemberList,
    /// People who could be added: id and name.
    pub candidates: Vec<Choice>,
    /// What the reader may do to the project.
    pub may: May,
}

impl MembersPage {
    /// Where somebody works: the project's client or the organisation.
    fn company(&self, member: &MemberShown) -> &str {
        if member.organisation_role.of_client() { &self.project.client_name } else { self.page.place_name() }
    }

    fn remove(&self, member: &MemberShown) -> Form {
        self.page
            .form(
                format!("/projects/{}/members/{}/remove", self.project.id, member.person),
                self.page.texts.member_remove_name(&member.name),
            )
            .danger()
    }

    fn add(&self) -> Form {
        let texts = self.page.texts;
        let roles = [ProjectRole::Viewer, ProjectRole::Contributor, ProjectRole::Admin]
            .map(|role| Choice::new(role.word(), role.label(&texts)).help(role.help(&texts)))
            .to_vec();
        self.page
            .form(format!("/projects/{}/members/add", self.project.id), texts.member_add())
            .field(Field::select("person", texts.person(), self.candidates.clone()))
            .field(Field::radio("role", texts.role(), roles).value(ProjectRole::Contributor.word()))
    }
}
