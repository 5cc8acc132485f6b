//! From trials to findings: which check an attempt belongs to, and what the evidence of it proves.

use super::effect::{control_seen, control_worked, effect, seen_by, shows_own_value};
use super::exhibits::{exhibit, exhibits, person};
use super::expect::{Expectation, Rule, expect};
use crate::evidence::{ANONYMOUS, ActorFact, Attempt, Destroyed, Dossier, Form, Reading, Run, Trial, Unreached};
use crate::matrix::{Matrix, Reach};
use crate::verdict::{Cause, Cell, Finding, Strength, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// Fewest values of the owner's that must stand in an answer where there is no canary.
const FINGERPRINT_MIN: usize = 2;

/// Everything that one attempt is judged by.
struct Judged<'a> {
    run: &'a Run,
    trial: &'a Trial,
    attempt: &'a Attempt,
    expectation: Expectation,
    public: &'a BTreeSet<(String, String)>,
    guarded: &'a Guarded,
}

/// A verdict with its reasons.
struct Ruling {
    verdict: Verdict,
    cause: Option<Cause>,
    words: String,
    answer: Option<String>,
    note: String,
    after: String,
}

/// The findings of all checks of authorization.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let Some(run) = dossier.one::<Run>() else { return Vec::new() };
    let matrix = run.matrix.as_deref().and_then(|text| Matrix::parse(text, "plimsoll.matrix").ok());
    let trials: Vec<(&str, Trial)> = dossier.all();
    let public = public_fields(&trials, &run, matrix.as_ref());
    let guarded = Guarded::of(&trials);
    let mut findings: BTreeMap<(String, Cell), Finding> = BTreeMap::new();
    for (digest, trial) in &trials {
        for attempt in &trial.attempts {
            let on_object = !matches!(trial.form, Form::Plain);
            let expectation =
                expect(&run, matrix.as_ref(), &trial.action, &attempt.actor, &attempt.relation, on_object);
            let judged = Judged { run: &run, trial, attempt, expectation, public: &public, guarded: &guarded };
            let Some(check) = check_of(trial.form, &attempt.relation, &expectation, &attempt.actor, &trial.owner)
            else {
                continue;
            };
            let finding = judged.finding(check, digest);
            settle(&mut findings, finding, trial.alone);
        }
    }
    for (digest, destroyed) in dossier.all::<Destroyed>() {
        let finding = destruction(&run, digest, &destroyed);
        settle(&mut findings, finding, true);
    }
    let unreached: Vec<(&str, Unreached)> = dossier.all();
    for (digest, unreached) in &unreached {
        for finding in not_reached(&run, matrix.as_ref(), digest, unreached) {
            settle(&mut findings, finding, false);
        }
    }
    derived(&mut findings);
    findings.into_values().collect()
}

/// Keeps the finding that says more about a cell: a trial with one attacker over a joint one, and of equal ones the
/// worse. Two that disagree are both kept in the evidence.
fn settle(findings: &mut BTreeMap<(String, Cell), Finding>, finding: Finding, alone: bool) {
    let Some(cell) = finding.cell.clone() else { return };
    let rank = |finding: &Finding| match finding.verdict {
        Verdict::Gap => 0,
        Verdict::Suspected => 1,
        Verdict::Unproven => 2,
        _ => 3,
    };
    let key = (finding.check.clone(), cell);
    match findings.get_mut(&key) {
        Some(known) if alone || rank(&finding) < rank(known) => {
            let mut evidence = known.evidence.clone();
            let kept_gap = known.verdict == Verdict::Gap && finding.verdict != Verdict::Gap;
            evidence.extend(finding.evidence.clone());
            evidence.dedup();
            if !kept_gap {
                *known = finding;
            }
            known.evidence = evidence;
        }
        Some(known) => known.evidence.extend(finding.evidence),
        None => {
            findings.insert(key, finding);
        }
    }
}

