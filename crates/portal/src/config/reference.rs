//! The reference of all settings, made of the command line itself.

use std::collections::BTreeMap;

use clap::{Arg, ArgAction, Command};

use super::{names, settings_of, variable_of};

/// What stands before the tables.
const ABOUT: &str = "\
# Configuration

Made by `plimsoll-portal config reference` from the command line itself. Nothing has to be configured for a look.

Each setting can be said in three ways; the first that says anything counts:

1. as an argument: `plimsoll-portal serve --listen 0.0.0.0:443`
2. as a variable: `PORTAL_LISTEN=0.0.0.0:443`, or under its usual name where the table has one
3. as a line of a file: `listen = \"0.0.0.0:443\"`, with `--config portal.toml` or `PORTAL_CONFIG=portal.toml`

A secret need not stand in any of them: a variable with `_FILE` behind its name (`SENTRY_DSN_FILE=/run/secrets/sentry`), and
`{ file = \"/run/secrets/sentry\" }` in the file, name a file that holds it and nothing else. What may be said several times is a
list in the file, and parts between commas in a variable. A setting that is on or off is `true` or `false`.

```toml
# portal.toml
data             = \"/var/lib/plimsoll\"
listen           = \"0.0.0.0:443\"
domain           = [\"portal.example.com\"]
redirect-from    = \"0.0.0.0:80\"
security-contact = \"security@example.com\"
backup-to        = \"s3://portal-backups/one\"
backup-every     = \"12h\"
```

`plimsoll-portal config check --config portal.toml` says what is set and from where, and tries whether the portal could start.
";

/// The whole reference, as Markdown.
#[must_use]
pub fn reference(command: &Command) -> String {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut order = Vec::new();
    for argument in command.find_subcommand("serve").into_iter().flat_map(settings_of) {
        let heading = argument.get_help_heading().unwrap_or("The portal").to_owned();
        if !order.contains(&heading) {
            order.push(heading.clone());
        }
        groups.entry(heading).or_default().push(row(argument));
    }
    order.iter().fold(ABOUT.to_owned(), |text, heading| {
        let rows = groups[heading].concat();
        format!("{text}\n## {heading}\n\n| setting | variable | without it | what |\n| --- | --- | --- | --- |\n{rows}")
    })
}

fn row(argument: &Arg) -> String {
    let name = names(argument).swap_remove(0);
    let usual = argument.get_env().map(|name| format!("`{}` or ", name.to_string_lossy())).unwrap_or_default();
    let value = match argument.get_action() {
        ArgAction::SetTrue => String::new(),
        _ => format!(" {}", argument.get_value_names().unwrap_or_default().join(" ")),
    };
    let defaults: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let default = match (argument.get_action(), defaults.is_empty()) {
        (ArgAction::SetTrue, _) => "off".to_owned(),
        (_, true) => "–".to_owned(),
        (_, false) => format!("`{}`", defaults.join(" ")),
    };
    let several = if matches!(argument.get_action(), ArgAction::Append) { " A list." } else { "" };
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default().replace('|', "\\|");
    let help = help.trim_end_matches('.');
    format!("| `--{name}{value}` | {usual}`{}` | {default} | {help}.{several} |\n", variable_of(&name))
}
