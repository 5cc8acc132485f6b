//! A target that falls silent: is it dead, and can it be brought back?

use super::world::World;
use crate::error::Result;

/// What became of a target that gave no answer.
pub(super) enum Recovery {
    /// It lives: one request was broken, not the service.
    Alive,
    /// It had died and was started again.
    Restarted,
    /// It is dead.
    Dead,
}

impl World<'_> {
    /// Whether the target answers, or was brought back, after an action that got no answer.
    ///
    /// # Errors
    /// When the evidence cannot be written.
    pub(crate) async fn is_back_after(&mut self, action: usize) -> Result<bool> {
        Ok(!matches!(self.recover(action).await?, Recovery::Dead))
    }

    /// After a silence of the target: is it dead, and can it be brought back? What killed it is left out from then on.
    pub(super) async fn recover(&mut self, action: usize) -> Result<Recovery> {
        self.fell_silent = false;
        if self.target.is_healthy(&self.client).await {
            return Ok(Recovery::Alive);
        }
        let name = self.action(action).name();
        self.note(format!("the service died at {name}"))?;
        self.avoided.insert(action, "the service died at it".into());
        if !self.target.can_restart() || self.target.restart(self.progress).await.is_err() {
            self.note("it could not be started again: say how with `start` under [target]")?;
            return Ok(Recovery::Dead);
        }
        self.forget_standing();
        for object in &mut self.objects {
            object.gone = true;
        }
        for at in 0..self.actors.len() {
            if !self.actors[at].fact.throw_away {
                self.revive(Some(at)).await;
            }
        }
        Ok(Recovery::Restarted)
    }
}
