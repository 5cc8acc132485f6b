//! The receipt as a text: words for people first, their proof below. Whoever checks it makes the words again from the
//! proof, so that nothing can stand in them that is not proved.
//!
//! ```text
//! Receipt of an approval
//!
//!   document   Checkout design
//!   file       checkout-v3.pdf
//!   version    3
//!   bytes      2400123
//!   sha256     9f2c…
//!   name       Petra Lindqvist
//!   at         2026-11-24T13:32:00.123456Z
//!   log        portal.example/record+1234abcd+AY…
//!
//! A record of a decision …
//!
//! ---- proof ----
//! salt document <base64>
//! salt file <base64>
//! salt name <base64>
//! leaf <base64>
//!
//! c2sp.org/tlog-proof@v1
//! …
//! ```
//!
//! `document`, `file` and `name` are values that the event only commits to (HMAC-SHA256 under their salts); the rest
//! stands in the event itself.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::commitment::{Salt, of_value};
use ledger::event::{Body, Event};
use ledger::key::VerifierKey;
use ledger::leaf::Leaf;
use ledger::policy::Policy;
use ledger::proof::Proof;

/// The action that a receipt is of.
pub(super) const ACTION: &str = "request.approve";
/// The values that the event commits to, in the order of the receipt.
pub(super) const VALUES: [&str; 3] = ["document", "file", "name"];
/// The first line.
const TITLE: &str = "Receipt of an approval";
/// What stands between words and proof.
const RULE: &str = "---- proof ----";
/// The most bytes of a receipt.
pub(super) const MAX_BYTES: usize = 256 * 1024;

const NOTE: &str = "\
A record of a decision. Not a qualified electronic signature.
To check it without any of our software: bash verify-receipt.sh KEY THIS_FILE [DOCUMENT]
Or with ours: plimsoll-portal verify-receipt THIS_FILE --key KEY [--document DOCUMENT]
KEY is the log's public key as you were given it by another way; it should be the one above.";

/// A receipt.
#[derive(Debug, Clone)]
pub struct Paper {
    /// The values and their salts, in the order of [`VALUES`].
    values: [(String, Salt); 3],
    leaf: Leaf,
    proof: Proof,
    key: VerifierKey,
}

