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
        Ok(!matches!(self.recover(Some(action)).await?, Recovery::Dead))
    }

    /// Whether the target answers, or was brought back, if it fell silent on what was done last.
    ///
    /// # Errors
    /// When the evidence cannot be written.
    pub(crate) async fn is_steady(&mut self) -> Result<bool> {
        let doubtful = self.fell_silent || self.is_dead;
        Ok(!doubtful || !matches!(self.recover(None).await?, Recovery::Dead))
    }

    /// After a silence of the target: is it dead, and can it be brought back? What killed it is left out from then on: the
    /// request that was under way, as far as it is one of the catalogue's, else the action that is named.
    pub(super) async fn recover(&mut self, action: Option<usize>) -> Result<Recovery> {
        self.fell_silent = false;
        let under_way = self.silent_at.take();
        if self.target.is_healthy(&self.client).await {
            self.is_dead = false;
            return Ok(Recovery::Alive);
        }
        if self.is_dead {
            return Ok(Recovery::Dead);
        }
        let sent = under_way.as_ref().and_then(|call| self.action_at(&call.method, &call.path));
        let name = match (sent.or(action), &under_way) {
            (Some(action), _) => {
                self.avoided.insert(action, "the service died at it".into());
                self.action(action).name()
            }
            (None, Some(call)) => format!("{} {}", call.method, call.path),
            (None, None) => "something that was asked".into(),
        };
        self.note(format!("the service died at {name}"))?;
        if !self.target.can_restart() || self.target.restart(self.progress).await.is_err() {
            self.is_dead = true;
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
            self.is_dead = true;
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
