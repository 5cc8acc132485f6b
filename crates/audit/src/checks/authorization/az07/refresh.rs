//! The token that a sign-in hands out to open another session with (RFC 6749 section 6). When the session ends it must open
//! none; where each use gives another one, the used one must be dead (RFC 9700 section 4.14.2).

use super::super::deeds::{self, Deed, Tried};
use super::super::ended::Ended;
use super::CHECK;
use crate::checks::say::Untried;
use crate::client::{Body, Purpose};
use crate::evidence::{Exchange, Reading};
use crate::manifest::RequestLine;
use crate::plan::slots::words;
use crate::walk::{Call, World};
use serde_json::Value;

/// Words of paths and fields that speak of it.
const REFRESH: &[&str] = &["refresh", "renew", "reissue"];
/// Shorter texts are no tokens.
const TOKEN_LENGTH_MIN: usize = 8;
/// The line that tells it.
const LINE: &str = "[sessions] refresh = 'POST /… {\"refresh_token\":\"{answer.refresh_token}\"}'";

/// How a session is renewed, shown on one that lives.
pub(super) struct Refresh {
    way: Way,
    /// It works without the session's own credential, as it does for whoever has the token alone.
    bare: bool,
    /// The answer to one who may.
    control: Exchange,
}

#[derive(Clone)]
enum Way {
    Line(RequestLine),
    Action(usize),
}

impl Refresh {
    /// Renews somebody's session in the way that is told, or found by its words. Nothing where sign-ins hand out no such
    /// token, and nobody told of one.
    ///
    /// # Errors
    /// Why it was not tried.
    pub(super) async fn of(world: &mut World<'_>, at: usize, deeds: &[Deed]) -> Option<Result<Self, Untried>> {
        let told = world.manifest.sessions.refresh.clone();
        if told.is_none() && given(world, at).is_none() && !has_cookie(world, at) {
            return None;
        }
        let Some(way) = told.map(Way::Line).or_else(|| action(world).map(Way::Action)) else {
            let why = "the sign-in hands out a refresh token, and nothing is known that takes it";
            return Some(Err(Untried::not_told(why, LINE)));
        };
        let mut last = String::new();
        for bare in [true, false] {
            if !world.revive(Some(at)).await {
                return Some(Err(Untried::undecided(format!("{} cannot sign in", world.actors[at].fact.name))));
            }
            let call = match call(world, &way, at).await {
                Ok(call) => call,
                Err(why) => return Some(Err(Untried::undecided(why))),
            };
            let (exchange, renewed) = renew(world, &call, at, bare).await;
            if renewed && deeds::still_works(world, deeds, at).await {
                return Some(Ok(Self { way, bare, control: exchange }));
            }
            last = format!("{} {} answered {} to one who is signed in", call.method, call.path, exchange.status);
        }
        Some(Err(Untried::undecided(last)))
    }

    /// Tries it for a session that has ended, with what that session was given.
    pub(super) async fn after(
        &self,
        world: &mut World<'_>,
        ended: &Ended,
        (other, of): (usize, usize),
        deeds: &[Deed],
    ) -> Ended {
        let subject = format!("{} · refresh token", ended.subject);
        let call = match call(world, &self.way, other).await {
            Ok(call) => call,
            Err(why) => return Ended::untried(&CHECK, &subject, Untried::undecided(why)),
        };
        let tried = self.tried(world, &call, other, of, deeds).await;
        let served = world.revive(Some(of)).await && deeds::still_works(world, deeds, of).await;
        Ended {
            check: CHECK.id.into(),
            subject,
            how: format!("{}; then {} {}", ended.how, call.method, call.path),
            told: true,
            who: Some(world.fact(Some(other))),
            tried,
            others_are_served: served,
            ..Ended::default()
        }
    }

    /// Uses one twice, where each use gives another.
    pub(super) async fn twice(&self, world: &mut World<'_>, of: usize, deeds: &[Deed]) -> Option<Ended> {
        if !world.revive(Some(of)).await {
            return None;
        }
        let first = given(world, of)?;
        let call = call(world, &self.way, of).await.ok()?;
        let (_, renewed) = renew(world, &call, of, self.bare).await;
        let rotates = given(world, of).is_some_and(|second| second != first);
        if !renewed || !rotates {
            return None;
        }
        let live = world.actors[of].clone();
        let tried = self.tried(world, &call, of, of, deeds).await;
        world.actors[of] = live;
        let served = world.revive(Some(of)).await && deeds::still_works(world, deeds, of).await;
        Some(Ended {
            check: CHECK.id.into(),
            subject: "refresh token · used twice".into(),
            how: format!("{} {} gave another refresh token", call.method, call.path),
            told: true,
            who: Some(world.fact(Some(of))),
            tried,
            others_are_served: served,
            doubt: Some("some services allow a used one for a moment".into()),
            ..Ended::default()
        })
    }

    /// Sends it, and tries what the session could that it opens. A refusal is a try, too.
    async fn tried(&self, world: &mut World<'_>, call: &Call, who: usize, reader: usize, deeds: &[Deed]) -> Vec<Tried> {
        let (exchange, renewed) = renew(world, call, who, self.bare).await;
        if renewed {
            return deeds::try_as(world, deeds, who, reader).await;
        }
        let action = deeds::name_of(world, call);
        vec![Tried { action, before: self.control.clone(), now: exchange, got: Vec::new(), made: false }]
    }
}

