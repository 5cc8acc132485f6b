//! One trial: a fresh object of the owner's, the attempts in a fixed order, one read-back for all of them, and then the
//! owner's own call on the same object. If something changed, each attacker tries alone on an object of his own, so
//! that the one who did it is named.

use super::reach::Reached;
use super::setup::now;
use super::widened::Widened;
use super::world::{Call, Refusal, Who, World};
use crate::canary::LENGTH_MIN;
use crate::checks::authorization::effect::{changed_something, control_worked, shows_own_value};
use crate::client::Purpose;
use crate::compare::leaves;
use crate::error::Result;
use crate::evidence::{Attempt, Exchange, Form, Observation, Reading, Trial};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long an object is left alone that seemed to change by itself.
const REST: Duration = Duration::from_secs(4);

/// Whether nothing that was sent succeeded.
pub(super) fn was_refused(attempt: &Attempt) -> bool {
    attempt.exchanges.iter().all(|exchange| exchange.reading != Reading::Success)
}

/// Names of fields by which objects are shared on purpose, with the values that say so.
const SHARED_BY: &[(&str, &[&str])] = &[
    ("visibility", &["public", "everyone", "all", "world"]),
    ("public", &["true"]),
    ("is_public", &["true"]),
    ("ispublic", &["true"]),
    ("shared", &["true"]),
    ("is_shared", &["true"]),
    ("private", &["false"]),
    ("is_private", &["false"]),
    ("isprivate", &["false"]),
    ("access", &["public", "open"]),
    ("published", &["true"]),
    ("status", &["published", "public"]),
    ("state", &["published", "public"]),
];

