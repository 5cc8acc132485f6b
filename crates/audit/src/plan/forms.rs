//! What an action looks like before it was tried: whose objects it may touch, and whether it has to do with accounts,
//! sessions or credentials, which are only ever touched on throw-away actors.

use crate::catalogue::Action;
use crate::evidence::Form;

/// What an action looks like from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// The form of its cells, as far as verb and path tell.
    pub form: Form,
    /// It has to do with accounts, sessions or credentials of the caller's own.
    pub personal: bool,
}

/// Words that stand for the caller's own account or session when they are a whole segment of the path.
const PERSONAL: &[&str] = &[
    "me",
    "self",
    "myself",
    "session",
    "sessions",
    "logout",
    "signout",
    "sign-out",
    "log-out",
    "password",
    "account",
    "profile",
    "token",
    "tokens",
    "refresh",
    "api-key",
    "api-keys",
    "apikeys",
    "2fa",
    "mfa",
    "totp",
    "passkeys",
    "credentials",
    "email",
    "whoami",
    "user",
    "deactivate",
];

/// The shape of an action whose path asks for so many keys.
pub fn shape(action: &Action, keys: usize) -> Shape {
    let ends_in_key = action.path.trim_end_matches('/').ends_with('}');
    let form = match (action.verb.as_str(), keys) {
        ("GET" | "HEAD", 0) => Form::List,
        ("GET" | "HEAD", _) => Form::Read,
        (_, 0) => Form::Plain,
        ("DELETE", _) => Form::Remove,
        ("POST", _) if !ends_in_key => Form::AddChild,
        _ => Form::Change,
    };
    let mut literals = action.path.split('/').filter(|part| !part.contains('{')).map(str::to_lowercase);
    let personal = literals.any(|part| PERSONAL.contains(&part.as_str()));
    Shape { form, personal: personal && keys == 0 }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An action of which nothing is known but verb and path.
    pub(crate) fn action(verb: &str, path: &str) -> Action {
        Action::new(verb, path)
    }

    #[test]
    fn shapes() {
        let of = |verb: &str, path: &str| shape(&action(verb, path), path.matches('{').count());
        assert_eq!(of("GET", "/notes").form, Form::List);
        assert_eq!(of("POST", "/notes").form, Form::Plain);
        assert_eq!(of("POST", "/notes/{id}/archive").form, Form::AddChild);
        assert_eq!(of("PUT", "/notes/{id}").form, Form::Change);
        assert!(of("DELETE", "/session").personal);
        assert!(!of("DELETE", "/sessions/{id}").personal);
    }
}
