//! What a portal is made of. `gaps` hands in altered parts; the shipped binary has only these.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use door::store::Store;
use door::{Catalogue, Clock, Door, Grounds, SystemClock};

use crate::backup::{self, Backups};
use crate::data::Data;
use crate::dns::Dns;
use crate::files::{self, Cabinet, FilesKey, Previews};
use crate::identity::Hasher;
use crate::mail::Post;
use crate::moving;
use crate::outside::Outside;
use crate::privacy::processing::{Recipient, recipients};
use crate::settings::{Place, Serve};
use crate::standing::People;
use crate::tls;
use crate::trail::push;
use crate::vault::{Cipher, Safe};
use crate::watch::{self, Watch};
use crate::world::World;

/// What a portal is made of.
#[derive(Clone)]
pub struct Parts {
    /// Its actions.
    pub catalogue: Catalogue,
    /// Its knowledge of people.
    pub grounds: Arc<dyn Grounds>,
    /// Its time.
    pub clock: Arc<dyn Clock>,
    /// How the vault seals.
    pub cipher: Cipher,
    /// Where its files lie, and how large they may be.
    pub files: files::Settings,
    /// The portal's own program, which makes previews in a process of its own.
    pub program: PathBuf,
    /// Asks name servers.
    pub dns: Dns,
    /// How it pushes its record.
    pub push: push::Settings,
    /// For how many days the record is kept; for ever where nothing is said.
    pub keep_record_days: Option<u32>,
    /// Where backups lie, and when they are made.
    pub backup: backup::Settings,
    /// Why the last backup and the last drill failed.
    pub backup_troubles: backup::Troubles,
    /// The certificate that is shown, where HTTPS is spoken here.
    pub certificate: Arc<tls::Shown>,
    /// Who is told when something is wrong.
    pub watch: watch::Settings,
    /// Through whose hands data passes.
    pub recipients: Arc<[Recipient]>,
    /// The report of the last audit, where there is one.
    pub load_line: Option<PathBuf>,
    /// Recorded tables whose locks are taken off at the start, so that a gap in the record can be opened. Empty in
    /// every portal that is meant for use.
    pub unlocked: Vec<&'static str>,
    /// What is done to these parts once the settings are known, so that a gap in them can be opened. Empty in every portal
    /// that is meant for use.
    pub overrules: Vec<fn(&mut Self)>,
    /// What stands around everything that is answered, so that a gap in it can be opened. Empty in every portal that is
    /// meant for use.
    pub layers: Vec<fn(Router) -> Router>,
}

impl Parts {
    /// The portal as it is shipped.
    #[must_use]
    pub fn real() -> Self {
        Self {
            catalogue: crate::catalogue::catalogue(),
            grounds: Arc::new(People),
            clock: Arc::new(SystemClock),
            cipher: Cipher::REAL,
            files: files::Settings::default(),
            // Without it there are no previews, and nothing else is missed.
            program: std::env::current_exe().unwrap_or_default(),
            dns: Dns::default(),
            push: push::Settings::default(),
            keep_record_days: None,
            backup: backup::Settings::default(),
            backup_troubles: backup::Troubles::default(),
            certificate: Arc::default(),
            watch: watch::Settings::default(),
            recipients: Arc::default(),
            load_line: None,
            unlocked: Vec::new(),
            overrules: Vec::new(),
            layers: Vec::new(),
        }
    }

    /// Opens the data and makes the door over it.
    ///
    /// # Errors
    /// When the data cannot be opened; nothing was touched then.
    pub async fn door(&self, data: &Data, place: &Place, public_origin: &str, demo: bool) -> anyhow::Result<Arc<Door>> {
        let store = data.database_as_it_is(place).await?;
        backup::before_migration(self, data, &store).await?;
        data.migrate(&store, &*self.clock).await?;
        moving::refuse_moved(&store, data).await?;
        self.over(store, data, place, public_origin, demo).await
    }

    /// The same parts, as the settings of a portal that runs say.
    ///
    /// # Errors
    /// What is wrong with a setting, with the next step.
    pub fn as_set(&self, serve: &Serve) -> anyhow::Result<Self> {
        let mut set = Self {
            dns: Dns::new(serve.dns_server.clone()),
            push: serve.push()?,
            files: serve.files.clone(),
            keep_record_days: serve.keep_record_days,
            backup: serve.backup.clone(),
            watch: serve.watch.clone(),
            recipients: recipients(serve).into(),
            load_line: serve.load_line.clone(),
            ..self.clone()
        };
        self.overrules.iter().for_each(|overrule| overrule(&mut set));
        Ok(set)
    }

    /// The door over an open store.
    pub(crate) async fn over(
        &self,
        store: Store,
        data: &Data,
        place: &Place,
        public_origin: &str,
        demo: bool,
    ) -> anyhow::Result<Arc<Door>> {
        for table in &self.unlocked {
            store.unlock_recorded(table).await?;
        }
        crate::record::finish_handover(data, &store).await?;
        let sealer = crate::record::sealer(data, &store, &self.clock)?;
        let master_key = data.master_key()?;
        let (files, scanner, limits) = self.files.open(data.directory())?;
        let key = FilesKey::of(&master_key);
        let post = Arc::new(Post::of(&self.watch, public_origin, demo, data.directory())?);
        let outside = Arc::new(Outside::new(self.push.private_webhooks));
        let world = World {
            hasher: Hasher::new()
                .await
                .map_err(|refusal| anyhow::anyhow!("passwords cannot be hashed: {refusal:?}"))?,
            cabinet: Cabinet { files, key, scanner, previews: Previews::new(self.program.clone()), limits },
            safe: Safe::new(master_key, self.cipher),
            demo,
            public_origin: public_origin.to_owned(),
            dns: self.dns.clone(),
            sender: Arc::new(push::Sender::new(Arc::clone(&outside))),
            outside,
            syslog: self.push.syslog.clone(),
            keep_record_days: self.keep_record_days,
            watch: Watch::new(
                &self.watch,
                public_origin,
                demo,
                &self.clock,
                data.directory().to_owned(),
                Arc::clone(&post),
            )?,
            post,
            engine: store.engine(),
            certificate: Arc::clone(&self.certificate),
            recipients: Arc::clone(&self.recipients),
            load_line: self.load_line.clone(),
            backups: Backups {
                settings: self.backup.clone(),
                data: data.clone(),
                database: place.database.clone(),
                program: self.program.clone(),
                clock: Arc::clone(&self.clock),
                troubles: self.backup_troubles.clone(),
            },
        };
        let parts = door::Parts {
            catalogue: self.catalogue.clone(),
            grounds: Arc::clone(&self.grounds),
            store,
            clock: Arc::clone(&self.clock),
            sealer: Some(Arc::new(sealer)),
            public_origin: public_origin.to_owned(),
            observer: concat!("portal@", env!("CARGO_PKG_VERSION")),
            world: Arc::new(world),
        };
        Ok(Door::new(parts).await?)
    }
}
