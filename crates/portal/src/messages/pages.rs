//! The pages of messages.

use askama::Template;

use super::{MessageList, MessageShown, Visibility};
use crate::pages::{Badge, Choice, Field, Form, May, Page};
use crate::projects::{MemberList, ProjectShown};
use crate::texts::Texts;

impl Visibility {
    /// The mark that the organisation's own people see on each item.
    pub fn badge(self, texts: &Texts) -> Badge {
        let word = match self {
            Self::Internal => texts.visibility_internal(),
            Self::Client => texts.visibility_client(),
        };
        Badge { key: self.word(), word }
    }
}

/// The messages of a project.
#[derive(Debug, Template)]
#[template(path = "messages/messages.html")]
pub struct MessagesPage {
    /// The frame.
    pub page: Page,
    /// The project.
    pub project: ProjectShown,
    /// The messages, newest first, as the action lists them; the page shows them the other way round.
    pub list: MessageList,
    /// The people in the project: those of the client read what is for the client.
    pub members: MemberList,
    /// What the reader may do to the project.
    pub may: May,
}

impl MessagesPage {
    fn oldest_first(&self) -> impl Iterator<Item = &MessageShown> {
        self.list.messages.iter().rev()
    }

    /// What stands on the item: nobody at the client is told that there is anything else.
    fn shade(&self, message: &MessageShown) -> &'static str {
        message.visibility.unwrap_or(Visibility::Client).word()
    }

    fn post(&self) -> Form {
        let texts = self.page.texts;
        let form = self.page.form(format!("/projects/{}/messages/post", self.project.id), texts.message_post());
        let form = if self.page.is_staff() {
            let choices = vec![
                Choice::new(Visibility::Internal.word(), texts.visible_to_us()),
                Choice::new(Visibility::Client.word(), self.client_and_names()),
            ];
            form.field(Field::radio("visibility", texts.visible_to(), choices).value(Visibility::Internal.word()))
        } else {
            form
        };
        form.field(Field::lines("text", texts.message()))
    }

    /// “Brightwater Hotels too: Petra and Sam”.
    fn client_and_names(&self) -> String {
        let names: Vec<&str> = self
            .members
            .members
            .iter()
            .filter(|member| member.organisation_role.of_client())
            .map(|member| member.name.as_str())
            .collect();
        let texts = self.page.texts;
        if names.is_empty() {
            texts.visible_to_client(&self.project.client_name)
        } else {
            texts.visible_to_client_people(&self.project.client_name, &texts.list_of(&names))
        }
    }
}
