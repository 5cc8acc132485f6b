//! `plimsoll init`: looks at a running service and at the directory that one stands in, and writes the manifest that they
//! suggest.
//!
//! [`look`] asks a bounded number of harmless questions; what it found is plain data. [`write()`] makes the manifest's text of
//! it and of what was told. Nothing that is found proves anything: each line says where it comes from, and may be changed.

mod address;
mod document;
mod fields;
mod forms;
mod lines;
mod manifest;
mod people;
mod places;
mod project;
mod sign_in;
mod sign_up;
#[cfg(test)]
mod tests;
mod visitor;

use std::collections::BTreeSet;
use std::path::Path;

pub use address::Address;
pub use manifest::{ROUTES_FILE, Written, write};
pub use people::Person;
pub use places::{Policy, Proof};
pub use project::{Project, Told};
pub use sign_in::{SignIn, Way};
pub use sign_up::SignUp;

use crate::error::Result;
use crate::manifest::Authorized;
use crate::verdict::Mark;
use document::Inputs;
use forms::Form;
use visitor::Visitor;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where the service is.
    pub address: Address,
    /// How many requests were sent.
    pub asked: u32,
    /// What names the actions, as the manifest writes it: paths of the service's, files.
    pub inputs: Vec<String>,
    /// How many actions they name together.
    pub actions: usize,
    /// Files that say the same as the service's own document.
    pub beside: Vec<String>,
    /// A place of a document that only the signed-in may read, and the status that it answered.
    pub guarded: Option<(String, u16)>,
    /// Routes that pages showed, a line each: all there is where nothing names the actions.
    pub routes: Vec<String>,
    /// How people sign in.
    pub sign_in: SignIn,
    /// How somebody makes an account for himself.
    pub sign_up: Option<SignUp>,
    /// What answers the signed-in with himself.
    pub proof: Option<Proof>,
    /// The path that says whether it is well.
    pub health: Option<String>,
    /// Its policy.
    pub policy: Option<Policy>,
    /// Actions by which money moves.
    pub payments: Vec<String>,
    /// The path of what looks like a record of who did what.
    pub record: Option<String>,
    /// What the files of the directory tell.
    pub project: Project,
}

/// What somebody told. What is not told is left out of the manifest, and `none` is an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// The load that one wants to carry.
    pub require: Option<Mark>,
    /// Where who did what is written down: a request, a file of one word, a command, or none.
    pub record: Option<String>,
    /// Where errors go.
    pub errors: Option<String>,
    /// Where alerts go.
    pub alerts: Option<String>,
    /// What watches from outside.
    pub monitor: Option<String>,
    /// The command that makes a backup.
    pub backup: Option<String>,
    /// The command that restores one.
    pub restore: Option<String>,
    /// Everything in the service may be lost.
    pub disposable: bool,
    /// Who has an account.
    pub people: Vec<Person>,
    /// Who allows the walk of a service that is not on this machine.
    pub authorized: Option<Authorized>,
}

/// Looks at a service that runs, and at the files of a directory. Only GETs are sent, each once.
///
/// # Errors
/// When nothing answers at the address.
pub async fn look(address: &Address, directory: &Path) -> Result<Found> {
    let mut visitor = Visitor::open(address).await?;
    let Inputs { named, catalogue, schemes, guarded, beside } =
        document::find(&mut visitor, &address.under, directory).await;
    let actions = &catalogue.actions;
    let by_document = sign_in::find(actions, &schemes, &[]);
    let whole = matches!(by_document.way, Way::Send(_))
        && by_document.is_seen
        && sign_up::find(actions, &[], &by_document).is_some();
    let forms = if whole { Vec::new() } else { places::forms(&mut visitor).await };
    let sign_in = sign_in::find(actions, &schemes, &forms);
    let sign_up = sign_up::find(actions, &forms, &sign_in);
    let sign_in = sign_in.knowing(sign_up.as_ref());
    Ok(Found {
        sign_up,
        proof: places::proof(&mut visitor, actions).await,
        health: places::health(&mut visitor, actions).await,
        policy: places::policy(&mut visitor).await,
        payments: places::payments(actions),
        record: places::record(actions),
        routes: if named.is_empty() { routes(&mut visitor, &forms).await } else { Vec::new() },
        project: project::look(directory),
        address: address.clone(),
        asked: visitor.asked(),
        inputs: named,
        actions: actions.len(),
        beside,
        guarded,
        sign_in,
    })
}

/// What the first page links to, and where forms lead.
async fn routes(visitor: &mut Visitor, forms: &[Form]) -> Vec<String> {
    const ROUTES_MAX: usize = 100;
    let mut routes = BTreeSet::from([("/".to_owned(), "GET")]);
    if let Some(home) = visitor.get("/").await
        && let (Some(html), Some(address)) = (home.page(), visitor.address_of(&home.path))
    {
        routes.extend(crate::checks::promises::followable(&html, &address).into_iter().map(|path| (path, "GET")));
    }
    for form in forms {
        routes.extend([(form.page.clone(), "GET"), (form.action.clone(), "POST")]);
    }
    let plain = |path: &str| path.split(['?', '#']).next().unwrap_or_default().to_owned();
    let lines: BTreeSet<_> = routes.into_iter().map(|(path, verb)| (plain(&path), verb)).collect();
    lines.into_iter().take(ROUTES_MAX).map(|(path, verb)| format!("{verb} {path}")).collect()
}