/// The check that an attempt belongs to.
fn check_of(
    form: Form,
    relation: &str,
    expectation: &Expectation,
    actor: &ActorFact,
    owner: &ActorFact,
) -> Option<&'static str> {
    Some(match (relation, form) {
        ("anonymous", _) => "AZ01",
        (_, Form::Misplaced) => "AZ11",
        (_, Form::List) => "AZ10",
        (_, Form::Plain) => "AZ05",
        ("other tenant", Form::Read) => "AZ02",
        ("other tenant", _) => "AZ03",
        ("staff", _) => "AZ05",
        ("same tenant", _) if expectation.reach == Some(Reach::None) => "AZ05",
        ("same tenant", _) if expectation.reach.is_none() && actor.role != owner.role => "AZ05",
        ("same tenant", _) => "AZ04",
        _ => return None,
    })
}

/// Fields that nobody needs to sign in for: known routes showed them to anonymous, and no reviewed row says that he
/// may not.
fn public_fields(trials: &[(&str, Trial)], run: &Run, matrix: Option<&Matrix>) -> BTreeSet<(String, String)> {
    let mut public = BTreeSet::new();
    for (_, trial) in trials {
        for attempt in trial.attempts.iter().filter(|attempt| attempt.actor.name == ANONYMOUS) {
            let expectation = expect(run, matrix, &trial.action, &attempt.actor, "anonymous", true);
            if expectation.strength == Strength::Matrix && expectation.rule == Rule::Forbidden {
                continue;
            }
            let seen = attempt.exchanges.iter().flat_map(|exchange| &exchange.sightings);
            public.extend(seen.map(|sighting| (sighting.noun.clone(), sighting.field.clone())));
        }
    }
    public
}

/// What the service itself keeps from strangers who are signed in. Where it does, and lets anonymous in, it contradicts
/// itself, and no policy is needed to say so.
struct Guarded {
    /// Reads that refuse the owner's object to another tenant.
    actions: BTreeSet<String>,
    /// Nouns that lists hide from other tenants and that no other action shows them.
    nouns: BTreeSet<String>,
}

impl Guarded {
    fn of(trials: &[(&str, Trial)]) -> Self {
        let (mut actions, mut hidden, mut shown) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
        for (_, trial) in trials {
            let worked = trial.control.as_ref().is_some_and(|control| control.reading == Reading::Success);
            for attempt in &trial.attempts {
                let answers = || attempt.exchanges.iter();
                for noun in answers().flat_map(|exchange| &exchange.sightings).map(|sighting| &sighting.noun) {
                    let by: &mut BTreeSet<&str> = shown.entry(noun.clone()).or_default();
                    by.insert(&trial.action);
                }
                let stranger = attempt.relation == "other tenant" && attempt.alive && worked;
                let nothing = answers().all(|exchange| exchange.sightings.is_empty());
                let refused =
                    answers().all(|exchange| matches!(exchange.reading, Reading::Refusal | Reading::SoftDenial));
                let answered = answers().all(|exchange| exchange.reading == Reading::Success);
                match trial.form {
                    Form::Read if stranger && nothing && refused => drop(actions.insert(trial.action.clone())),
                    Form::List if stranger && nothing && answered && attempt.list_complete => {
                        hidden.insert(trial.noun.clone());
                    }
                    _ => {}
                }
            }
        }
        let shown_once = |noun: &String| shown.get(noun).is_none_or(|by| by.len() < 2);
        Self { actions, nouns: hidden.into_iter().filter(shown_once).collect() }
    }

    /// Whether anonymous is given by this action what the service otherwise keeps: the same action refuses strangers
    /// who are signed in, or the document says protected and lists keep such objects to their owners.
    fn against_itself(&self, trial: &Trial, protected: bool) -> bool {
        self.actions.contains(&trial.action) || protected && self.nouns.contains(&trial.noun)
    }
}

