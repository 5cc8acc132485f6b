//! Single values: as long, as large and as late as a schema or a name wants them.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::catalogue::Schema;

/// As long as the schema asks for and no longer than it allows.
pub(super) fn fit(mut text: String, schema: &Schema) -> String {
    let length = |word: &str| schema.number(word).map(|length| length.clamp(0.0, 10_000.0) as usize);
    if let Some(least) = length("minLength") {
        while text.chars().count() < least {
            text.push('x');
        }
    }
    match length("maxLength") {
        Some(most) => text.chars().take(most).collect(),
        None => text,
    }
}

/// A number that the schema allows, near the wanted one.
pub(super) fn number(schema: &Schema, wanted: f64) -> f64 {
    let exclusive = |word: &str| schema.number(word).or(schema.flag(word).then_some(f64::NAN));
    let step = schema.number("multipleOf").filter(|step| *step > 0.0).unwrap_or(1.0);
    let least = match (schema.number("minimum"), exclusive("exclusiveMinimum")) {
        (Some(least), Some(flag)) if flag.is_nan() => Some(least + step),
        (_, Some(least)) if !least.is_nan() => Some(least + step),
        (least, _) => least,
    };
    let most = match (schema.number("maximum"), exclusive("exclusiveMaximum")) {
        (Some(most), Some(flag)) if flag.is_nan() => Some(most - step),
        (_, Some(most)) if !most.is_nan() => Some(most - step),
        (most, _) => most,
    };
    let mut number = wanted.max(least.unwrap_or(wanted));
    number = number.min(most.unwrap_or(number));
    if schema.number("multipleOf").is_some() { (number / step).ceil() * step } else { number }
}

/// A day in the past for a birth, later for an end than for a beginning, otherwise a month ahead.
pub(super) fn day(name: &str, today: Date) -> Date {
    let name = super::shape::snake_case(name);
    let has = |words: &[&str]| name.split('_').any(|word| words.contains(&word));
    if has(&["birth", "birthday", "birthdate", "dob", "born"]) {
        return Date::constant(1990, 5, 17);
    }
    let ahead =
        if has(&["end", "ends", "until", "to", "due", "expires", "expiry", "deadline", "finish"]) { 60 } else { 30 };
    today.checked_add(ahead.days()).unwrap_or(today)
}

/// A random-looking UUID, always the same for the same canary.
pub(super) fn uuid_of(canary: &str) -> String {
    let digest = <sha2::Sha256 as sha2::Digest>::digest(canary.as_bytes());
    let hex = hex::encode(&digest[..16]);
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

pub(super) fn digits_of(canary: &str, count: usize) -> String {
    let digest = <sha2::Sha256 as sha2::Digest>::digest(canary.as_bytes());
    digest.iter().take(count).map(|byte| char::from(b'0' + byte % 10)).collect()
}

pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
