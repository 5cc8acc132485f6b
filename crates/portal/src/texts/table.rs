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
    save: En "Save";
    cancel: En "Cancel";
    go_back: En "Go back";
    show: En "Show";
    newer: En "Newer";
    older: En "Older";
    pages_of_the_list: En "Pages of the list";
    never: En "never";
    nobody: En "nobody";
    has_left: En "has left";
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
    role_owner_help: En "everything, including closing the account";
    role_admin_help: En "people, clients and settings";
    role_staff_help: En "the clients they are put on";
    role_client_admin_help: En "their company's projects; may invite colleagues";
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
    setup_link: En "This link works once, until";
    setup_organisation: En "Name of your organisation";
    setup_organisation_help: En "Your clients see it at the top of every page.";
    setup_your_name: En "Your name";
    setup_password_help: En "At least 12 letters. A few plain words that you remember are better than one odd one.";
    setup_open: En "Open the portal";
    setup_over: En "This link is used up";
    setup_over_help: En "It worked once, or its time is over. The portal prints a new one when it is asked: “plimsoll-portal setup-link”.";

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
    good_morning(name: &str): En "Good morning, {name}.";
    good_afternoon(name: &str): En "Good afternoon, {name}.";
    good_evening(name: &str): En "Good evening, {name}.";
}