impl Judged<'_> {
    fn finding(&self, check: &str, digest: &str) -> Finding {
        let ruling = self.rule();
        let shown = exhibits(self.run, self.trial, self.attempt, &ruling.note, &ruling.after);
        Finding {
            check: check.to_owned(),
            subject: self.trial.action.clone(),
            cell: Some(Cell {
                action: self.trial.action.clone(),
                role: self.attempt.actor.role.clone(),
                relation: self.attempt.relation.clone(),
            }),
            verdict: ruling.verdict,
            cause: ruling.cause,
            strength: self.expectation.strength,
            words: ruling.words,
            answer: ruling.answer,
            evidence: vec![digest.to_owned()],
            exhibits: shown,
        }
    }

    fn rule(&self) -> Ruling {
        match self.trial.form {
            Form::Read | Form::List => self.rule_read(),
            Form::Misplaced if self.trial.witness.is_none() => self.rule_read(),
            Form::Plain => self.rule_plain(),
            Form::Change | Form::Remove | Form::AddChild | Form::Misplaced => self.rule_change(),
        }
    }

    fn who(&self) -> String {
        person(&self.attempt.actor)
    }

    fn object(&self) -> String {
        let owner = if self.trial.owner.tenant.is_empty() { &self.trial.owner.name } else { &self.trial.owner.tenant };
        let noun = match self.trial.form {
            Form::List => "rows",
            _ if self.trial.noun.is_empty() => "data",
            _ => &self.trial.noun,
        };
        format!("{owner}'s {noun}")
    }

    fn status(&self) -> u16 {
        self.attempt.exchanges.last().map_or(0, |exchange| exchange.status)
    }

    /// Something was proved: what it is called depends on who says that it may not be.
    fn proved(&self, words: String, note: String, after: String) -> Ruling {
        let ruling = |verdict, cause, words: String, answer| Ruling {
            verdict,
            cause,
            words,
            answer,
            note: note.clone(),
            after: after.clone(),
        };
        let reads = matches!(self.trial.form, Form::Read | Form::List);
        let anonymous = self.attempt.relation == "anonymous";
        match (self.expectation.rule, self.expectation.strength) {
            (Rule::Forbidden, Strength::Wall) if reads && (anonymous || self.trial.public) => {
                let protected = self.run.actions.iter().any(|fact| fact.name == self.trial.action && fact.protected);
                if anonymous && !self.trial.public && self.guarded.against_itself(self.trial, protected) {
                    return ruling(Verdict::Gap, None, words, None);
                }
                if anonymous && protected && !self.trial.public {
                    let words = format!("{words}; the document says that it is protected");
                    return ruling(Verdict::Suspected, Some(Cause::WaitsForAnswer), words, Some(self.row()));
                }
                let words = format!("{words}: is it meant to be shared?");
                ruling(Verdict::Unproven, Some(Cause::WaitsForAnswer), words, Some(self.row()))
            }
            (Rule::Forbidden, Strength::Matrix | Strength::Wall | Strength::Fact) => {
                ruling(Verdict::Gap, None, words, None)
            }
            (Rule::Forbidden, Strength::Document | Strength::Words) => {
                ruling(Verdict::Suspected, Some(Cause::WaitsForAnswer), words, Some(self.row()))
            }
            _ => {
                let words = format!("{words}: may a {} do this?", self.attempt.actor.role);
                ruling(Verdict::Unproven, Some(Cause::WaitsForAnswer), words, Some(self.row()))
            }
        }
    }

    /// Nothing got through. That only counts where it is known that it could have.
    fn held(&self, words: String, after: &str) -> Ruling {
        let note = self.outcome_note();
        let ruling = |verdict, cause, words, answer| Ruling {
            verdict,
            cause,
            words,
            answer,
            note: note.clone(),
            after: after.to_owned(),
        };
        let unknown = self.expectation.rule == Rule::Unknown && self.attempt.relation != "anonymous";
        if unknown {
            let words = format!("{words}; nobody reviewed what a {} may", self.attempt.actor.role);
            return ruling(Verdict::Unproven, Some(Cause::WaitsForAnswer), words, Some(self.row()));
        }
        ruling(Verdict::Holds, None, words, None)
    }

    fn undecided(&self, words: String, answer: Option<String>) -> Ruling {
        Ruling {
            verdict: Verdict::Unproven,
            cause: Some(Cause::Undecided),
            words,
            answer,
            note: self.outcome_note(),
            after: String::new(),
        }
    }

    fn row(&self) -> String {
        "plimsoll matrix review".to_owned()
    }

    fn outcome_note(&self) -> String {
        let Some(exchange) = self.attempt.exchanges.last() else { return String::new() };
        if let Some(location) = exchange.headers.get("location") {
            return format!("→ {location}");
        }
        match exchange.reading {
            Reading::Success => "answered, and nothing of the owner's in it".to_owned(),
            Reading::Refusal => "refused".to_owned(),
            Reading::SoftDenial => "refused inside the answer".to_owned(),
            Reading::Invalid => "called invalid".to_owned(),
            Reading::Failure => "the server failed".to_owned(),
            Reading::Limited => "too many requests".to_owned(),
            Reading::Broken => "no answer".to_owned(),
        }
    }

    /// What voids any refusal: a dead attacker, no answer, a limit.
    fn void(&self) -> Option<Ruling> {
        let who = self.who();
        let readings: Vec<Reading> = self.attempt.exchanges.iter().map(|exchange| exchange.reading).collect();
        if readings.contains(&Reading::Broken) {
            return Some(self.undecided(format!("the service gave {who} no answer"), None));
        }
        if readings.contains(&Reading::Limited) {
            let answer = Some("[target] rate = 5".to_owned());
            return Some(self.undecided(format!("{who} was told that there are too many requests"), answer));
        }
        if !self.attempt.alive {
            let words = format!("{who} was not signed in any more, so the refusal means nothing");
            return Some(self.undecided(words, Some("plimsoll auth check".to_owned())));
        }
        None
    }

    fn rule_read(&self) -> Ruling {
        let public = |noun: &str, field: &str| {
            self.attempt.relation != "anonymous" && self.public.contains(&(noun.to_owned(), field.to_owned()))
        };
        let who = self.who();
        let reads = |what: &str| format!("{who} reads {}: {what}", self.object());
        let seen = seen_by(self.trial, self.attempt, &public);
        if let Some((canary, field)) = seen.first() {
            return self.proved(
                reads(&format!("canary in the answer ({field})")),
                format!("canary {canary}"),
                String::new(),
            );
        }
        if self.trial.form != Form::List
            && FINGERPRINT_MIN <= self.attempt.fingerprint.len()
            && self.trial.carries.is_empty()
        {
            let note = self.attempt.fingerprint.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            return self.proved(reads("values that only the owner's answer holds"), note, String::new());
        }
        let nothing_private = |_: &str, _: &str| false;
        if !seen_by(self.trial, self.attempt, &nothing_private).is_empty() {
            let words = format!(
                "{who} sees of {} what anybody sees without signing in: is it meant to be shared?",
                self.object()
            );
            return Ruling {
                verdict: Verdict::Unproven,
                cause: Some(Cause::WaitsForAnswer),
                words,
                answer: Some(self.row()),
                note: "shared with everybody".to_owned(),
                after: String::new(),
            };
        }
        if let Some(void) = self.void() {
            return void;
        }
        if self.trial.control.as_ref().is_none_or(|control| control.reading != Reading::Success) {
            return self.undecided(
                format!("the owner's own request failed afterwards, so {who}'s refusal means nothing"),
                None,
            );
        }
        let answered = self.attempt.exchanges.iter().any(|exchange| exchange.reading == Reading::Success);
        if answered && self.trial.form == Form::List {
            return if self.attempt.list_complete {
                self.held(format!("{who}'s list, read to its end, holds nothing of {}", self.object()), "")
            } else {
                self.undecided(format!("{who}'s list has no end that was reached"), None)
            };
        }
        if answered && self.trial.carries.is_empty() {
            let control = self.trial.control.as_ref().map(|control| control.answer.as_str()).unwrap_or_default();
            let same = self.attempt.exchanges.iter().any(|exchange| exchange.answer == control && 2 < control.len());
            if same {
                let mut ruling = self.undecided(
                    format!("{who} gets the owner's answer, and nothing in it is the owner's alone"),
                    Some(self.row()),
                );
                ruling.verdict = Verdict::Suspected;
                return ruling;
            }
        }
        let how = if answered { "gets an answer without anything of" } else { "is refused" };
        self.held(format!("{who} {how} {}", self.object()), "")
    }

    fn rule_change(&self) -> Ruling {
        let who = self.who();
        let status = self.status();
        let Some(witness) = &self.trial.witness else {
            if let Some(ruling) = self.refused_unseen() {
                return ruling;
            }
            let answer = Some(format!("a GET that shows what {} does", self.trial.action));
            return self.undecided("nothing that can be read shows what this action does".to_owned(), answer);
        };
        if let Some(effect) = effect(self.trial) {
            if self.trial.attempts.len() == 1 || shows_own_value(self.trial, self.attempt) {
                let lying =
                    if matches!(status, 400..) { format!(" although it was answered {status}") } else { String::new() };
                let verb = match (self.trial.form, effect.as_str()) {
                    (_, "gone") => "deletes",
                    (Form::AddChild, _) => "adds to",
                    _ => "changes",
                };
                let owner = person(&self.trial.owner);
                let words = format!("{who} {verb} {}{lying}: read back by {owner}, {effect}", self.object());
                if self.trial.form == Form::AddChild && self.trial.public {
                    let mut ruling = self.proved(words, format!("answered {status}"), effect);
                    if ruling.verdict == Verdict::Gap && self.expectation.strength != Strength::Matrix {
                        (ruling.verdict, ruling.cause, ruling.answer) =
                            (Verdict::Suspected, Some(Cause::WaitsForAnswer), Some(self.row()));
                    }
                    return ruling;
                }
                return self.proved(words, format!("answered {status}"), effect);
            }
            return self.undecided(format!("something changed ({effect}) and it was not shown who did it"), None);
        }
        if let Some(void) = self.void() {
            return void;
        }
        if !control_worked(self.trial) {
            let words = if control_seen(self.trial) {
                "the owner's own call afterwards was answered with an error".to_owned()
            } else {
                format!("the owner's own call afterwards did not work, so {who}'s refusal means nothing")
            };
            return self.undecided(words, None);
        }
        let reading = self.attempt.exchanges.last().map(|exchange| exchange.reading);
        if matches!(reading, Some(Reading::Invalid | Reading::Failure)) && self.attempt.like_missing != Some(true) {
            return self.undecided(
                format!(
                    "{who}'s request was answered {status}: it may have failed before anybody asked whether he may"
                ),
                None,
            );
        }
        let how = if reading == Some(Reading::Success) {
            "is answered with success, and nothing changed in"
        } else {
            "is refused on"
        };
        self.held(format!("{who} {how} {} (read back by {})", self.object(), witness.action), "unchanged")
    }

    /// An action that changes nothing that anybody can read: refused as for an object that does not exist, by a code
    /// that means a refusal, while the owner's own call succeeds, is as much as can be known.
    fn refused_unseen(&self) -> Option<Ruling> {
        let reading = self.attempt.exchanges.last()?.reading;
        let anonymous = self.attempt.relation == "anonymous" && reading == Reading::Refusal;
        let refused = anonymous || reading == Reading::Refusal && self.attempt.like_missing == Some(true);
        if !refused || !control_worked(self.trial) || self.void().is_some() {
            return None;
        }
        let who = self.who();
        let how = if anonymous { "is told to sign in" } else { "is answered as for one that does not exist" };
        Some(self.held(
            format!(
                "{who} {how}: nothing that it does can be read back, and {}'s own call works",
                self.trial.owner.name
            ),
            "",
        ))
    }

    /// An action without an object of anybody's: performed when the answer is none of the refusals and like the one
    /// that the permitted actor gets.
    fn rule_plain(&self) -> Ruling {
        let who = self.who();
        if let Some(effect) = effect(self.trial) {
            return self.proved(format!("{who} performs it: {effect}"), format!("answered {}", self.status()), effect);
        }
        if let Some(void) = self.void() {
            return void;
        }
        let Some(control) = self.trial.control.as_ref().filter(|control| control.reading == Reading::Success) else {
            return self.undecided(
                format!("the permitted actor's own call failed afterwards, so {who}'s refusal means nothing"),
                None,
            );
        };
        let first = self.attempt.exchanges.first();
        if first.is_some_and(|exchange| exchange.reading == Reading::Success) {
            let read_back = self.attempt.exchanges.iter().skip(1).any(|exchange| {
                exchange.reading == Reading::Success
                    && self
                        .attempt
                        .canary
                        .as_ref()
                        .is_some_and(|canary| exchange.answer.to_lowercase().contains(canary.as_str()))
            });
            let alike = first.is_some_and(|exchange| {
                shape(&exchange.answer) == shape(&control.answer) && !shape(&control.answer).is_empty()
            });
            let safe = first.is_some_and(|exchange| exchange.method == "GET");
            if read_back || alike && safe {
                let how = if read_back { "what it made was read back" } else { "the answer is the permitted actor's" };
                return self.proved(format!("{who} performs it: {how}"), "performed".to_owned(), String::new());
            }
            if self.expectation.rule == Rule::Unknown {
                let words = format!("{who} is answered with success, and nothing says who may");
                let mut ruling = self.undecided(words, Some(self.row()));
                ruling.cause = Some(Cause::NotTold);
                return ruling;
            }
            let mut ruling = self.undecided(
                format!("{who} is answered with success; whether anything was done was not seen"),
                Some(self.row()),
            );
            ruling.verdict = Verdict::Suspected;
            return ruling;
        }
        if matches!(first.map(|exchange| exchange.reading), Some(Reading::Invalid | Reading::Failure)) {
            return self.undecided(
                format!(
                    "{who}'s request was answered {}: it may have failed before anybody asked whether he may",
                    self.status()
                ),
                None,
            );
        }
        self.held(format!("{who} is refused"), "")
    }
}

