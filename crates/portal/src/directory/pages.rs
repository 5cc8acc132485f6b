//! The page of the organisation's directory.

use askama::Template;

use super::{DirectoryShown, DirectoryState};
use crate::identity::TokenShown;
use crate::organisations::Role;
use crate::organisations::service::ServiceRole;
use crate::pages::{Choice, Field, Form, Page};

/// Where the directory asks, as what it brings people in, and by what it acts.
#[derive(Debug, Template)]
#[template(path = "directory/directory.html")]
pub struct DirectoryPage {
    /// The frame.
    pub page: Page,
    /// The directory, if there is one.
    pub state: DirectoryState,
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

    fn role(&self, directory: &DirectoryShown) -> &'static str {
        Role::from(directory.role).label(&self.page.texts)
    }

    /// How many it has, and how many of them have come.
    fn counted(&self, directory: &DirectoryShown) -> String {
        self.page.texts.directory_counted(directory.users, directory.joined)
    }
}
