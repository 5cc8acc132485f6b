//! What can be typed. Help texts teach: each command says what it does, what it writes, and shows an example.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::init::Person;
use crate::verdict::{Dimension, Mark, Severity};
use crate::walk::Shard;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "plimsoll",
    version,
    about = "What load can this web service safely carry?",
    long_about = "What load can this web service safely carry?\n\n\
        plimsoll walks every action of a service as every actor, reads the service's own record of what happened, \
        holds it to its published promises, and says which gaps are open and in which order to close them. \
        Every verdict is backed by evidence on disk that anybody can judge again.\n\n\
        It walks only what the manifest calls yours, and sends nothing home.",
    after_help = "Begin here:\n  \
        plimsoll init URL        looks at your service and writes the manifest\n  \
        plimsoll plan            what would be sent, and what cannot be reached\n  \
        plimsoll auth check      can every actor sign in\n  \
        plimsoll audit           the walk and the report\n  \
        plimsoll explain         every check there is\n\n\
        Exit codes:\n  \
        0  what is required holds; nothing required: no gap\n  \
        1  a gap stands before what is required; nothing required: any gap\n  \
        2  bad input, or a target that cannot be walked\n  \
        3  no such gap, but what is required could not be proved",
    max_term_width = 100,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// The manifest; what is written lies in .plimsoll/ beside it
    #[arg(
        short,
        long,
        global = true,
        value_name = "FILE",
        default_value = "plimsoll.toml",
        env = "PLIMSOLL_MANIFEST",
        hide_env_values = true
    )]
    pub manifest: PathBuf,
    /// Say nothing while working; only the result is printed
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look at a service that runs, and write plimsoll.toml with a reason behind each line
    #[command(
        long_about = "Look at a service that runs, and write plimsoll.toml with a reason behind each line.\n\n\
            Sends at most 90 GETs and nothing else: to the usual places of an OpenAPI document and of pages that show one, of \
            sign-in and sign-up forms, of health and policy. Looks at the files of the manifest's directory, too: documents, \
            recordings (HAR), collections, test suites, what starts the service. Runs nothing.\n\n\
            A service where anybody can sign up needs no further word: the walk makes its people, two tenants of one, by \
            itself. Elsewhere two people who have an account have to be named; their secrets are read from the environment and \
            never stand in the manifest.\n\n\
            At a terminal it asks what no service shows. Each question has an option here, Enter skips, and `none` is an answer.",
        after_help = "Examples:\n  \
            plimsoll init http://localhost:3000\n  \
            plimsoll init 3000 --actor ann@shop.example:owner:shop --actor eve@other.example:owner:other\n  \
            plimsoll init 3000 --record 'GET /audit-log -> items[]' --alerts none --disposable\n  \
            plimsoll init https://staging.example.com --yes --by 'J. Doe' --contact security@example.com"
    )]
    Init(InitArgs),
    /// Walk the service and report what load it can carry
    #[command(
        long_about = "Walk the service and report what load it can carry.\n\n\
            Starts the target where the manifest says how, signs every actor in, makes objects of its own, tries every \
            action on them as everybody else, and ends the target again. Writes .plimsoll/report.html, report.json, \
            evidence/ and proof.dsse.json.\n\n\
            Who may do what stands in plimsoll.matrix. Without one only the walls between tenants and what is plainly \
            meant are judged; `plimsoll matrix draft` writes the first one for you to review.",
        after_help = "Examples:\n  \
            plimsoll audit                                       no gap at all, or exit 1\n  \
            plimsoll audit --require pilot                       only what stands before a first client fails\n  \
            plimsoll audit --require authorization=pilot         one dimension to begin with\n  \
            plimsoll audit --only authorization                  one pass; the others count as unproven\n  \
            plimsoll audit --ratchet                             in CI: only what is worse than before fails\n  \
            plimsoll audit --safe-verbs                          looks only; says what it therefore did not prove\n  \
            plimsoll audit --conclusive                          a cell that stayed undecided is exit 3\n  \
            plimsoll audit --shard 2/4                           the second of four runners; `plimsoll merge` joins them\n  \
            plimsoll audit --resume                              goes on with a walk that was broken off"
    )]
    Audit(AuditArgs),
    /// Join the evidence of all shards of a walk, judge it and write the reports
    #[command(
        long_about = "Join the evidence of all shards of a walk, judge it and write the reports.\n\n\
            Each runner starts a service of its own and walks a part of the actions: `plimsoll audit --shard 1/4`, 2/4 … Its \
            evidence lies below .plimsoll/evidence; the last shard asks what concerns the whole service, too. All of \
            them must have been walked with the same manifest, matrix, document and commit.",
        after_help = "Examples:\n  \
            plimsoll audit --shard 2/4                    on each of four runners\n  \
            plimsoll merge shards/*                       afterwards, where all evidence lies\n  \
            plimsoll merge --ratchet shards/*             and only what is worse than before fails"
    )]
    Merge {
        /// The evidence directories of all shards
        #[arg(required = true, value_name = "DIR")]
        dirs: Vec<PathBuf>,
        /// What becomes of it
        #[command(flatten)]
        ending: EndingArgs,
    },
    /// Print what would be sent, made and left, and what cannot be reached; sends nothing that changes anything
    #[command(
        after_help = "Examples:\n  plimsoll plan --cells          each action with its cells\n  plimsoll plan --unreached      each action that is not reached, with the reason"
    )]
    Plan {
        /// List every action that is not reached, with the reason and the line that would help
        #[arg(long)]
        unreached: bool,
        /// List every action with its cells, and where their number is a bound, the reason
        #[arg(long)]
        cells: bool,
    },
    /// Explain a check, a gap of the last run, or the score; without an id, list all checks
    #[command(after_help = "Examples:\n  \
            plimsoll explain                 every check, by dimension\n  \
            plimsoll explain AZ02            why, how it is proved, what was found here, how to fix it\n  \
            plimsoll explain AZ02-5c1e       one gap, with its evidence side by side\n  \
            plimsoll explain score           how the span and the line are made, with this run's figures")]
    Explain {
        /// A check (AZ02), a gap (AZ02-5c1e), or `score`
        id: Option<String>,
    },
    /// Try one gap of the last run again, live, on a fresh object
    #[command(
        after_help = "Example:\n  plimsoll replay AZ02-5c1e      exit 0: closed; exit 1: still open; exit 3: undecided"
    )]
    Replay {
        /// The gap: AZ02-5c1e
        id: String,
    },
    /// Judge evidence again, without the service
    #[command(after_help = "Examples:\n  \
            plimsoll judge                                           the last run\n  \
            plimsoll judge .plimsoll/evidence/2026-11-22T094100Z     any run, also somebody else's")]
    Judge {
        /// A directory below .plimsoll/evidence; the last run's by default
        dir: Option<PathBuf>,
        /// Print the outcome as JSON instead of text
        #[arg(long)]
        json: bool,
    },
    /// Verify a signed run: the signature, the root of the evidence, and every verdict, judged again
    #[command(after_help = "Examples:\n  \
            plimsoll verify                              the last run\n  \
            plimsoll verify DIR --trust key.pub          only if this key signed it\n  \
            plimsoll verify DIR --phase 1                and only if every check of phase 1 holds\n\n\
            Exit 0: everything agrees; 1: something differs, and what differs first is named.")]
    Verify {
        /// A directory below .plimsoll/evidence; the last run's by default
        dir: Option<PathBuf>,
        /// The public key that must have signed it: base64, or a file that holds it
        #[arg(long, value_name = "KEY")]
        trust: Option<String>,
        /// Require that every check up to this phase holds
        #[arg(long, value_name = "N", value_parser = phase)]
        phase: Option<Severity>,
    },
    /// Who may do what: review what was drafted, accept it, or show what follows from a row
    #[command(subcommand, arg_required_else_help = true)]
    Matrix(MatrixCommand),
    /// What may stand, and who answers for it: `plimsoll audit --ratchet` fails only on what is worse
    #[command(subcommand, arg_required_else_help = true)]
    Baseline(BaselineCommand),
    /// Can every actor sign in, and is each really himself
    #[command(subcommand, arg_required_else_help = true)]
    Auth(AuthCommand),
    /// Write work orders for the open gaps, grouped by concern; starts nothing
    #[command(after_help = "Example:\n  plimsoll fix --phase 1         .plimsoll/orders/p1-*.md")]
    Fix {
        /// Only gaps of this phase
        #[arg(long, value_name = "N", value_parser = phase)]
        phase: Option<Severity>,
    },
    /// Let your tests, or a browser, draw the map: records what they do as actions to walk
    #[command(
        long_about = "Let your tests, or a browser, draw the map: records what they do as actions to walk.\n\n\
            Puts a proxy on the loopback in front of the service, runs a command with the proxy's address in BASE_URL, \
            PLIMSOLL_URL, PLAYWRIGHT_TEST_BASE_URL and CYPRESS_BASE_URL, lets everything through, and writes \
            .plimsoll/recording.har: requests and answers without passwords, tokens, cookies and credentials. Where the \
            manifest says how, the service is started first and ended again. Name the recording in the manifest: \
            document = \".plimsoll/recording.har\".",
        after_help = "Examples:\n  \
            plimsoll record -- npx playwright test                              your tests draw the map\n  \
            plimsoll record --browser                                           you click for five minutes\n  \
            plimsoll record --target http://localhost:3000 -- npm run e2e       before there is a manifest\n  \
            plimsoll record --out recordings/e2e.har -- npm run e2e             to be checked in"
    )]
    Record(RecordArgs),
    /// Receive errors, alerts, heartbeats and mail by hand: runs a command with the receivers' addresses
    #[command(
        long_about = "Receive errors, alerts, heartbeats and mail by hand.\n\n\
            Opens receivers on the loopback that speak the protocols of Sentry, of chat webhooks, of heartbeat monitors \
            and SMTP, runs a command with their addresses in SENTRY_DSN, SLACK_WEBHOOK_URL, ALERT_WEBHOOK_URL, \
            WEBHOOK_URL, HEARTBEAT_URL, SMTP_URL, SMTP_HOST and SMTP_PORT, and prints what arrives. Nothing is passed on. \
            Without a command it prints the addresses and receives until Ctrl-C.",
        after_help = "Example:\n  plimsoll sinks -- npm start     does a thrown error arrive?"
    )]
    Sinks {
        /// The command and its arguments
        #[arg(last = true, value_name = "CMD")]
        command: Vec<String>,
    },
    /// Print the one answer that would prove most for the least time
    Next,
}

