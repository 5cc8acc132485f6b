//! Authorization: once signed in, may this actor do this to this object?

use super::of;
use crate::checks::Check;
use crate::verdict::{Dimension, Severity};

const CHECK: Check = of(Dimension::Authorization);

/// Declared, not yet judged.
pub(super) const TABLE: &[Check] = &[
    Check {
        id: "AZ06",
        severity: Severity::Blocks,
        title: "removed member, suspended user keeps access",
        why: "People leave, and some leave angry. If removal only takes effect at the next sign-in, they keep reading \
              for as long as their session or token lasts.",
        how: "A throw-away person is made a member and does one thing that works; then the manifest's line removes or \
              suspends him, and the same request is sent with the session and the token he still has. The object's \
              canary, or a change read back, is proof.",
        references: &["OWASP API1:2023", "ASVS 5.0 7.4.2", "ASVS 5.0 8.3.2", "CWE-613", "CWE-863"],
        fix: "Read membership and standing from the store on each request instead of trusting what the session \
              remembers, or end the person's sessions and tokens in the transaction that removes him.",
        ..CHECK
    },
    Check {
        id: "AZ07",
        severity: Severity::Prevents,
        title: "session or token survives sign-out, password change, role change, expiry",
        why: "Signing out on a shared computer, or changing a stolen password, must end what the thief holds. A session \
              that lives on makes both worthless.",
        how: "Two sessions of a throw-away person are opened; one ends by sign-out, password change, role change or \
              time. The old one's request is repeated. A server-side session that lives on is a gap; a self-contained \
              token is measured against the declared remaining life.",
        references: &["OWASP API2:2023", "ASVS 5.0 7.4.1", "ASVS 5.0 7.4.3", "ASVS 5.0 9.2.1", "CWE-613"],
        fix: "Keep sessions on the server and delete them on sign-out and on a change of password or role; give \
              self-contained tokens a life of minutes.",
        ..CHECK
    },
    Check {
        id: "AZ08",
        severity: Severity::Blocks,
        title: "mass assignment: role, owner, tenant, price, verified … can be set",
        why: "A handler that copies the whole body into the row lets the caller set fields that no form shows: his own \
              role, the price, who owns it.",
        how: "Fields of rank or value that answers show and requests do not declare are sent along, all at once, then \
              halved on a hit. Proof is the value read back by another route than the echo, different from an object \
              made without it.",
        references: &["OWASP API3:2023 (BOPLA)", "ASVS 5.0 15.3.3", "ASVS 5.0 8.2.3", "CWE-915"],
        fix: "Read input into a type that holds only what this action may set, and refuse unknown fields.",
        ..CHECK
    },
    Check {
        id: "AZ12",
        severity: Severity::Prevents,
        title: "another verb, path spelling, content type, case or override header slips past",
        why: "A check that matches the path as text is passed by a trailing slash, a capital letter, or an override \
              header that the router understands and the check does not.",
        how: "Each learnt refusal is repeated with other spellings of the same request. Only the canary in the answer, \
              or an effect read back, counts; a different code does not.",
        references: &["OWASP API5:2023", "OWASP API8:2023", "ASVS 5.0 4.1.4", "ASVS 5.0 8.3.1", "CWE-650", "CWE-863"],
        fix: "Decide in the handler's own layer, after routing, instead of in a filter that reads the path; switch \
              method override off.",
        ..CHECK
    },
    Check {
        id: "AZ13",
        severity: Severity::Prevents,
        title: "forbidden in this state, done all the same (archived, approved, locked)",
        why: "An approved document that can still be edited is not approved. State that only the page respects does \
              not protect anything.",
        how: "The manifest's line brings an object into the state; then the actions that the matrix forbids there are \
              sent by those who could do them before, and the object is read back.",
        references: &["OWASP API6:2023", "ASVS 5.0 2.3.1", "ASVS 5.0 8.1.2", "CWE-841"],
        fix: "Put the state into the write (`… and state = 'open'`) and answer a conflict when no row was changed.",
        ..CHECK
    },
    Check {
        id: "AZ14",
        severity: Severity::Blocks,
        title: "one raises one's own role, or removes the last owner",
        why: "Whoever may raise himself has every right there is. A workspace whose last owner is gone can be \
              administered by nobody but you, by hand.",
        how: "Each lower role sends itself each rank seen on others, on a throw-away account; proof is the new rank \
              seen by another route and one thing that was refused before. The last owner of a throw-away tenant is \
              removed or lowered, and the owners are counted.",
        references: &["OWASP API5:2023", "OWASP API3:2023", "ASVS 5.0 8.2.1", "ASVS 5.0 8.2.3", "CWE-269"],
        fix: "Grant no rank above one's own, never to oneself, and count the owners in the transaction that removes \
              one.",
        ..CHECK
    },
    Check {
        id: "AZ15",
        severity: Severity::Blocks,
        title: "forged or weak token: none, weak secret, wrong audience, expired",
        why: "A token that anybody can write is no lock. Libraries accept the algorithm `none`, or a secret from their \
              own example, unless told otherwise.",
        how: "Missing, truncated, expired and re-signed variants of a real token are sent. One counts only when the \
              answer holds somebody's canary or identity. Tokens of two accounts are compared for being equal, \
              counting or made of time.",
        references: &[
            "OWASP API2:2023",
            "ASVS 5.0 9.1.1",
            "ASVS 5.0 9.1.2",
            "ASVS 5.0 9.2.1",
            "ASVS 5.0 9.2.3",
            "RFC 8725",
            "CWE-347",
        ],
        fix: "Name the one algorithm and audience where tokens are verified, take the secret from a random generator, \
              and prefer opaque tokens of 128 random bits or more, stored as a hash.",
        ..CHECK
    },
    Check {
        id: "AZ16",
        severity: Severity::Blocks,
        title: "invitation or reset link works twice, after expiry, or for somebody else",
        why: "Links travel by mail, lie in archives and are opened by scanners. A link that works twice is a key under \
              the mat.",
        how: "A link taken from the audit's own mailbox is used, used again, used after its stated life, and used by \
              another account. Proof is a session, a membership or a new password that works.",
        references: &["OWASP API2:2023", "ASVS 5.0 6.4.1", "ASVS 5.0 6.5.1", "ASVS 5.0 6.5.5", "CWE-640"],
        fix: "Store a hash of the link with its purpose, person and last minute; delete it in the transaction that \
              uses it.",
        ..CHECK
    },
    Check {
        id: "AZ18",
        severity: Severity::Prevents,
        title: "state changed by a cross-site request; CORS reflects an origin with credentials",
        why: "A browser sends its cookies along with a request that any other page makes. Without a defence, visiting \
              that page is enough to act in your name.",
        how: "Only for credentials that a browser sends by itself: state-changing requests are sent with a foreign \
              origin and without the anti-forgery value, and the effect is read back. CORS counts when the answer to a \
              reflected origin is readable with credentials.",
        references: &["ASVS 5.0 3.5.1", "ASVS 5.0 3.5.2", "ASVS 5.0 3.3.2", "ASVS 5.0 3.4.2", "CWE-352", "CWE-942"],
        fix: "Refuse state-changing requests whose `Sec-Fetch-Site` or `Origin` is foreign, set `SameSite=Lax` or \
              stricter, and list allowed origins by name.",
        ..CHECK
    },
    Check {
        id: "AZ19",
        severity: Severity::Blocks,
        title: "second factor can be skipped",
        why: "A second factor that is asked for on one page and not on the next protects against honest people only.",
        how: "A throw-away account with a second factor gives its password alone; each signed-in action, and each \
              other way to sign in, is then tried with what it got. Codes are tried twice and after their time.",
        references: &["OWASP API2:2023", "ASVS 5.0 6.3.4", "ASVS 5.0 6.4.3", "ASVS 5.0 6.5.1", "CWE-308", "CWE-287"],
        fix: "Between password and code hand out something that opens only the page for the code, and let one place \
              make sessions.",
        ..CHECK
    },
    Check {
        id: "AZ20",
        severity: Severity::Prevents,
        title: "account enumeration on sign-in, reset, sign-up",
        why: "An answer that tells whether an address has an account gives away your customer list, name by name.",
        how: "Answers for known and unknown names are compared, code and text, after the name itself is taken out. \
              Time counts only with interleaved samples and a rank test. A sign-up that must say 'taken' is a note.",
        references: &["ASVS 5.0 6.3.8", "CWE-204", "CWE-208"],
        fix: "Answer the same to both, hash a dummy password for unknown names, and say the rest by mail.",
        ..CHECK
    },
    Check {
        id: "AZ21",
        severity: Severity::Prevents,
        title: "race: a limit or a single use passed twice at once",
        why: "A check followed by a write leaves a gap in time. Two requests in the same millisecond spend one voucher \
              twice.",
        how: "Actions that can succeed once (links, limits, last seats) are sent many times at the same instant, and \
              the effects are counted by reading back.",
        references: &["OWASP API6:2023", "ASVS 5.0 2.3.4", "ASVS 5.0 15.4.2", "CWE-362", "CWE-367"],
        fix: "Let the database decide: a unique constraint, or a conditional update whose row count is looked at.",
        ..CHECK
    },
    Check {
        id: "AZ22",
        severity: Severity::Prevents,
        title: "careless user: double submit makes two, stale write wins",
        why: "People press twice and keep tabs open for days. Two invoices, or an old page that overwrites a new text, \
              cost trust without any attacker.",
        how: "A creation is repeated with its idempotency key, or as the form would send it twice; an update is sent \
              with the version that was read before somebody else's update. Objects and fields are read back.",
        references: &["ASVS 5.0 2.3.3", "RFC 9110 13.1.1 (If-Match)", "CWE-837"],
        fix: "Give each form a key that makes its submission unique, and make updates conditional on the version that \
              was read.",
        ..CHECK
    },
];
