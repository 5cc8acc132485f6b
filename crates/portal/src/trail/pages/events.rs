//! Every event that can be recorded, as a page.

use askama::Template;

use crate::pages::{Icon, Page};
use crate::trail::EventList;

/// The events.
#[derive(Debug, Template)]
#[template(path = "trail/pages/events.html")]
pub struct EventsPage {
    /// The frame.
    pub page: Page,
    /// The events.
    pub list: EventList,
}