/// What is looked at, and what is told.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Where the service answers: http://localhost:3000, localhost:3000, or the port alone
    pub url: String,
    /// It is yours although it is not on this machine: to look at now, to change and break in a walk
    #[arg(long)]
    pub yes: bool,
    /// Write over a manifest that is there
    #[arg(long)]
    pub force: bool,
    /// Somebody who has an account: how he signs in, his role, whose he is; repeatable
    #[arg(long, value_name = "NAME:ROLE:TENANT", value_parser = Person::parse)]
    pub actor: Vec<Person>,
    /// The load that you want to carry: demo, pilot, client, enterprise
    #[arg(long, value_name = "MARK", value_parser = mark)]
    pub require: Option<Mark>,
    /// Everything in the service may be lost
    #[arg(long)]
    pub disposable: bool,
    /// Where who did what is written down: a request, a file, a command, or none
    #[arg(long, value_name = "WHERE")]
    pub record: Option<String>,
    /// Where errors go: an address, or none
    #[arg(long, value_name = "WHERE")]
    pub errors: Option<String>,
    /// Where alerts go: an address, or none
    #[arg(long, value_name = "WHERE")]
    pub alerts: Option<String>,
    /// What watches from outside: an address, or none
    #[arg(long, value_name = "WHERE")]
    pub monitor: Option<String>,
    /// The command that makes a backup at {backup}, or none
    #[arg(long, value_name = "CMD")]
    pub backup: Option<String>,
    /// The command that restores {backup} into {scratch}, or none
    #[arg(long, value_name = "CMD")]
    pub restore: Option<String>,
    /// Who allows the walk of a service that is not on this machine: a name
    #[arg(long, value_name = "NAME", requires = "contact")]
    pub by: Option<String>,
    /// Whom one asks while it is walked: a mail address
    #[arg(long, value_name = "MAIL", requires = "by")]
    pub contact: Option<String>,
}

