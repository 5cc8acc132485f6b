//! Small things that stand on many pages: people, roles, states, visibility, pages of a list.

use askama::{Template, filters::HtmlSafe};

use crate::texts::Texts;

/// The names of the actions that the reader may do to the thing on the page, as the door says.
#[derive(Clone, Debug, Default)]
pub struct May(Vec<String>);

impl May {
    /// Whether the action is among them.
    pub fn has(&self, action: &str) -> bool {
        self.0.iter().any(|name| name == action)
    }
}

impl<Name: Into<String>> FromIterator<Name> for May {
    fn from_iter<Names: IntoIterator<Item = Name>>(names: Names) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }
}

/// What somebody is, in an organisation, a client or a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Owner of the organisation.
    Owner,
    /// Admin of the organisation.
    Admin,
    /// Staff of the organisation.
    Staff,
    /// Admin on the client's side.
    ClientAdmin,
    /// Member on the client's side.
    ClientMember,
    /// Admin of a project.
    ProjectAdmin,
    /// Contributor to a project.
    Contributor,
    /// Viewer of a project.
    Viewer,
}

impl Role {
    /// The role's word.
    pub fn word(self, texts: &Texts) -> &'static str {
        match self {
            Self::Owner => texts.role_owner(),
            Self::Admin => texts.role_admin(),
            Self::Staff => texts.role_staff(),
            Self::ClientAdmin => texts.role_client_admin(),
            Self::ClientMember => texts.role_client_member(),
            Self::ProjectAdmin => texts.role_project_admin(),
            Self::Contributor => texts.role_contributor(),
            Self::Viewer => texts.role_viewer(),
        }
    }

    /// What the role may see or do, in half a sentence.
    pub fn help(self, texts: &Texts) -> &'static str {
        match self {
            Self::Owner => texts.role_owner_help(),
            Self::Admin => texts.role_admin_help(),
            Self::Staff => texts.role_staff_help(),
            Self::ClientAdmin => texts.role_client_admin_help(),
            Self::ClientMember => texts.role_client_member_help(),
            Self::ProjectAdmin => texts.role_project_admin_help(),
            Self::Contributor => texts.role_contributor_help(),
            Self::Viewer => texts.role_viewer_help(),
        }
    }
}

/// A person on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name, or “former member” when it was erased.
    pub name: String,
    /// No longer here.
    pub has_left: bool,
}

impl Person {
    /// Somebody who is here.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), has_left: false }
    }

    /// Somebody who was here.
    pub fn left(name: impl Into<String>) -> Self {
        Self { name: name.into(), has_left: true }
    }

    /// The first name, for greetings.
    pub fn first_name(&self) -> &str {
        self.name.split_whitespace().next().unwrap_or_default()
    }

    /// First and last initial.
    pub fn initials(&self) -> String {
        let mut words = self.name.split_whitespace().filter_map(|word| word.chars().next());
        let first = words.next();
        first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
    }

    /// One of six colours, always the same for the same name.
    pub fn tone(&self) -> u32 {
        self.name.chars().map(u32::from).fold(7, |sum, letter| (sum * 31 + letter) % 9_973) % 6
    }

    /// The round picture.
    pub fn face(&self) -> Avatar<'_> {
        Avatar { person: self }
    }
}

/// A person's initials in a circle; the name stands beside it, so readers aloud skip it.
#[derive(Template)]
#[template(
    source = r#"<span class="avatar tone-{{ person.tone() }}" aria-hidden="true">{{ person.initials() }}</span>"#,
    ext = "html"
)]
pub struct Avatar<'p> {
    person: &'p Person,
}

impl HtmlSafe for Avatar<'_> {}

/// Where a project stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not agreed yet.
    Proposed,
    /// Work is being done.
    Active,
    /// The client's turn.
    WaitingOnClient,
    /// Nobody works on it for now.
    OnHold,
    /// Handed over.
    Delivered,
    /// Over; nothing can be changed.
    Archived,
}

impl Status {
    /// Every status, in the order of a project's life.
    pub const ALL: [Self; 6] =
        [Self::Proposed, Self::Active, Self::WaitingOnClient, Self::OnHold, Self::Delivered, Self::Archived];

    /// The word that forms send and the record keeps.
    pub fn key(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Active => "active",
            Self::WaitingOnClient => "waiting_on_client",
            Self::OnHold => "on_hold",
            Self::Delivered => "delivered",
            Self::Archived => "archived",
        }
    }

    /// The word that is read.
    pub fn word(self, texts: &Texts) -> &'static str {
        match self {
            Self::Proposed => texts.status_proposed(),
            Self::Active => texts.status_active(),
            Self::WaitingOnClient => texts.status_waiting_on_client(),
            Self::OnHold => texts.status_on_hold(),
            Self::Delivered => texts.status_delivered(),
            Self::Archived => texts.status_archived(),
        }
    }

    /// The status with its mark.
    pub fn chip(self, texts: &Texts) -> Chip {
        Chip { key: self.key(), word: self.word(texts) }
    }
}

/// A status word with its coloured mark.
#[derive(Template)]
#[template(source = r#"<span class="chip {{ key }}">{{ word }}</span>"#, ext = "html")]
pub struct Chip {
    key: &'static str,
    word: &'static str,
}

impl HtmlSafe for Chip {}

/// Who sees an item of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// The organisation alone.
    Internal,
    /// The client, too.
    Client,
}

impl Visibility {
    /// The word that forms send.
    pub fn key(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Client => "client",
        }
    }

    /// The mark that staff see on each item.
    pub fn badge(self, texts: &Texts) -> Badge {
        let word = match self {
            Self::Internal => texts.visibility_internal(),
            Self::Client => texts.visibility_client(),
        };
        Badge { key: self.key(), word }
    }
}

/// The mark of an item's visibility.
#[derive(Template)]
#[template(source = r#"<span class="badge {{ key }}">{{ word }}</span>"#, ext = "html")]
pub struct Badge {
    key: &'static str,
    word: &'static str,
}

impl HtmlSafe for Badge {}

/// The ways from one page of a list to the next.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    /// Address of the page with newer items.
    pub newer: Option<String>,
    /// Address of the page with older items.
    pub older: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_name() {
        assert_eq!(Person::new("Maya Lindqvist").initials(), "ML");
        assert_eq!(Person::new("Ana de la Cruz").initials(), "AC");
        assert_eq!(Person::new("Cher").initials(), "C");
        assert_eq!(Person::new("").initials(), "");
        assert_eq!(Person::new("ß eins").initials(), "SSE");
    }

    #[test]
    fn a_name_cannot_become_markup() {
        assert!(!Person::new("<b>").face().to_string().contains("<b>"));
    }
}
