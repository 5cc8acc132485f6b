//! What of others' stands in answers where nobody looked for it: every answer to everybody is searched for the canaries
//! of other tenants, not only those of planned cells.

use super::world::{Asked, Call, Who, World};
use crate::client::Purpose;
use crate::error::Result;
use crate::evidence::{Exchange, Leak};
use std::collections::BTreeSet;

/// Answers with something foreign in them, and what was asked, until they are asked again.
#[derive(Debug, Default)]
pub struct Leaks {
    seen: Vec<(usize, usize, Call, Exchange)>,
    /// Actions and actors that were asked again.
    known: BTreeSet<(usize, usize)>,
}

impl World<'_> {
    /// Remembers an answer in which another tenant's canary stands. Attempts are judged by whoever made them.
    pub(super) fn look_for_leaks(&mut self, who: Who, call: &Call, exchange: &Exchange, purpose: Purpose) {
        let is_judged = matches!(purpose, Purpose::Cell | Purpose::Check);
        let (Some(at), false) = (who, is_judged || exchange.sightings.is_empty()) else { return };
        if self.actors[at].fact.tenant == "*" || !self.holds_foreign(at, exchange) {
            return;
        }
        let Some(action) = self.action_at(&call.method, &call.path) else { return };
        if self.leaks.known.insert((action, at)) {
            self.leaks.seen.push((action, at, call.clone(), exchange.clone()));
        }
    }

    /// Asks once more what showed something foreign, and writes both answers down. What removes something is not
    /// repeated.
    ///
    /// # Errors
    /// When the evidence cannot be written.
    pub(super) async fn write_leaks(&mut self) -> Result<()> {
        for (action, at, call, exchange) in std::mem::take(&mut self.leaks.seen) {
            let mut again = None;
            if call.method != "DELETE" {
                let (call, _) = self.varied(&call);
                let asked: Asked = self.ask(Some(at), &call, Purpose::Other).await;
                again = Some(asked.exchange).filter(|exchange| self.holds_foreign(at, exchange));
            }
            self.store.add(&Leak {
                action: self.action(action).name(),
                actor: self.fact(Some(at)),
                exchange,
                again,
            })?;
        }
        Ok(())
    }

    fn holds_foreign(&self, at: usize, exchange: &Exchange) -> bool {
        let own = self.actors[at].fact.tenant.as_str();
        let foreign = |canary: &str| !self.has_joined(at, canary);
        let sightings = exchange.sightings.iter().filter(|sighting| foreign(&sighting.canary));
        sightings.filter_map(|sighting| self.canaries.tenant(sighting)).any(|tenant| tenant != own)
    }
}
