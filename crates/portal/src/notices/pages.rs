//! The part of the account's page about letters, and the page behind the link at the end of one.

use askama::Template;

use super::{NoticeChoices, Pace, Topic};
use crate::pages::{Choice, Field, Form, Page};
use crate::texts::Texts;

impl Topic {
    /// What it is called.
    pub fn label(self, texts: &Texts) -> &'static str {
        match self {
            Self::Waiting => texts.notice_waiting(),
            Self::Messages => texts.notice_messages(),
            Self::Progress => texts.notice_progress(),
        }
    }

    /// What it is, in half a sentence.
    pub fn help(self, texts: &Texts) -> &'static str {
        match self {
            Self::Waiting => texts.notice_waiting_help(),
            Self::Messages => texts.notice_messages_help(),
            Self::Progress => texts.notice_progress_help(),
        }
    }
}

impl Pace {
    /// What it is called.
    pub fn label(self, texts: &Texts) -> &'static str {
        match self {
            Self::AtOnce => texts.notice_at_once(),
            Self::Daily => texts.notice_daily(),
            Self::Never => texts.notice_never(),
        }
    }
}

impl NoticeChoices {
    /// The form that sets them.
    pub fn form(&self, page: &Page) -> Form {
        let texts = page.texts;
        let paces: Vec<Choice> = Pace::ALL.iter().map(|pace| Choice::new(pace.word(), pace.label(&texts))).collect();
        self.notices.iter().fold(page.form("/account/notices/set", texts.notice_save()).quiet(), |form, choice| {
            let field = Field::select(choice.topic.word(), choice.topic.label(&texts), paces.clone());
            form.field(field.help(choice.topic.help(&texts)).value(choice.pace.word()))
        })
    }
}

/// No more letters of this kind. Whether the link is good shows when the form is sent.
#[derive(Debug, Template)]
#[template(path = "notices/end.html")]
pub struct EndNoticesPage {
    /// The frame.
    pub page: Page,
    /// What the link shows.
    pub token: String,
}

impl EndNoticesPage {
    fn form(&self) -> Form {
        self.page.form(format!("/notices/{}", self.token), self.page.texts.notice_end())
    }
}
