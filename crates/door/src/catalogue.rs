//! Every action in one list. A catalogue is a value: whoever wants to see what happens without a rule alters an entry
//! and hands the list to a door of his own.

use std::future::Future;
use std::pin::Pin;

use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema as _, ToSchema};

use crate::action::{Action, Change, Disclose, Keep, Look, Receive, Stream};
use crate::pass::{Door, Passage, run};
use crate::refusal::Result;
use crate::request::Reply;
use crate::spec::{Effect, Spec};

/// A boxed future.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An action's schemas, and those that they refer to.
pub struct Shapes {
    /// Of the input.
    pub input: RefOr<Schema>,
    /// Of the output.
    pub output: RefOr<Schema>,
    /// Of what either names.
    pub named: Vec<(String, RefOr<Schema>)>,
}

pub(crate) type Run = for<'a, 'b> fn(&'a mut Passage<'b>) -> Later<'a, Result<Reply>>;

/// One action. The door reads this, never the type that it was made from.
#[derive(Clone)]
pub struct Entry {
    /// The declaration.
    pub spec: Spec,
    /// What it does to the world.
    pub effect: Effect,
    /// Whether it leaves a record. Everything but a look does.
    pub recorded: bool,
    /// Its schemas.
    pub shapes: fn() -> Shapes,
    pub(crate) run: Run,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {}", self.effect, self.spec.name)
    }
}

/// The list.
#[derive(Clone, Debug, Default)]
pub struct Catalogue(Vec<Entry>);

impl Catalogue {
    /// Adds an action that reads.
    #[must_use]
    pub fn look<A: Look>(self) -> Self {
        self.add::<A>(Effect::Look, |passage| Box::pin(run::look::<A>(passage)))
    }

    /// Adds an action that writes.
    #[must_use]
    pub fn change<A: Change>(self) -> Self {
        self.add::<A>(Effect::Change, |passage| Box::pin(run::change::<A>(passage)))
    }

    /// Adds an action that writes, with a slow part before the transaction.
    #[must_use]
    pub fn receive<A: Receive>(self) -> Self {
        self.add::<A>(Effect::Change, |passage| Box::pin(run::receive::<A>(passage)))
    }

    /// Adds an action that gives out what is secret.
    #[must_use]
    pub fn disclose<A: Disclose>(self) -> Self {
        self.add::<A>(Effect::Disclose, |passage| Box::pin(run::disclose::<A>(passage)))
    }

    /// Adds an action that gives out more than memory should hold.
    #[must_use]
    pub fn stream<A: Stream>(self) -> Self {
        self.add::<A>(Effect::Disclose, |passage| Box::pin(run::stream::<A>(passage)))
    }

    /// Adds a job of the portal's own housekeeping.
    #[must_use]
    pub fn keep<A: Keep>(self) -> Self {
        self.add::<A>(Effect::Keep, |passage| Box::pin(run::keep::<A>(passage)))
    }

    /// Adds the job that seals the record. It is the door's own, so only its declaration comes from outside.
    #[must_use]
    pub fn seals(self, spec: Spec) -> Self {
        self.own(spec, |passage| Box::pin(run::seal(passage)))
    }

    /// Adds the job that takes checkpoints to the anchors outside. The door's own, too.
    #[must_use]
    pub fn anchors(self, spec: Spec) -> Self {
        self.own(spec, |passage| Box::pin(run::anchor(passage)))
    }

    fn own(mut self, spec: Spec, run: Run) -> Self {
        let shapes = || Shapes { input: <()>::schema(), output: <()>::schema(), named: Vec::new() };
        self.0.push(Entry { spec, effect: Effect::Keep, recorded: false, shapes, run });
        self
    }

    /// Alters one entry: for a portal that has a gap opened on purpose.
    #[must_use]
    pub fn alter(mut self, name: &str, change: impl Fn(&mut Entry)) -> Self {
        self.0.iter_mut().filter(|entry| entry.spec.name == name).for_each(change);
        self
    }

    /// The entries in the order in which they were added.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter()
    }

    /// The entry of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.spec.name == name)
    }

    fn add<A: Action>(mut self, effect: Effect, run: Run) -> Self {
        let shapes = || {
            let mut named = Vec::new();
            A::Input::schemas(&mut named);
            A::Output::schemas(&mut named);
            Shapes { input: A::Input::schema(), output: A::Output::schema(), named }
        };
        self.0.push(Entry {
            spec: A::SPEC,
            effect,
            recorded: !matches!(effect, Effect::Look | Effect::Keep),
            shapes,
            run,
        });
        self
    }
}

/// The output of an action as JSON.
pub(crate) fn output(value: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(|error| {
        tracing::error!(%error, "an output cannot be serialised");
        crate::refusal::Refusal::Broken
    })
}

/// For doors in tests.
impl FromIterator<Entry> for Catalogue {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

/// Where a door's catalogue is read.
impl Door {
    /// The list that this door goes by.
    #[must_use]
    pub const fn catalogue(&self) -> &Catalogue {
        &self.parts.catalogue
    }
}
