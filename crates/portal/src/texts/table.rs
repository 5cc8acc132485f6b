//! The table: one line a text, one column a language.

use super::texts;

texts! {
    // ── Words and times ─────────────────────────────────────────────────────
    numbers: En "no one two three four five six seven eight nine ten eleven twelve";
    months: En "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
    weekdays: En "Monday Tuesday Wednesday Thursday Friday Saturday Sunday";
    today: En "today";
    yesterday: En "yesterday";
    tomorrow: En "tomorrow";
    today_at(time: &str): En "today {time}";
    yesterday_at(time: &str): En "yesterday {time}";
    tomorrow_at(time: &str): En "tomorrow {time}";
    weekday_at(weekday: &str, time: &str): En "{weekday} {time}";
    day_and_month(day: i8, month: &str): En "{day} {month}";
    day_month_year(day: i8, month: &str, year: i16): En "{day} {month} {year}";
    in_days(days: i64): En "in {days} days";
    days_ago(days: i64): En "{days} days ago";
    optional: En "(optional)";
    go_back: En "Go back";
    show: En "Show";
    older: En "Older";
    pages_of_the_list: En "Pages of the list";
    never: En "never";
    somebody: En "somebody";
    by: En "by";

    // ── The frame ───────────────────────────────────────────────────────────
    portal: En "Client portal";
    skip: En "Skip to the content";
    navigation: En "Places";
    home: En "Home";
    clients: En "Clients";
    projects: En "Projects";
    trail: En "Audit trail";
    matrix: En "Who may do what";
    readiness: En "Readiness";
    organisations: En "Organisations";
    account: En "Your account";
    your_account: En "(your account)";
    privacy: En "Privacy";
    sign_in: En "Sign in";
    sign_out: En "Sign out";
    for_client(client: &str): En "for {client}";

    // ── The demo ────────────────────────────────────────────────────────────
    demo: En "Demo.";
    demo_banner: En "Invented people, real walls.";
    demo_you_are(name: &str, role: &str): En "You are {name} ({role}).";
    demo_see_it_as: En "See it as";
    demo_face(name: &str, role: &str): En "{name}, {role}";
    demo_choose: En "Who do you want to be?";
    demo_choose_help: En "Invented people, real walls: each sees only what is theirs. One click, and you can change at any time.";
    demo_or: En "Or sign in as anybody else";

    // ── Roles ───────────────────────────────────────────────────────────────
    role_owner: En "owner";
    role_admin: En "admin";
    role_staff: En "staff";
    role_client_admin: En "client admin";
    role_client_member: En "client member";
    role_project_admin: En "project admin";
    role_contributor: En "contributor";
    role_viewer: En "viewer";
    role_owner_help: En "everything in the organisation";
    role_admin_help: En "people, clients and settings";
    role_staff_help: En "the clients they are put on";
    role_client_admin_help: En "all projects of their company, and its record";
    role_client_member_help: En "the projects they are invited to";
    role_project_admin_help: En "everything in this project, and who is in it";
    role_contributor_help: En "writes, stores and reveals; does not decide who is in it";
    role_viewer_help: En "reads; changes nothing";

    // ── States and visibility ───────────────────────────────────────────────
    status_proposed: En "proposed";
    status_active: En "active";
    status_waiting_on_client: En "waiting on client";
    status_on_hold: En "on hold";
    status_delivered: En "delivered";
    status_archived: En "archived";
    visibility_internal: En "internal";
    visibility_client: En "client";

    // ── Signing in ──────────────────────────────────────────────────────────
    sign_in_help: En "With the mail address that you were invited with.";
    mail: En "Mail address";
    password: En "Password";
    sign_in_failed: En "That did not match. Try again, or ask the person who invited you.";
    sign_in_locked(minutes: u64): En "Too many tries from here. Wait {minutes} min; your colleagues are not affected.";
    confirm_it_is_you: En "Confirm it is you";
    step_up: En "It has been a while. Confirm it is you; we will not ask again for 10 minutes.";
    type_to_confirm(word: &str): En "Type “{word}” to go on";

    // ── The account ─────────────────────────────────────────────────────────
    sees: En "Sees";
    profile: En "Profile";
    name: En "Name";
    belongs_to: En "Belongs to";
    signed_in_where: En "Where you are signed in";
    this_one: En "this one";
    since: En "Since";
    last_used: En "last used";
    made: En "Made";
    ends: En "ends";
    tokens: En "Tokens";
    tokens_help: En "A token lets a program act for you, within the limits that you give it. It is shown once, when it is made.";
    token_new: En "New token";
    token_create: En "Make the token";
    token_name: En "Name";
    token_name_help: En "What it is for, so that you know it again.";
    token_scopes: En "What it may do";
    token_expires: En "Ends after";
    token_days(days: u32): En "{days} days";
    token_revoke: En "Revoke";
    token_made: En "Copy your token now";
    token_made_help: En "This is the only time it is shown. We keep a fingerprint of it, nothing more.";
    token_kept: En "I have kept it";
    copy: En "Copy";
    copied: En "Copied";

    // ── The first run ───────────────────────────────────────────────────────
    setup: En "Set up your portal";
    setup_help: En "Two minutes, once. You become the owner; everything else can wait.";
    setup_link: En "This page opens from a link that works once.";
    setup_organisation: En "Name of your organisation";
    setup_organisation_help: En "Your clients see it at the top of every page.";
    setup_your_name: En "Your name";
    setup_password_help: En "At least 8 characters. A few plain words that you remember are better than one odd one.";
    setup_open: En "Open the portal";
    setup_over: En "This link is used up";
    setup_over_help: En "It worked once, or its time is over. As long as there is no organisation, the portal prints a new one when it starts.";

    // ── Refusals ────────────────────────────────────────────────────────────
    malformed: En "We could not read that";
    malformed_help: En "What your browser sent makes no sense here. Go back and try once more.";
    sign_in_first: En "Please sign in";
    sign_in_first_help: En "You are not signed in, or it was so long ago that we ended it. What you were looking for is still there.";
    forbidden: En "You can see this, but not change it";
    forbidden_help: En "Nothing was changed.";
    these_can(names: &str): En "{names} can.";
    not_found: En "There is nothing here that you can see";
    not_found_help: En "If somebody sent you this link, ask them to share it with you.";
    no_such_way: En "That is not how this works";
    no_such_way_help: En "This address takes no such request. Go back and use the button on the page.";
    not_now: En "Not as things stand";
    not_now_help: En "Somebody was quicker, or this is closed. Nothing was changed. Look at it again before you go on.";
    too_large: En "That is too much at once";
    too_large_help: En "What you sent is larger than we take. Nothing was kept.";
    invalid: En "Something is not right yet";
    invalid_help: En "Nothing was changed. Go back, look at what you filled in, and send it again.";
    too_many: En "A little slower, please";
    too_many_help: En "That was often in a short time. Nothing is lost, and your colleagues are not affected.";
    broken: En "That is our mistake";
    broken_help: En "Something broke on our side, not on yours. Nothing half-done was kept. Try again; if it stays, tell us the reference.";
    unavailable: En "Not possible at the moment";
    unavailable_help: En "We could not write it down safely, so we did not do it. Please try again in a minute.";
    wait_seconds(seconds: u64): En "Try again in {seconds} seconds.";
    wait_minutes(minutes: u64): En "Try again in {minutes} minutes.";
    reference: En "If you ask for help, give this reference:";
    go_home: En "Go home";
    and: En "and";
    or: En "or";
    browser_on(browser: &str, system: &str): En "{browser} on {system}";
    browser_unknown: En "unknown program";
    good_morning(name: &str): En "Good morning, {name}.";
    good_afternoon(name: &str): En "Good afternoon, {name}.";
    good_evening(name: &str): En "Good evening, {name}.";

    // ── Organisations and clients ───────────────────────────────────────────
    enter: En "Enter";
    you_are_here: En "you are here";
    organisations_none: En "You do not belong to an organisation yet. Ask the person who invited you.";
    client_new: En "New client";
    client_create: En "Take on the client";
    client_name: En "Name of the company";
    client_name_help: En "Its people see it; your other clients never do.";
    client_since: En "since";
    clients_none: En "No clients yet. Take on the first one below; then start a project for it.";

    // ── Home ────────────────────────────────────────────────────────────────
    hello(name: &str): En "Hello {name}.";
    waiting_on_clients: En "Waiting on clients";
    in_work: En "In work";
    not_agreed_yet: En "Not agreed yet";
    resting_or_delivered: En "Resting or delivered";
    look_at_it: En "Look at it";
    your_projects: En "Your projects";
    your_people: En "Your people:";
    how_we_look_after_your_data: En "How we look after your data";

    // ── Projects ────────────────────────────────────────────────────────────
    projects_none: En "No projects yet.";
    projects_none_yet: En "No projects here yet. You will find them here as soon as somebody shares one with you.";
    projects_need_a_client: En "A project is for a client.";
    project_new: En "New project";
    project_create: En "Start the project";
    project_title: En "Title";
    project_client: En "Client";
    overview: En "Overview";
    messages: En "Messages";
    vault: En "Vault";
    people: En "People";
    parts_of_the_project: En "Parts of the project";
    archived_nothing_changes: En "This project is archived. Everything can be read, nothing can be changed.";
    history: En "How it came here";
    status_change: En "Change the status";
    status_where: En "Where does it stand?";
    status_sentence: En "One sentence for the client";
    status_sentence_help: En "What is done, and what you need next. They read this first.";
    status_set: En "Say it";
    status_proposed_help: En "not agreed yet";
    status_active_help: En "we are working on it";
    status_waiting_on_client_help: En "we cannot go on without them";
    status_on_hold_help: En "nobody works on it for now";
    status_delivered_help: En "handed over";
    status_archived_help: En "closed: it can be read, not changed";
    person: En "Person";
    role: En "Role";
    since_small: En "since";
    member_new: En "Add somebody";
    member_add: En "Add to the project";
    member_remove: En "Remove";
    member_remove_name(name: &str): En "Remove {name}";
    member_remove_help(name: &str): En "{name} loses access to this project at once. What they wrote stays.";

    // ── Messages ────────────────────────────────────────────────────────────
    message: En "Message";
    message_new: En "New message";
    message_post: En "Post";
    messages_none: En "Nothing has been said yet.";
    visible_to: En "Visible to";
    visible_to_us: En "only us";
    visible_to_client(client: &str): En "{client} too";
    visible_to_client_people(client: &str, names: &str): En "{client} too: {names}";

    // ── The vault ───────────────────────────────────────────────────────────
    credential_new: En "Store a secret";
    credential_store: En "Put it into the vault";
    credential_title: En "What does it open?";
    credential_title_help: En "Everybody in the project who may see it reads this line. Keep the secret out of it.";
    credential_user: En "User name";
    credential_secret: En "Secret";
    credential_secret_help: En "Encrypted before it is stored. It comes out by a reveal only, and every reveal is recorded.";
    credentials_none: En "Nothing in the vault. A secret in here is encrypted, and you see who has looked at it.";
    last_seen_by: En "last seen by";
    all_secrets: En "All secrets of the project";
    seen_by: En "Seen by";
    seen_by_nobody: En "Nobody has seen it yet";
    seen_by_somebody_who_left: En "seen by somebody who has left";
    has_left_rotate: En "has left: rotate it";
    stored_by: En "Stored by";
    secret_is_hidden: En "The secret is hidden.";
    reveal: En "Reveal";
    reveal_reason: En "Why do you need it?";
    reveal_reason_help(client: &str): En "{client} will see this.";
    reveal_reason_help_client: En "Everybody who may see this secret will see this.";
    hides_in: En "hides in";
    hide_now: En "Hide now";
    recorded_before: En "Recorded before it was shown.";

    // ── The audit trail ─────────────────────────────────────────────────────
    who: En "Who";
    what: En "What";
    when: En "When";
    result: En "Result";
    action: En "Action";
    rule: En "Rule";
    everybody: En "everybody";
    everything: En "everything";
    any_result: En "any result";
    show_all: En "Show all";
    from_day: En "From";
    until_day: En "Until";
    story: En "History";
    story_of(name: &str): En "The story of {name}";
    story_of_kind(kind: &str): En "The story of this {kind}";
    story_of_something: En "The story of one object";
    story_gone: En "It is not there any more. What happened with it is.";
    push: En "Send it on";
    push_help: En "Every event of your record, to an address of yours, within seconds of its seal: signed, in order, and again until it is received.";
    push_none: En "Your record is sent nowhere yet.";
    push_url: En "Address";
    push_url_help: En "Public and over HTTPS, such as https://siem.example/plimsoll. What has happened so far is had by a copy.";
    push_new: En "Send to one more address";
    push_set: En "Send to this address";
    push_change: En "Change or stop";
    push_up_to_date: En "Everything that is sealed was received.";
    push_waiting: En "More is on its way.";
    push_problem(problem: &str): En "Not received: {problem}. Nothing is lost; it waits here.";
    push_tries: En "Tries so far";
    push_next: En "Next try";
    push_received: En "Received";
    push_last: En "the last one";
    push_secret_since: En "Secret since";
    push_test: En "Send a test";
    push_tested: En "The test was received.";
    push_not_tested(problem: &str): En "The test was not received: {problem}.";
    push_rotate: En "Make a new secret";
    push_rotate_help: En "The new one is shown once. The one before signs along for a day, so that nothing is refused meanwhile.";
    push_remove: En "Stop sending";
    push_remove_help: En "Whatever was not received by then is not sent any more. The record itself stays.";
    push_secret: En "The secret that events are signed with";
    push_secret_help: En "This is the only time it is shown. Check each event with it, as Standard Webhooks says.";
    replay: En "Was it used?";
    replay_help: En "Everything that was done, held against today’s rules. After a rule was made stricter, this names every time when the old one was used.";
    replay_since: En "The oldest of them is from";
    replay_on: En "Go further back";
    replay_gone: En "there is no such action any more";
    needs_was(needs: &str, was: &str): En "needs today: {needs} · was: {was}";
    events: En "What is recorded";
    events_help: En "Every event that this portal can record. Looking at something leaves none; being refused the look does.";
    recorded: En "recorded";
    not_recorded: En "not recorded";
    copy_take: En "Take a copy";
    copy_help: En "A file with everything that fits what is shown here. That you took it is recorded before the first line leaves.";
    copy_format: En "For what?";
    copy_csv: En "A spreadsheet";
    copy_csv_help: En "CSV; no cell in it runs as a formula";
    copy_jsonl: En "A program";
    copy_jsonl_help: En "JSON Lines, as the interface shows events";
    copy_ocsf: En "A security team’s tools";
    copy_ocsf_help: En "OCSF, class API Activity";
    copy_download: En "Download";
    seal: En "Seal";
    sealed_at(index: &str, leaf: &str): En "place {index} in the log, leaf {leaf}";
    seal_pending: En "waits for the next one";
    seal_backlog: En "So much waits for its seal that some of it may be missing here until then.";
    done: En "done";
    refused: En "refused";
    failed: En "failed";
    close: En "Close";
    needs_has(needs: &str, has: &str): En "needs: {needs} · has: {has}";
    record_number(number: &str): En "Record {number}";
    sealed: En "Everything on this page is under seal.";
    token_of(name: &str): En "{name}, by a token";
    actor_job: En "The portal itself";
    actor_console: En "The operator";
    actor_anyone: En "Somebody not signed in";
    actor_erased: En "Former member";
    this_person: En "this person";
    nothing_there_for_them: En "not theirs to see: they were told that nothing is there";
    note: En "Note";
    chain: En "Record of";
    request: En "Request";
    came_from: En "Came from";
    newest: En "Newest";
    trail_none: En "Nothing has been recorded yet.";
    trail_nothing_found: En "Nothing found in what you can see.";

    // ── Who may do what ─────────────────────────────────────────────────────
    matrix_help: En "Made from the very table that decides. What has no tick is refused, and the refusal is recorded.";
    fresh: En "fresh sign-in";
    yes: En "may";
    no: En "may not";

    // ── Readiness ───────────────────────────────────────────────────────────
    wired: En "wired:";
    not_wired: En "not wired:";
    about_minutes_left(minutes: &str): En "What this version can wire takes about {minutes}.";

    // ── Privacy ─────────────────────────────────────────────────────────────
    policy_title: En "How we look after your data";
    policy_lead: En "This page is made from the list of everything that the portal keeps. Nothing is kept that does not stand here.";
    policy_who: En "Who is responsible";
    policy_write_to: En "Write to";
    policy_not: En "What does not happen here";
    policy_not_text: En "No trackers, no advertising, no requests to anybody else. One cookie, to keep you signed in; it ends when you sign out.";
    policy_how_long: En "Kept:";
    policy_erasure: En "When you leave:";

    // ── What the page wire says ─────────────────────────────────────────────
    please_fill_in: En "Please fill this in.";
    it_is(state: &str): En "It is {state}.";
    changed_since: En "It has changed since you looked at it. Look again, then decide.";
    sent_before: En "This form was sent before with something else in it. Open the page again to send this, too.";
    shown_once: En "It was done before. What it gave out is shown once and not kept.";
    elsewhere: En "Another site led your browser here";
    elsewhere_help: En "Nothing was changed. If you meant to do this, go to the page here and use its button.";
    conflict_exists: En "There is one already.";
    conflict_full: En "There are as many as there can be. Remove one first.";
    conflict_is_in: En "They are in it already.";
    conflict_no_organisation: En "Choose an organisation first.";
    policy_controller(origin: &str): En "The organisation that invited you; it runs, or has somebody run, {origin}";
}