impl World<'_> {
    /// All trials of an action on objects: the walls jointly, those whose right nobody knows apart from them, and
    /// whoever changed something alone.
    ///
    /// # Errors
    /// When the evidence cannot be written.
    pub async fn try_on_objects(&mut self, reached: &Reached) -> Result<Vec<Trial>> {
        let mut trials = Vec::new();
        let attackers = self.attackers(reached, true);
        let (walls, open): (Vec<_>, Vec<_>) = attackers.into_iter().partition(|(_, forbidden)| *forbidden);
        let groups: Vec<Vec<Who>> = if reached.form == Form::Read {
            vec![walls.iter().chain(&open).map(|(who, _)| *who).collect()]
        } else {
            [walls, open].iter().map(|group| group.iter().map(|(who, _)| *who).collect()).collect()
        };
        for group in groups.iter().filter(|group| !group.is_empty()) {
            let Some(trial) = self.trial_twice(reached, group, false).await else { continue };
            let changed = changed_something(&trial);
            // Whose own value stands in the object is named by it already.
            let named: Vec<bool> = trial.attempts.iter().map(|attempt| shows_own_value(&trial, attempt)).collect();
            trials.push(trial);
            if changed && reached.form != Form::Read && 1 < group.len() {
                for (who, _) in group.iter().zip(named).filter(|(_, named)| !named) {
                    trials.extend(self.trial_twice(reached, &[*who], true).await);
                }
            }
        }
        if let (Form::Read, Some(stranger), Some(trial)) =
            (reached.form, self.a_stranger(reached.actor), trials.first_mut())
        {
            let canaries = self.canaries_of(reached.actor, &reached.call.sent_text());
            let base = match (&reached.misplaced, reached.object) {
                (Some(places), Some(object)) => {
                    self.misplaced_call(&reached.call, reached, places, stranger, object).await
                }
                _ => reached.call.clone(),
            };
            let more = self.widened(reached, (stranger, &base), &canaries, Widened::ByTheRest).await;
            trial.attempts.extend(more);
        }
        Ok(trials)
    }

    /// A trial; where the owner's own call failed, once more on fresh objects. Where something changed although everybody was
    /// refused, once more on one that has rested: some things go on by themselves after they are made.
    async fn trial_twice(&mut self, reached: &Reached, attackers: &[Who], alone: bool) -> Option<Trial> {
        let first = self.trial(reached, attackers, alone).await?;
        if self.fell_silent {
            return Some(first);
        }
        let changed = changed_something(&first);
        let lied = changed && first.attempts.iter().all(was_refused);
        if changed && !lied || !changed && control_worked(&first) {
            return Some(first);
        }
        let rest = if lied { REST } else { Duration::ZERO };
        self.trial_after(reached, attackers, alone, rest).await.or(Some(first))
    }

    pub(super) async fn trial(&mut self, reached: &Reached, attackers: &[Who], alone: bool) -> Option<Trial> {
        self.trial_after(reached, attackers, alone, Duration::ZERO).await
    }

    /// A trial on an object that was left alone for a while after it was made.
    async fn trial_after(
        &mut self,
        reached: &Reached,
        attackers: &[Who],
        alone: bool,
        rest: Duration,
    ) -> Option<Trial> {
        let subject = self.subject(reached).await?;
        tokio::time::sleep(rest).await;
        let attackers = self.brought_in(subject, attackers).await;
        if attackers.is_empty() {
            return None;
        }
        let by = self.speaker(reached, subject);
        let keys = self.keys_for(reached.action, by, subject).await.ok()?;
        let own_key = self.objects[subject].key().to_owned();
        let calibrated = reached.witness.clone().map(|calibrated| calibrated.about(&own_key));
        let base = self.rebuilt(reached, &keys, subject).await?;
        let before = match &calibrated {
            Some(calibrated) => Some(self.observe_before(calibrated, reached, &keys, by, Purpose::SetUp).await),
            None => None,
        };
        let mut attempts = Vec::new();
        for who in attackers.iter().copied() {
            let (call, canary) = self.varied(&base);
            let mut attempt = self.attempt(who, &call, canary, reached, subject).await;
            attempt.outside =
                attempt.relation == "same tenant" && attempt.state.is_none() && self.is_second_home(subject);
            attempts.push(attempt);
        }
        let after = match &calibrated {
            Some(calibrated) => Some(self.observe_late(calibrated, &keys, by).await),
            None => None,
        };
        let mut trial = Trial {
            action: self.action(reached.action).name(),
            form: reached.form,
            noun: self.slots.all[self.objects[subject].slot].noun.clone(),
            owner: self.fact(Some(self.objects[subject].owner)),
            public: before.as_ref().is_some_and(|before| says_public(&before.fields)),
            carries: self.objects[subject].canaries.iter().map(|(_, canary)| canary.clone()).collect(),
            before,
            attempts,
            after,
            control: None,
            settled: None,
            witness: calibrated.as_ref().map(|calibrated| calibrated.witness.clone()),
            alone,
            deed: None,
        };
        if reached.misplaced.is_some() && reached.form != Form::AddChild || self.is_misplaced_child(reached, subject) {
            trial.form = Form::Misplaced;
        }
        // Where something changed, the owner's own call would only show what is known by now.
        if changed_something(&trial) {
            self.objects[subject].gone |= trial.after.as_ref().is_some_and(|after| !after.exists);
            return Some(trial);
        }
        let (call, _) = self.varied(&base);
        let control = self.ask(Some(by), &call, Purpose::Cell).await;
        if let (Some(calibrated), Some(after)) = (&calibrated, &trial.after) {
            trial.settled = Some(self.observe_until_changed(calibrated, after, &keys, by).await);
        }
        // What nobody sees in anything else is read through its own key, where the answer tells it.
        if calibrated.is_none() && reached.form == Form::AddChild && control.succeeded() {
            let made = self.read_back_added(reached.action, &control, Some(by), subject).await;
            let read = made.iter().any(|exchange| exchange.reading == Reading::Success);
            trial.settled = read.then(|| Observation { exists: true, ..Observation::default() });
        }
        if reached.form == Form::Remove && control.succeeded() {
            self.objects[subject].gone = true;
        }
        if reached.form == Form::Read {
            self.learn_from_reads(&trial.attempts);
            fingerprint(&mut trial.attempts, &control.exchange, &call, &self.own_values(&attackers));
            self.compare_with_missing(reached, &attackers, &trial.attempts, subject).await;
        }
        trial.public |= is_public(&control.exchange);
        trial.control = Some(control.exchange);
        Some(trial)
    }

    /// Whether the places that are the attacker's own stand before the subject in the path: then the child lies under
    /// a parent that is not its own. Otherwise the subject is named in the body.
    fn is_misplaced_child(&self, reached: &Reached, subject: usize) -> bool {
        let own = self.objects[subject].slot;
        reached.misplaced.is_some() && self.slots.of(reached.action).iter().any(|(slot, _)| *slot == own)
    }

    /// Who asks as the owner: whoever reached the action, unless the object is an account, which asks for itself.
    fn speaker(&self, reached: &Reached, subject: usize) -> usize {
        let owner = self.objects[subject].owner;
        if self.actors[owner].fact.throw_away { owner } else { reached.actor }
    }

    /// The object that a trial is about: a fresh one where something may change.
    async fn subject(&mut self, reached: &Reached) -> Option<usize> {
        let known = reached.object?;
        if reached.form == Form::Read && !self.objects[known].gone {
            return Some(known);
        }
        self.fresh(reached.action, self.objects[known].slot, reached.by()).await.ok()
    }

    /// The owner's last good call, about another object.
    async fn rebuilt(&mut self, reached: &Reached, keys: &BTreeMap<usize, String>, subject: usize) -> Option<Call> {
        if reached.form == Form::Read && reached.object == Some(subject) {
            return Some(reached.call.clone());
        }
        self.call_again(reached.action, self.speaker(reached, subject), keys, subject).await.ok()
    }

    /// One attempt, with what is needed to read it rightly.
    async fn attempt(
        &mut self,
        who: Who,
        call: &Call,
        canary: Option<String>,
        reached: &Reached,
        subject: usize,
    ) -> Attempt {
        let owner = self.objects[subject].owner;
        let relation = self.relation(who, owner).to_owned();
        let mut call = match (&reached.misplaced, who) {
            (Some(places), Some(at)) => self.misplaced_call(call, reached, places, at, subject).await,
            _ => call.clone(),
        };
        if let Some(at) = who {
            call = self.brought_call(&call, reached, at);
            self.as_ones_own(reached.action, at, &mut call);
        }
        if reached.placed {
            call = self.placed_call(&call, owner);
        }
        let party = self.party_to(who, subject);
        let from_ms = now().as_millisecond();
        let asked = self.ask(who, &call, Purpose::Cell).await;
        if !asked.succeeded() {
            let (key, until_ms) = (self.objects[subject].key().to_owned(), now().as_millisecond());
            self.refusals.push(Refusal { action: reached.action, actor: who, key, from_ms, until_ms });
        }
        let mut exchanges = vec![asked.exchange.clone()];
        if asked.succeeded() && reached.witness.is_none() && reached.form == Form::AddChild {
            exchanges.extend(self.read_back_added(reached.action, &asked, who, subject).await);
        }
        let unseen = reached.witness.is_none() && asked.exchange.reading == Reading::Refusal && who.is_some();
        let doubtful = matches!(asked.exchange.reading, Reading::Invalid | Reading::Failure) || unseen;
        let changes = doubtful && reached.form != Form::Read;
        // A success that shows nothing of the owner's is telling only where nothing is answered otherwise.
        let silent = reached.form == Form::Read && asked.succeeded() && asked.exchange.sightings.is_empty();
        let like_missing = if (changes || silent) && !self.objects[subject].chosen_key {
            Some(self.like_missing(who, &call, &asked.exchange, subject).await)
        } else {
            None
        };
        Attempt {
            actor: self.fact(who),
            relation,
            state: self.state_of(who, Some(subject)),
            exchanges,
            fingerprint: Vec::new(),
            alive: who.is_none_or(|at| self.actors[at].alive),
            like_missing,
            list_complete: true,
            canary,
            outside: false,
            party,
        }
    }

    /// A read that does not succeed has no form to object to: its answer is how this service refuses.
    fn learn_from_reads(&mut self, attempts: &[Attempt]) {
        for exchange in attempts.iter().flat_map(|attempt| &attempt.exchanges) {
            if matches!(exchange.reading, Reading::Invalid) && exchange.sightings.is_empty() {
                let answer = crate::client::Answer {
                    status: exchange.status,
                    headers: exchange.headers.clone().into_iter().collect(),
                    body: exchange.answer.clone().into_bytes(),
                    ..crate::client::Answer::default()
                };
                self.learnt.learn(&answer);
            }
        }
    }

    /// Values that attackers have by right: their own identities and the keys of their own objects.
    fn own_values(&self, attackers: &[Who]) -> BTreeSet<String> {
        let at = |who: &Who| who.and_then(|at| self.actors.get(at));
        let mut own: BTreeSet<String> = attackers
            .iter()
            .filter_map(at)
            .flat_map(|actor| actor.identity.iter().map(|(_, text)| text.clone()))
            .collect();
        own.extend(
            self.objects.iter().filter(|o| attackers.contains(&Some(o.owner))).flat_map(|o| o.keys.values().cloned()),
        );
        own
    }
}

