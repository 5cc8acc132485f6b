//! Tokens that are made of a name, and tokens that count.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use super::mutants::{Mutant, mutant};
use super::places::Place;
use crate::walk::World;

/// The hexadecimal digest of a text.
type Digested = fn(&str) -> String;

/// Tokens that are nothing but a name, however it is written.
pub(super) fn of_names(value: &str, swap: &[(String, String)]) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let digests: [(&str, Digested); 3] = [
        ("MD5", |text| hex::encode(md5::Md5::digest(text))),
        ("SHA-1", |text| hex::encode(sha1::Sha1::digest(text))),
        ("SHA-256", |text| hex::encode(Sha256::digest(text))),
    ];
    for (mine, theirs) in swap {
        for (name, digest) in digests {
            if value.eq_ignore_ascii_case(&digest(mine)) {
                mutants.push(mutant(format!("that is the {name} of somebody else's name"), digest(theirs)));
            }
        }
    }
    let replaced = |text: &str| {
        let (mine, theirs) = swap.iter().find(|(mine, _)| 3 <= mine.len() && text.contains(mine.as_str()))?;
        Some(text.replace(mine.as_str(), theirs))
    };
    if let Some(text) = replaced(value) {
        mutants.push(mutant("with somebody else's name in it", text));
    }
    // Base64 in one part of it, or as a whole.
    for (number, part) in value.split('.').enumerate() {
        let decoded = STANDARD.decode(part).or_else(|_| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')));
        let Some(text) = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok()).and_then(|text| replaced(&text))
        else {
            continue;
        };
        let mut encoded = vec![STANDARD.encode(&text), URL_SAFE_NO_PAD.encode(&text)];
        encoded.dedup();
        // Of a part that needs no padding nobody knows whether another would be padded: both are tried.
        match part.ends_with('=') || part.contains(['+', '/']) {
            true => encoded.truncate(1),
            false if !part.len().is_multiple_of(4) => drop(encoded.drain(..encoded.len() - 1)),
            false => {}
        }
        for encoded in encoded {
            let with = |(at, old)| if at == number { encoded.as_str() } else { old };
            let parts: Vec<&str> = value.split('.').enumerate().map(with).collect();
            mutants.push(mutant("with somebody else's name in its base64", parts.join(".")));
        }
    }
    mutants
}

/// Tokens that count: the next ones after one's own, where two sign-ins of one's own are a few apart.
pub(super) async fn counted(world: &mut World<'_>, at: usize, place: &Place, value: &str) -> Vec<Mutant> {
    const APART_MAX: u128 = 50;
    let Some((stem, first, width)) = number_at_the_end(value) else { return Vec::new() };
    let other = (0..world.actors.len()).find(|other| {
        !world.actors[*other].fact.throw_away
            && world.actors[*other].values.get("name") != world.actors[at].values.get("name")
    });
    let Some(other) = other else { return Vec::new() };
    let (Ok(theirs), Ok(mine)) = (world.second_session(other).await, world.second_session(at).await) else {
        return Vec::new();
    };
    let last = place.value(world, mine);
    world.actors.truncate(theirs.min(mine));
    let Some((_, last, _)) =
        number_at_the_end(last.rsplit(' ').next().unwrap_or_default()).filter(|(same, ..)| *same == stem)
    else {
        return Vec::new();
    };
    if last <= first || APART_MAX < last - first {
        return Vec::new();
    }
    let between = (first.saturating_sub(3)..last).filter(|number| *number != first);
    between.map(|number| mutant("that was counted on from one's own", format!("{stem}{number:0width$}"))).collect()
}

/// What stands before a number at the end, the number, and how many digits it has; nothing where it is no number that
/// counts.
pub(super) fn number_at_the_end(text: &str) -> Option<(String, u128, usize)> {
    let digits = text.chars().rev().take_while(char::is_ascii_digit).count();
    let (stem, number) = text.split_at(text.len() - digits);
    Some((stem.to_owned(), number.parse().ok()?, digits))
}
