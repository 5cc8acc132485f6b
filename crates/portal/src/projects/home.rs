//! The home pages: who waits for whom, from what the projects say themselves.

use askama::Template;

use super::{ProjectList, ProjectSummary, Status};
use crate::organisations::OrganisationShown;
use crate::pages::Page;
use crate::requests::pages::{Group as AskGroup, groups as ask_groups};
use crate::requests::{Kind, RequestList, RequestSummary, Side, State};

/// The first page of somebody in the organisation.
#[derive(Debug, Template)]
#[template(path = "projects/home_staff.html")]
pub struct StaffHome {
    /// The frame.
    pub page: Page,
    /// The projects that the reader sees.
    pub list: ProjectList,
    /// What waits for somebody.
    pub waiting: RequestList,
}

/// Projects under one heading of the staff's home.
#[derive(Debug)]
pub struct Group<'p> {
    title: &'static str,
    projects: Vec<&'p ProjectSummary>,
}

impl StaffHome {
    fn names_project(&self) -> bool {
        true
    }

    fn asks(&self) -> Vec<AskGroup<'_>> {
        ask_groups(&self.page, &self.waiting.requests, self.page.texts.clients_word())
    }

    /// What moves comes first; what is over is not here.
    fn groups(&self) -> Vec<Group<'_>> {
        let texts = self.page.texts;
        [
            (texts.waiting_on_clients(), &[Status::WaitingOnClient][..]),
            (texts.in_work(), &[Status::Active]),
            (texts.not_agreed_yet(), &[Status::Proposed]),
            (texts.resting_or_delivered(), &[Status::OnHold, Status::Delivered]),
        ]
        .into_iter()
        .map(|(title, statuses)| Group {
            title,
            projects: self.list.projects.iter().filter(|project| statuses.contains(&project.status)).collect(),
        })
        .filter(|group| !group.projects.is_empty())
        .collect()
    }
}

/// The first page of somebody at a client.
#[derive(Debug, Template)]
#[template(path = "projects/home_client.html")]
pub struct ClientHome {
    /// The frame.
    pub page: Page,
    /// The projects that the reader sees.
    pub list: ProjectList,
    /// What waits for somebody.
    pub waiting: RequestList,
    /// The organisation, with the reader's colleagues.
    pub organisation: OrganisationShown,
}

impl ClientHome {
    /// What waits for the reader's company, most urgent first.
    fn asks(&self) -> Vec<&RequestSummary> {
        let mut asks: Vec<_> = self.waiting.requests.iter().filter(|ask| ask.waits_for == Some(Side::Client)).collect();
        asks.sort_by_key(|ask| (ask.due_on.is_none(), ask.due_on.clone()));
        asks
    }

    /// “Approve homepage design”, “Send product photos”.
    fn to_do(&self, ask: &RequestSummary) -> String {
        let texts = self.page.texts;
        match (ask.kind, ask.state) {
            (Kind::File, _) => texts.send_something(&ask.title),
            (Kind::Approval, State::Submitted) => texts.approve_something(&ask.title),
            (Kind::Approval, _) => texts.hand_in_something(&ask.title),
        }
    }

    fn button(&self, ask: &RequestSummary) -> &'static str {
        let texts = self.page.texts;
        if ask.state == State::Submitted { texts.look_and_decide() } else { texts.send_file() }
    }

    fn waiting(&self) -> Vec<&ProjectSummary> {
        self.list.projects.iter().filter(|project| project.status == Status::WaitingOnClient).collect()
    }

    fn others(&self) -> Vec<&ProjectSummary> {
        let shown = [Status::WaitingOnClient, Status::Archived];
        self.list.projects.iter().filter(|project| !shown.contains(&project.status)).collect()
    }

    fn colleagues(&self) -> String {
        let names: Vec<&str> = self
            .organisation
            .people
            .iter()
            .filter(|person| person.client.is_some())
            .map(|person| person.name.as_str())
            .collect();
        self.page.texts.list_of(&names)
    }
}
