//! Sound notes whose people may set up a second factor: an app's code at each sign-in, each code once, ten tries.

use plimsoll::totp::Secret;
use serde_json::{Map, Value, json};

use super::call::{Answer, Call};
use super::notes::{self, action};
use super::people;
use super::world::{Row, World};
use super::{Service, chance, field, text};

/// Wrong codes that an account may be given in a while.
const WRONG_MAX: usize = 8;

/// The service. Half a session is in `halves` until its second step.
pub(crate) fn service() -> Service {
    notes::service()
        .replace("POST /session", sign_in)
        .with(action("POST /session/confirm", confirm_sign_in).takes(vec![text("code")]))
        .with(action("POST /factor", begin))
        .with(action("POST /factor/confirm", confirm).takes(vec![field("code", "string")]))
        .with(action("DELETE /factor", remove))
        .guard(only_the_second_step)
}

/// Its manifest, after [`notes::MANIFEST`].
pub(crate) const SECOND: &str = "second = 'POST /session/confirm {\"code\":\"{totp}\"}'\nproof = ";
pub(crate) const MANIFEST: &str = r#"
[second_factor]
set_up = ['POST /factor -> secret', 'POST /factor/confirm {"code":"{totp}"} -> codes[]']
remove = 'DELETE /factor'
"#;

/// The factor that counts, where somebody has one.
pub(crate) fn factor<'a>(world: &'a mut World, person: &str) -> Option<&'a mut Row> {
    world.rows.iter_mut().find(|row| row.noun == "factor" && row.owner == person && row.fields["sure"] == true)
}

pub(crate) fn is_half(world: &World, token: &str) -> bool {
    world.rows.iter().any(|row| row.noun == "half" && row.id == token)
}

fn row(noun: &'static str, id: String, owner: &str, fields: Map<String, Value>) -> Row {
    Row { noun, id, owner: owner.into(), tenant: String::new(), parent: None, members: Vec::new(), fields }
}

pub(crate) fn only_the_second_step(world: &mut World, call: &Call) -> Option<Answer> {
    let token = call.token.as_ref()?;
    let free = ["/session/confirm", "/health", "/openapi.json"].contains(&call.target.as_str());
    (is_half(world, token) && !free).then(|| Answer::refused(401, "the second step is missing"))
}

fn sign_in(world: &mut World, call: &Call) -> Answer {
    let person = match people::check_password(world, call) {
        Ok(person) => person,
        Err(refusal) => return refusal,
    };
    let token = world.open_session(&person);
    let half = factor(world, &person).is_some();
    if half {
        world.rows.push(row("half", token.clone(), &person, Map::new()));
    }
    Answer::json(201, json!({ "session": { "key": token }, "second_step": half }))
}

/// Whether a code lets somebody in now, and whatever is used up by it.
pub(crate) fn takes(world: &mut World, person: &str, code: &str) -> bool {
    let now = u64::try_from(chance::now().as_second()).unwrap();
    let Some(row) = factor(world, person) else { return false };
    let secret = Secret::parse(row.fields["secret"].as_str().unwrap()).unwrap();
    let last = row.fields["last"].as_u64().unwrap();
    let here = secret.step(now);
    if let Some(step) = (here - 1..=here + 1).find(|step| last < *step && secret.code(*step) == code) {
        row.fields.insert("last".into(), json!(step));
        return true;
    }
    let codes = row.fields.get_mut("codes").and_then(Value::as_array_mut).unwrap();
    let before = codes.len();
    codes.retain(|known| known != code);
    codes.len() < before
}

fn confirm_sign_in(world: &mut World, call: &Call) -> Answer {
    let me = call.me().to_owned();
    let limit = format!("code {me}");
    if world.is_limited(&limit, WRONG_MAX) {
        return Answer::refused(429, "too many codes");
    }
    if !takes(world, &me, call.text("code")) {
        world.count(&limit);
        return Answer::refused(400, "that is not the code");
    }
    let old = call.token.clone().unwrap_or_default();
    world.rows.retain(|row| !(row.noun == "half" && row.id == old));
    world.sessions.retain(|(token, _)| *token != old);
    Answer::json(201, json!({ "session": { "key": world.open_session(&me) } }))
}

fn begin(world: &mut World, call: &Call) -> Answer {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".as_bytes();
    let nonce = chance::nonce() + &chance::nonce();
    let secret: String = nonce.bytes().take(32).map(|byte| char::from(letters[usize::from(byte) % 32])).collect();
    let me = call.me();
    world.rows.retain(|row| !(row.noun == "factor" && row.owner == me && row.fields["sure"] == false));
    let fields = json!({ "secret": secret, "sure": false, "last": 0, "codes": [] });
    let id = chance::nonce();
    world.rows.push(row("factor", id, me, fields.as_object().unwrap().clone()));
    Answer::json(201, json!({ "secret": secret }))
}

fn confirm(world: &mut World, call: &Call) -> Answer {
    let me = call.me().to_owned();
    let codes: Vec<String> = (0..4).map(|_| chance::nonce()).collect();
    let Some(at) =
        world.rows.iter().rposition(|row| row.noun == "factor" && row.owner == me && row.fields["sure"] == false)
    else {
        return Answer::missing();
    };
    let mut known = std::mem::take(&mut world.rows[at].fields);
    known.insert("sure".into(), json!(true));
    world.rows[at].fields = known;
    let earlier: Vec<String> = world
        .rows
        .iter()
        .enumerate()
        .filter(|(other, row)| *other != at && row.noun == "factor" && row.owner == me)
        .map(|(_, row)| row.id.clone())
        .collect();
    world.rows.retain(|row| !earlier.contains(&row.id));
    if !takes(world, &me, call.text("code")) {
        world.rows.retain(|row| !(row.noun == "factor" && row.owner == me));
        return Answer::refused(400, "that is not the code");
    }
    if let Some(row) = factor(world, &me) {
        row.fields.insert("codes".into(), json!(codes));
    }
    Answer::json(200, json!({ "codes": codes }))
}

fn remove(world: &mut World, call: &Call) -> Answer {
    let me = call.me();
    world.rows.retain(|row| !(row.noun == "factor" && row.owner == me));
    Answer::nothing(204)
}
