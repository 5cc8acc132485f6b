//! What the domain name system says: whether a text stands at a name (TXT, RFC 1035 section 3.3.14). The machine's own name
//! servers are asked, or those that the configuration names, anew each time. What they answer is compared here and shown to
//! nobody: it could be anything, also of a network that only this machine sees.

use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData, RecordType};

use crate::fields::words;

/// How long one name server may take, and how often it is asked.
const TRY: Duration = Duration::from_secs(3);
const TRIES: usize = 2;
/// How long all of it may take, whatever leads from one name to the next.
const ALL: Duration = Duration::from_secs(10);
/// Records of one name that are read; an answer itself has 64 KiB at the most.
const RECORDS_MAX: usize = 200;

words!(
    /// What was found.
    Found {
        /// The text stands there.
        There = "there",
        /// The name is not there, or has no text.
        Absent = "absent",
        /// Other texts stand there, and this one does not.
        Other = "other",
        /// Nobody answered, or nothing that could be read.
        Silent = "silent",
    }
);

/// The way to name servers.
#[derive(Debug, Clone, Default)]
pub struct Dns {
    servers: Vec<SocketAddr>,
}

impl Dns {
    /// Asks these servers; the machine's own where there are none.
    #[must_use]
    pub const fn new(servers: Vec<SocketAddr>) -> Self {
        Self { servers }
    }

    /// Whether a text stands at a name, which may be an alias of another (CNAME).
    pub async fn look_for(&self, name: &str, text: &str) -> Found {
        match tokio::time::timeout(ALL, self.texts(name)).await {
            Ok(Ok(texts)) if texts.iter().any(|found| found == text.as_bytes()) => Found::There,
            Ok(Ok(texts)) if texts.is_empty() => Found::Absent,
            Ok(Ok(_)) => Found::Other,
            Ok(Err(error)) => {
                tracing::warn!(name, %error, "no name server gave an answer");
                Found::Silent
            }
            Err(_) => {
                tracing::warn!(name, "no name server answered in time");
                Found::Silent
            }
        }
    }

    /// The texts at a name. One record is several strings where it has more than 255 bytes (RFC 7208 section 3.3 says the same
    /// of its own): they are one text.
    async fn texts(&self, name: &str) -> Result<Vec<Vec<u8>>, NetError> {
        // With a dot at its end, so that nothing of the machine's own domain is tried behind it.
        let name = Name::from_ascii(format!("{name}."))?;
        let found = match self.resolver()?.lookup(name, RecordType::TXT).await {
            Ok(found) => found,
            Err(error) if error.is_no_records_found() && !is_failure(&error) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let texts = found.answers().iter().take(RECORDS_MAX).filter_map(|record| match &record.data {
            RData::TXT(text) => Some(text.txt_data.concat()),
            _ => None,
        });
        Ok(texts.collect())
    }

    /// A resolver that has heard nothing yet: what the machine has set since counts, and no older answer does.
    fn resolver(&self) -> Result<TokioResolver, NetError> {
        let mut builder = if self.servers.is_empty() {
            TokioResolver::builder_tokio()?
        } else {
            let servers = self.servers.iter().map(|server| {
                let mut config = NameServerConfig::udp_and_tcp(server.ip());
                config.connections.iter_mut().for_each(|way| way.port = server.port());
                config
            });
            let config = ResolverConfig::from_name_servers(servers.collect());
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        let options = builder.options_mut();
        (options.timeout, options.attempts) = (TRY, TRIES);
        (options.cache_size, options.use_hosts_file) = (0, ResolveHosts::Never);
        builder.build()
    }
}

/// Whether an answer without a record says that the server could not find out, and not that there is none (RFC 1035 section
/// 4.1.1: the response code).
fn is_failure(error: &NetError) -> bool {
    use hickory_resolver::net::DnsError;
    use hickory_resolver::proto::op::ResponseCode;

    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => {
            !matches!(none.response_code, ResponseCode::NoError | ResponseCode::NXDomain)
        }
        _ => true,
    }
}
