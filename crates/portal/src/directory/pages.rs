//! The page of the organisation's directory.

use askama::Template;

use super::group::Gives;
use super::{DirectoryShown, DirectoryState, GroupHere};
use crate::identity::TokenShown;
use crate::organisations::Role;
use crate::organisations::service::ServiceRole;
use crate::pages::{Choice, Field, Form, Page};
use crate::projects::ProjectRole;

/// Where the directory asks, as what it brings people in, and by what it acts.
#[derive(Debug, Template)]
#[template(path = "directory/directory.html")]
pub struct DirectoryPage {
    /// The frame.
    pub page: Page,
    /// The directory, if there is one.
    pub state: DirectoryState,
    /// The projects that a group can give a place in: id and title.
    pub projects: Vec<Choice>,
}

impl DirectoryPage {
    fn set(&self) -> Form {
        let texts = self.page.texts;
        let (role, word) = match &self.state.directory {
            Some(directory) => (directory.role, texts.directory_change()),
            None => (ServiceRole::Staff, texts.directory_set()),
        };
        let roles = [Role::Staff, Role::Admin];
        let roles = roles.map(|role| Choice::new(role.word(), role.label(&texts)).help(role.help(&texts))).to_vec();
        self.page
            .form("/directory/set", word)
            .field(Field::radio("role", texts.directory_role(), roles).value(role.word()))
    }

    fn create_token(&self) -> Form {
        let texts = self.page.texts;
        let days = [90, 180, 365].map(|days: u32| Choice::new(days.to_string(), texts.token_days(days))).to_vec();
        self.page
            .form("/directory/tokens/create", texts.directory_token_create())
            .quiet()
            .field(Field::text("name", texts.token_name()).help(texts.token_name_help()).complete("off").limit(120))
            .field(Field::select("days", texts.token_expires(), days).value("180"))
    }

    fn revoke(&self, token: &TokenShown) -> Form {
        self.page
            .form(format!("/directory/tokens/{}/revoke", token.id), self.page.texts.token_revoke())
            .about(&token.name)
            .danger()
    }

    fn remove(&self) -> Form {
        self.page.form("/directory/remove", self.page.texts.directory_remove()).danger()
    }

    fn set_standing(&self, group: &GroupHere) -> Form {
        let texts = self.page.texts;
        let mut gives = vec![
            Choice::new(Gives::Nothing.word(), texts.group_gives_nothing()),
            Choice::new(Gives::Admin.word(), texts.group_gives_admin()).help(texts.group_gives_admin_help()),
        ];
        let form = self.page.form(format!("/directory/groups/{}/standing/set", group.id), texts.group_standing_set());
        let form = form.about(&group.name);
        let given = |gives| Field::radio("gives", texts.group_gives(), gives).value(group.gives.word());
        if self.projects.is_empty() {
            return form.field(given(gives));
        }
        let place = Choice::new(Gives::Project.word(), texts.group_gives_project());
        gives.push(place.help(texts.group_gives_project_help()));
        let roles = [ProjectRole::Viewer, ProjectRole::Contributor, ProjectRole::Admin]
            .map(|role| Choice::new(role.word(), role.label(&texts)))
            .to_vec();
        let role = group.project_role.unwrap_or(ProjectRole::Viewer);
        let project = group.project.map(|project| project.to_string()).unwrap_or_default();
        form.field(given(gives))
            .field(Field::select("project", texts.group_project(), self.projects.clone()).value(project))
            .field(Field::select("project_role", texts.group_project_role(), roles).value(role.word()))
    }

    /// What a group gives, in a few words.
    fn gives(&self, group: &GroupHere) -> String {
        let texts = self.page.texts;
        match (group.gives, &group.project_title, group.project_role) {
            (Gives::Admin, ..) => texts.group_gives_admin().to_owned(),
            (Gives::Project, Some(title), Some(role)) => texts.group_gives_in(role.label(&texts), title),
            _ => texts.group_gives_nothing().to_owned(),
        }
    }

    /// How many are in it.
    fn members(&self, group: &GroupHere) -> String {
        self.page.texts.people_counted(u64::try_from(group.members).unwrap_or(0))
    }

    fn role(&self, directory: &DirectoryShown) -> &'static str {
        Role::from(directory.role).label(&self.page.texts)
    }

    /// How many it has, and how many of them have come.
    fn counted(&self, directory: &DirectoryShown) -> String {
        self.page.texts.directory_counted(directory.users, directory.joined)
    }
}
