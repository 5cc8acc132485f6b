//! Line drawings, 24 units square, in the colour of the text beside them.

use std::fmt;

use askama::filters::HtmlSafe;

/// A drawing; the words beside it say the same, so readers aloud skip it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A house.
    Home,
    /// Two people.
    Clients,
    /// A board with lines.
    Projects,
    /// A sheet with a folded corner.
    Documents,
    /// A list with ticks.
    Trail,
    /// A grid.
    Matrix,
    /// A shield.
    Readiness,
    /// Two buildings.
    Organisations,
    /// A key.
    Key,
    /// An eye.
    Eye,
    /// A speech bubble.
    Message,
    /// A tick.
    Tick,
    /// A cross.
    Cross,
    /// An arrow to the right.
    Arrow,
    /// A lock.
    Lock,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Home => "M4 11 12 4l8 7M6 9.5V20h12V9.5M10 20v-5h4v5",
            Self::Clients => {
                "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20c.4-3.6 3-6 6.5-6s6.1 2.4 6.5 6M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.5c2 .9 3.3 2.9 3.5 5.5"
            }
            Self::Projects => "M5 4h14v16H5zM9 9h6M9 13h6M9 17h3",
            Self::Documents => "M6 3.5h8l4 4V20.5H6zM14 3.5v4h4M9 12h6M9 16h4",
            Self::Trail => {
                "m3.5 6 1.5 1.5L7.5 5M3.5 12l1.5 1.5 2.5-2.5M3.5 18l1.5 1.5 2.5-2.5M11 6.5h9M11 12.5h9M11 18.5h9"
            }
            Self::Matrix => "M4 4h16v16H4zM4 9.3h16M4 14.7h16M9.3 4v16M14.7 4v16",
            Self::Readiness => "M12 3.5 5 6v5.5c0 4.3 2.9 7.6 7 9 4.1-1.4 7-4.7 7-9V6zM9 12l2.2 2.2L15.2 10",
            Self::Organisations => "M4 20V5h9v15M13 10h7v10M2.5 20h19M7 9h3M7 13h3M16 14h1.5",
            Self::Key => "M8 19a4 4 0 1 0 0-8 4 4 0 0 0 0 8M11 12.2 20 3.5M16.5 7l2.5 2.5M14 9.5l1.5 1.5",
            Self::Eye => {
                "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6"
            }
            Self::Message => "M4 5h16v11H10l-4.5 4v-4H4z",
            Self::Tick => "m5 12.5 4.5 4.5L19 7.5",
            Self::Cross => "M6 6l12 12M18 6 6 18",
            Self::Arrow => "M5 12h14M13 6l6 6-6 6",
            Self::Lock => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
        }
    }
}

impl fmt::Display for Icon {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path();
        write!(
            out,
            r#"<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{path}"/></svg>"#
        )
    }
}

impl HtmlSafe for Icon {}
