//! Whether an actor is still signed in. A dead session refuses nothing: it only looks as if it did.

use super::world::{Call, Who, World};
use crate::catalogue::Action;
use crate::client::{Answer, Purpose};
use crate::compare::leaves;
use crate::page;
use serde_json::Value;

/// Last segments of paths that usually answer with the caller himself.
pub(crate) const ABOUT_ONESELF: &[&str] =
    &["me", "whoami", "self", "myself", "account", "profile", "user", "session", "current", "userinfo"];

/// Fields of the proof that hold one's rank.
const RANKS: &[&str] = &["role", "rank"];

impl World<'_> {
    /// The request that answers the signed-in with himself: the manifest's, or one of the catalogue's that looks so.
    pub fn proof_call(&mut self, at: usize) -> Option<Call> {
        if let Some(line) = self.manifest.sign_in.iter().find_map(|way| way.proof.clone()) {
            return self.fill_line(&line, Some(at)).ok();
        }
        let about = |action: &&Action| {
            let last = action.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_lowercase();
            action.verb == "GET" && !action.path.contains('{') && ABOUT_ONESELF.contains(&last.as_str())
        };
        self.catalogue.actions.iter().find(about).map(|action| Call::get(action.address_path()))
    }

    /// Shows that an actor is signed in, and learns who he is. Without any request that would show it, the sign-in is
    /// believed for now.
    ///
    /// # Errors
    /// One sentence, where he is not.
    pub async fn prove(&mut self, at: usize) -> Result<(), String> {
        let Some(call) = self.proof_call(at) else {
            self.actors[at].alive = true;
            return Ok(());
        };
        let nobody = self.ask(None, &call, Purpose::SignIn).await;
        self.learnt.learn(&nobody.answer);
        let asked = self.ask(Some(at), &call, Purpose::SignIn).await;
        let same = !asked.answer.body.is_empty() && asked.answer.body == nobody.answer.body;
        let shown = asked.succeeded() && !(nobody.succeeded() && same);
        if !shown && asked.answer.status == nobody.answer.status && same {
            return Err(format!(
                "{} {} answers him as it answers nobody ({})",
                call.method, call.path, asked.answer.status
            ));
        }
        // What nobody gets is a refusal only if the signed-in gets something else; an equal code alone is no reason
        // to doubt the sign-in.
        let refused = matches!(asked.answer.status, 0 | 401 | 403 | 429 | 500..);
        if refused {
            return Err(format!(
                "{} {} answered {} although the sign-in succeeded",
                call.method, call.path, asked.answer.status
            ));
        }
        if let Some(now) = self.other_rank(at, &asked.answer) {
            return Err(now);
        }
        if let Some(value) = about_oneself(&asked.answer) {
            // What the proof says of him comes before what the sign-in said, whose `id` may be the session's.
            let before = std::mem::take(&mut self.actors[at].identity);
            self.actors[at].learn_identity(&value);
            for known in before {
                if !self.actors[at].identity.contains(&known) {
                    self.actors[at].identity.push(known);
                }
            }
        }
        self.actors[at].alive = true;
        Ok(())
    }

    /// Asks the proof request again, so that what was refused to him counts; anonymous is always alive.
    pub async fn is_alive(&mut self, who: Who) -> bool {
        self.is_signed_in(who, Purpose::Cell).await
    }

    async fn is_signed_in(&mut self, who: Who, purpose: Purpose) -> bool {
        let Some(at) = who else { return true };
        let Some(call) = self.proof_call(at) else { return self.actors[at].alive };
        let asked = self.ask(Some(at), &call, purpose).await;
        self.actors[at].alive = asked.succeeded() && self.other_rank(at, &asked.answer).is_none();
        self.actors[at].alive
    }

    /// Says so where the proof shows another rank of somebody than when the walk began. Whoever was demoted on the way is
    /// refused for that, and shows nothing about his role.
    fn other_rank(&self, at: usize, answer: &Answer) -> Option<String> {
        let actor = &self.actors[at];
        let value = answer.json().filter(|_| !actor.fact.throw_away && answer.status < 300)?;
        let is_rank = |path: &str| RANKS.contains(&path.rsplit(['.', ']']).next().unwrap_or_default());
        leaves(&value).into_iter().filter(|(path, _)| is_rank(path)).find_map(|(path, now)| {
            // The oldest stands last. Who holds several ranks holds those still.
            let known: Vec<&str> =
                actor.identity.iter().filter(|(of, _)| *of == path).map(|(_, text)| text.as_str()).collect();
            let first = known.last().filter(|_| !known.contains(&now.as_str()))?;
            Some(format!("the service calls him `{now}` now, and `{first}` when the walk began"))
        })
    }

    /// Signs an actor in again if he is not signed in any more.
    pub async fn revive(&mut self, who: Who) -> bool {
        let Some(at) = who else { return true };
        if self.is_signed_in(who, Purpose::SignIn).await {
            return true;
        }
        let mut back = self.sign_in(at).await.is_ok();
        if !back && self.actors[at].signed_up {
            // The account itself may be gone: then a new one is made under a new name.
            self.actors[at].identity.clear();
            self.actors[at].values.remove("password");
            self.renewed += 1;
            let name = format!("{}{}x{}", self.actors[at].fact.name, self.nonce, self.renewed);
            self.actors[at].values.insert("name".into(), name);
            back = self.sign_up(at).await.is_ok() && self.sign_in(at).await.is_ok();
            self.standing.retain(|(_, owner), _| *owner != at);
        }
        self.actors[at].alive = back;
        back
    }
}

/// What the answer to the proof says of whoever asked. Of a page, what has a name of its own: everybody's pages hold the
/// same texts beside it.
fn about_oneself(answer: &Answer) -> Option<Value> {
    let is_page = answer.header("content-type").is_some_and(page::is_page);
    answer.json().or_else(|| is_page.then(|| page::named(&answer.text())))
}
