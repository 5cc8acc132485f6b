//! What a runbook proves: nothing but that somebody finds it, that its commands run, and that it was tried.

use super::{CHECK, Drilled, Leads, Runbook};
use crate::checks::say::say;
use crate::evidence::Dossier;
use crate::verdict::Finding;

/// One finding about alerts, one about commands, one about the drill.
pub fn judge(dossier: &Dossier) -> Vec<Finding> {
    let all: Vec<(&str, Runbook)> = dossier.all();
    let Some((digest, seen)) = all.last() else { return Vec::new() };
    vec![of_alerts(digest, seen), of_commands(digest, seen), of_drill(digest, seen)]
}

fn of_alerts(digest: &str, seen: &Runbook) -> Finding {
    let about = say(&CHECK, "alerts", digest);
    if let Some(why) = &seen.untried {
        return about.untried(why);
    }
    let nowhere = seen.alerts.iter().find_map(|alert| match &alert.leads {
        Leads::Nowhere(why) => Some((alert, why)),
        _ => None,
    });
    if let Some((alert, why)) = nowhere {
        return about.gap(format!("the alert “{}” has no part in a runbook: {why}", alert.title));
    }
    let away = seen.alerts.iter().find_map(|alert| match &alert.leads {
        Leads::Away(where_to) => Some((alert, where_to)),
        _ => None,
    });
    match away {
        Some((alert, where_to)) => about.not_told(
            format!(
                "the alert “{}” leads to {where_to}, and nothing says that this is a part of a runbook",
                alert.title
            ),
            "[runbook] at = \"docs/runbook.md\", a file or a path of the service's",
        ),
        None => about.holds(format!("{} kinds of alerts lead to a part about them", seen.alerts.len())),
    }
}

fn of_commands(digest: &str, seen: &Runbook) -> Finding {
    let about = say(&CHECK, "its commands", digest);
    match &seen.commands {
        Some((true, _)) => about.holds("its commands ran"),
        Some((false, words)) => about.gap(format!("its commands do not run: {words}")),
        None => about.not_told("nothing tries the commands of a runbook", "[runbook] commands = \"COMMAND\""),
    }
}

fn of_drill(digest: &str, seen: &Runbook) -> Finding {
    let about = say(&CHECK, "the drill", digest);
    match &seen.drilled {
        Some(Drilled::Days(days)) if *days <= seen.days_max => about.holds(format!("it was drilled {days} days ago")),
        Some(Drilled::Days(days)) => {
            about.gap(format!("it was last drilled {days} days ago, and {} are allowed", seen.days_max))
        }
        Some(Drilled::Never) => about.gap("it was never drilled: the manifest's command prints no moment"),
        Some(Drilled::Failed(why)) => about.undecided(why.clone()),
        None => about.not_told(
            "nothing says when the runbook was last drilled",
            "[runbook] drilled = \"COMMAND\" that prints the day of the last drill",
        ),
    }
}
