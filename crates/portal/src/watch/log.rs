//! How the log is written. Lines go to standard error, `RUST_LOG` says which. Each line that belongs to a request names it.

use tracing_subscriber::EnvFilter;

use super::LogFormat;

/// What is logged where nothing is said: for people no line for each request, which programs like to have.
const FOR_PEOPLE: &str = "info,sqlx=warn,portal::answered=warn";
const FOR_PROGRAMS: &str = "info,sqlx=warn";

/// Begins to log. A second call is no harm.
pub fn begin(format: LogFormat) {
    let usual = if format == LogFormat::Json { FOR_PROGRAMS } else { FOR_PEOPLE };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
    };
}
