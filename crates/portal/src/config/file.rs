//! A file of settings: TOML, one line a setting, called as its argument is.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use toml::de::{DeTable, DeValue};

/// A value with its place.
#[derive(Debug, Clone)]
pub struct Value {
    /// `portal.toml:4`.
    pub place: String,
    said: Said,
}

#[derive(Debug, Clone)]
enum Said {
    Texts(Vec<String>),
    /// It stands in a file of its own.
    File(String),
}

impl Value {
    /// As they would be typed.
    ///
    /// # Errors
    /// When they stand in a file that cannot be read.
    pub fn texts(&self) -> Result<Vec<OsString>> {
        match &self.said {
            Said::Texts(texts) => Ok(texts.iter().map(Into::into).collect()),
            Said::File(path) => Ok(vec![super::held(Path::new(path), &self.place)?]),
        }
    }
}

/// Reads a file whose lines must all be among `settings`.
pub(super) fn read(path: &Path, settings: &[String]) -> Result<BTreeMap<String, Value>> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("--config {shown}: cannot be read"))?;
    parse(&shown.to_string(), &text, settings)
}

fn parse(name: &str, text: &str, settings: &[String]) -> Result<BTreeMap<String, Value>> {
    let place = |at: usize| format!("{name}:{}", text[..at.min(text.len())].matches('\n').count() + 1);
    let document = DeTable::parse(text).map_err(|error| {
        let wrong = error.message().lines().collect::<Vec<_>>().join(", ");
        anyhow::anyhow!("{}: not TOML: {wrong}", place(error.span().map_or(0, |span| span.start)))
    })?;
    let mut values = BTreeMap::new();
    for (key, value) in document.get_ref() {
        let place = place(key.span().start);
        let key = key.get_ref().to_string();
        if !settings.contains(&key) {
            bail!("{place}: \"{key}\" is no setting\n\nhint: {}", hint(&key, settings));
        }
        let said = said(value.get_ref()).with_context(|| format!("{place}: {key}"))?;
        values.insert(key, Value { place, said });
    }
    Ok(values)
}

fn said(value: &DeValue<'_>) -> Result<Said> {
    if let DeValue::Table(table) = value {
        let file = table.get("file").and_then(|file| file.get_ref().as_str());
        return match file {
            Some(file) if table.len() == 1 => Ok(Said::File(file.to_owned())),
            _ => bail!("a table is a file that holds the value\n\nhint: {{ file = \"/run/secrets/name\" }}"),
        };
    }
    if let DeValue::Array(array) = value {
        return Ok(Said::Texts(array.iter().map(|one| scalar(one.get_ref())).collect::<Result<_>>()?));
    }
    Ok(Said::Texts(vec![scalar(value)?]))
}

fn scalar(value: &DeValue<'_>) -> Result<String> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Boolean(on) => Ok(on.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
        other => bail!("is a {}\n\nhint: a text in quotes, a whole number, true or false", other.type_str()),
    }
}

/// The setting that was meant, perhaps.
fn hint(key: &str, settings: &[String]) -> String {
    let plain = key.replace('_', "-");
    let nearest = settings.iter().map(|known| (strsim::jaro_winkler(&plain, known), known));
    match nearest.max_by(|one, other| one.0.total_cmp(&other.0)) {
        Some((likeness, known)) if likeness > 0.85 => format!("did you mean \"{known}\"?"),
        _ => "docs/configuration.md lists them all; plimsoll-portal config reference prints it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            let _ = parse("portal.toml", &text, &["data".to_owned()]);
        }

        #[test]
        fn every_text_comes_back(text in ".{0,80}") {
            let line = toml::to_string(&BTreeMap::from([("data", &text)])).unwrap();
            let values = parse("portal.toml", &line, &["data".to_owned()]).unwrap();
            prop_assert_eq!(values["data"].texts().unwrap(), vec![OsString::from(text)]);
        }
    }
}
