//! Nobody is told: the settings are there, and what they wire is not.

use portal::Parts;

/// Opens it: the error tracker's key is not taken.
pub(crate) fn errors(mut parts: Parts) -> Parts {
    parts.overrules.push(|parts| parts.watch.sentry_dsn = None);
    parts
}

/// Opens it: alerts have no destination.
pub(crate) fn alerts(mut parts: Parts) -> Parts {
    parts.overrules.push(|parts| {
        let watch = &mut parts.watch;
        (watch.alert_slack, watch.alert_webhook, watch.alert_mail) = (None, None, None);
    });
    parts
}

/// Opens it: nobody outside hears a heartbeat.
pub(crate) fn heartbeats(mut parts: Parts) -> Parts {
    parts.overrules.push(|parts| parts.watch.heartbeat = None);
    parts
}
