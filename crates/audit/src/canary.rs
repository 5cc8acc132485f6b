//! Canaries: values that stand nowhere else in the world, so that one of them in an answer proves who was read.

use crate::evidence::Sighting;
use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use base64::Engine as _;
use std::collections::BTreeSet;

/// Values shorter than this prove nothing: they stand in answers by chance.
pub const LENGTH_MIN: usize = 6;

/// All canaries that were planted, and whose they are.
#[derive(Debug, Default)]
pub struct Canaries {
    nonce: String,
    minted: u32,
    planted: Vec<Planted>,
    automaton: Option<(AhoCorasick, Vec<usize>)>,
}

#[derive(Debug, Clone)]
struct Planted {
    sighting: Sighting,
    tenant: String,
}

impl Canaries {
    /// A collection whose values differ from those of every other run.
    pub fn new(nonce: &str) -> Self {
        Self { nonce: nonce.to_owned(), ..Self::default() }
    }

    /// A value that was never used: lowercase letters and digits only, so that it looks the same in a path, in HTML,
    /// in JSON and in a form.
    pub fn mint(&mut self) -> String {
        self.minted += 1;
        format!("plim{}{:04x}", self.nonce, self.minted)
    }

    /// How every value of this collection begins: who searches by it finds them all.
    pub fn beginning(&self) -> String {
        format!("plim{}", self.nonce)
    }

    /// Whether a text holds a value that this collection minted, and which.
    pub fn find_minted(&self, text: &str) -> Option<String> {
        let start = text.to_lowercase().find(&format!("plim{}", self.nonce))?;
        let length = 4 + self.nonce.len() + 4;
        text.to_lowercase().get(start..start + length).map(str::to_owned)
    }

    /// Remembers whose object carries this value in which field.
    pub fn plant(&mut self, canary: &str, noun: &str, field: &str, owner: &str, tenant: &str) {
        if canary.len() < LENGTH_MIN
            || self.planted.iter().any(|p| p.sighting.canary == canary && p.sighting.owner == owner)
        {
            return;
        }
        let sighting = Sighting {
            canary: canary.to_owned(),
            noun: noun.to_owned(),
            field: field.to_owned(),
            owner: owner.to_owned(),
            party: None,
        };
        self.planted.push(Planted { sighting, tenant: tenant.to_owned() });
        self.automaton = None;
    }

    /// Canaries that a text holds, encoded or not, and that are not this actor's own; values that `sent` holds are
    /// never evidence.
    pub fn search(&mut self, text: &str, actor: &str, sent: &str) -> Vec<Sighting> {
        if self.automaton.is_none() {
            self.automaton = build(&self.planted);
        }
        let Some((automaton, owners)) = &self.automaton else { return Vec::new() };
        let found: BTreeSet<usize> =
            automaton.find_overlapping_iter(text).map(|hit| owners[hit.pattern().as_usize()]).collect();
        let sent = sent.to_lowercase();
        let mut sightings: Vec<_> = (found.into_iter().map(|at| &self.planted[at]))
            .filter(|planted| {
                planted.sighting.owner != actor && !sent.contains(&planted.sighting.canary.to_lowercase())
            })
            .map(|planted| planted.sighting.clone())
            .collect();
        sightings.sort();
        sightings
    }

    /// The tenant of the one who planted it.
    pub fn tenant(&self, sighting: &Sighting) -> Option<&str> {
        self.planted
            .iter()
            .find(|p| (&p.sighting.canary, &p.sighting.owner) == (&sighting.canary, &sighting.owner))
            .map(|p| p.tenant.as_str())
    }
}

/// One automaton for all canaries in all forms, and for each pattern the canary it stands for.
fn build(planted: &[Planted]) -> Option<(AhoCorasick, Vec<usize>)> {
    let mut patterns = Vec::new();
    let mut owners = Vec::new();
    for (at, planted) in planted.iter().enumerate() {
        for pattern in forms(&planted.sighting.canary) {
            patterns.push(pattern);
            owners.push(at);
        }
    }
    let automaton = AhoCorasickBuilder::new().ascii_case_insensitive(true).build(&patterns).ok()?;
    Some((automaton, owners))
}

/// The value itself, percent-encoded, HTML-escaped, and as it shows inside base64 at each of the three alignments.
fn forms(canary: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::from([canary.to_owned(), crate::client::percent_encode(canary)]);
    forms.insert(escaped(canary));
    for shift in 0..3 {
        let padded = [vec![0; shift], canary.as_bytes().to_vec()].concat();
        let text = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&padded);
        // Characters that mix in bits of a neighbour are cut off at both ends.
        let start = [0, 2, 3][shift];
        let end = padded.len() * 8 / 6;
        if LENGTH_MIN < end - start {
            forms.insert(text[start..end].to_owned());
        }
    }
    forms
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// Looks for values in bytes: as they are, and in every form in which they may stand in an export, a dump or a backup.
#[derive(Debug)]
pub(crate) struct Traces {
    /// In any case: the values themselves, percent-encoded, escaped, hex, UTF-16.
    loose: Patterns,
    /// In this case only: base64.
    strict: Patterns,
}

