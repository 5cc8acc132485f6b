//! The process that makes one preview: a file on standard input; the number of pages, in four bytes, and a PNG on
//! standard output.

use std::io::{Cursor, Read as _, Write as _};
use std::process::ExitCode;

use clap::Args;
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};

use super::{PREVIEW_BYTES_MAX, PREVIEW_WIDTH_MAX, limits};

/// Exit codes: it is done.
pub(super) const DONE: i32 = 0;
/// There is no such page.
pub(super) const NO_SUCH_PAGE: i32 = 10;
/// The document is locked with a password.
pub(super) const LOCKED: i32 = 11;
/// It cannot be read.
const UNREADABLE: i32 = 12;

/// A preview is at most so many times as high as it is wide.
const HEIGHT_RATIO_MAX: u32 = 3;
/// Bytes that a decoded picture may take: there is room for it twice, to turn it upright.
const PICTURE_BYTES_MAX: u64 = 192 * 1024 * 1024;

/// What to make of the file on standard input.
#[derive(Debug, Clone, Args)]
pub struct Render {
    /// What it is.
    #[arg(long)]
    kind: String,
    /// Which page, counted from 1.
    #[arg(long)]
    page: u32,
    /// The most pixels in width.
    #[arg(long)]
    width: u32,
}

/// Makes one preview, and nothing else in this process.
#[must_use]
pub fn render(asked: &Render) -> ExitCode {
    let code = match limits::limit().map_err(|_| UNREADABLE).and_then(|()| answer(asked)) {
        Ok(()) => DONE,
        Err(code) => code,
    };
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}

fn answer(asked: &Render) -> Result<(), i32> {
    let mut bytes = Vec::new();
    std::io::stdin().take(PREVIEW_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|_| UNREADABLE)?;
    let width = asked.width.clamp(1, PREVIEW_WIDTH_MAX);
    let (pages, png) = match asked.kind.as_str() {
        "pdf" => document(bytes, asked.page, width)?,
        _ if asked.page != 1 => return Err(NO_SUCH_PAGE),
        "png" => (1, picture(bytes, ImageFormat::Png, width)?),
        "jpeg" => (1, picture(bytes, ImageFormat::Jpeg, width)?),
        "gif" => (1, picture(bytes, ImageFormat::Gif, width)?),
        "webp" => (1, picture(bytes, ImageFormat::WebP, width)?),
        _ => return Err(UNREADABLE),
    };
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(&pages.to_be_bytes()).and_then(|()| stdout.write_all(&png)).map_err(|_| UNREADABLE)
}

/// A page of a PDF, on white.
fn document(bytes: Vec<u8>, page: u32, width: u32) -> Result<(u32, Vec<u8>), i32> {
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(_) => LOCKED,
        LoadPdfError::Invalid => UNREADABLE,
    })?;
    let pages = pdf.pages();
    let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    let index = page.checked_sub(1).and_then(|index| usize::try_from(index).ok());
    let page = index.and_then(|index| pages.get(index)).ok_or(NO_SUCH_PAGE)?;
    let (page_width, page_height) = page.render_dimensions();
    if !(page_width >= 1.0 && page_height >= 1.0 && page_width.is_finite() && page_height.is_finite()) {
        return Err(UNREADABLE);
    }
    let height = width * HEIGHT_RATIO_MAX;
    // A page that is too long for its width becomes narrower; a pixel remains of it.
    let scale = (width as f32 / page_width).min(height as f32 / page_height);
    let pixmap_settings =
        PixmapSettings { x_scale: scale.max(1.0 / page_width), y_scale: scale.max(1.0 / page_height), bg_color: WHITE };
    let cache = RenderCache::new();
    let settings = InterpreterSettings::default();
    let pixmap = hayro::render(page, &cache, &settings, &RenderSettings::default(), &pixmap_settings);
    Ok((count, pixmap.into_png().map_err(|_| UNREADABLE)?))
}

/// A picture, upright and not larger than it is.
fn picture(bytes: Vec<u8>, format: ImageFormat, width: u32) -> Result<Vec<u8>, i32> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(PICTURE_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| UNREADABLE)?;
    if decoder.total_bytes() > PICTURE_BYTES_MAX {
        return Err(UNREADABLE);
    }
    let orientation = decoder.orientation().map_err(|_| UNREADABLE)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| UNREADABLE)?;
    picture.apply_orientation(orientation);
    let height = width * HEIGHT_RATIO_MAX;
    if picture.width() > width || picture.height() > height {
        picture = picture.thumbnail(width, height);
    }
    let mut png = Cursor::new(Vec::new());
    DynamicImage::from(picture.into_rgba8()).write_to(&mut png, ImageFormat::Png).map_err(|_| UNREADABLE)?;
    Ok(png.into_inner())
}
