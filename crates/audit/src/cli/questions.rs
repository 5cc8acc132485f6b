//! What `plimsoll init` asks a person at a terminal. Each question has a flag, Enter skips, and `none` is an answer.

use std::io::{BufRead, Result, Write};

use super::init::wants_people;
use crate::init::{Address, Answers, Found, Person};
use crate::manifest::Authorized;
use crate::verdict::Mark;

/// Most people who are asked for.
const PEOPLE_MAX: usize = 8;

/// Whether a service that is not on this machine may be looked at.
pub(super) fn is_yours(address: &Address, input: &mut dyn BufRead, output: &mut dyn Write) -> Result<bool> {
    let words = format!(
        "{} is not on this machine. Is it yours to look at, and later to change and break? yes · no",
        address.origin
    );
    let answer = ask_line(&words, input, output)?;
    Ok(answer.is_some_and(|answer| is_yes(&answer)))
}

/// Asks what was not typed.
pub(super) fn ask(found: &Found, answers: &mut Answers, input: &mut dyn BufRead, output: &mut dyn Write) -> Result<()> {
    writeln!(
        output,
        "What is not asked of the service, only you can say. Enter skips. \"none\" is an answer, and an honest one: it counts as a gap.\n"
    )?;
    if answers.people.is_empty() && wants_people(found) {
        people(answers, input, output)?;
    }
    if !found.address.is_loopback && answers.authorized.is_none() {
        authorized(answers, input, output)?;
    }
    if answers.require.is_none() {
        let answer = ask_line("What do you want to carry? demo · pilot · client · enterprise", input, output)?;
        answers.require = answer.and_then(|answer| Mark::ALL.into_iter().find(|mark| mark.word() == answer));
    }
    let record = match &found.record {
        Some(path) => {
            format!("Where is written down who did what? GET {path} · another request · file · command · none")
        }
        None => "Where is written down who did what? a request (GET /events) · file · command · none".to_owned(),
    };
    for (words, answer) in [
        (record.as_str(), &mut answers.record),
        ("Where do errors go? an address · none", &mut answers.errors),
        ("Where do alerts go? an address · none", &mut answers.alerts),
        ("Who watches from outside? an address · none", &mut answers.monitor),
        ("Which command makes a backup, at {backup}? a command · none", &mut answers.backup),
    ] {
        if answer.is_none() {
            *answer = ask_line(words, input, output)?;
        }
    }
    let makes = answers.backup.as_ref().is_some_and(|backup| !backup.eq_ignore_ascii_case("none"));
    if makes && answers.restore.is_none() {
        answers.restore = ask_line("Which command restores {backup} into {scratch}? a command · none", input, output)?;
    }
    if !answers.disposable {
        let answer = ask_line("May everything in it be lost? yes · no", input, output)?;
        answers.disposable = answer.is_some_and(|answer| is_yes(&answer));
    }
    writeln!(output)
}

/// Who has an account: as long as somebody is named.
fn people(answers: &mut Answers, input: &mut dyn BufRead, output: &mut dyn Write) -> Result<()> {
    let mut words = "Who has an account? NAME ROLE TENANT, as in: ann@shop.example member shop";
    while answers.people.len() < PEOPLE_MAX {
        let Some(answer) = ask_line(words, input, output)? else { break };
        match Person::parse(&answer) {
            Ok(person) => answers.people.push(person),
            Err(wrong) => writeln!(output, "    {wrong}")?,
        }
        words = if answers.people.len() < 2 { "Who else? at best somebody of another tenant" } else { "Who else?" };
    }
    Ok(())
}

fn authorized(answers: &mut Answers, input: &mut dyn BufRead, output: &mut dyn Write) -> Result<()> {
    let Some(by) = ask_line("Who allows the walk? a name", input, output)? else { return Ok(()) };
    let Some(contact) = ask_line("Whom does one ask while it runs? a mail address", input, output)? else {
        return Ok(());
    };
    let Some(until) = ask_line("Until which day? 2026-12-31", input, output)? else { return Ok(()) };
    match until.parse() {
        Ok(until) => answers.authorized = Some(Authorized { by, contact, until }),
        Err(_) => writeln!(output, "    `{until}` is not a day; it stays open")?,
    }
    Ok(())
}

/// One question; nothing where it was skipped.
fn ask_line(words: &str, input: &mut dyn BufRead, output: &mut dyn Write) -> Result<Option<String>> {
    write!(output, "  {words}  › ")?;
    output.flush()?;
    let mut line = String::new();
    if input.read_line(&mut line)? == 0 {
        writeln!(output)?;
    }
    let answer = line.trim();
    Ok((!answer.is_empty()).then(|| answer.to_owned()))
}

fn is_yes(answer: &str) -> bool {
    ["y", "yes"].contains(&answer.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::init::{Project, SignIn};

    fn found(address: &str) -> Found {
        let sign_in = SignIn {
            what: "form".into(),
            way: crate::init::Way::Carried,
            token: None,
            carried: None,
            knows: "key",
            is_seen: true,
        };
        Found {
            address: Address::parse(address).unwrap(),
            asked: 0,
            inputs: vec!["/openapi.json".into()],
            actions: 1,
            beside: Vec::new(),
            guarded: None,
            routes: Vec::new(),
            sign_in,
            sign_up: None,
            proof: None,
            health: None,
            policy: None,
            payments: Vec::new(),
            record: None,
            project: Project::default(),
        }
    }

    fn asked(address: &str, typed: &str) -> (Answers, String) {
        let (mut answers, mut output) = (Answers::default(), Vec::new());
        ask(&found(address), &mut answers, &mut typed.as_bytes(), &mut output).unwrap();
        (answers, String::from_utf8(output).unwrap())
    }

    #[test]
    fn answers_are_taken_and_enter_skips() {
        let typed =
            "ann user one\nbob\nbob user two\n\npilot\nGET /events\n\nnone\n\n./backup {backup}\n./restore\nyes\n";
        let (answers, said) = asked("3000", typed);
        assert_eq!(answers.people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["ann", "bob"]);
        assert!(said.contains("`bob` is not NAME:ROLE:TENANT"), "{said}");
        assert_eq!((answers.require, answers.record.as_deref()), (Some(Mark::Pilot), Some("GET /events")));
        assert_eq!(
            (answers.errors.as_deref(), answers.alerts.as_deref(), answers.monitor.as_deref()),
            (None, Some("none"), None)
        );
        assert_eq!(
            (answers.backup.as_deref(), answers.restore.as_deref()),
            (Some("./backup {backup}"), Some("./restore"))
        );
        assert!(answers.disposable);
    }

    #[test]
    fn whoever_says_nothing_told_nothing() {
        assert_eq!(asked("3000", "").0, Answers::default());
        let (answers, _) = asked("https://staging.tallyhouse.dev", "\nJo Doe\njo@tallyhouse.dev\n2026-12-31\n");
        assert_eq!(answers.authorized.map(|one| one.until.to_string()).as_deref(), Some("2026-12-31"));
        let address = Address::parse("https://staging.tallyhouse.dev").unwrap();
        assert!(is_yours(&address, &mut "yes\n".as_bytes(), &mut Vec::new()).unwrap());
        assert!(!is_yours(&address, &mut "\n".as_bytes(), &mut Vec::new()).unwrap());
    }
}