/// The paths of an answer's fields: two answers of one action have the same.
fn shape(answer: &str) -> BTreeSet<String> {
    let value: Option<serde_json::Value> = serde_json::from_str(answer).ok();
    value.map(|value| crate::compare::fields(&value).into_keys().collect()).unwrap_or_default()
}

/// Somebody else's private object was destroyed: wrong under any policy.
fn destruction(run: &Run, digest: &str, destroyed: &Destroyed) -> Finding {
    let anonymous = destroyed.by.name == ANONYMOUS;
    let same = destroyed.by.tenant == destroyed.victim.tenant;
    let relation = if anonymous {
        "anonymous"
    } else if same {
        "same tenant"
    } else {
        "other tenant"
    };
    let words =
        format!("{} calls it, and {}'s {} is gone", person(&destroyed.by), person(&destroyed.victim), destroyed.noun);
    let mut shown = vec![exhibit(run, "other", &destroyed.by, &destroyed.exchange, "the call")];
    shown.extend(
        destroyed
            .looks
            .iter()
            .map(|look| exhibit(run, "read back", &destroyed.victim, look, "the victim's own object")),
    );
    let verdict = if destroyed.repeated { Verdict::Gap } else { Verdict::Unproven };
    Finding {
        check: if anonymous { "AZ01" } else { "AZ03" }.to_owned(),
        subject: destroyed.action.clone(),
        cell: Some(Cell {
            action: destroyed.action.clone(),
            role: destroyed.by.role.clone(),
            relation: relation.to_owned(),
        }),
        verdict,
        cause: (verdict == Verdict::Unproven).then_some(Cause::Undecided),
        strength: Strength::Fact,
        words,
        answer: None,
        evidence: vec![digest.to_owned()],
        exhibits: shown,
    }
}

