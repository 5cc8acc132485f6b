//! Failures on order: the n-th step at a database fails, so that a test can try every one of them.
//!
//! A step is the beginning of a transaction, a statement or a commit, each twice: before it is done, as when the disk cannot
//! be read, and after it was done, as when the answer is lost on the way. Nothing in the shipped portal gives orders.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Error, Result};

/// Orders for one store. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// Which step fails, counted from 1. Zero is none.
    strikes_at: AtomicUsize,
    steps: AtomicUsize,
}

impl Faults {
    /// Lets the `n`-th step from now fail, counted from 1; zero lets all succeed.
    pub fn strike_at(&self, n: usize) {
        self.0.steps.store(0, Ordering::SeqCst);
        self.0.strikes_at.store(n, Ordering::SeqCst);
    }

    /// How many steps were taken since the last order.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.0.steps.load(Ordering::SeqCst)
    }

    /// Takes a step.
    pub(super) fn step(&self) -> Result<()> {
        let step = self.0.steps.fetch_add(1, Ordering::SeqCst) + 1;
        if step == self.0.strikes_at.load(Ordering::SeqCst) {
            return Err(Error::Unavailable(format!("step {step} fails on order")));
        }
        Ok(())
    }
}
