//! Where settings come from. There is one table of them, the command line: each is an argument `--name`, a line `name = …`
//! of a file, or a variable `PORTAL_NAME`; a variable with `_FILE` behind its name, and `{ file = "…" }` in a file, name a
//! file that holds the value. What is said on the command line counts first, then variables, then the file.

mod check;
mod file;
mod reference;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::{Arg, ArgAction, Command};

pub use check::{Said, check, said_to_check};
pub use file::Value;
pub use reference::reference;

/// What the variables of settings begin with that have no usual name of their own.
const PREFIX: &str = "PORTAL_";

/// A command line with everything that was said elsewhere, too.
#[derive(Debug)]
pub struct Filled {
    /// The whole command line.
    pub arguments: Vec<OsString>,
    /// Where the values came from that were not said on it.
    pub origins: BTreeMap<String, String>,
}

/// Adds to a command line what variables and the file of `--config` say about the arguments of its command.
///
/// # Errors
/// When the file cannot be read, a line of it is no setting, or a value cannot be one: with the place.
pub fn fill(
    command: &Command,
    arguments: Vec<OsString>,
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Filled> {
    let (leaf, end) = leaf(command, &arguments);
    let file = match said(&arguments, "config").or_else(|| variable(&format!("{PREFIX}CONFIG"))) {
        Some(path) => file::read(Path::new(&path), &settings(command))?,
        None => BTreeMap::new(),
    };
    let mut filled = Filled { arguments, origins: BTreeMap::new() };
    let mut added = Vec::new();
    for argument in settings_of(leaf) {
        let names = names(argument);
        if names.iter().any(|name| is_said(&filled.arguments[..end], name)) {
            continue;
        }
        let Some((values, origin)) = elsewhere(argument, &names[0], &file, variable)? else { continue };
        for value in &values {
            added.extend(typed(argument, &names[0], value, &origin)?);
        }
        filled.origins.insert(names[0].clone(), origin);
    }
    filled.arguments.splice(end..end, added);
    Ok(filled)
}

/// What a variable or the file says, and which of them.
fn elsewhere(
    argument: &Arg,
    name: &str,
    file: &BTreeMap<String, Value>,
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Option<(Vec<OsString>, String)>> {
    let usual = argument.get_env().map(|name| name.to_string_lossy().into_owned());
    if usual.as_ref().is_some_and(|usual| variable(usual).is_some()) {
        // Already read where arguments are.
        return Ok(None);
    }
    let own = variable_of(name);
    for known in usual.iter().chain([&own]) {
        let values = |text: OsString| match (argument.get_action(), text.to_str()) {
            (ArgAction::Append, Some(text)) => text.split(',').map(|part| part.trim().into()).collect(),
            _ => vec![text],
        };
        if let Some(text) = variable(known) {
            return Ok(Some((values(text), known.clone())));
        }
        let of_file = format!("{known}_FILE");
        // Some arguments are about files themselves: `--…-file` is not said twice.
        if let Some(path) = variable(&of_file).filter(|_| !name.ends_with("-file")) {
            return Ok(Some((values(held(&PathBuf::from(path), &of_file)?), of_file)));
        }
    }
    let Some(value) = file.get(name) else { return Ok(None) };
    Ok(Some((value.texts()?, value.place.clone())))
}

/// What a file holds, without the end of its last line.
fn held(path: &Path, origin: &str) -> Result<OsString> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            bail!("{origin}: {} cannot be read: {error}\n\nhint: it holds the value and nothing else", path.display())
        }
    };
    Ok(text.trim_end_matches(['\r', '\n']).into())
}

/// As it would be typed.
fn typed(argument: &Arg, name: &str, value: &OsString, origin: &str) -> Result<Option<OsString>> {
    if matches!(argument.get_action(), ArgAction::SetTrue) {
        return match value.to_str() {
            Some("true" | "1") => Ok(Some(format!("--{name}").into())),
            Some("false" | "0" | "") => Ok(None),
            _ => bail!("{origin}: {name} is on or off\n\nhint: true or false"),
        };
    }
    let mut typed = OsString::from(format!("--{name}="));
    typed.push(value);
    Ok(Some(typed))
}

/// The variable of a setting: `PORTAL_BACKUP_EVERY`.
fn variable_of(name: &str) -> String {
    format!("{PREFIX}{}", name.to_uppercase().replace('-', "_"))
}

/// Everything that can be said in a file: what `serve` takes.
fn settings(command: &Command) -> Vec<String> {
    let serve = command.find_subcommand("serve");
    serve.into_iter().flat_map(settings_of).flat_map(names).collect()
}

fn settings_of(command: &Command) -> impl Iterator<Item = &Arg> {
    let is_setting = |argument: &&Arg| {
        let takes = matches!(argument.get_action(), ArgAction::Set | ArgAction::SetTrue | ArgAction::Append);
        takes && !argument.is_hide_set() && argument.get_long().is_some_and(|long| long != "config")
    };
    command.get_arguments().filter(is_setting)
}

/// Its long name, and the others that it goes by.
fn names(argument: &Arg) -> Vec<String> {
    let long = argument.get_long().map(str::to_owned);
    let others = argument.get_all_aliases().unwrap_or_default();
    long.into_iter().chain(others.into_iter().map(str::to_owned)).collect()
}

/// The command that is meant, and where its arguments end.
fn leaf<'a>(command: &'a Command, arguments: &[OsString]) -> (&'a Command, usize) {
    let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    let mut leaf = command;
    for word in arguments[..end].iter().skip(1).filter_map(|word| word.to_str()) {
        leaf = leaf.find_subcommand(word).unwrap_or(leaf);
    }
    (leaf, end)
}

fn is_said(arguments: &[OsString], name: &str) -> bool {
    let (alone, with_value) = (format!("--{name}"), format!("--{name}="));
    arguments.iter().filter_map(|word| word.to_str()).any(|word| word == alone || word.starts_with(&with_value))
}

/// The value of an argument.
fn said(arguments: &[OsString], name: &str) -> Option<OsString> {
    let (alone, with_value) = (format!("--{name}"), format!("--{name}="));
    let position = arguments
        .iter()
        .position(|word| word.to_str().is_some_and(|word| word == alone || word.starts_with(&with_value)))?;
    match arguments[position].to_str()?.strip_prefix(&with_value) {
        Some(value) => Some(value.into()),
        None => arguments.get(position + 1).cloned(),
    }
}

#[cfg(test)]
mod tests;
