//! What names say: their words, the singular of a word, the noun that a reference or a path stands for.

/// Literal segments that say nothing about what they hold.
const EMPTY_WORDS: &[&str] = &[
    "api", "rest", "id", "ids", "by-id", "byid", "detail", "details", "show", "view", "get", "item", "public",
    "private",
];

/// Whether a name says that it holds a key: `project_id`, `noteUuid`.
pub(super) fn says_key(name: &str) -> bool {
    let words = words(name);
    1 < words.len()
        && words.last().is_some_and(|word| ["id", "uuid", "ids", "key", "slug", "ref", "guid"].contains(&word.as_str()))
}

/// Whether a name stands for a person.
pub fn names_person(name: &str) -> bool {
    const PERSONS: &[&str] = &[
        "user",
        "person",
        "member",
        "account",
        "assignee",
        "invitee",
        "recipient",
        "colleague",
        "employee",
        "participant",
        "owner",
        "author",
        "creator",
        "requester",
        "reporter",
        "reviewer",
        "approver",
    ];
    words(name).iter().any(|word| PERSONS.contains(&singular(word).as_str()))
}

/// What kind of object a parameter names: by the literal before it, or by itself where that one says nothing.
pub(super) fn noun(literal: &str, parameter: &str) -> String {
    let word = words(literal).pop().unwrap_or_default();
    let numbered = word.starts_with('v') && word[1..].chars().all(|c| c.is_ascii_digit());
    if word.is_empty()
        || numbered
        || EMPTY_WORDS.contains(&literal.to_lowercase().as_str())
        || EMPTY_WORDS.contains(&word.as_str())
    {
        return reference_base(parameter).unwrap_or_else(|| parameter.to_lowercase());
    }
    singular(&word)
}

/// The noun that a reference's name holds: `project_id`, `projectId` and `project` give `project`.
pub fn reference_base(name: &str) -> Option<String> {
    let mut words = words(name);
    const KEYS: &[&str] = &["id", "uuid", "key", "slug", "ref", "number", "no", "code", "guid", "pk", "ids"];
    if 1 < words.len() && words.last().is_some_and(|word| KEYS.contains(&word.as_str())) {
        words.pop();
    }
    let base = words.iter().map(|word| singular(word)).collect::<Vec<_>>().join("_");
    (!base.is_empty() && !KEYS.contains(&base.as_str())).then_some(base)
}

/// Words of a name in camel case, with dashes or underscores, in small letters.
pub fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && lower {
            words.push(String::new());
        }
        lower = c.is_lowercase() || c.is_ascii_digit();
        if c.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The singular of an English plural, well enough to match names with each other.
pub fn singular(word: &str) -> String {
    let word = word.to_lowercase();
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| 1 < stem.len()) {
        return format!("{stem}y");
    }
    for ending in ["sses", "shes", "ches", "xes", "zes"] {
        if word.ends_with(ending) {
            return word[..word.len() - 2].to_owned();
        }
    }
    match word.as_str() {
        "people" => "person".into(),
        "children" => "child".into(),
        _ if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") || word.len() < 4 => word,
        _ => word.strip_suffix('s').unwrap_or(&word).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nouns_and_words() {
        assert_eq!(words("projectMember-ID_x"), ["project", "member", "id", "x"]);
        for (plural, one) in [
            ("categories", "category"),
            ("addresses", "address"),
            ("boxes", "box"),
            ("notes", "note"),
            ("status", "status"),
        ] {
            assert_eq!(singular(plural), one);
        }
        assert_eq!(noun("v1", "noteId"), "note");
        assert_eq!(reference_base("id"), None);
    }

    proptest! {
        #[test]
        fn any_name_has_words(name in ".*") {
            words(&name);
            singular(&name);
        }
    }
}