/// Finds the owner's values in the attackers' answers: those that are long, that nobody sent and that the attacker
/// does not have by right. Times count: an exact time of creation is a fingerprint, too.
fn fingerprint(attempts: &mut [Attempt], control: &Exchange, call: &Call, own: &BTreeSet<String>) {
    if control.reading != Reading::Success {
        return;
    }
    let texts = |exchange: &Exchange| -> BTreeSet<String> {
        let value: Option<Value> = serde_json::from_str(&exchange.answer).ok();
        value.map(|value| leaves(&value).into_iter().map(|(_, text)| text).collect()).unwrap_or_default()
    };
    let sent = call.sent_text();
    let owner: BTreeSet<String> = (texts(control).into_iter())
        .filter(|text| LENGTH_MIN < text.len() && !sent.contains(text.as_str()) && !own.contains(text))
        .filter(|text| text.contains(|c: char| c.is_ascii_digit()))
        .collect();
    for attempt in attempts {
        if let Some(exchange) = attempt.exchanges.iter().find(|exchange| exchange.reading == Reading::Success) {
            attempt.fingerprint = texts(exchange).intersection(&owner).cloned().collect();
        }
    }
}

/// Whether an answer carries a sign that its object is meant for everybody.
pub(super) fn is_public(exchange: &Exchange) -> bool {
    let value: Option<Value> = serde_json::from_str(&exchange.answer).ok();
    value.is_some_and(|value| says_public(&crate::compare::fields(&value)))
}