/// Options of the audit.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// The load that you want to carry: demo, pilot, client, enterprise; or DIMENSION=MARK, repeatable
    #[arg(long, value_name = "MARK", value_parser = requirement)]
    pub require: Vec<Requirement>,
    /// Walk only this pass: authorization, audit-trail, promises, detection, operations
    #[arg(long, value_name = "DIMENSION", value_parser = dimension)]
    pub only: Option<Dimension>,
    /// Send at most so many requests a second; goes before the manifest's `rate`
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate: Option<u32>,
    /// Send GET, HEAD and OPTIONS only, beside the sign-in; everything that needs more stays unproven, and is named
    #[arg(long)]
    pub safe_verbs: bool,
    /// The order's seed; the same seed gives the same order
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Walk only this part of the actions, so that several runners share them: the second of four is 2/4
    #[arg(long, value_name = "I/N", conflicts_with = "ratchet")]
    pub shard: Option<Shard>,
    /// Go on with the last walk, which was broken off
    #[arg(long, conflicts_with_all = ["shard", "only", "seed"])]
    pub resume: bool,
    /// What becomes of it
    #[command(flatten)]
    pub ending: EndingArgs,
}

/// What becomes of a walk's evidence.
#[derive(Debug, Args)]
pub struct EndingArgs {
    /// Exit 3 unless every cell that was possible is conclusive
    #[arg(long)]
    pub conclusive: bool,
    /// Fail only on what is worse than plimsoll.baseline knows: a gap that is new, a check that is proved no more
    #[arg(long)]
    pub ratchet: bool,
    /// The key that signs the run; made on first use
    #[arg(long, value_name = "FILE", env = "PLIMSOLL_KEY", hide_env_values = true)]
    pub key: Option<PathBuf>,
    /// Do not sign the run
    #[arg(long, conflicts_with = "key")]
    pub unsigned: bool,
}

