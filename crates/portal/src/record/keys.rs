//! The log's key on disk, and how it is replaced so that a power cut leaves either the old one or the new one in charge.
//!
//! The next key is written beside the present one, then the database hands over, then the files change names. Whoever
//! starts in between looks into the database to see which of the two is the log's.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use door::Sealer;
use door::store::Store;

use crate::data::{self, Data};

/// A key that waits for the log to be handed over to it.
pub(super) struct Next {
    data: Data,
    origin: String,
}

impl Next {
    /// Makes a key for the same name, or for the next epoch's.
    pub(super) fn make(data: &Data, origin: String) -> Result<Self> {
        let next = Self { data: data.clone(), origin };
        let _ = fs::remove_file(next.key());
        fs::write(next.name(), format!("{}\n", next.origin))
            .with_context(|| format!("{}: cannot be written", next.name().display()))?;
        data::key(&next.key())?;
        Ok(next)
    }

    fn key(&self) -> PathBuf {
        self.data.record_key().with_extension("key.next")
    }

    fn name(&self) -> PathBuf {
        self.data.record_name_file().with_extension("name.next")
    }

    /// What would sign with it.
    pub(super) fn sealer(&self) -> Result<Sealer> {
        let present = self.data.sealer()?;
        Ok(Sealer::new(self.origin.clone(), data::key(&self.key())?, present.high_water))
    }

    /// The log was handed over: it is the key now. The old one is gone for good.
    pub(super) fn take_over(self) -> Result<()> {
        // The name first: a key without its name would be looked for under the old one.
        fs::rename(self.name(), self.data.record_name_file())?;
        fs::rename(self.key(), self.data.record_key())?;
        Ok(())
    }
}

/// Brings a handover that was interrupted to its end, or throws the key away that nobody signed with.
///
/// # Errors
/// When the files cannot be changed.
pub async fn finish_handover(data: &Data, store: &Store) -> Result<()> {
    let waiting = Next { data: data.clone(), origin: String::new() };
    if !waiting.key().exists() {
        return Ok(());
    }
    let name = fs::read_to_string(waiting.name()).or_else(|_| fs::read_to_string(data.record_name_file()));
    let next = Next { data: data.clone(), origin: name?.trim_end().to_owned() };
    let signs_now = door::record::current_key(store).await?;
    if signs_now.as_ref() == Some(next.sealer()?.key()?.verifier()) {
        if next.name().exists() {
            fs::rename(next.name(), data.record_name_file())?;
        }
        fs::rename(next.key(), data.record_key())?;
    } else {
        let _ = fs::remove_file(next.name());
        fs::remove_file(next.key())?;
    }
    Ok(())
}

/// The name of the epoch after this one: `…/ab12` goes on as `…/ab12/2`.
pub(super) fn next_epoch(origin: &str) -> String {
    match origin.rsplit_once('/') {
        Some((log, number)) if origin.matches('/').count() > 2 && number.parse::<u32>().is_ok() => {
            format!("{log}/{}", number.parse::<u32>().unwrap_or(1) + 1)
        }
        _ => format!("{origin}/2"),
    }
}

#[cfg(test)]
mod tests {
    use super::next_epoch;

    #[test]
    fn epochs_are_numbered() {
        assert_eq!(next_epoch("plimsoll-portal/record/1234567890123456"), "plimsoll-portal/record/1234567890123456/2");
        assert_eq!(next_epoch("plimsoll-portal/record/ab12/2"), "plimsoll-portal/record/ab12/3");
    }
}