/// Why a text is no receipt, or proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unproved {
    /// It is not of the form.
    #[error("it is no receipt: {0}")]
    Form(String),
    /// The event is not in the log, or the log did not sign.
    #[error("its event is not shown to be in the log: {0}")]
    Log(String),
    /// The event is another one.
    #[error("its event is no approval: {0}")]
    Event(&'static str),
    /// A value is not what the event commits to.
    #[error("`{0}` is not what was recorded")]
    Value(&'static str),
    /// The words say something else than the proof.
    #[error("its words are not what its proof says: `{0}`")]
    Words(String),
}

/// What an approval was of, from its event.
struct Facts {
    number: u64,
    bytes: u64,
    sha256: [u8; 32],
    at: String,
}

impl Paper {
    /// Puts a receipt together, and checks that it proves what it says.
    ///
    /// # Errors
    /// As [`Unproved`] says.
    pub fn new(values: [(String, Salt); 3], leaf: Leaf, proof: Proof, key: VerifierKey) -> Result<Self, Unproved> {
        let paper = Self { values, leaf, proof, key };
        paper.check(&paper.key)?;
        Ok(paper)
    }

    /// Reads a receipt and checks it against a key that the reader trusts; without one, against the key that it names.
    ///
    /// # Errors
    /// As [`Unproved`] says.
    pub fn read(text: &str, trusted: Option<&VerifierKey>) -> Result<Self, Unproved> {
        let form = |why: &str| Unproved::Form(why.to_owned());
        if text.len() > MAX_BYTES {
            return Err(form("it is too long"));
        }
        let text = text.replace("\r\n", "\n");
        let (words, proof) = text.split_once(&format!("\n{RULE}\n")).ok_or_else(|| form("it has no proof"))?;
        let (header, proof) = proof.split_once("\n\n").ok_or_else(|| form("its proof ends too early"))?;
        let line = |name: &str| {
            let start = format!("{name} ");
            let found = header.lines().find_map(|line| line.strip_prefix(start.as_str()));
            found.ok_or_else(|| Unproved::Form(format!("it has no line `{name}`")))
        };
        let bytes = |name: &str| {
            STANDARD.decode(line(name)?).map_err(|_| Unproved::Form(format!("its line `{name}` is not base64")))
        };
        let word = |name: &'static str| {
            let start = format!("  {name:<11}");
            let found = words.lines().find_map(|line| line.strip_prefix(start.as_str()));
            found.map(str::to_owned).ok_or_else(|| Unproved::Form(format!("it does not say `{name}`")))
        };
        let value = |name: &'static str| {
            let salt: [u8; 32] = bytes(&format!("salt {name}"))?.try_into().map_err(|_| form("a salt has 32 bytes"))?;
            Ok::<_, Unproved>((word(name)?, Salt::new(salt)))
        };
        let key: VerifierKey = word("log")?.parse().map_err(|_| form("its log has no key"))?;
        let paper = Self {
            values: [value("document")?, value("file")?, value("name")?],
            leaf: Leaf::parse(&bytes("leaf")?).map_err(|error| form(&error.to_string()))?.0,
            proof: proof.parse().map_err(|error: ledger::proof::ParseError| form(&error.to_string()))?,
            key,
        };
        paper.check(trusted.unwrap_or(&paper.key))?;
        let says = paper.to_string();
        let same = |(is, should): &(&str, &str)| is == should;
        match text.lines().zip(says.lines()).find(|lines| !same(lines)) {
            Some((is, _)) => Err(Unproved::Words(is.to_owned())),
            None if text.lines().count() != says.lines().count() => Err(Unproved::Words("its length".to_owned())),
            None => Ok(paper),
        }
    }

    /// The file's SHA-256.
    ///
    /// # Errors
    /// Never for a receipt that was made or read: both check it.
    pub fn sha256(&self) -> Result<[u8; 32], Unproved> {
        Ok(self.facts()?.sha256)
    }

    /// The key that the log is signed with.
    #[must_use]
    pub const fn key(&self) -> &VerifierKey {
        &self.key
    }

    fn check(&self, trusted: &VerifierKey) -> Result<(), Unproved> {
        let policy = Policy::logs_only([(trusted.clone(), 0..=u64::MAX)]);
        self.proof.verify(&self.leaf.hash(), &policy).map_err(|error| Unproved::Log(error.to_string()))?;
        self.facts()?;
        let event = self.event()?;
        for (name, (value, salt)) in VALUES.iter().zip(&self.values) {
            let committed = of_value(salt, event.id(), name, value.as_bytes());
            if event.body().pii.get(*name) != Some(&committed) {
                return Err(Unproved::Value(name));
            }
        }
        Ok(())
    }

    fn event(&self) -> Result<Event, Unproved> {
        Event::parse(&self.leaf.body).map_err(|error| Unproved::Form(error.to_string()))
    }

    fn facts(&self) -> Result<Facts, Unproved> {
        let event = self.event()?;
        let body: &Body = event.body();
        if body.act != ACTION {
            return Err(Unproved::Event("it is of another action"));
        }
        if body.out != ledger::event::Outcome::Done {
            return Err(Unproved::Event("it was refused"));
        }
        let number = |name: &str| body.facts.get(name).and_then(serde_json::Value::as_u64);
        let hash = body.facts.get("sha256").and_then(serde_json::Value::as_str);
        let hash = hash.and_then(|hash| STANDARD.decode(hash).ok()).and_then(|hash| hash.try_into().ok());
        Ok(Facts {
            number: number("number").ok_or(Unproved::Event("it names no version"))?,
            bytes: number("bytes").ok_or(Unproved::Event("it names no length"))?,
            sha256: hash.ok_or(Unproved::Event("it names no hash"))?,
            at: body.at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string(),
        })
    }
}

impl fmt::Display for Paper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = self.facts().map_err(|_| fmt::Error)?;
        let [document, file, name] = &self.values;
        writeln!(f, "{TITLE}\n")?;
        writeln!(f, "  document   {}", document.0)?;
        writeln!(f, "  file       {}", file.0)?;
        writeln!(f, "  version    {}", facts.number)?;
        writeln!(f, "  bytes      {}", facts.bytes)?;
        writeln!(f, "  sha256     {}", hex::encode(facts.sha256))?;
        writeln!(f, "  name       {}", name.0)?;
        writeln!(f, "  at         {}", facts.at)?;
        writeln!(f, "  log        {}\n", self.key)?;
        writeln!(f, "{NOTE}\n\n{RULE}")?;
        for (name, (_, salt)) in VALUES.iter().zip(&self.values) {
            writeln!(f, "salt {name} {}", STANDARD.encode(salt.as_bytes()))?;
        }
        writeln!(f, "leaf {}\n", STANDARD.encode(self.leaf.to_bytes()))?;
        write!(f, "{}", self.proof)
    }
}
