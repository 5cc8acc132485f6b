//! Asking for a new password, again and again: without a limit a stranger fills somebody's mailbox, or the service pays
//! for the mails.

use super::{Burst, Meter};
use crate::catalogue::{Action, Body};
use crate::client::Purpose;
use crate::compare::leaves;
use crate::plan::slots::words;
use crate::walk::World;
use serde_json::Value;

/// Words of paths at which one asks for a new password.
const ASKING: &[&str] = &["forgot", "forgotten", "recover", "recovery", "reset", "lost"];
/// Words of fields that name an account.
const NAMING: &[&str] = &["mail", "email", "user", "username", "name", "login", "account", "identifier"];
/// Words of fields of the second half of a reset, where the secret is spent.
const SPENDING: &[&str] = &["password", "token", "code", "otp", "secret"];

/// The actions that ask for a new password, and that a call may be made for.
pub(in crate::checks) fn actions(world: &World<'_>) -> Vec<usize> {
    (0..world.catalogue.actions.len())
        .filter(|at| asks_for_password(world.action(*at)) && world.left_out(*at).is_none())
        .collect()
}

/// Whether an action is the first half of a reset: its path says so, and it takes who, and no secret.
fn asks_for_password(action: &Action) -> bool {
    let says = action.path.split('/').flat_map(words).any(|word| ASKING.contains(&word.as_str()));
    let fields = fields(action);
    let any = |of: &[&str]| fields.iter().any(|field| words(field).iter().any(|word| of.contains(&word.as_str())));
    action.verb == "POST" && !action.path.contains('{') && says && any(NAMING) && !any(SPENDING)
}

fn fields(action: &Action) -> Vec<String> {
    let media = action.body.as_ref().and_then(Body::best);
    media.map(|media| media.schema.properties().into_iter().map(|(name, _)| name).collect()).unwrap_or_default()
}

/// The same account asks for a new password again and again. Its mail must be one that nobody can have.
pub(super) async fn burst(world: &mut World<'_>, action: usize, account: Option<usize>, tries_max: u32) -> Burst {
    let name = world.action(action).name();
    let form = format!("reset {}", name.split_once(' ').map_or("", |(_, path)| path));
    let mut burst = Burst { form, what: "requests for a new password".into(), tries_max, ..Burst::default() };
    let Some(at) = account else {
        burst.not_tried = Some("there is no account whose password may be asked for".into());
        burst.answer = Some("[limits] account = \"ACTOR\"".into());
        return burst;
    };
    let Ok(mut call) = world.plain_call(action, at).await else {
        burst.not_tried = Some(format!("nobody knows how {name} is filled"));
        return burst;
    };
    let known: Vec<(String, String)> = world.known(Some(at)).into_iter().collect();
    let Some(mut sent) = call.sent_json() else { return burst };
    let filled = fill(&mut sent, &known);
    call.body = world.body_like(action, sent.clone());
    if !filled {
        burst.not_tried = Some(format!("nobody knows what the account is called in {name}"));
        return burst;
    }
    if let Some(mail) = real_mail(&sent) {
        burst.not_tried = Some(format!("{mail} may be somebody's: {tries_max} mails would be sent there"));
        burst.answer = Some("[actors] a mail that ends in .invalid".into());
        return burst;
    }
    let mut meter = Meter::default();
    for number in 1..=tries_max {
        let asked = world.ask(None, &call, Purpose::Other).await;
        burst.tries = number;
        burst.worked_before |= asked.succeeded();
        if asked.answer.status == 0 || meter.is_limited(number, &asked, &mut burst) {
            break;
        }
    }
    meter.finish(&mut burst);
    burst
}

/// Puts the account's own values where a body names an account. False where it has none of them.
pub(in crate::checks) fn fill(body: &mut Value, known: &[(String, String)]) -> bool {
    let Some(fields) = body.as_object_mut() else { return false };
    let mut filled = false;
    for (name, value) in fields.iter_mut() {
        let words = words(name);
        let is_mail = words.iter().any(|word| word == "mail" || word == "email");
        if !words.iter().any(|word| NAMING.contains(&word.as_str())) {
            continue;
        }
        let fits = |(key, text): &&(String, String)| {
            let last = key.rsplit('.').next().unwrap_or(key);
            if is_mail { text.contains('@') } else { last == name || last == "name" }
        };
        if let Some((_, text)) = known.iter().find(fits) {
            *value = Value::from(text.as_str());
            filled = true;
        }
    }
    filled
}

/// A mail address in a body that may be somebody's.
pub(in crate::checks) fn real_mail(body: &Value) -> Option<String> {
    leaves(body).into_iter().map(|(_, text)| text).find(|text| text.contains('@') && !is_reserved(text))
}

/// Whether a mail is at a name that nobody can have (RFC 2606, RFC 6761).
fn is_reserved(mail: &str) -> bool {
    crate::checks::promises::reserved_name(mail.rsplit_once('@').map_or("", |(_, host)| host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_account_is_named_by_its_own_values() {
        let known = [("actor.mail".to_owned(), "ann@example.com".to_owned()), ("name".to_owned(), "ann".to_owned())];
        let mut body = json!({"email": "x", "user_name": "y", "locale": "de"});
        assert!(fill(&mut body, &known));
        assert_eq!(body, json!({"email": "ann@example.com", "user_name": "ann", "locale": "de"}));
        assert!(!fill(&mut json!({"locale": "de"}), &known));
        assert!(is_reserved("a@example.com") && !is_reserved("a@tallyhouse.dev"));
    }
}