/// The cells of an action that never succeeded for its owner.
fn not_reached(run: &Run, matrix: Option<&Matrix>, digest: &str, unreached: &Unreached) -> Vec<Finding> {
    let Some(fact) = run.actions.iter().find(|fact| fact.name == unreached.action) else { return Vec::new() };
    let Some(owner) = run.actors.iter().find(|actor| actor.tenant != "*") else { return Vec::new() };
    let nobody = ActorFact { name: ANONYMOUS.into(), role: ANONYMOUS.into(), tenant: String::new(), throw_away: false };
    let mut findings = Vec::new();
    for actor in std::iter::once(&nobody).chain(&run.actors).filter(|actor| actor.name != owner.name) {
        let relation = match actor.tenant.as_str() {
            "" => "anonymous",
            "*" => continue,
            tenant if tenant == owner.tenant => "same tenant",
            _ => "other tenant",
        };
        let on_object = 0 < fact.keys;
        if !on_object && relation != "anonymous" {
            continue;
        }
        let expectation = expect(run, matrix, &fact.name, actor, relation, on_object);
        if expectation.rule == Rule::Allowed {
            continue;
        }
        let Some(check) = check_of(fact.form, relation, &expectation, actor, owner) else { continue };
        findings.push(Finding {
            check: check.to_owned(),
            subject: fact.name.clone(),
            cell: Some(Cell { action: fact.name.clone(), role: actor.role.clone(), relation: relation.to_owned() }),
            verdict: Verdict::Unproven,
            cause: Some(Cause::NotReached),
            strength: expectation.strength,
            words: unreached.why.clone(),
            answer: Some(unreached.answer.clone()).filter(|answer| !answer.is_empty()),
            evidence: vec![digest.to_owned()],
            exhibits: Vec::new(),
        });
    }
    findings
}

