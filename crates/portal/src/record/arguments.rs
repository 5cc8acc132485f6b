//! What may be said to the record's commands.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use uuid::Uuid;

use crate::settings::Place;

/// What to verify, and whom to believe.
#[derive(Debug, Clone, Args)]
pub struct Verify {
    /// Where the data lies.
    #[command(flatten)]
    pub place: Place,
    /// A copy of the embedded database instead of the one that is in use. The copy is not touched.
    #[arg(long, value_name = "FILE", conflicts_with = "bundle")]
    pub backup: Option<PathBuf>,
    /// A client's slice, as a directory or a zip file, instead of a database.
    #[arg(long, value_name = "PATH")]
    pub bundle: Option<PathBuf>,
    /// Whose signatures count (C2SP tlog-policy). Without it, the key in the data directory; of a bundle, its own.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// A checkpoint or statement that was kept from earlier. May be said several times.
    #[arg(long, value_name = "FILE")]
    pub known: Vec<PathBuf>,
    /// Where to write two signatures that contradict each other.
    #[arg(long, value_name = "FILE", default_value = "record-evidence.txt")]
    pub evidence: PathBuf,
}

/// What to do with the ledger.
#[derive(Debug, Clone, Args)]
pub struct Ledger {
    /// Where the data lies.
    #[command(flatten)]
    pub place: Place,
    /// What to do.
    #[command(subcommand)]
    pub what: LedgerDo,
}

/// What can be done with the ledger.
#[derive(Debug, Clone, Subcommand)]
pub enum LedgerDo {
    /// Print the public keys that sign the record, as a policy to be given to clients.
    Policy,
    /// Print how far each anchor outside is.
    Anchors,
    /// Write a chain's slice: everything that its client needs to check it.
    Bundle {
        /// The chain: `client/ID`, `organisation/ID`, `account/ID` or `installation/ID`.
        #[arg(long)]
        chain: ::ledger::Chain,
        /// A directory that does not exist yet, or a file that ends with `.zip`.
        #[arg(long, value_name = "PATH")]
        to: PathBuf,
    },
    /// Go on signing with another key. Stop the portal first; the old key is destroyed.
    RotateKey,
    /// Go on from a database that was put back to an older copy: a new epoch, which names what is lost. Stop the portal
    /// first.
    NewEpoch {
        /// Why.
        #[arg(long)]
        reason: String,
        /// Who decided.
        #[arg(long, value_name = "NAME")]
        decided_by: String,
    },
    /// Erase every value that the record holds about a person. What happened stays, without them.
    Erase {
        /// The person's id.
        #[arg(long, value_name = "ID")]
        subject: Uuid,
    },
    /// Erase once more whom the list beside the high-water file names: after a backup was put back.
    ReplayErasures,
    /// Drop the beginning of a chain by policy; its fingerprints stay.
    Prune {
        /// The chain.
        #[arg(long)]
        chain: ::ledger::Chain,
        /// Events before this instant: `2026-01-01T00:00:00Z`.
        #[arg(long, value_name = "INSTANT")]
        before: jiff::Timestamp,
    },
}

/// What to try.
#[derive(Debug, Clone, Args)]
pub struct Attack {
    /// Where the data lies.
    #[command(flatten)]
    pub place: Place,
    /// Work on a copy, which is thrown away afterwards. There is no other way.
    #[arg(long, required = true)]
    pub copy: bool,
    /// Every attack.
    #[arg(long)]
    pub all: bool,
    /// One attack by its number.
    #[arg(value_name = "N", required_unless_present = "all", value_parser = clap::value_parser!(u8).range(1..=38))]
    pub number: Option<u8>,
}

/// How to witness.
#[derive(Debug, Clone, Args)]
pub struct Witness {
    /// The directory of the witness's key and its one table.
    #[arg(long, default_value = "plimsoll-witness", value_name = "DIR")]
    pub data: PathBuf,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8081", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// The witness's name, without spaces: `witness.example.com`. Part of its key; never change it.
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// The public key of a log to witness. May be said several times.
    #[arg(long, value_name = "VKEY", required = true)]
    pub log: Vec<String>,
}
