//! AZ14: one raises one's own role, or removes the last owner.

mod judge;
mod last;
mod raise;
mod ranks;
mod within;

pub use judge::judge;

use crate::checks::Check;
use crate::checks::say::Untried;
use crate::error::Result;
use crate::evidence::{ActorFact, Document, Exchange};
use crate::verdict::{Dimension, Severity};
use crate::walk::World;
use serde::{Deserialize, Serialize};

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ14",
    dimension: Dimension::Authorization,
    severity: Severity::Blocks,
    title: "one raises one's own role, or removes the last owner",
    why: "Whoever may raise himself has every right there is. A workspace whose last owner is gone can be administered by \
          nobody but you, by hand.",
    how: "Each action that takes a rank is sent by throw-away people of lower roles about themselves, with each rank that \
          is seen on others or that the document names, and by people who were let into a place, as a project, about their rank there. Proof is the new rank read by another request, and something \
          done that was refused before; a rank that is shown and opens nothing is a suspicion. Where a list shows one \
          owner only, he lowers and removes himself at the end, and the owners are counted.",
    references: &["OWASP API5:2023", "OWASP API3:2023", "ASVS 5.0 8.2.1", "ASVS 5.0 8.2.3", "CWE-269"],
    fix: "Grant no rank above one's own, never to oneself, and count the owners in the transaction that removes one.",
    built: true,
};

/// What came of somebody's tries with his own rank.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::checks) struct Ranked {
    /// The action, or what it is about.
    pub subject: String,
    /// Why it was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untried: Option<Untried>,
    /// Why the question does not arise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<String>,
    /// Who tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<ActorFact>,
    /// Ranks that were tried.
    #[serde(default)]
    pub tried: Vec<String>,
    /// The rank before, where it is shown.
    #[serde(default)]
    pub before: String,
    /// The rank that was shown afterwards, where it was one that was tried.
    #[serde(default)]
    pub raised: Option<String>,
    /// What was refused before and is done now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Exchange>,
    /// How many things were refused to him before, so that it would be seen.
    #[serde(default)]
    pub closed: u32,
    /// The rank that somebody who governs gave him, so that it is known that one can be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// The manifest tells the ranks, so that their order is known and not guessed from their names.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told: bool,
    /// Whether it could be given by somebody else at all, and nobody could.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_given: bool,
    /// Owners before and after, where the last one tried to be none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owners: Option<(u32, u32)>,
    /// The request that did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Exchange>,
}

impl Document for Ranked {
    const KIND: &'static str = "ranked";
}

/// People raise themselves.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let actions = ranks::actions(world);
    let within = within::probe(world).await;
    if actions.is_empty() && within.is_empty() {
        let absent = Some("no action that the document names takes a rank".to_owned());
        return world.store.add(&Ranked { subject: "ranks".into(), absent, ..Ranked::default() }).map(drop);
    }
    for seen in within {
        world.store.add(&seen)?;
    }
    for action in actions {
        let seen = raise::probe(world, &action).await;
        world.store.add(&seen)?;
    }
    Ok(())
}

/// The last owner goes: at the very end, for nobody brings him back.
pub(super) async fn probe_last(world: &mut World<'_>) -> Result<()> {
    for seen in last::probe(world).await {
        world.store.add(&seen)?;
    }
    Ok(())
}
