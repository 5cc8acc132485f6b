//! Small things that stand on many pages: people, marks, and what the reader may do.

use askama::{Template, filters::HtmlSafe};

use crate::trail::MatrixRow;

/// The names of the actions that the reader may do to the thing on the page.
#[derive(Clone, Debug, Default)]
pub struct May(Vec<String>);

impl May {
    /// What the rules let a caller do who is `relations` to a thing in `state`: the buttons to show.
    /// The door decides again when one is pressed.
    pub fn of(rules: &[MatrixRow], relations: &[&str], state: &str) -> Self {
        rules
            .iter()
            .filter(|rule| rule.may.iter().any(|relation| relations.contains(&relation.as_str())))
            .filter(|rule| rule.not_when.iter().all(|closed| closed != state))
            .map(|rule| rule.action.as_str())
            .collect()
    }

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

/// A person on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name, or “former member” when it was erased.
    pub name: String,
}

impl Person {
    /// A person of that name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
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

    /// One of eight colours, always the same for the same name (FNV-1a).
    pub fn tone(&self) -> u32 {
        let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
        self.name.bytes().fold(2_166_136_261, step) % 8
    }

    /// The round picture.
    pub fn face(&self) -> Avatar {
        Avatar { person: self.clone() }
    }
}

/// A person's initials in a circle; the name stands beside it, so readers aloud skip it.
#[derive(Template)]
#[template(
    source = r#"<span class="avatar tone-{{ person.tone() }}" aria-hidden="true">{{ person.initials() }}</span>"#,
    ext = "html"
)]
pub struct Avatar {
    person: Person,
}

impl HtmlSafe for Avatar {}

/// A status word with its coloured mark.
#[derive(Template)]
#[template(source = r#"<span class="chip {{ key }}">{{ word }}</span>"#, ext = "html")]
pub struct Chip {
    /// The word that the record keeps.
    pub key: &'static str,
    /// The word that is read.
    pub word: &'static str,
}

impl HtmlSafe for Chip {}

/// A small mark, such as that of an item's visibility.
#[derive(Template)]
#[template(source = r#"<span class="badge {{ key }}">{{ word }}</span>"#, ext = "html")]
pub struct Badge {
    /// The word that forms send.
    pub key: &'static str,
    /// The word that is read.
    pub word: &'static str,
}

impl HtmlSafe for Badge {}

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
    fn buttons_follow_the_rules_and_the_state() {
        let rule = MatrixRow {
            action: "message.post".into(),
            about: String::new(),
            kind: "change".into(),
            way: String::new(),
            may: vec!["owner".into(), "contributor".into()],
            not_when: vec!["archived".into()],
            by_factor: false,
            fresh_seconds: 0,
        };
        let rules = [rule];
        assert!(May::of(&rules, &["staff", "contributor"], "active").has("message.post"));
        assert!(!May::of(&rules, &["staff", "contributor"], "archived").has("message.post"));
        assert!(!May::of(&rules, &["staff", "viewer"], "active").has("message.post"));
    }

    #[test]
    fn a_name_cannot_become_markup() {
        assert!(!Person::new("<b>").face().to_string().contains("<b>"));
    }
}
