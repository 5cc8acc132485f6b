//! The data directory: what lies where, and how it is opened. Nothing is touched until it is known to be ours.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use door::store::{Settings, Store};
use door::verify::{Outside, Trust};
use door::{Clock, Sealer};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::backup::BackupKey;
use crate::settings::Place;

/// A data directory.
#[derive(Debug, Clone)]
pub struct Data {
    directory: PathBuf,
}

impl Data {
    /// Makes the directory if it is not there, and tries whether it can be written.
    ///
    /// # Errors
    /// When it cannot, with the next step.
    pub fn open(place: &Place) -> Result<Self> {
        let directory = place.data.clone();
        let hint = "choose another with --data DIR";
        fs::create_dir_all(directory.join("keys"))
            .with_context(|| format!("{}: the data directory cannot be made\n\nhint: {hint}", directory.display()))?;
        let probe = directory.join(".writable");
        fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)).with_context(|| {
            format!("{}: the data directory cannot be written\n\nhint: {hint}", directory.display())
        })?;
        Ok(Self { directory })
    }

    /// A directory that holds a portal already. Nothing is made in it.
    ///
    /// # Errors
    /// When it holds none, with the next step.
    pub fn existing(place: &Place) -> Result<Self> {
        let data = Self { directory: place.data.clone() };
        let hint = "--data names the portal's directory, and --database its PostgreSQL database";
        if !data.record_key().exists() {
            bail!("{}: holds no portal: the key of its record is not there\n\nhint: {hint}", data.directory.display());
        }
        if place.database.is_none() && !data.has_embedded() {
            bail!("{}: holds no embedded database\n\nhint: {hint}", data.directory.display());
        }
        Ok(data)
    }

    /// A directory whose keys are wanted, and not its database: to verify a backup. Nothing is made in it.
    ///
    /// # Errors
    /// When they are not there, with the next step.
    pub fn with_keys(place: &Place) -> Result<Self> {
        let data = Self { directory: place.data.clone() };
        if !data.record_key().exists() {
            bail!(
                "{}: holds no key of a record\n\nhint: --data names the portal's directory, or --policy whom to believe",
                data.directory.display()
            );
        }
        Ok(data)
    }

    /// The marker of a demo.
    fn demo_marker(&self) -> PathBuf {
        self.directory.join("demo")
    }

    /// The embedded database's file.
    fn database(&self) -> PathBuf {
        self.directory.join("portal.db")
    }

    /// The directory itself.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Whether the embedded database is there.
    #[must_use]
    pub fn has_embedded(&self) -> bool {
        self.database().exists()
    }

    /// Whether the directory is a demo.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.demo_marker().exists()
    }

    /// Makes the directory a demo, which only an empty one can become.
    ///
    /// # Errors
    /// When it holds a portal that is no demo.
    pub fn become_demo(&self) -> Result<()> {
        if self.is_demo() {
            return Ok(());
        }
        if self.database().exists() {
            bail!(
                "{}: this directory holds a portal that is not a demo\n\nhint: give the demo a directory of its own: --data demo-data",
                self.directory.display()
            );
        }
        fs::write(
            self.demo_marker(),
            b"The people in this directory are invented, and their password is known to everybody.\n",
        )?;
        Ok(())
    }

    /// The mark of a demo whose story has been told to its end.
    fn filled_marker(&self) -> PathBuf {
        self.directory.join("demo-filled")
    }

    /// Whether the demo's story has been told.
    ///
    /// # Errors
    /// When the telling broke off: half a story is of no use.
    pub fn is_filled_demo(&self) -> Result<bool> {
        let filled = self.filled_marker().exists();
        if !filled && self.database().exists() {
            bail!(
                "{}: this demo was not filled to its end\n\nhint: delete the directory and start again",
                self.directory.display()
            );
        }
        Ok(filled)
    }

    /// Remembers that the story has been told.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn demo_is_filled(&self) -> Result<()> {
        fs::write(self.filled_marker(), b"")?;
        Ok(())
    }

    /// Opens the database and brings it up to this version.
    ///
    /// # Errors
    /// When it cannot be reached, or belongs to a newer version; then nothing was touched.
    pub async fn store(&self, place: &Place, clock: &dyn Clock) -> Result<Store> {
        let store = self.database_as_it_is(place).await?;
        self.migrate(&store, clock).await?;
        Ok(store)
    }

    /// Opens the database, and changes nothing in it.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub(crate) async fn database_as_it_is(&self, place: &Place) -> Result<Store> {
        let settings = match &place.database {
            Some(url) => Settings::Postgres(url.clone()),
            None => Settings::Sqlite(self.database()),
        };
        Ok(Store::open(&settings).await?)
    }

    /// Brings the database up to this version.
    ///
    /// # Errors
    /// When it belongs to a newer version; then nothing was touched.
    pub(crate) async fn migrate(&self, store: &Store, clock: &dyn Clock) -> Result<()> {
        let migrated = store.migrate(&crate::schema::migrations(), clock.now()).await;
        migrated.with_context(|| format!("{}: the data cannot be used by this version", self.directory.display()))?;
        Ok(())
    }

    /// The master key of the vault, made on first use.
    ///
    /// # Errors
    /// When it cannot be read or made.
    pub fn master_key(&self) -> Result<Zeroizing<[u8; 32]>> {
        key(&self.directory.join("keys/master.key"))
    }

    /// Where it stands that somebody keeps the recovery kit: the fingerprint of the key that it holds.
    fn kit_mark(&self) -> PathBuf {
        self.directory.join("keys/recovery-kit.confirmed")
    }

    /// Whether somebody has confirmed that the recovery kit is kept.
    ///
    /// # Errors
    /// When the backup key cannot be read or made.
    pub fn kit_is_confirmed(&self) -> Result<bool> {
        let key = BackupKey::of(&self.directory)?;
        Ok(fs::read_to_string(self.kit_mark()).is_ok_and(|mark| mark.trim_end() == key.fingerprint()))
    }

    /// Remembers that the recovery kit is kept.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn confirm_kit(&self) -> Result<()> {
        let key = BackupKey::of(&self.directory)?;
        let mark = self.kit_mark();
        fs::write(&mark, format!("{}\n", key.fingerprint()))
            .with_context(|| format!("{}: cannot be written", mark.display()))
    }

    /// What signs the record.
    ///
    /// # Errors
    /// When its key cannot be read or made.
    pub fn sealer(&self) -> Result<Sealer> {
        let seed = key(&self.record_key())?;
        Ok(Sealer::new(self.record_name(&seed)?, seed, self.high_water()))
    }

    /// The key that signs the record.
    pub(crate) fn record_key(&self) -> PathBuf {
        self.directory.join("keys/record.key")
    }

    /// The file that holds the log's name.
    pub(crate) fn record_name_file(&self) -> PathBuf {
        self.directory.join("keys/record.name")
    }

    /// The log's name. It is made of the first key, so that it outlives a change of address, and written down, so that it
    /// outlives a change of keys.
    fn record_name(&self, seed: &Zeroizing<[u8; 32]>) -> Result<String> {
        let path = self.record_name_file();
        match fs::read_to_string(&path) {
            Ok(name) => Ok(name.trim_end().to_owned()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let digest = Sha256::new().chain_update(b"record/v1").chain_update(seed.as_ref()).finalize();
                let name = format!("plimsoll-portal/record/{}", hex::encode(&digest[..8]));
                fs::write(&path, format!("{name}\n"))
                    .with_context(|| format!("{}: cannot be written", path.display()))?;
                Ok(name)
            }
            Err(error) => Err(error).with_context(|| format!("{}: cannot be read", path.display())),
        }
    }

    /// What this directory alone lets somebody believe: the log's key, the last signed checkpoint and the list of whom was
    /// erased, all kept outside the database.
    ///
    /// # Errors
    /// When something is there and cannot be read.
    pub fn trust(&self) -> Result<Trust> {
        let sealer = self.sealer()?;
        let mut trust = Trust::key(sealer.key()?.verifier().clone());
        let path = self.high_water();
        match fs::read(&path) {
            Ok(note) => trust.outside.push(Outside { label: path.display().to_string(), note }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("{}: cannot be read", path.display())),
        }
        trust.erased = sealer.erased()?;
        Ok(trust)
    }

    fn high_water(&self) -> PathBuf {
        self.directory.join("record.checkpoint")
    }
}

/// Reads a key of 32 bytes, or makes it: readable by its owner only, and on disk before it is used.
pub(crate) fn key(path: &Path) -> Result<Zeroizing<[u8; 32]>> {
    match fs::read(path) {
        Ok(bytes) => {
            let bytes = Zeroizing::new(bytes);
            let key: [u8; 32] = bytes
                .as_slice()
                .try_into()
                .with_context(|| format!("{}: a key has 32 bytes, this has {}", path.display(), bytes.len()))?;
            Ok(Zeroizing::new(key))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut key = Zeroizing::new([0; 32]);
            getrandom::fill(key.as_mut())?;
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(path).with_context(|| format!("{}: the key cannot be made", path.display()))?;
            file.write_all(key.as_ref())?;
            file.sync_all()?;
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| format!("{}: the key cannot be read", path.display())),
    }
}
