//! Brings a notice to every destination, and again while one does not take it. It needs no database.

use std::sync::Arc;
use std::time::Duration;

use super::{Notice, Watch};

/// After which time a notice that was not received is sent again. Then it is given up, and its next repetition is a new try.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(120),
    Duration::from_secs(600),
    Duration::from_secs(1800),
];

/// Sends a notice to each destination, side by side. Nobody waits for it.
pub(super) fn deliver(watch: &Arc<Watch>, notice: &Notice) {
    tracing::warn!(alert = notice.key, kind = notice.kind.word(), words = notice.words, "an alert");
    for index in 0..watch.destinations.len() {
        let (watch, notice) = (Arc::clone(watch), notice.clone());
        tokio::spawn(async move {
            let Some(destination) = watch.destinations.get(index) else { return };
            for pause in PAUSES {
                match destination.send(&notice).await {
                    Ok(()) => return,
                    Err(problem) => {
                        tracing::error!(to = destination.receiver.name, problem, "an alert was not received");
                    }
                }
                tokio::time::sleep(pause).await;
            }
        });
    }
}
