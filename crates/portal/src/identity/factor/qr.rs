//! A QR code as a drawing (ISO/IEC 18004, by `qrcodegen`).

use std::fmt::Write as _;

use askama::Template;
use askama::filters::HtmlSafe;
use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules round the code, as the standard demands.
const QUIET: i32 = 4;

/// The drawing. Dark on light whatever the page's colours are: cameras want it so.
#[derive(Debug, Clone, Template)]
#[template(
    source = r##"<svg class="qr" viewBox="0 0 {{ side }} {{ side }}" role="img" aria-label="{{ label }}" shape-rendering="crispEdges"><rect width="{{ side }}" height="{{ side }}" fill="#fff"/><path d="{{ path }}" fill="#000"/></svg>"##,
    ext = "html"
)]
pub struct Qr {
    side: i32,
    path: String,
    label: String,
}

impl HtmlSafe for Qr {}

impl Qr {
    /// The code of a text; `None` when it is longer than a code holds.
    #[must_use]
    pub fn of(text: &str, label: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let mut path = String::new();
        for y in 0..code.size() {
            for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
                let _ = write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
            }
        }
        Some(Self { side: code.size() + 2 * QUIET, path, label: label.to_owned() })
    }
}