/// Options of the recorder.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// Start a browser instead of a command; without one that is installed, print the address and wait for Ctrl-C
    #[arg(long, conflicts_with = "command")]
    pub browser: bool,
    /// Where the service answers, where no manifest says so
    #[arg(long, value_name = "URL")]
    pub target: Option<String>,
    /// Where the recording is written; .plimsoll/recording.har by default
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The command and its arguments
    #[arg(last = true, value_name = "CMD", required_unless_present = "browser")]
    pub command: Vec<String>,
}

/// `plimsoll matrix …`
#[derive(Debug, Subcommand)]
pub enum MatrixCommand {
    /// Write plimsoll.matrix, or add the actions that it lacks, with what the last run saw
    Draft,
    /// Show what differs from what was drafted, and what nobody has looked at yet
    #[command(after_help = "Edit plimsoll.matrix to decide: a reach without a mark is reviewed.\n\
        `own!all` was drafted `own` and seen `all`; `own?` is a guess that nobody has looked at.")]
    Review,
    /// Take the drafted reaches as the policy: removes their `?` marks, or those of one row
    #[command(after_help = "Examples:\n  \
        plimsoll matrix accept                         every `?`; rows with `!` stay, they need a decision\n  \
        plimsoll matrix accept 'GET /projects/{id}'    one row")]
    Accept {
        /// The row: `GET /projects/{id}`
        row: Option<String>,
    },
    /// Show every cell that follows from a row
    Show {
        /// The action: `GET /projects/{id}`
        action: String,
    },
}

/// `plimsoll baseline …`
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Take in the gaps of the last run, or one of them; writes plimsoll.baseline
    #[command(after_help = "Examples:\n  \
        plimsoll baseline accept --owner jonas --why 'from before the audit'        every gap of the last run\n  \
        plimsoll baseline accept AZ02-5c1e --owner jonas --why 'old client, 1.4'    one gap\n\n\
        It leaves by itself once it is closed. It does not raise the line.")]
    Accept {
        /// The gap: AZ02-5c1e; every gap of the last run without it
        id: Option<String>,
        /// Who answers for it
        #[arg(long, value_name = "NAME")]
        owner: String,
        /// Why it may stand
        #[arg(long, value_name = "WORDS")]
        why: String,
    },
    /// Hold the last run against it
    Show,
}

/// `plimsoll auth …`
#[derive(Debug, Subcommand)]
pub enum AuthCommand {
    /// Sign every actor in and prove that each is himself and nobody else
    #[command(after_help = "A broken set-up is exit 2 here, and never becomes a finding.")]
    Check,
}

/// A mark for all dimensions, or for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    /// `None`: all of them.
    pub dimension: Option<Dimension>,
    /// What is required.
    pub mark: Mark,
}

fn requirement(text: &str) -> Result<Requirement, String> {
    let (dimension, word) = match text.split_once('=') {
        Some((name, mark)) => (Some(dimension(name)?), mark),
        None => (None, text),
    };
    Ok(Requirement { dimension, mark: mark(word)? })
}

fn mark(word: &str) -> Result<Mark, String> {
    let mark = Mark::ALL.into_iter().find(|mark| mark.word() == word);
    mark.ok_or_else(|| format!("`{word}` is no mark: demo, pilot, client, enterprise"))
}

fn dimension(text: &str) -> Result<Dimension, String> {
    let typed = |dimension: &Dimension| dimension.name().replace(' ', "-");
    let names = || Dimension::ALL.map(|dimension| typed(&dimension)).join(", ");
    let found = Dimension::ALL.into_iter().find(|dimension| typed(dimension) == text.replace('_', "-"));
    found.ok_or_else(|| format!("`{text}` is no dimension: {}", names()))
}

fn phase(text: &str) -> Result<Severity, String> {
    let phase = Severity::ALL.into_iter().find(|severity| severity.phase().to_string() == text);
    phase.ok_or_else(|| "there are three phases: 1, 2, 3".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn requirements_are_read() {
        let pilot = Requirement { dimension: None, mark: Mark::Pilot };
        assert_eq!(requirement("pilot"), Ok(pilot));
        let trail = Requirement { dimension: Some(Dimension::AuditTrail), mark: Mark::Client };
        assert_eq!(requirement("audit-trail=client"), Ok(trail));
        assert!(requirement("paying client").is_err() && requirement("trail=client").is_err());
    }
}
