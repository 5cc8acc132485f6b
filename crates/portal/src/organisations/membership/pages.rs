//! The page of who has access.

use askama::Template;

use super::{MembershipHere, MembershipList, MembershipState, roles_given_by};
use crate::organisations::Role;
use crate::pages::{Choice, Field, Form, Page};

/// Who has access to the organisation's rooms, as what.
#[derive(Debug, Template)]
#[template(path = "organisations/membership/people.html")]
pub struct PeoplePage {
    /// The frame.
    pub page: Page,
    /// The people.
    pub list: MembershipList,
}

const FACTOR_SET: &str = "/organisation/second-factor/set";

/// The people of one company.
struct Company<'a> {
    name: &'a str,
    people: Vec<&'a MembershipHere>,
}

impl PeoplePage {
    /// The organisation's own people first, then each client's.
    fn companies(&self) -> Vec<Company<'_>> {
        let mut companies: Vec<Company<'_>> = Vec::new();
        for person in &self.list.people {
            let name = person.client_name.as_deref().unwrap_or(self.page.place_name());
            match companies.last_mut() {
                Some(company) if company.people[0].client == person.client => company.people.push(person),
                _ => companies.push(Company { name, people: vec![person] }),
            }
        }
        companies
    }

    fn with_factor(company: &Company<'_>) -> u64 {
        let with = company.people.iter().filter(|person| person.second_factor_since.is_some()).count();
        u64::try_from(with).unwrap_or(u64::MAX)
    }

    fn counted(company: &Company<'_>) -> u64 {
        u64::try_from(company.people.iter().filter(|person| !person.service).count()).unwrap_or(u64::MAX)
    }

    fn report(&self) -> Form {
        self.page.form("/people/report", self.page.texts.membership_report()).quiet()
    }

    /// How a second factor is asked for; nothing of it is shown to whoever may not.
    fn ask_for_factor(&self) -> Form {
        let texts = self.page.texts;
        let days = Field::text("days", texts.factor_days()).help(texts.factor_days_help()).value("14").limit(2);
        self.page.form(FACTOR_SET, texts.factor_demand()).field(days)
    }

    fn ask_no_more(&self) -> Form {
        self.page.form(FACTOR_SET, self.page.texts.factor_demand_no_more()).quiet()
    }

    const fn is_suspended(person: &MembershipHere) -> bool {
        matches!(person.state, MembershipState::Suspended)
    }

    /// The projects that somebody was put on, or that all are open to them.
    fn reach(&self, person: &MembershipHere) -> String {
        let texts = self.page.texts;
        match person.role {
            Role::Owner | Role::Admin => texts.every_project().to_owned(),
            Role::ClientAdmin => texts.every_project_of(person.client_name.as_deref().unwrap_or_default()),
            Role::Staff | Role::ClientMember if person.projects.is_empty() => texts.no_project().to_owned(),
            Role::Staff | Role::ClientMember => {
                let named = person.projects.iter().map(|at| format!("{} ({})", at.title, at.role.label(&texts)));
                named.collect::<Vec<_>>().join(", ")
            }
        }
    }

    fn set_role(&self, person: &MembershipHere) -> Option<Form> {
        let texts = self.page.texts;
        let giver = self.page.viewer.as_ref()?.role;
        let roles = roles_given_by(giver, person.role.of_client());
        let choices =
            roles.iter().map(|role| Choice::new(role.word(), role.label(&texts)).help(role.help(&texts))).collect();
        Some(
            self.page
                .form(format!("/people/{}/role/set", person.person), texts.role_set())
                .about(&person.name)
                .field(Field::radio("role", texts.role(), choices).value(person.role.word())),
        )
    }

    /// For those of a client, whose eyes it is about.
    fn look_as(&self, person: &MembershipHere) -> Option<Form> {
        let may = person.client.is_some() && !Self::is_suspended(person) && self.page.may("session.view.begin");
        let action = format!("/people/{}/view/begin", person.person);
        may.then(|| self.page.form(action, self.page.texts.view_begin_name(&person.name)).quiet())
    }

    fn suspend(&self, person: &MembershipHere) -> Form {
        let action = format!("/people/{}/suspend", person.person);
        self.page.form(action, self.page.texts.suspend_name(&person.name)).danger()
    }

    fn resume(&self, person: &MembershipHere) -> Form {
        self.page.form(format!("/people/{}/resume", person.person), self.page.texts.resume_name(&person.name))
    }

    fn remove(&self, person: &MembershipHere) -> Form {
        let action = format!("/people/{}/remove", person.person);
        self.page.form(action, self.page.texts.member_remove_name(&person.name)).danger()
    }
}