/// Whether a value by which somebody chooses who may see a thing says that everybody may.
pub(super) fn means_everybody(value: &str) -> bool {
    const WORDS: &[&str] =
        &["public", "everyone", "everybody", "all", "world", "open", "anyone", "global", "published"];
    // Whoever has the link may see it: the link is the key.
    const LINKS: &[&str] = &["unlisted", "link", "shared"];
    let value = value.to_lowercase();
    crate::plan::slots::words(&value)
        .iter()
        .any(|word| WORDS.contains(&word.as_str()) || LINKS.contains(&word.as_str()))
}

fn says_public(fields: &BTreeMap<String, Vec<String>>) -> bool {
    fields.iter().any(|(path, values)| {
        let name = path.rsplit(['.', ']']).next().unwrap_or_default().to_lowercase();
        let says = |words: &&[&str]| values.iter().any(|value| words.contains(&value.to_lowercase().as_str()));
        SHARED_BY.iter().any(|(sign, words)| *sign == name && says(words))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn signs_of_sharing() {
        let fields = |value: Value| crate::compare::fields(&value);
        assert!(says_public(&fields(json!({"note": {"visibility": "Public"}}))));
        assert!(says_public(&fields(json!({"is_private": false}))));
        assert!(!says_public(&fields(json!({"public": false, "visibility": "private"}))));
    }
}
