//! What each action is called in a sentence: “remove Ana Castro from Shop migration”.

use super::{Language, Texts};

/// The words for an action.
#[derive(Clone, Copy)]
struct Event {
    action: &'static str,
    /// Wanting it: “remove somebody from”.
    to_do: &'static str,
    /// Having done it: “removed somebody from”.
    did: &'static str,
    /// What it is done to when nothing particular is meant: “a project”.
    target: &'static str,
}

const fn event(action: &'static str, to_do: &'static str, did: &'static str, target: &'static str) -> Event {
    Event { action, to_do, did, target }
}

const EN: &[Event] = &[
    event("account.copy", "take a copy of", "took a copy of", "what is kept about them"),
    event("account.delete", "ask for the end of", "asked for the end of", "their account"),
    event("account.erase", "erase", "erased", "accounts whose time was over"),
    event("account.event.list", "look at", "looked at", "what happened with their account"),
    event("account.forget", "take out of the record", "took out of the record", "people who were erased"),
    event("account.keep", "keep", "kept", "their account after all"),
    event("account.notice.end", "switch off", "switched off", "letters about their work, by a link in one"),
    event("account.notice.list", "look at", "looked at", "which letters they get"),
    event("account.notice.set", "choose", "chose", "which letters they get"),
    event("account.show", "look at", "looked at", "their account"),
    event("alert.see", "say that somebody saw", "saw", "an alert"),
    event("backup.drill", "try", "tried", "a backup"),
    event("backup.run", "take", "took", "a backup"),
    event("client.archive", "archive", "archived", "a client"),
    event("client.reopen", "reopen", "reopened", "a client"),
    event("client.copy", "take a copy of what is kept for", "took a copy of what is kept for", "a client"),
    event("client.create", "take on", "took on", "a client"),
    event("client.delete", "ask for the end of", "asked for the end of", "a client"),
    event("client.deletion.show", "look at what would go with", "looked at what would go with", "a client"),
    event("client.keep", "keep", "kept", "a client after all"),
    event("ending.list", "look at", "looked at", "what has ended"),
    event("organisation.delete", "ask for the end of", "asked for the end of", "the organisation"),
    event(
        "organisation.deletion.show",
        "look at what would go with",
        "looked at what would go with",
        "the organisation",
    ),
    event("organisation.erase", "erase", "erased", "what has ended"),
    event(
        "organisation.forget",
        "take the people out of the record of",
        "took the people out of the record of",
        "what has ended",
    ),
    event("organisation.keep", "keep", "kept", "the organisation after all"),
    event("client.list", "look at", "looked at", "the clients"),
    event("credential.list", "look into the vault of", "looked into the vault of", "a project"),
    event("credential.reveal", "reveal", "revealed", "a secret"),
    event("credential.store", "store", "stored", "a secret"),
    event("demo.fill", "fill", "filled", "the demo"),
    event("factor.begin", "begin to set up", "began to set up", "an authenticator app"),
    event("factor.confirm", "put to use", "put to use", "an authenticator app"),
    event("factor.forget", "take away", "took away", "somebody’s second factors"),
    event("factor.remove", "take away", "took away", "their authenticator app"),
    event("file.key.rotate", "make a new key for the files of", "made a new key for the files of", "an organisation"),
    event("file.sweep", "clear out", "cleared out", "files that nobody refers to"),
    event("installation.move", "move", "moved", "the portal to PostgreSQL"),
    event("mail.list", "look at", "looked at", "what a demo would have sent"),
    event("notice.send", "write", "wrote", "letters about what happened"),
    event("mail.send", "send", "sent", "the letters that wait"),
    event("maintenance.begin", "begin", "began", "maintenance"),
    event("maintenance.end", "end", "ended", "maintenance"),
    event("directory.group.change", "change", "changed", "a group of the directory"),
    event("directory.group.create", "make", "made", "a group of the directory"),
    event("directory.group.list", "look at", "looked at", "the groups of the directory"),
    event("directory.group.remove", "take away", "took away", "a group of the directory"),
    event("directory.group.set", "change", "changed", "a group of the directory"),
    event("directory.group.show", "look at", "looked at", "a group of the directory"),
    event("directory.group.standing.set", "set what is given by", "set what is given by", "a group of the directory"),
    event("directory.remove", "take away", "took away", "the organisation’s directory"),
    event("directory.set", "set up", "set up", "the organisation’s directory"),
    event("directory.show", "look at", "looked at", "the organisation’s directory"),
    event("directory.token.create", "make", "made", "a token for the directory"),
    event("directory.token.revoke", "end", "ended", "a token of the directory"),
    event("directory.user.change", "change", "changed", "somebody in the directory"),
    event("directory.user.create", "bring in", "brought in", "somebody from the directory"),
    event("directory.user.list", "look at", "looked at", "whom the directory has"),
    event("directory.user.remove", "take out", "took out", "somebody in the directory"),
    event("directory.user.set", "change", "changed", "somebody in the directory"),
    event("directory.user.show", "look at", "looked at", "somebody in the directory"),
    event("event.list", "look at", "looked at", "the list of events"),
    event("hold.create", "hold", "held", "what may be needed"),
    event("hold.lift", "lift", "lifted", "a hold"),
    event("incident.list", "look at", "looked at", "the breaches"),
    event("incident.note", "write something down about", "wrote something down about", "a breach"),
    event("incident.open", "write down", "wrote down", "a breach"),
    event("incident.show", "look at", "looked at", "a breach"),
    event("installation.set_up", "set up", "set up", "the portal"),
    event("invitation.accept", "accept", "accepted", "an invitation"),
    event("invitation.create", "invite", "invited", "somebody"),
    event("invitation.list", "look at", "looked at", "who is invited"),
    event("invitation.renew", "make a new link for", "made a new link for", "an invitation"),
    event("invitation.show", "look at", "looked at", "an invitation"),
    event("invitation.withdraw", "take back", "took back", "an invitation"),
    event("ledger.anchor", "take outside", "took outside", "the record"),
    event("ledger.epoch.begin", "go on in a new epoch of", "went on in a new epoch of", "the record"),
    event("ledger.key.rotate", "change the key of", "changed the key of", "the record"),
    event("ledger.schema.set", "note the rules of", "noted the rules of", "the database"),
    event("ledger.seal", "seal", "sealed", "the record"),
    event("matrix.show", "look at", "looked at", "who may do what"),
    event("membership.list", "look at", "looked at", "who has access"),
    event("membership.remove", "take out of the organisation", "took out of the organisation", "somebody"),
    event("membership.resume", "let in again", "let in again", "somebody"),
    event("membership.role.set", "change the role of", "changed the role of", "somebody"),
    event(
        "membership.state.set",
        "change the standing of somebody in",
        "changed the standing of somebody in",
        "an organisation",
    ),
    event("membership.suspend", "suspend", "suspended", "somebody"),
    event("message.list", "read the messages of", "read the messages of", "a project"),
    event("message.post", "write a message in", "wrote a message in", "a project"),
    event("organisation.copy", "take a copy of", "took a copy of", "the organisation"),
    event("organisation.create", "open", "opened", "an organisation"),
    event("organisation.enter", "enter", "entered", "the organisation"),
    event("passkey.begin", "begin to add", "began to add", "a passkey"),
    event("passkey.confirm", "add", "added", "a passkey"),
    event("passkey.name.set", "call otherwise", "called otherwise", "a passkey"),
    event("passkey.remove", "take away", "took away", "a passkey"),
    event("membership.report", "take", "took", "a report of who has access"),
    event("service.list", "look at", "looked at", "the services"),
    event("service.create", "make", "made", "a service"),
    event("service.token.create", "make", "made", "a service's API token"),
    event("service.token.revoke", "end", "ended", "a service's API token"),
    event("organisation.access.set", "say", "said", "from where people may come in, and for how long"),
    event("organisation.look.set", "say", "said", "what the organisation looks like"),
    event("organisation.logo.set", "set", "set", "the organisation’s logo"),
    event("organisation.logo.remove", "take away", "took away", "the organisation’s logo"),
    event("organisation.logo.show", "look at", "looked at", "the organisation’s logo"),
    event("organisation.mail.set", "say", "said", "under which mail domains people come in"),
    event("networks.clear", "open", "opened", "the organisation to every network"),
    event(
        "client.mail.set",
        "say by which mail addresses people come in of",
        "said by which mail addresses people come in of",
        "a client",
    ),
    event("client.mail.show", "look at the mail domains of", "looked at the mail domains of", "a client"),
    event("domain.add", "add", "added", "a domain"),
    event("domain.check", "look again for the proof of", "looked again for the proof of", "a domain"),
    event("domain.list", "look at", "looked at", "the organisation’s domains"),
    event("domain.remove", "take away", "took away", "a domain"),
    event("domain.verify", "look for the proof of", "looked for the proof of", "a domain"),
    event("domain.joining.set", "say whether people join by", "said whether people join by", "a domain"),
    event("organisation.join", "join", "joined", "the organisation"),
    event("organisation.joinable.list", "look at", "looked at", "the organisations that they may join"),
    event(
        "provider.requirement.clear",
        "let people in without",
        "let people in without",
        "the organisation’s provider",
    ),
    event(
        "provider.requirement.set",
        "say whether people come in by",
        "said whether people come in by",
        "the provider alone",
    ),
    event("settings.show", "look at", "looked at", "the organisation’s settings"),
    event("organisation.factor.set", "say", "said", "from when everybody needs a second factor"),
    event("organisation.leave", "leave", "left", "the organisation"),
    event("organisation.put_back", "put back", "put back", "what the organisation had lost"),
    event("organisation.show", "look at", "looked at", "the organisation"),
    event("account.mail.ask", "ask for", "asked for", "another mail address"),
    event("account.mail.confirm", "take", "took", "another mail address"),
    event("account.name.set", "say", "said", "another name"),
    event("password.link.send", "ask for", "asked for", "a link to set a new password"),
    event("password.reset", "set", "set", "a new password by a link"),
    event("password.set", "change", "changed", "their password"),
    event("person.create", "make an account for", "made an account for", "a person"),
    event("person.delete", "end the account of", "ended the account of", "a person"),
    event("person.reset", "make", "made", "a link to set somebody’s password"),
    event("privacy.erase", "erase what the record holds about", "erased what the record held about", "a person"),
    event("processing.set", "say", "said", "who is responsible"),
    event("processing.show", "look at", "looked at", "the register of processing"),
    event("project.create", "start", "started", "a project"),
    event("project.list", "look at", "looked at", "the projects"),
    event("project.member.add", "add somebody to", "added somebody to", "a project"),
    event("project.member.list", "look at the people of", "looked at the people of", "a project"),
    event("project.member.remove", "remove somebody from", "removed somebody from", "a project"),
    event("project.show", "look at", "looked at", "a project"),
    event("project.status.set", "change the status of", "changed the status of", "a project"),
    event("provider.remove", "believe no more", "believed no more", "the organisation’s provider"),
    event("provider.set", "say whose word opens", "said whose word opens", "the organisation"),
    event("provider.show", "look at", "looked at", "whose word opens the organisation"),
    event("provider.subject.connect", "connect", "connected", "their account with one at a provider"),
    event("provider.subject.remove", "take apart", "took apart", "somebody’s account and one at a provider"),
    event("provider.subject.show", "look at", "looked at", "who they are at a provider"),
    event("readiness.show", "look at", "looked at", "the readiness"),
    event("recovery_code.create", "make", "made", "new recovery codes"),
    event("recovery_kit.confirm", "confirm that one keeps", "confirmed that they keep", "the recovery kit"),
    event("request.approve", "approve", "approved", "a file"),
    event("request.bundle", "take the files of", "took the files of", "a project"),
    event("request.changes.ask", "ask for changes to", "asked for changes to", "a file"),
    event("request.comment.post", "comment on", "commented on", "an ask"),
    event("request.create", "ask for", "asked for", "something"),
    event("request.list", "look at what was asked for in", "looked at what was asked for in", "a project"),
    event("request.receipt", "look at the receipt of", "looked at the receipt of", "an approval"),
    event("request.reject", "reject", "rejected", "a file"),
    event("request.show", "look at", "looked at", "an ask"),
    event("request.submit", "hand in", "handed in", "a file"),
    event("request.version.download", "download", "downloaded", "a file"),
    event("request.version.list", "look at the versions of", "looked at the versions of", "an ask"),
    event("request.version.preview", "look at a page of", "looked at a page of", "a file"),
    event("request.waiting", "look at", "looked at", "what waits"),
    event("request.withdraw", "take back", "took back", "an ask"),
    event("retention.set", "say", "said", "for how long things are kept"),
    event("retention.show", "look at", "looked at", "how long things are kept"),
    event(
        "retention.sweep",
        "delete what is no longer kept of",
        "deleted what was no longer kept of",
        "closed projects",
    ),
    event("session.close", "sign out", "signed out", ""),
    event("session.confirm.begin", "begin to confirm", "began to confirm", "that it is them"),
    event("session.passkey.begin", "begin to sign in with", "began to sign in with", "a passkey"),
    event("session.passkey.open", "sign in with", "signed in with", "a passkey"),
    event("session.confirm", "confirm", "confirmed", "that it is them"),
    event("session.end", "end", "ended", "a sign-in elsewhere"),
    event("session.link.open", "sign in with", "signed in with", "a link from a letter"),
    event("session.link.send", "ask for", "asked for", "a link to sign in"),
    event("session.open", "sign in", "signed in", ""),
    event("session.others.end", "end", "ended", "all their other sign-ins"),
    event("session.provider.begin", "go", "went", "to an organisation’s provider to sign in"),
    event("session.provider.open", "sign in through", "signed in through", "an organisation’s provider"),
    event("session.show", "look at", "looked at", "their sign-in"),
    event("session.sweep", "clear out", "cleared out", "old sign-ins"),
    event("session.view.begin", "begin to look as", "began to look as", "one of a client’s people"),
    event("session.view.end", "end looking as", "ended looking as", "one of a client’s people"),
    event("token.create", "make", "made", "a token"),
    event("token.revoke", "revoke", "revoked", "a token"),
    event("trail.export", "take a copy of", "took a copy of", "the audit trail"),
    event("trail.replay", "hold against today’s rules", "held against today’s rules", "the audit trail"),
    event("trail.list", "read", "read", "the audit trail"),
    event("trail.prune", "drop the beginning of", "dropped the beginning of", "the audit trail"),
    event("trail.push", "send on", "sent on", "the record"),
    event("trail.sweep", "shorten", "shortened", "the record"),
    event("trust.show", "look at", "looked at", "who sees what"),
    event("upload.append", "go on with", "went on with", "an upload"),
    event("upload.begin", "begin", "began", "an upload"),
    event("upload.drop", "forget", "forgot", "an upload"),
    event("upload.show", "look at", "looked at", "an upload"),
    event("webhook.address.set", "change the address of", "changed the address of", "a webhook"),
    event("webhook.create", "make", "made", "a webhook"),
    event("webhook.list", "look at", "looked at", "the webhooks"),
    event("webhook.remove", "remove", "removed", "a webhook"),
    event("webhook.rotate", "make a new secret for", "made a new secret for", "a webhook"),
    event("webhook.state.show", "look at the state of", "looked at the state of", "a webhook"),
    event("webhook.test", "try", "tried", "a webhook"),
];

impl Texts {
    /// The words for wanting to do an action; its target follows them. An action without words is
    /// called by its name.
    pub fn to_do(self, action: &str) -> String {
        self.event(action).map_or(action, |event| event.to_do).to_owned()
    }

    /// The words for having done it; its target follows them.
    pub fn did(self, action: &str) -> String {
        self.event(action).map_or(action, |event| event.did).to_owned()
    }

    /// What the action is done to when nothing particular is meant.
    pub fn any_target(self, action: &str) -> &'static str {
        self.event(action).map_or("", |event| event.target)
    }

    /// The whole phrase when nothing particular is meant: “change the status of a project”.
    pub fn phrase(self, action: &str) -> String {
        format!("{} {}", self.to_do(action), self.any_target(action)).trim_end().to_owned()
    }

    /// Whether there are words for an action.
    pub fn knows(self, action: &str) -> bool {
        self.event(action).is_some()
    }

    fn event(self, action: &str) -> Option<Event> {
        let events = match self.language {
            Language::En => EN,
        };
        events.iter().copied().find(|event| event.action == action)
    }
}
