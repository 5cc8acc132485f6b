//! Who lives in the demo: two organisations, their clients, and twenty-four people. All of them are invented.

use crate::organisations::Role;

/// The password of everybody in the demo. It stands on the sign-in page, so it protects nothing.
pub const PASSWORD: &str = "a demo is not a secret";

/// The people whom one can be with one click, by their keys.
pub(super) const FACES: [&str; 4] = ["maya", "tom", "petra", "sam"];

/// An organisation, its first owner, and its clients.
pub(super) struct Organisation {
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    /// The key of the first owner.
    pub(super) owner: &'static str,
    /// Keys and names.
    pub(super) clients: &'static [(&'static str, &'static str)],
}

/// Somebody.
pub(super) struct Someone {
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    pub(super) mail: &'static str,
    /// The organisation, by its key, or the client of one.
    pub(super) place: &'static str,
    pub(super) role: Role,
}

pub(super) const ORGANISATIONS: &[Organisation] = &[
    Organisation {
        key: "halden",
        name: "Halden & Rook",
        owner: "maya",
        clients: &[
            ("brightwater", "Brightwater Hotels"),
            ("kestrel", "Kestrel Cycles"),
            ("mirabel", "Mirabel Clinics"),
        ],
    },
    Organisation {
        key: "pallas",
        name: "Studio Pallas",
        owner: "nadia",
        clients: &[("mill", "Mill & Oat Bakery"), ("northfell", "Northfell Energy Co-op")],
    },
];

/// Everybody. Jo works for both organisations: one account, two memberships.
pub(super) const PEOPLE: &[Someone] = &[
    someone("maya", "Maya Lindqvist", "maya@haldenrook.example", "halden", Role::Owner),
    someone("ana", "Ana Castro", "ana@haldenrook.example", "halden", Role::Admin),
    someone("tom", "Tom Reyes", "tom@haldenrook.example", "halden", Role::Staff),
    someone("dana", "Dana Wolff", "dana@haldenrook.example", "halden", Role::Staff),
    someone("ivo", "Ivo Brandt", "ivo@haldenrook.example", "halden", Role::Staff),
    someone("lena", "Lena Vogt", "lena@haldenrook.example", "halden", Role::Staff),
    someone("marek", "Marek Nowak", "marek@haldenrook.example", "halden", Role::Staff),
    someone("priya", "Priya Raman", "priya@haldenrook.example", "halden", Role::Staff),
    someone("hugo", "Hugo Marchetti", "hugo@haldenrook.example", "halden", Role::Staff),
    someone("ines", "Inês Duarte", "ines@haldenrook.example", "halden", Role::Staff),
    someone("oskar", "Oskar Lindgren", "oskar@haldenrook.example", "halden", Role::Staff),
    someone("jo", "Jo Adeyemi", "jo@adeyemi.example", "halden", Role::Staff),
    someone("petra", "Petra Sandvik", "petra@brightwater.example", "brightwater", Role::ClientAdmin),
    someone("nils", "Nils Aamodt", "nils@brightwater.example", "brightwater", Role::ClientMember),
    someone("ruth", "Ruth Bellamy", "ruth@kestrel.example", "kestrel", Role::ClientAdmin),
    someone("sam", "Sam Okafor", "sam@kestrel.example", "kestrel", Role::ClientMember),
    someone("amara", "Amara Diallo", "amara@mirabel.example", "mirabel", Role::ClientAdmin),
    someone("felix", "Felix Brunner", "felix@mirabel.example", "mirabel", Role::ClientMember),
    someone("nadia", "Nadia Pallas", "nadia@pallas.example", "pallas", Role::Owner),
    someone("ben", "Ben Ito", "ben@pallas.example", "pallas", Role::Admin),
    someone("carla", "Carla Mendes", "carla@pallas.example", "pallas", Role::Staff),
    someone("wim", "Wim de Vries", "wim@pallas.example", "pallas", Role::Staff),
    someone("jo", "Jo Adeyemi", "jo@adeyemi.example", "pallas", Role::Staff),
    someone("greta", "Greta Mill", "greta@milloat.example", "mill", Role::ClientAdmin),
    someone("callum", "Callum Reid", "callum@northfell.example", "northfell", Role::ClientAdmin),
];

const fn someone(
    key: &'static str,
    name: &'static str,
    mail: &'static str,
    place: &'static str,
    role: Role,
) -> Someone {
    Someone { key, name, mail, place, role }
}

/// The organisation of a place: itself, or the one that the client belongs to.
pub(super) fn organisation_of(place: &str) -> Option<&'static Organisation> {
    ORGANISATIONS
        .iter()
        .find(|organisation| organisation.key == place || organisation.clients.iter().any(|(key, _)| *key == place))
}

/// What people's browsers call themselves.
pub(super) const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
];