/// A child under a wrong parent is its own fault only where the child under its right parent is refused.
fn derived(findings: &mut BTreeMap<(String, Cell), Finding>) {
    let open: BTreeSet<(String, String)> = (findings.values())
        .filter(|finding| {
            finding.verdict == Verdict::Gap && ["AZ02", "AZ03", "AZ04", "AZ05"].contains(&finding.check.as_str())
        })
        .filter_map(|finding| finding.cell.as_ref().map(|cell| (cell.action.clone(), cell.role.clone())))
        .collect();
    for finding in findings.values_mut().filter(|finding| finding.check == "AZ11" && finding.verdict == Verdict::Gap) {
        let Some(cell) = &finding.cell else { continue };
        if open.contains(&(cell.action.clone(), cell.role.clone())) {
            finding.verdict = Verdict::Unproven;
            finding.cause = Some(Cause::WaitsForGap);
            finding.words =
                "the object itself is open; its place in the path shows only when that is closed".to_owned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::authorization::tests::{exchange, look, run, trial};
    use crate::evidence::{Secrets, Store};

    fn judged(trial: &Trial, matrix: Option<&str>) -> Finding {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("run");
        let store = Store::create(&dir, Secrets::default()).unwrap();
        store.add(&Run { matrix: matrix.map(str::to_owned), ..run() }).unwrap();
        store.add(trial).unwrap();
        let mut findings = judge(&Dossier::load(&dir).unwrap());
        assert_eq!(findings.len(), 1);
        findings.remove(0)
    }

    #[test]
    fn a_refusal_holds_only_with_a_living_attacker_and_a_working_control() {
        assert_eq!(judged(&trial(), None).verdict, Verdict::Holds);
        let mut dead = trial();
        dead.attempts[0].alive = false;
        assert_eq!(judged(&dead, None).cause, Some(Cause::Undecided));
        let mut uncontrolled = trial();
        uncontrolled.control = Some(exchange("ann", 500, Reading::Failure));
        assert_eq!(judged(&uncontrolled, None).verdict, Verdict::Unproven);
        let mut blind = trial();
        blind.witness = None;
        assert_eq!(judged(&blind, None).verdict, Verdict::Unproven);
        let mut limited = trial();
        limited.attempts[0].exchanges = vec![exchange("bob", 429, Reading::Limited)];
        assert_eq!(judged(&limited, None).verdict, Verdict::Unproven);
    }

    #[test]
    fn state_is_proof_and_status_is_not() {
        let mut lying_denial = trial();
        lying_denial.after = Some(look(&[("title", "b")]));
        let finding = judged(&lying_denial, None);
        assert_eq!((finding.verdict, finding.check.as_str()), (Verdict::Gap, "AZ03"));
        assert!(finding.words.contains("although it was answered 404"), "{}", finding.words);
        let mut lying_success = trial();
        lying_success.attempts[0].exchanges = vec![exchange("bob", 200, Reading::Success)];
        assert_eq!(judged(&lying_success, None).verdict, Verdict::Holds);
    }

    #[test]
    fn what_may_have_failed_before_anybody_asked_who_he_is_does_not_hold() {
        let mut invalid = trial();
        invalid.attempts[0].exchanges = vec![exchange("bob", 422, Reading::Invalid)];
        assert_eq!(judged(&invalid, None).verdict, Verdict::Unproven);
        invalid.attempts[0].like_missing = Some(true);
        assert_eq!(judged(&invalid, None).verdict, Verdict::Holds);
    }

    #[test]
    fn colleagues_are_for_the_matrix_to_judge() {
        let mut trial = trial();
        trial.attempts[0].relation = "same tenant".into();
        trial.after = Some(look(&[("title", "b")]));
        assert_eq!(judged(&trial, None).cause, Some(Cause::WaitsForAnswer));
        let row = |reach: &str| format!("plimsoll.matrix 1\n# action anon user\nPUT /notes/{{id}} - {reach}\n");
        assert_eq!(judged(&trial, Some(&row("own"))).check, "AZ04");
        assert_eq!(judged(&trial, Some(&row("-"))).check, "AZ05");
        assert_eq!(judged(&trial, Some(&row("own"))).verdict, Verdict::Gap);
        assert_eq!(judged(&trial, Some(&row("own?"))).cause, Some(Cause::WaitsForAnswer));
    }
}
