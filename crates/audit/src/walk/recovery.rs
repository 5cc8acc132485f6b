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
        // What was prepared may be gone with it.
        if !self.is_anybody_back().await
            && (self.target.prepare(self.progress).await.is_err() || !self.is_anybody_back().await)
        {
            self.note("it was started again, and nobody can sign in any more")?;
            return Ok(Recovery::Dead);
        }
        Ok(Recovery::Restarted)
    }

    /// Signs everybody in again; whether anybody could. A service without people needs nobody.
    async fn is_anybody_back(&mut self) -> bool {
        let named: Vec<usize> = (0..self.actors.len()).filter(|at| !self.actors[*at].fact.throw_away).collect();
        let mut back = named.is_empty();
        for at in named {
            back |= self.revive(Some(at)).await;
        }
        back
    }
}
