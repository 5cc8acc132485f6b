//! The operator's command line: an action's name and its input as JSON.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use door::{Credential, Door, Input, Refusal, Request, Way, id::uuid_at};
use serde_json::Value;

/// Passes an action of the console through the door.
///
/// # Errors
/// With the field that is wrong, and the next step.
pub async fn pass(door: &Arc<Door>, action: &str, input: &str) -> Result<Value> {
    let known: Vec<&str> = door
        .catalogue()
        .entries()
        .filter(|entry| matches!(entry.spec.way, Way::Console(_)))
        .map(|entry| entry.spec.name)
        .collect();
    if !known.contains(&action) {
        bail!("{action}: is no action of the command line\n\nhint: there are {}", known.join(", "));
    }
    let mut fields: Value = serde_json::from_str(input).context("the input is not JSON")?;
    fill_secrets(&mut fields)?;
    let request = Request {
        credential: Credential::Console,
        input: Input::Fields(fields),
        id: uuid_at(door.now()),
        ..Request::default()
    };
    match door.pass(action, request).await {
        Ok(reply) => Ok(reply.output),
        Err(Refusal::Invalid(errors)) => {
            let lines: Vec<String> = errors.iter().map(|(field, why)| format!("{field}: {why}")).collect();
            bail!("{}", lines.join("\n"))
        }
        Err(Refusal::Malformed(why)) => bail!("{why}"),
        Err(refusal) => bail!("{action}: {}", refusal.word().replace('_', " ")),
    }
}

/// Puts in what `{"file": "PATH"}` and `{"env": "NAME"}` stand for, so that no secret has to stand on a command line.
fn fill_secrets(value: &mut Value) -> Result<()> {
    let Value::Object(fields) = value else { return Ok(()) };
    for (name, field) in fields {
        let Value::Object(inner) = field else { continue };
        let read = match inner.iter().next() {
            Some((kind, Value::String(path))) if kind == "file" && inner.len() == 1 => {
                std::fs::read_to_string(path).with_context(|| format!("{name}: {path} cannot be read"))?
            }
            Some((kind, Value::String(variable))) if kind == "env" && inner.len() == 1 => {
                std::env::var(variable).with_context(|| format!("{name}: the variable {variable} is not set"))?
            }
            _ => continue,
        };
        *field = Value::String(read.trim_end_matches(['\r', '\n']).to_owned());
    }
    Ok(())
}

/// The answer as lines: `organisation=0193…`; lists with their index, `clients.0=…`.
#[must_use]
pub fn lines(output: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    add_lines("", output, &mut lines);
    lines
}

fn add_lines(name: &str, value: &Value, lines: &mut Vec<String>) {
    let under = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| add_lines(&under(key), value, lines)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| add_lines(&under(&index.to_string()), value, lines));
        }
        Value::String(text) => lines.push(format!("{name}={text}")),
        Value::Null => {}
        other => lines.push(format!("{name}={other}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_are_lines() {
        let output = json!({"organisation": "a", "clients": ["b", "c"], "count": 2, "none": null});
        assert_eq!(lines(&output), ["clients.0=b", "clients.1=c", "count=2", "organisation=a"]);
    }
}
