//! Authorization: once signed in, may this actor do this to this object?
//!
//! The probe is the walk: one trial shows for all attackers at once what happened. The judge is here: it gives each
//! attempt of each trial to one check, and says what the evidence proves.

mod again;
pub mod az01;
pub mod az02;
pub mod az03;
pub mod az04;
pub mod az05;
pub mod az06;
pub mod az07;
pub mod az08;
pub mod az09;
pub mod az10;
pub mod az11;
pub mod az12;
pub mod az13;
pub mod az14;
pub mod az15;
pub mod az16;
pub mod az17;
pub mod az18;
pub mod az19;
pub mod az20;
pub mod az21;
pub mod az22;
mod bearers;
mod deeds;
pub mod effect;
mod ended;
mod exhibits;
pub mod expect;
mod joining;
mod judge;
mod jwt;
pub(crate) mod referred;
mod scopes;

pub(crate) use judge::check_of_relation;
pub use judge::judge;

use crate::error::Result;
use crate::walk::World;

/// What the walk itself does not ask: whether a sign-in, a session, a token, a link holds what it promises. Only accounts
/// that were made for it are touched.
///
/// # Errors
/// When the evidence cannot be written.
pub async fn probe(world: &mut World<'_>) -> Result<()> {
    // What kills the service ends one of them and not all that come after.
    macro_rules! in_turn {
        ($($probe:path),+) => { $( $probe(world).await?; world.is_steady().await?; )+ };
    }
    world.try_references().await?;
    in_turn!(az12::probe, az13::probe, az18::probe, az22::probe, az15::probe, az08::probe, az19::probe, az14::probe);
    in_turn!(scopes::probe, az16::probe, az06::probe, az07::probe, az21::probe);
    Ok(())
}

/// What locks accounts and uses up limits, and so comes after everything else.
///
/// # Errors
/// When the evidence cannot be written.
pub async fn probe_last(world: &mut World<'_>) -> Result<()> {
    az20::probe(world).await?;
    az19::probe_guessing(world).await?;
    az14::probe_last(world).await
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::evidence::*;
    use crate::load_line::Facts;

    pub(crate) fn actor(name: &str, tenant: &str) -> ActorFact {
        ActorFact { name: name.into(), role: "user".into(), tenant: tenant.into(), throw_away: false }
    }

    pub(crate) fn look(fields: &[(&str, &str)]) -> Observation {
        let fields = fields.iter().map(|(path, text)| ((*path).to_owned(), vec![(*text).to_owned()]));
        Observation { exists: true, fields: fields.collect() }
    }

    pub(crate) fn exchange(actor: &str, status: u16, reading: Reading) -> Exchange {
        Exchange {
            actor: actor.into(),
            method: "PUT".into(),
            path: "/notes/1".into(),
            added: Default::default(),
            sent: None,
            status,
            headers: Default::default(),
            bytes: 0,
            answer: String::new(),
            reading,
            sightings: Vec::new(),
        }
    }

    /// Bob is refused a change of Ann's note, and Ann changes it.
    pub(crate) fn trial() -> Trial {
        let attempt = Attempt {
            actor: actor("bob", "b"),
            relation: "other tenant".into(),
            state: None,
            exchanges: vec![exchange("bob", 404, Reading::Refusal)],
            fingerprint: Vec::new(),
            alive: true,
            like_missing: None,
            list_complete: true,
            canary: None,
            outside: false,
            party: None,
        };
        let witness = Witness {
            action: "GET /notes/{id}".into(),
            shows: ["title".to_owned()].into(),
            shows_existence: false,
            lag_ms: 0,
            noise: Default::default(),
        };
        Trial {
            action: "PUT /notes/{id}".into(),
            form: Form::Change,
            noun: "note".into(),
            owner: actor("ann", "a"),
            public: false,
            carries: Vec::new(),
            before: Some(look(&[("title", "a")])),
            attempts: vec![attempt],
            after: Some(look(&[("title", "a")])),
            control: Some(exchange("ann", 200, Reading::Success)),
            settled: Some(look(&[("title", "c")])),
            witness: Some(witness),
            alone: false,
            deed: None,
        }
    }

    /// Ann and Bob, and the action that changes a note.
    pub(crate) fn run() -> Run {
        let fact = ActionFact {
            name: "PUT /notes/{id}".into(),
            verb: "PUT".into(),
            path: "/notes/{id}".into(),
            form: Form::Change,
            keys: 1,
            protected: false,
            privileged: None,
        };
        Run {
            facts: Facts::default(),
            matrix: None,
            actions: vec![fact],
            actors: vec![actor("ann", "a"), actor("bob", "b")],
        }
    }
}
