//! How far the run is and what remains: bars where a person looks on, plain lines where a file or CI does.
//!
//! The walk only knows the trait [`Progress`]; who shows it, and how, is decided once, by [`stderr`].

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::verdict::Dimension;

/// What a run tells while it runs. Every method may be called from any task, and none may fail or block for long.
pub trait Progress: Send + Sync {
    /// How many steps a pass has; may be called again when the number becomes known better.
    fn total(&self, pass: Dimension, total: u64);
    /// How many of them are done, counted from the start of the pass.
    fn step(&self, pass: Dimension, done: u64);
    /// What is happening beside the passes: building, starting, waiting for an answer.
    fn note(&self, line: &str);
}

/// Says nothing. For tests, and for `--quiet`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn total(&self, _pass: Dimension, _total: u64) {}
    fn step(&self, _pass: Dimension, _done: u64) {}
    fn note(&self, _line: &str) {}
}

/// What suits the standard error of this process: [`Bars`] on a terminal, else [`Lines`].
pub fn stderr() -> Box<dyn Progress> {
    if std::io::stderr().is_terminal() { Box::new(Bars::new()) } else { Box::new(Lines::new(anstream::stderr())) }
}

/// `1:29`, or `1:02:03` from an hour on.
#[must_use]
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 { format!("{minutes}:{rest:02}") } else { format!("{hours}:{minutes:02}:{rest:02}") }
}

/// Name of a pass as both kinds of progress write it: `1 authorization`.
fn title(pass: Dimension) -> String {
    format!("{} {}", pass.number(), pass.name())
}

/// A pass: its title, its bar, what is done of how much, and the time.
const PASS: &str = " {prefix:<16} {bar:24} {human_pos:>6}/{human_len:<6} {msg}";
/// What is happening now, and for how long.
const NOTE: &str = " {spinner} {wide_msg} {elapsed}";

/// One bar a pass, with what is done, how long it took and how long it will still take; above them the
/// current note, until the next step is done.
#[derive(Debug)]
pub struct Bars {
    all: MultiProgress,
    note: Mutex<Option<ProgressBar>>,
    passes: Mutex<BTreeMap<Dimension, ProgressBar>>,
}

impl Bars {
    /// Draws on standard error.
    #[must_use]
    pub fn new() -> Self {
        Self { all: MultiProgress::new(), note: Mutex::new(None), passes: Mutex::new(BTreeMap::new()) }
    }

    fn end_note(&self) {
        if let Some(line) = lock(&self.note).take() {
            line.finish_and_clear();
        }
    }
}

impl Default for Bars {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.end_note();
        let passes = lock(&self.passes);
        for bar in passes.values() {
            bar.abandon();
        }
        if !passes.is_empty() {
            // The last bar leaves the cursor behind itself.
            let _ = writeln!(anstream::stderr());
        }
    }
}

impl Progress for Bars {
    fn total(&self, pass: Dimension, total: u64) {
        self.end_note();
        let mut passes = lock(&self.passes);
        let bar = passes.entry(pass).or_insert_with(|| {
            let bar = self.all.add(ProgressBar::new(total));
            bar.set_style(style(PASS));
            bar.set_prefix(title(pass));
            bar
        });
        bar.set_length(total);
        bar.tick();
    }

    fn step(&self, pass: Dimension, done: u64) {
        // What was being prepared is over where steps are done.
        self.end_note();
        let passes = lock(&self.passes);
        let Some(bar) = passes.get(&pass) else { return };
        bar.set_position(done);
        if bar.length().is_some_and(|total| done < total) {
            bar.set_message(format!("{} · {} left", clock(bar.elapsed()), clock(bar.eta())));
        } else if !bar.is_finished() {
            bar.abandon_with_message(clock(bar.elapsed()));
        }
    }

    fn note(&self, line: &str) {
        let mut note = lock(&self.note);
        let shown = note.get_or_insert_with(|| {
            let shown = self.all.insert(0, ProgressBar::new_spinner());
            shown.set_style(style(NOTE));
            shown.enable_steady_tick(Duration::from_millis(120));
            shown
        });
        shown.set_message(line.to_owned());
    }
}

/// A template that does not parse would only cost the looks, so it must not end a run; a test reads them all.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸·")
        .tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏✔")
}

/// One line a note and a few a pass: at its start, at each quarter, at its end. For logs.
#[derive(Debug)]
pub struct Lines<W> {
    to: Mutex<W>,
    passes: Mutex<BTreeMap<Dimension, Pass>>,
}

/// What [`Lines`] knows of a pass.
#[derive(Debug)]
struct Pass {
    total: u64,
    quarter: u64,
    since: Instant,
}

impl<W: Write + Send> Lines<W> {
    /// Writes to the given stream; a stream that no longer takes anything is not a reason to end a run.
    pub fn new(to: W) -> Self {
        Self { to: Mutex::new(to), passes: Mutex::new(BTreeMap::new()) }
    }

    fn write(&self, line: &str) {
        let mut to = lock(&self.to);
        let _ = writeln!(to, "{line}").and_then(|()| to.flush());
    }
}

impl<W: Write + Send> Progress for Lines<W> {
    fn total(&self, pass: Dimension, total: u64) {
        let mut passes = lock(&self.passes);
        let known = passes.contains_key(&pass);
        passes.entry(pass).or_insert_with(|| Pass { total, quarter: 0, since: Instant::now() }).total = total;
        if !known {
            self.write(&format!("{}: 0/{total}", title(pass)));
        }
    }

    fn step(&self, pass: Dimension, done: u64) {
        let mut passes = lock(&self.passes);
        let Some(known) = passes.get_mut(&pass) else { return };
        let quarter = done.saturating_mul(4).checked_div(known.total).unwrap_or(4);
        if known.quarter < quarter {
            known.quarter = quarter;
            let left = if done < known.total { format!(" · {} left", known.total - done) } else { String::new() };
            let took = clock(known.since.elapsed());
            self.write(&format!("{}: {done}/{}{left} · {took}", title(pass), known.total));
        }
    }

    fn note(&self, line: &str) {
        self.write(line);
    }
}

/// A panic of another task while it held the lock leaves counters, not invariants, behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_parse() {
        for template in [PASS, NOTE] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn clock_reads_as_a_clock() {
        assert_eq!(clock(Duration::from_secs(89)), "1:29");
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
    }

    #[test]
    fn lines_say_start_quarters_and_end() {
        let lines = Lines::new(Vec::new());
        lines.note("starting the service");
        lines.total(Dimension::Authorization, 8);
        for done in 1..=8 {
            lines.step(Dimension::Authorization, done);
        }
        let written = String::from_utf8(lines.to.into_inner().unwrap()).unwrap();
        let lines: Vec<_> = written.lines().map(|line| line.trim_end_matches(" · 0:00")).collect();
        assert_eq!(
            lines,
            [
                "starting the service",
                "1 authorization: 0/8",
                "1 authorization: 2/8 · 6 left",
                "1 authorization: 4/8 · 4 left",
                "1 authorization: 6/8 · 2 left",
                "1 authorization: 8/8",
            ]
        );
    }

    #[test]
    fn a_pass_without_steps_ends_at_once() {
        let lines = Lines::new(Vec::new());
        lines.total(Dimension::Detection, 0);
        lines.step(Dimension::Detection, 0);
        lines.step(Dimension::Detection, 0);
        let written = String::from_utf8(lines.to.into_inner().unwrap()).unwrap();
        assert_eq!(written.lines().count(), 2, "{written}");
    }
}
