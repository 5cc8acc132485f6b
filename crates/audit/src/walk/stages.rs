//! The order of the walk: what harms least comes first, and between stages everybody is looked after.
//!
//! Within a stage the order is drawn from the seed. Attackers are shown alive at the end of each stretch of trials;
//! if one is not, his refusals in it mean nothing and are tried again.

use super::part::{Part, Shard};
use super::reach::Reached;
use super::recovery::Recovery;
use super::world::World;
use crate::error::Result;
use crate::evidence::{Form, LeftOut, Share, Trial, Unreached};
use crate::plan::order::draw;
use crate::plan::shape;
use crate::verdict::Dimension;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Trials between two looks at the attackers.
const STRETCH: usize = 12;
/// How many deaths of the target end the walk.
const DEATHS_MAX: u32 = 3;

/// When an action's turn comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Objects are read.
    Reads,
    /// Lists and everything else that is read.
    Lists,
    /// Objects are changed.
    Changes,
    /// Objects are removed.
    Removals,
    /// Actions without an object.
    Plain,
    /// The caller's own account and session.
    Personal,
}

/// The turn of an action.
#[derive(Debug, Clone, Copy)]
struct Turn {
    stage: Stage,
    action: usize,
    /// It has cells in this part of the walk; else it is only done, so that others can build on it.
    tries: bool,
}

