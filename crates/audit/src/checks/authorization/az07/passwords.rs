//! Finding the action by which one changes one's own password, and putting both passwords where they belong.

use crate::client::Body;
use crate::plan::slots::words;
use crate::walk::{Call, World};
use serde_json::Value;

/// Words of a path by which one gets a new password without the old one: that is not what is looked for.
const RESET: &[&str] = &["reset", "forgot", "forgotten", "recover", "recovery", "lost"];
/// The action by which one changes one's own password: it takes the old one and a new one.
pub(super) fn password_action(world: &World<'_>) -> Option<usize> {
    let fits = |at: &usize| {
        let action = world.action(*at);
        let path = words(&action.path);
        let has = |word: &str| path.iter().any(|known| known == word);
        let body = action.body.as_ref().and_then(|body| body.best());
        let fields: Vec<String> =
            body.map(|media| media.schema.properties()).unwrap_or_default().into_iter().map(|(name, _)| name).collect();
        let new = fields.iter().filter(|name| which(name, fields.len()) == Some(Which::New)).count();
        let old = fields.iter().filter(|name| which(name, fields.len()) == Some(Which::Old)).count();
        matches!(action.verb.as_str(), "PUT" | "POST" | "PATCH")
            && !action.path.contains('{')
            && (has("password") || has("passwd"))
            && !RESET.iter().any(|word| has(word))
            && 0 < new
            && 0 < old
            && !world.manifest.target.never.iter().any(|never| never.matches(&action.verb, &action.address_path()))
    };
    (0..world.catalogue.actions.len()).find(fits)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Old,
    New,
}

/// Which password a field takes, in a body with so many fields.
fn which(name: &str, fields: usize) -> Option<Which> {
    let words = words(name);
    let has = |all: &[&str]| words.iter().any(|word| all.contains(&word.as_str()));
    match () {
        () if has(&["new", "confirm", "confirmation", "repeat", "again"]) => Some(Which::New),
        () if has(&["old", "current", "existing", "previous", "present"]) => Some(Which::Old),
        () if has(&["password", "passwd"]) && 1 < fields => Some(Which::Old),
        () => None,
    }
}

/// The body with both passwords where they belong.
pub(super) fn with_passwords(mut call: Call, old: &str, new: &str) -> Call {
    if let Body::Json(Value::Object(fields)) = &mut call.body {
        let number = fields.len();
        for (name, value) in fields {
            match which(name, number) {
                Some(Which::New) => *value = new.into(),
                Some(Which::Old) => *value = old.into(),
                None => {}
            }
        }
    }
    call
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn passwords_stand_where_they_belong() {
        let call = |body: Value| Call { body: Body::Json(body), ..Call::default() };
        let filled = |body| with_passwords(call(body), "o", "n").sent_json().unwrap();
        let body = json!({"current_password": "x", "newPassword": "x", "confirmation": "x", "locale": "de"});
        let expected = json!({"current_password": "o", "newPassword": "n", "confirmation": "n", "locale": "de"});
        assert_eq!(filled(body), expected);
        assert_eq!(
            filled(json!({"password": "x", "new_password": "x"})),
            json!({"password": "o", "new_password": "n"})
        );
        assert_eq!(which("password", 1), None, "one password alone is a new one, and nobody proves the old");
    }

    proptest! {
        #[test]
        fn any_name_is_a_password_or_not(name in ".*") {
            let _ = which(&name, 2);
        }
    }
}
