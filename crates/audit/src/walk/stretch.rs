//! A stretch of trials ends with a look at the attackers: whose session had ended was refused for nothing else, so his
//! trials are made again.

use super::reach::Reached;
use super::stages::Stage;
use super::world::World;
use crate::error::Result;
use crate::evidence::{Form, Trial};
use std::collections::BTreeSet;

/// How often the trials of one stretch are repeated because somebody's session had ended.
const REPLAYS_MAX: usize = 3;

impl World<'_> {
    /// Shows that everybody who was refused something is still signed in, and writes the trials down.
    pub(super) async fn end_stretch(&mut self, pending: &mut Vec<(Reached, Vec<Trial>)>) -> Result<()> {
        let dead = self.dead_among(pending).await;
        let mut trials = std::mem::take(pending);
        if !dead.is_empty() {
            self.replay(&mut trials, &dead).await?;
        }
        for trial in trials.iter().flat_map(|(_, trials)| trials) {
            self.store.add(trial)?;
        }
        self.write_leaks().await
    }

    /// Actors with attempts in these trials who are not signed in any more.
    async fn dead_among(&mut self, pending: &[(Reached, Vec<Trial>)]) -> BTreeSet<String> {
        let attempts = pending.iter().flat_map(|(_, trials)| trials).flat_map(|trial| &trial.attempts);
        let names: BTreeSet<String> = attempts.map(|attempt| attempt.actor.name.clone()).collect();
        let mut dead = BTreeSet::new();
        for at in 0..self.actors.len() {
            let name = self.actors[at].fact.name.clone();
            if names.contains(&name) && !self.is_alive(Some(at)).await {
                dead.insert(name);
            }
        }
        dead
    }

    /// Tries the actions of a stretch again, one at a time, each attacker alive before. Which action ended the session
    /// is noted.
    async fn replay(&mut self, trials: &mut [(Reached, Vec<Trial>)], dead: &BTreeSet<String>) -> Result<()> {
        let named: Vec<usize> =
            (0..self.actors.len()).filter(|at| dead.contains(&self.actors[*at].fact.name)).collect();
        let mut replays = 0;
        for (reached, trials) in trials.iter_mut() {
            let concerned =
                trials.iter().flat_map(|trial| &trial.attempts).any(|attempt| dead.contains(&attempt.actor.name));
            if !concerned {
                continue;
            }
            let mut back = true;
            for at in &named {
                back &= self.revive(Some(*at)).await;
            }
            if !back || REPLAYS_MAX <= replays {
                for attempt in trials.iter_mut().flat_map(|trial| &mut trial.attempts) {
                    attempt.alive &= !dead.contains(&attempt.actor.name);
                }
                continue;
            }
            *trials = match reached.form {
                Form::List => self.try_without_object(reached).await?,
                Form::Plain if self.stage(reached.action) == Stage::Personal => self.try_plain(reached).await?,
                Form::Plain => self.try_without_object(reached).await?,
                _ => self.try_on_objects(reached).await?,
            };
            let mut ended = false;
            for at in &named {
                // He was alive when he asked, so this answer counts; the next one would not.
                ended |= !self.is_alive(Some(*at)).await;
            }
            if ended {
                replays += 1;
                let action = self.action(reached.action).name();
                self.note(format!("{action} ends the session of whoever calls it"))?;
            }
        }
        for at in named {
            self.revive(Some(at)).await;
        }
        Ok(())
    }
}