impl World<'_> {
    /// Walks all actions of a part.
    ///
    /// # Errors
    /// When the evidence cannot be written.
    pub async fn walk_stages(&mut self, part: &Part) -> Result<()> {
        let mut turns = self.turns(part)?;
        self.progress.total(Dimension::Authorization, turns.iter().filter(|turn| turn.tries).count() as u64);
        self.populate_all().await?;
        let mut pending: Vec<(Reached, Vec<Trial>)> = Vec::new();
        let mut walked: Vec<usize> = Vec::new();
        let mut deaths = 0;
        let mut last = None;
        let mut done = 0;
        while let Some(turn) = turns.pop_front() {
            let Turn { stage, action, tries } = turn;
            if self.may_be_named_later(stage, action) {
                turns.push_back(turn);
                continue;
            }
            if deaths < DEATHS_MAX {
                if last.is_some_and(|last| last != stage) || STRETCH <= pending.len() {
                    self.end_stretch(&mut pending).await?;
                    self.write_share(part, &mut walked)?;
                }
                last = Some(stage);
                if !self.take_turn(turn, &mut pending).await? {
                    turns.push_back(turn);
                    continue;
                }
                if self.fell_silent {
                    match self.recover(Some(action)).await? {
                        Recovery::Alive => {}
                        Recovery::Restarted => deaths += 1,
                        Recovery::Dead => deaths = DEATHS_MAX,
                    }
                }
            } else {
                self.memory.cut_short();
                if tries {
                    self.unreached(action, vec!["the service did not answer any more".into()])?;
                }
            }
            if tries {
                walked.push(action);
                done += 1;
                self.progress.step(Dimension::Authorization, done);
            }
        }
        self.end_stretch(&mut pending).await?;
        self.write_share(part, &mut walked)?;
        if deaths < DEATHS_MAX {
            self.walk_after_deeds(part).await?;
        }
        self.walk_as_members(part).await
    }

    /// Who takes a turn, and when. Where the whole service is asked about, what has no cells in this part is done, too.
    fn turns(&self, part: &Part) -> Result<VecDeque<Turn>> {
        let own = self.cells_of(part);
        let mut turns: Vec<(Stage, u64, usize)> = Vec::new();
        for at in 0..self.catalogue.actions.len() {
            let name = self.action(at).name();
            if part.one.as_ref().is_some_and(|one| *one != name) {
                continue;
            }
            match self.left_out(at) {
                Some(why) => drop(self.store.add(&LeftOut { action: name, why })?),
                None if own.contains(&at) || part.asks_about_all() => {
                    turns.push((self.stage(at), draw(self.seed, &name), at));
                }
                None => {}
            }
        }
        turns.sort();
        let turn = |(stage, _, action)| Turn { stage, action, tries: own.contains(&action) };
        Ok(turns.into_iter().map(turn).collect())
    }

    /// The actions that have cells in a part of the walk.
    pub(super) fn cells_of(&self, part: &Part) -> BTreeSet<usize> {
        let with_cells = (0..self.catalogue.actions.len()).filter(|at| self.left_out(*at).is_none());
        let named: BTreeMap<String, usize> = with_cells.map(|at| (self.action(at).name(), at)).collect();
        part.of(named.keys().map(String::as_str)).into_iter().filter_map(|name| named.get(name).copied()).collect()
    }

    /// Writes down which actions of a part have been walked since the last time, and what stood in the answers, so that a
    /// broken walk can go on.
    fn write_share(&mut self, part: &Part, walked: &mut Vec<usize>) -> Result<()> {
        if part.one.is_some() || walked.is_empty() {
            return Ok(());
        }
        let Shard { number, of } = part.shard;
        let actions = walked.drain(..).map(|at| self.action(at).name()).collect();
        self.write_searched()?;
        self.store.add(&Share { number, of, actions }).map(drop)
    }

    /// Why an action has no cells.
    pub(crate) fn left_out(&self, at: usize) -> Option<String> {
        let action = self.action(at);
        if let Some(why) = self.never(at) {
            return Some(why.into());
        }
        if self.is_sign_up(at) {
            return Some("it is the sign-up, and open by its nature".into());
        }
        if self.is_sign_in(at) {
            return Some("it is the sign-in, and open by its nature".into());
        }
        matches!(action.verb.as_str(), "HEAD" | "OPTIONS" | "TRACE")
            .then(|| format!("{} follows the row of GET", action.verb))
    }

    /// Whether the manifest signs somebody in by it.
    fn is_sign_in(&self, at: usize) -> bool {
        let action = self.action(at);
        let path = action.address_path();
        let signs_in = self.manifest.sign_in.iter().flat_map(|way| way.send.iter().chain(&way.form));
        signs_in.into_iter().any(|line| {
            line.path.as_str().split('?').next() == Some(path.as_str())
                && (line.verb == action.verb || action.verb == "POST")
        })
    }

    /// Whether it may change something beside the caller's own account and session.
    pub(crate) fn changes_things(&self, at: usize) -> bool {
        let of_oneself = self.stage(at) == Stage::Personal || self.is_sign_in(at) || self.is_sign_up(at);
        !of_oneself && !self.action(at).is_safe()
    }

    pub(super) fn stage(&self, at: usize) -> Stage {
        let action = self.action(at);
        let shape = shape(action, self.slots.about(at).len());
        match shape.form {
            Form::Read => Stage::Reads,
            Form::List => Stage::Lists,
            Form::Change | Form::AddChild | Form::Misplaced => Stage::Changes,
            Form::Remove => Stage::Removals,
            // What only makes something new of the caller's own harms nobody.
            Form::Plain if shape.personal && !self.makes_something(at) => Stage::Personal,
            Form::Plain => Stage::Plain,
        }
    }

    /// Whether nothing makes the key that a read asks for, so that only a later answer may name it: then its turn
    /// comes once more at the end.
    fn may_be_named_later(&mut self, stage: Stage, action: usize) -> bool {
        let about = self.slots.about(action);
        let unmade = about
            .iter()
            .any(|slot| matches!(self.ways.get(slot), Some(Err(_))) && self.slots.all[*slot].producers.is_empty());
        if stage != Stage::Reads || !unmade || !self.postponed.insert(action) {
            return false;
        }
        self.failed.retain(|(slot, _), _| !about.contains(slot));
        true
    }

    pub(super) fn makes_something(&self, at: usize) -> bool {
        self.action(at).verb == "POST" && self.slots.all.iter().any(|slot| slot.producers.first() == Some(&at))
    }

    /// One standing object of each kind for the first actor of each tenant, so that lists have rows and others' keys
    /// exist.
    async fn populate_all(&mut self) -> Result<()> {
        for owner in self.first_of_tenants() {
            for slot in 0..self.slots.all.len() {
                self.progress
                    .note(&format!("making a {} as {}", self.slots.all[slot].noun, self.actors[owner].fact.name));
                // Where none can be made, the actions that need one will say so.
                if let Ok(standing) = self.standing(slot, owner).await {
                    self.stand_for_each_audience(standing).await;
                }
                self.is_steady().await?;
            }
        }
        Ok(())
    }

    /// One action. False where it may succeed later, when more is known that can be done before.
    async fn take_turn(&mut self, turn: Turn, pending: &mut Vec<(Reached, Vec<Trial>)>) -> Result<bool> {
        let Turn { stage, action, tries } = turn;
        if stage == Stage::Personal {
            if tries {
                self.take_personal_turn(action, pending).await?;
            }
            return Ok(true);
        }
        if stage == Stage::Plain {
            self.set_sentinels().await;
        }
        let reached = match self.reach(action).await {
            Ok(reached) => reached,
            Err(tried) if !self.fell_silent && self.may_be_ready_later(action, &tried) => return Ok(false),
            Err(_) if !tries => return Ok(true),
            Err(tried) => {
                self.try_dry(action).await?;
                self.unreached(action, tried)?;
                return Ok(true);
            }
        };
        if !tries {
            if stage != Stage::Plain || self.spares_others(&reached).await? {
                self.met.insert(action, reached);
                self.untried.insert(action);
            }
            return Ok(true);
        }
        self.reached += 1;
        match stage {
            Stage::Lists => {
                self.met.insert(action, reached.clone());
                let trials = self.try_without_object(&reached).await?;
                pending.push((reached, trials));
            }
            Stage::Plain => {
                if self.spares_others(&reached).await? {
                    self.met.insert(action, reached.clone());
                    let trials = self.try_without_object(&reached).await?;
                    pending.push((reached, trials));
                }
            }
            _ => {
                self.met.insert(action, reached.clone());
                let mut trials = self.try_on_objects(&reached).await?;
                trials.extend(self.try_own_list(&reached).await);
                let mut others: Vec<Reached> = self.misplace(&reached).await.into_iter().collect();
                others.extend(self.bring(&reached));
                others.extend(self.reach_foreign(&reached).await);
                others.extend(self.place(&reached));
                pending.push((reached, trials));
                for other in others {
                    self.own_places(&other).await;
                    let trials = self.try_on_objects(&other).await?;
                    pending.push((other, trials));
                }
            }
        }
        Ok(true)
    }

    /// The trials of an action without an object. A search or a list may be called by POST, too: what it shows of the
    /// owner's says so.
    pub(super) async fn try_without_object(&mut self, reached: &Reached) -> Result<Vec<Trial>> {
        let trials = self.try_list(reached).await;
        if trials.is_empty() { self.try_plain(reached).await } else { Ok(trials) }
    }

    /// Accounts, sessions and credentials are only touched on actors made for it.
    async fn take_personal_turn(&mut self, action: usize, pending: &mut Vec<(Reached, Vec<Trial>)>) -> Result<()> {
        let model = self.owners(action).into_iter().next().unwrap_or(0);
        let actor = match self.stand_in(action, model).await {
            Ok(actor) => actor,
            Err(why) => {
                return self.unreached_for(
                    action,
                    vec![why],
                    "[sign_up] send = 'POST /… {\"name\":\"{name}\",\"password\":\"{password}\"}'",
                );
            }
        };
        match self.reach_as(action, actor).await {
            Ok(reached) => {
                self.reached += 1;
                self.revive(Some(actor)).await;
                let trials = self.try_plain(&reached).await?;
                pending.push((reached, trials));
                Ok(())
            }
            Err(why) => self.unreached(action, vec![why]),
        }
    }

    /// Before an action without an object is called at all: one object of each tenant's that was just seen to stand.
    async fn set_sentinels(&mut self) {
        self.sentinels.clear();
        for at in self.first_of_tenants() {
            if let Some(sentinel) = self.sentinel(at).await {
                self.sentinels.insert(at, sentinel);
            }
        }
    }

    /// The first actor of each tenant.
    fn first_of_tenants(&self) -> Vec<usize> {
        let mut firsts: Vec<usize> = Vec::new();
        for at in 0..self.actors.len() {
            let fact = &self.actors[at].fact;
            let new = firsts.iter().all(|first| self.actors[*first].fact.tenant != fact.tenant);
            if fact.tenant != "*" && !fact.throw_away && new {
                firsts.push(at);
            }
        }
        firsts
    }

    /// Whether the owner's own call of an action without an object left a stranger's sentinel alone. If not, the
    /// action is named and not tried again.
    async fn spares_others(&mut self, reached: &Reached) -> Result<bool> {
        let owner = reached.actor;
        self.revive(Some(owner)).await;
        let stranger = self.sentinels.keys().copied().find(|at| self.relation(Some(*at), owner) == "other tenant");
        let Some(sentinel) = stranger.and_then(|stranger| self.sentinels.get(&stranger).copied()) else {
            return Ok(true);
        };
        let spared = self.watch(reached.action, Some(owner), &reached.call, sentinel).await?;
        if !spared {
            self.avoided.insert(reached.action, "it destroys what is not the caller's".into());
            for at in 0..self.actors.len() {
                if !self.actors[at].fact.throw_away {
                    self.revive(Some(at)).await;
                }
            }
        }
        Ok(spared)
    }

    pub(super) fn unreached(&mut self, action: usize, tried: Vec<String>) -> Result<()> {
        let about = self.slots.about(action);
        let missing = about.iter().find(|slot| !matches!(self.ways.get(slot), Some(Ok(_))));
        let actor = self.actors.first().map_or("ANY", |actor| actor.fact.name.as_str());
        let answer = match missing {
            Some(slot) => {
                format!("make.{} = '{actor}: POST /… {{\"…\":\"{{canary}}\"}} -> id'", self.slots.all[*slot].noun)
            }
            None => String::new(),
        };
        self.unreached_for(action, tried, &answer)
    }

    fn unreached_for(&mut self, action: usize, tried: Vec<String>, answer: &str) -> Result<()> {
        let why = match tried.first() {
            Some(first) => format!("it never succeeded for anybody who may: {first}"),
            None => "it never succeeded for anybody who may".into(),
        };
        self.memory.unreached(action, tried.first().map_or(why.as_str(), String::as_str), answer);
        self.store
            .add(&Unreached { action: self.action(action).name(), why, answer: answer.to_owned(), tried })
            .map(drop)
    }
}
