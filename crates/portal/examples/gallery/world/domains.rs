//! Domains that an organisation has proved to be its own, or has not.

use portal::dns::Found;
use portal::domains::pages::DomainsPage;
use portal::domains::{DomainList, DomainShown};
use portal::ids::{ClientId, DomainId, PersonId};
use portal::organisations::mail_domains::pages::ClientMailDomainsPage;
use portal::organisations::mail_domains::{ClientMailDomains, PersonUnderNone};

use super::*;

/// Name and HTML of each of them.
pub(super) fn pages() -> Vec<(&'static str, String)> {
    let verified = domain(1, "haldenrook.example", Some(Found::There), 0);
    let missing = DomainShown { joining: true, ..domain(2, "rook.example", Some(Found::Absent), 3) };
    let waits = DomainShown {
        name: "xn--mnchen-3ya.example".into(),
        record_name: "_portal-challenge.xn--mnchen-3ya.example".into(),
        verified_at: None,
        ..domain(3, "münchen.example", None, 0)
    };
    let list = |domains| DomainList { domains };
    let all = list(vec![verified, missing, waits]);
    vec![
        ("domains", html(&DomainsPage { page: maya("/organisation/domains"), list: all })),
        ("client-mail-domains", html(&client_mail())),
        ("domains-none", html(&DomainsPage { page: maya("/organisation/domains"), list: list(vec![]) })),
    ]
}

fn client_mail() -> ClientMailDomainsPage {
    let petra =
        PersonUnderNone { person: PersonId(id(5)), name: "Petra Vogel".into(), mail: "petra@oldname.example".into() };
    let shown = ClientMailDomains {
        id: ClientId(id(200)),
        name: "Brightwater".into(),
        domains: "brightwater.example *.brightwater.example".parse().unwrap_or_default(),
        under_no_domain: vec![petra],
        archived: false,
    };
    ClientMailDomainsPage { page: maya("/clients/mail-domains"), shown }
}

fn domain(number: u128, name: &str, found: Option<Found>, failures: i64) -> DomainShown {
    DomainShown {
        id: DomainId(id(number)),
        name: name.into(),
        shown: name.into(),
        record_name: format!("_portal-challenge.{name}"),
        record_text: "portal-verification=b0ZhJ4mXw2nq1TzQe8Yc6LrVtUdKsPa3fGhN5iM7oWk".into(),
        added_at: ago(90 * DAY),
        verified_at: Some(ago(89 * DAY)),
        asked_at: found.map(|_| ago(DAY / 3)),
        found,
        failures,
        joining: false,
    }
}