/// What the last answer to somebody's sign-in, or to a renewal, gave him for the next.
fn given(world: &World<'_>, at: usize) -> Option<String> {
    let named = world.actors[at].values.iter().filter(|(name, _)| {
        let last = name.strip_prefix("answer.").map(|path| path.rsplit(['.', ']']).next().unwrap_or_default());
        last.is_some_and(speaks_of_it)
    });
    named.map(|(_, value)| value.clone()).find(|value| TOKEN_LENGTH_MIN <= value.len())
}

fn has_cookie(world: &World<'_>, at: usize) -> bool {
    world.actors[at].session.cookies.keys().any(|name| speaks_of_it(name))
}

fn speaks_of_it(name: &str) -> bool {
    words(name).iter().any(|word| REFRESH.contains(&word.as_str()))
}

/// The action that takes it: its path or a field of its body says so.
fn action(world: &World<'_>) -> Option<usize> {
    let fits = |at: &usize| {
        let action = world.action(*at);
        let media = action.body.as_ref().and_then(|body| body.best());
        let fields = media.map(|media| media.schema.properties()).unwrap_or_default();
        let field = fields.iter().any(|(name, _)| speaks_of_it(name) && words(name).iter().any(|word| word == "token"));
        let last = action.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let never = &world.manifest.target.never;
        matches!(action.verb.as_str(), "POST" | "PUT")
            && !action.path.contains('{')
            && (field || speaks_of_it(last))
            && !super::is_sign_out(&action.verb, &action.path)
            && !never.iter().any(|never| never.matches(&action.verb, &action.address_path()))
    };
    (0..world.catalogue.actions.len()).find(fits)
}

async fn call(world: &mut World<'_>, way: &Way, at: usize) -> Result<Call, String> {
    match way {
        Way::Line(line) => world.fill_line(line, Some(at)),
        Way::Action(action) => {
            let token = given(world, at);
            let call = world.plain_call(*action, at).await?;
            Ok(token.map_or(call.clone(), |token| with_token(call, &token)))
        }
    }
}

/// A call with the token in the field that asks for it; the sign-out of many services wants it, too.
pub(super) fn with_token(mut call: Call, token: &str) -> Call {
    match &mut call.body {
        Body::Json(value) => put(value, token),
        Body::Form(fields) => {
            for (name, value) in fields.iter_mut() {
                if let Some(filled) = filled(name, token) {
                    *value = filled;
                }
            }
        }
        Body::None | Body::Multipart(_) | Body::Raw(..) => {}
    }
    call
}

/// The same for whoever has one; else the call as it is.
pub(super) fn with_his_token(world: &World<'_>, call: Call, at: usize) -> Call {
    given(world, at).map_or(call.clone(), |token| with_token(call, &token))
}

fn put(value: &mut Value, token: &str) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match filled(name, token).filter(|_| !value.is_object() && !value.is_array()) {
                    Some(filled) => *value = filled.into(),
                    None => put(value, token),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|value| put(value, token)),
        _ => {}
    }
}

/// What a field is to hold: the token, or the kind of grant that it is (RFC 6749 section 6).
fn filled(name: &str, token: &str) -> Option<String> {
    match words(name).join("_").as_str() {
        "grant_type" => Some("refresh_token".into()),
        _ => speaks_of_it(name).then(|| token.to_owned()),
    }
}

/// Sends it with what somebody carries, or with his cookies alone, and takes up the session that it opens.
async fn renew(world: &mut World<'_>, call: &Call, at: usize, bare: bool) -> (Exchange, bool) {
    let carried = world.actors[at].session.credentials.clone();
    if bare {
        world.actors[at].session.credentials.retain(|one| one.is_place);
    }
    let asked = world.ask(Some(at), call, Purpose::Other).await;
    world.actors[at].session.credentials = carried;
    if asked.exchange.reading != Reading::Success {
        return (asked.exchange, false);
    }
    world.remember_answer(at, &asked.answer);
    let before = world.actors[at].values.get("token").cloned();
    let mut renewed = asked.answer.cookies().any(|(_, value)| TOKEN_LENGTH_MIN <= value.len());
    for way in world.ways_of(at) {
        let anew = crate::manifest::SignIn { token: None, ..way.clone() };
        if world.take_token(at, &way, &asked).is_ok() || world.take_token(at, &anew, &asked).is_ok() {
            renewed |= world.actors[at].values.get("token") != before.as_ref();
            let _ = world.carry(at, &way);
        }
    }
    (asked.exchange, renewed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn the_token_stands_where_it_is_asked_for() {
        let call = |body| Call { body, ..Call::default() };
        let json = |body: Value| with_token(call(Body::Json(body)), "r").sent_json().unwrap();
        assert_eq!(json(json!({"refreshToken": "x", "device": "d"})), json!({"refreshToken": "r", "device": "d"}));
        assert_eq!(
            json(json!({"data": {"attributes": {"refresh-token": "x"}}})),
            json!({"data": {"attributes": {"refresh-token": "r"}}})
        );
        let form =
            |name: &str| vec![("grant_type".to_owned(), "password".to_owned()), (name.to_owned(), "x".to_owned())];
        let filled = with_token(call(Body::Form(form("refresh_token"))), "r").body;
        let expected = [("grant_type", "refresh_token"), ("refresh_token", "r")];
        assert_eq!(filled, Body::Form(expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into()));
    }

    proptest! {
        #[test]
        fn any_body_keeps_its_other_fields(name in "[a-z]{1,8}", value in ".*") {
            prop_assume!(!speaks_of_it(&name));
            let call = with_token(Call { body: Body::Json(json!({ &name: &value })), ..Call::default() }, "r");
            prop_assert_eq!(call.sent_json().unwrap(), json!({ name: value }));
        }
    }
}
