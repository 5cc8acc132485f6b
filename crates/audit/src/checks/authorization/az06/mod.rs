//! AZ06: a removed member, a suspended user keeps access.

pub(super) mod infer;
mod people;
mod places;

use super::ended::{self, Ended};
use crate::checks::Check;
use crate::error::Result;
use crate::evidence::Dossier;
use crate::verdict::{Dimension, Finding, Severity};
use crate::walk::World;

/// The declaration.
pub const CHECK: Check = Check {
    id: "AZ06",
    dimension: Dimension::Authorization,
    severity: Severity::Blocks,
    title: "removed member, suspended user keeps access",
    why: "People leave, and some leave angry. If removal only takes effect at the next sign-in, they keep reading for as \
          long as their session or token lasts.",
    how: "A throw-away person reads and makes things that work; then the manifest's line removes or suspends him, or an \
          action whose path says so, and the same requests are sent with the session he still has, and after signing in \
          anew. An object's canary, or a change read back, is proof; that he is told his own name is none. Where people \
          are brought into objects the same is done there, and who sees the object anyway is left out.",
    references: &["OWASP API1:2023", "ASVS 5.0 7.4.2", "ASVS 5.0 8.3.2", "CWE-613", "CWE-863"],
    fix: "Read membership and standing from the store on each request instead of trusting what the session remembers, or \
          end the person's sessions and tokens in the transaction that removes him.",
    built: true,
};

/// Takes people out, of everything and of single places.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let mut seen = people::probe(world).await;
    seen.extend(places::probe(world).await);
    if seen.iter().any(|one| one.absent.is_none() && one.untried.is_none()) {
        seen.retain(|one| one.absent.is_none());
    }
    seen.iter().try_for_each(|one| world.store.add(one).map(drop))
}

/// A finding for each way in which somebody was taken out.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    ended::judge(&CHECK, dossier)
}

/// How long a manifest's grace may be that is waited for, in seconds.
const GRACE_S_MAX: u64 = 60;

/// Waits for the grace that the manifest allows, where it is short.
async fn wait_for_grace(world: &World<'_>) {
    if let Some(grace) = world.manifest.sessions.max_after_end.filter(|grace| grace.as_secs() <= GRACE_S_MAX) {
        tokio::time::sleep(grace).await;
    }
}

impl Ended {
    /// About this check.
    fn of_removal(subject: &str) -> Self {
        Self { check: CHECK.id.into(), subject: subject.into(), ..Self::default() }
    }
}
