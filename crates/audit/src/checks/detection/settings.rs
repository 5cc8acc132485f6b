//! The settings of production: whether those exist there that a receiver stands for here, by their names alone.

use crate::error::Result;
use crate::evidence::{Document, Dossier};
use crate::sinks::{HEARTBEAT, SENTRY, SMTP, takes_alerts};
use crate::walk::World;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a setting stands in production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// It is there; its value is not shown, or is no placeholder.
    Set,
    /// It is there and empty.
    Empty,
    /// Its value is one that nobody means: `changeme`, `https://example.com`.
    Placeholder,
}

/// What production's command printed, without any value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    /// The environment and its line: `production (plimsoll.toml:41)`.
    pub place: String,
    /// Settings by name.
    pub found: Vec<(String, State)>,
    /// Variables that carry a receiver's address here, and its name.
    pub wanted: Vec<(String, String)>,
    /// Why nothing was read.
    pub failed: Option<String>,
}

impl Document for Settings {
    const KIND: &'static str = "settings";
}

/// Asks each environment that tells how its settings are listed.
pub(super) async fn probe(world: &mut World<'_>) -> Result<()> {
    let target = &world.manifest.target;
    let wanted: Vec<(String, String)> = (target.env.iter())
        .flat_map(|(variable, value)| {
            let sinks = value.names().into_iter().filter_map(|hole| hole.strip_prefix("sink.").map(str::to_owned));
            sinks.map(|sink| (variable.clone(), sink.split('.').next().unwrap_or_default().to_owned()))
        })
        .collect();
    let environments = world.manifest.looked_at.iter().chain([target]);
    let told: Vec<(String, String)> =
        environments.filter_map(|one| Some((one.name.clone(), one.settings.clone()?))).collect();
    for (name, command) in told {
        let place = world.manifest.place(&format!("environment.{name}.settings"));
        let mut seen = Settings { place: format!("{name} ({place})"), wanted: wanted.clone(), ..Settings::default() };
        match world.target.run_with(&command, &[]).await {
            Ok(ended) if ended.well => seen.found = read(&ended.text()),
            Ok(ended) => seen.failed = Some(format!("it ended with {}", ended.status)),
            Err(trouble) => seen.failed = Some(trouble.wrong),
        }
        world.store.add(&seen)?;
    }
    Ok(())
}

/// What production lacks of the settings for a kind of receiver: one sentence, with the document that shows it. One of
/// several that is set is enough.
pub(super) fn lacking(dossier: &Dossier, takes: fn(&str) -> bool) -> Option<(&str, String)> {
    let all: Vec<(&str, Settings)> = dossier.all();
    all.into_iter().find_map(|(digest, seen)| {
        let wanted: Vec<&str> =
            seen.wanted.iter().filter(|(_, sink)| takes(sink)).map(|(name, _)| name.as_str()).collect();
        if wanted.is_empty() || seen.failed.is_some() {
            return None;
        }
        let state = |name: &str| seen.found.iter().find(|(known, _)| known == name).map(|(_, state)| *state);
        if wanted.iter().any(|name| state(name) == Some(State::Set)) {
            return None;
        }
        let each: Vec<String> = wanted
            .iter()
            .map(|name| match state(name) {
                None => format!("{name} is not set"),
                Some(State::Empty) => format!("{name} is empty"),
                Some(_) => format!("{name} is a placeholder"),
            })
            .collect();
        Some((digest, format!("{}: {}", seen.place, each.join(", "))))
    })
}

/// For errors.
pub(super) fn of_tracker(sink: &str) -> bool {
    sink == SENTRY
}

/// For alerts. The way for mail is there for other mail, too, and says nothing.
pub(super) fn of_alerts(sink: &str) -> bool {
    takes_alerts(sink) && sink != HEARTBEAT && sink != SMTP
}

