//! Who is responsible for what: the register of processing (GDPR article 30), made of the inventory; through whose hands data
//! passes, made of the live settings; and what clients are told about it.

mod measures;
pub mod pages;
mod recipients;
mod set;
mod show;
mod trust;

use door::Recorded;

pub use measures::Measure;
pub use recipients::{Recipient, recipients};
pub use set::{PartiesWanted, SetProcessing};
pub(crate) use show::is_about_people;
pub use show::{Activity, Parties, ProcessingShown, ShowProcessing};
pub use trust::{LoadLine, ShowTrust, TrustShown, WhoSees};

/// The table of who is responsible: one row an organisation.
pub const PARTIES: Recorded = Recorded { table: "parties", entity: 73 };