/// An automaton, and for each pattern the value that it stands for.
#[derive(Debug, Default)]
struct Patterns {
    automaton: Option<AhoCorasick>,
    owners: Vec<usize>,
}

impl Traces {
    /// For these values.
    pub(crate) fn of(values: &[String]) -> Self {
        let (mut loose, mut strict) = (Vec::new(), Vec::new());
        for (at, value) in values.iter().enumerate().filter(|(_, value)| LENGTH_MIN <= value.len()) {
            let wide = |order: fn(u16) -> [u8; 2]| value.encode_utf16().flat_map(order).collect::<Vec<u8>>();
            let texts = BTreeSet::from([
                value.clone(),
                crate::client::percent_encode(value),
                escaped(value),
                hex::encode(value),
            ]);
            loose.extend(texts.into_iter().map(|text| (at, text.into_bytes())));
            loose.extend([(at, wide(u16::to_le_bytes)), (at, wide(u16::to_be_bytes))]);
            strict.extend(in_base64(value).into_iter().map(|text| (at, text.into_bytes())));
        }
        Self { loose: Patterns::of(loose, true), strict: Patterns::of(strict, false) }
    }

    /// Which of the values stand there, by their places.
    pub(crate) fn found(&self, bytes: &[u8]) -> BTreeSet<usize> {
        let mut found = self.loose.found(bytes);
        found.extend(self.strict.found(bytes));
        found
    }
}

impl Patterns {
    fn of(patterns: Vec<(usize, Vec<u8>)>, any_case: bool) -> Self {
        let (owners, patterns): (Vec<usize>, Vec<Vec<u8>>) = patterns.into_iter().unzip();
        Self { automaton: AhoCorasickBuilder::new().ascii_case_insensitive(any_case).build(&patterns).ok(), owners }
    }

    fn found(&self, bytes: &[u8]) -> BTreeSet<usize> {
        let hits = self.automaton.iter().flat_map(|automaton| automaton.find_overlapping_iter(bytes));
        hits.map(|hit| self.owners[hit.pattern().as_usize()]).collect()
    }
}

/// How a value may show inside base64, whatever stands before and after it, to the last of its bits: values that differ in
/// their last letter only are told apart.
fn in_base64(value: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for shift in 0..3 {
        for after in 0..=u8::MAX {
            let padded = [vec![0; shift], value.as_bytes().to_vec(), vec![after]].concat();
            let text = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&padded);
            let start = [0, 2, 3][shift];
            let end = ((shift + value.len()) * 8).div_ceil(6);
            if LENGTH_MIN < end - start {
                found.insert(text[start..end].to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn planted() -> (Canaries, String) {
        let mut canaries = Canaries::new("k3x9q");
        let canary = canaries.mint();
        canaries.plant(&canary, "note", "title", "ann", "a");
        (canaries, canary)
    }

    #[test]
    fn own_and_sent_values_are_no_evidence() {
        let (mut canaries, canary) = planted();
        assert_eq!(canaries.search(&canary, "bob", "").len(), 1);
        assert!(canaries.search(&canary, "ann", "").is_empty());
        assert!(canaries.search(&canary, "bob", &format!("/search?q={canary}")).is_empty());
    }

    proptest! {
        #[test]
        fn found_inside_base64_wherever_it_stands(before in "[ -~]{0,9}", after in "[ -~]{0,9}") {
            let (mut canaries, canary) = planted();
            let text = base64::engine::general_purpose::STANDARD.encode(format!("{before}{canary}{after}"));
            prop_assert_eq!(canaries.search(&text, "bob", "").len(), 1);
        }

        #[test]
        fn a_trace_is_found_however_it_is_written(before in "[ -~]{0,9}", form in 0..4) {
            let text = format!("{before}plimk3x9q0001 x");
            let bytes = match form {
                0 => text.to_uppercase().into_bytes(),
                1 => hex::encode_upper(&text).into_bytes(),
                2 => base64::engine::general_purpose::STANDARD.encode(&text).into_bytes(),
                _ => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            };
            let traces = Traces::of(&["plimk3x9q0001".to_owned(), "plimk3x9q0002".to_owned()]);
            prop_assert_eq!(traces.found(&bytes), BTreeSet::from([0]));
        }

        #[test]
        fn nothing_is_found_where_nothing_is(text in ".*") {
            let (mut canaries, _) = planted();
            prop_assert!(canaries.search(&text, "bob", "").is_empty());
        }
    }
}
