//! A panic is a mistake of ours: it is logged and reported with the place in the source code. What it says is repeated only
//! where it is a text of the source code; anything else may hold what somebody typed.

use std::sync::Arc;

use door::id::uuid_at;

use super::{Report, Watch};

/// Takes care of panics from now on.
pub fn report(watch: &Arc<Watch>) {
    let watch = Arc::clone(watch);
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
        let said = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("something unexpected");
        tracing::error!(place, said, "a panic");
        let now = watch.now();
        let message = format!("a panic at {place}: {said}");
        watch.errors.report(Report { message, place: Some(place), ..Report::default() }, uuid_at(now), now);
    }));
}