/// Names, and values where they are shown, in whatever form a platform prints them: a JSON object, a list of objects or
/// names, `NAME=value`, or a table whose first column holds the names.
fn read(text: &str) -> Vec<(String, State)> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(fields)) => fields.iter().map(|(name, value)| (name.clone(), state(value.as_str()))).collect(),
        Ok(Value::Array(rows)) => rows.iter().filter_map(row).collect(),
        _ => text.lines().filter_map(line).collect(),
    }
}

fn row(row: &Value) -> Option<(String, State)> {
    if let Some(name) = row.as_str() {
        return Some((name.to_owned(), State::Set));
    }
    let field = |wanted: &[&str]| {
        let fields = row.as_object()?;
        fields.iter().find(|(name, _)| wanted.contains(&name.to_lowercase().as_str())).map(|(_, value)| value)
    };
    let name = field(&["name", "key", "variable"])?.as_str()?.to_owned();
    Some((name, state(field(&["value"]).and_then(Value::as_str))))
}

fn line(line: &str) -> Option<(String, State)> {
    let line = line.trim().trim_start_matches("export ").trim_start_matches(['|', '│']).trim();
    let end = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| !c.is_ascii_lowercase());
    if !named {
        return None;
    }
    let value = rest.trim_start().strip_prefix(['=', ':']).map(|value| value.trim().trim_matches(['"', '\'']));
    Some((name.to_owned(), state(value)))
}

/// A value that is not shown, or is masked, counts as set. Short words count only where they stand alone: a token may
/// hold them by chance.
fn state(value: Option<&str>) -> State {
    const ANYWHERE: &[&str] = &["changeme", "change-me", "change_me", "placeholder", "<", "example.com", "example.org"];
    const ALONE: &[&str] =
        &["todo", "tbd", "fixme", "your", "example", "dummy", "none", "null", "undefined", "localhost", "replace"];
    let Some(value) = value.map(str::trim) else { return State::Set };
    let lower = value.to_lowercase();
    let alone = |word: &str| ALONE.contains(&word) || 2 < word.len() && word.chars().all(|c| c == 'x');
    let nobody_means = ANYWHERE.iter().any(|word| lower.contains(word))
        || lower.contains("127.0.0.1")
        || lower.split(|c: char| !c.is_alphanumeric()).any(alone);
    match () {
        () if value.is_empty() => State::Empty,
        () if nobody_means => State::Placeholder,
        () => State::Set,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_is_read() {
        let of = |text: &str| read(text).into_iter().find(|(name, _)| name == "SLACK_URL").map(|(_, state)| state);
        assert_eq!(of("A=1\nSLACK_URL=https://hooks.tallyhouse.dev/x\n"), Some(State::Set));
        assert_eq!(of("export SLACK_URL=\"\""), Some(State::Empty));
        assert_eq!(of("SLACK_URL=https://hooks.example.com/changeme"), Some(State::Placeholder));
        assert_eq!(of(r#"[{"Name":"SLACK_URL","Digest":"1f"}]"#), Some(State::Set));
        assert_eq!(of(r#"[{"name":"SLACK_URL","value":""}]"#), Some(State::Empty));
        assert_eq!(of(r#"{"SLACK_URL":"TODO"}"#), Some(State::Placeholder));
        assert_eq!(of(r#"["SLACK_URL"]"#), Some(State::Set));
        assert_eq!(of("NAME        DIGEST\nSLACK_URL   1f3a\n"), Some(State::Set));
        assert_eq!(of("SLACK_URL=*****"), Some(State::Set));
        assert_eq!(of("SLACK_URL=https://hooks.slack.com/services/T00/B00/8noneTodoXxxq"), Some(State::Set));
        assert_eq!(of("SLACK_URL=https://hooks.slack.com/services/T00/B00/XXXXXXXX"), Some(State::Placeholder));
        assert_eq!(of("OTHER=1"), None);
    }

    proptest! {
        #[test]
        fn any_output_is_read(text in ".*") {
            read(&text);
            read(&format!("A{text}=\n[{text}]"));
        }
    }
}
