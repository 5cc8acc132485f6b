//! Previews by the real binary, of good files and of hostile ones: there is always an answer, in time.

use std::convert::Infallible;
use std::io::Cursor;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream;
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use portal::files::{Kind, NoPreview, PREVIEW_BYTES_MAX, Preview, Previews};
use proptest::prelude::*;

/// How long the worst of files may take: it uses up its processor time on a machine that has other things to do.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(25);

fn previews() -> Previews {
    Previews::new(env!("CARGO_BIN_EXE_plimsoll-portal").into())
}

async fn preview(kind: &str, bytes: &[u8], page: u32, width: u32) -> Result<Preview, NoPreview> {
    let kind = Kind::from_word(kind).unwrap();
    let pieces: Vec<_> = bytes.chunks(60_000).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    let started = Instant::now();
    let answer = previews().preview(kind, stream::iter(pieces), page, width).await;
    assert!(started.elapsed() < ANSWER_TIME_MAX, "{:?}", started.elapsed());
    answer
}

fn decoded(preview: &Preview) -> RgbaImage {
    image::load_from_memory_with_format(&preview.png, ImageFormat::Png).unwrap().into_rgba8()
}

/// A PDF of these objects, numbered from 1; the first is the catalogue.
fn pdf(objects: &[String]) -> Vec<u8> {
    pdf_with(objects, "")
}

/// The same with more in its trailer.
fn pdf_with(objects: &[String], trailer: &str) -> Vec<u8> {
    let (mut text, mut places) = ("%PDF-1.4\n".to_owned(), Vec::new());
    for (object, number) in objects.iter().zip(1..) {
        places.push(text.len());
        text.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let (start, count) = (text.len(), objects.len() + 1);
    text.push_str(&format!("xref\n0 {count}\n0000000000 65535 f \n"));
    places.iter().for_each(|place| text.push_str(&format!("{place:010} 00000 n \n")));
    text.push_str(&format!("trailer\n<< /Size {count} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n"));
    text.into_bytes()
}

fn content(operators: &str) -> String {
    format!("<< /Length {} >>\nstream\n{operators}\nendstream", operators.len())
}

/// One page of 200 by 100 points with these operators; `resources` and further objects from number 5 on.
fn page(operators: &str, resources: &str, further: &[String]) -> Vec<u8> {
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R /Resources << {resources} >> >>"),
        content(operators),
    ];
    objects.extend_from_slice(further);
    pdf(&objects)
}

/// Three pages: red, green, blue; the last one higher than wide.
fn three_pages() -> Vec<u8> {
    let sheet = |contents: u32, height: u32| {
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 {height}] /Contents {contents} 0 R >>")
    };
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R 4 0 R 5 0 R] /Count 3 >>".to_owned(),
    ];
    objects.extend([sheet(6, 100), sheet(7, 100), sheet(8, 400)]);
    objects.extend(["1 0 0", "0 1 0", "0 0 1"].map(|colour| content(&format!("{colour} rg 50 0 100 100 re f"))));
    pdf(&objects)
}

#[tokio::test]
async fn each_page_of_a_document_has_its_picture() {
    let document = three_pages();
    for (number, colour, size) in
        [(1, [255, 0, 0], (300, 150)), (2, [0, 255, 0], (300, 150)), (3, [0, 0, 255], (300, 600))]
    {
        let preview = preview("pdf", &document, number, 300).await.unwrap();
        assert_eq!(preview.pages, 3);
        let picture = decoded(&preview);
        assert_eq!(picture.dimensions(), size);
        assert_eq!(picture.get_pixel(150, size.1 - 10).0[..3], colour, "page {number}");
        assert_eq!(picture.get_pixel(10, size.1 - 10).0[..3], [255; 3], "paper is white");
    }
    for absent in [0, 4, u32::MAX] {
        let none = preview("pdf", &document, absent, 300).await;
        assert!(matches!(none, Err(NoPreview::NoSuchPage)), "{none:?}");
    }
}

#[tokio::test]
async fn pictures_are_made_small_and_never_large() {
    let picture = RgbaImage::from_fn(640, 320, |x, _| Rgba(if x < 320 { [200, 0, 0, 255] } else { [0, 0, 200, 255] }));
    let formats = [
        ("png", ImageFormat::Png),
        ("jpeg", ImageFormat::Jpeg),
        ("gif", ImageFormat::Gif),
        ("webp", ImageFormat::WebP),
    ];
    for (kind, format) in formats {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(picture.clone()).into_rgb8().write_to(&mut bytes, format).unwrap();
        let bytes = bytes.into_inner();
        let small = preview(kind, &bytes, 1, 100).await.unwrap();
        assert_eq!(small.pages, 1);
        assert_eq!(decoded(&small).dimensions(), (100, 50), "{kind}");
        let [red, _, blue, _] = decoded(&small).get_pixel(10, 25).0;
        assert!(red > 150 && blue < 50, "{kind}");
        assert_eq!(decoded(&preview(kind, &bytes, 1, 2000).await.unwrap()).dimensions(), (640, 320), "{kind}");
        assert!(matches!(preview(kind, &bytes, 2, 100).await, Err(NoPreview::NoSuchPage)), "{kind}");
        let half = &bytes[..bytes.len() / 2];
        assert!(matches!(preview(kind, half, 1, 100).await, Ok(_) | Err(NoPreview::Unreadable)), "{kind}");
    }
}

#[tokio::test]
async fn what_cannot_be_shown_is_said() {
    for kind in ["pdf", "png", "jpeg", "gif", "webp"] {
        for bytes in [b"".as_slice(), b"\0", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"GIF89a"] {
            let none = preview(kind, bytes, 1, 100).await;
            assert!(matches!(none, Err(NoPreview::Unreadable)), "{kind} {bytes:?} {none:?}");
        }
    }
    let digest = "41".repeat(32);
    let encrypt = format!(
        "/Encrypt << /Filter /Standard /V 1 /R 2 /O <{digest}> /U <{digest}> /P -4 >> /ID [<{digest}> <{digest}>]"
    );
    let locked = pdf_with(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >>".to_owned(),
        ],
        &encrypt,
    );
    let none = preview("pdf", &locked, 1, 100).await;
    assert!(matches!(none, Err(NoPreview::Locked)), "{none:?}");
    let none = preview("docx", b"PK", 1, 100).await;
    assert!(matches!(none, Err(NoPreview::Kind)), "{none:?}");
    let piece = Bytes::from(vec![b' '; 1024 * 1024]);
    let count = usize::try_from(PREVIEW_BYTES_MAX / piece.len() as u64).unwrap() + 1;
    let endless = stream::iter((0..count).map(|_| Ok::<_, Infallible>(piece.clone())));
    let none = previews().preview(Kind::from_word("pdf").unwrap(), endless, 1, 100).await;
    assert!(matches!(none, Err(NoPreview::TooLarge)), "{none:?}");
    let absent = Previews::new("/nowhere/portal".into());
    let none =
        absent.preview(Kind::from_word("pdf").unwrap(), stream::empty::<Result<Bytes, Infallible>>(), 1, 100).await;
    assert!(matches!(none, Err(NoPreview::Unavailable(_))), "{none:?}");
}

/// What the process takes from itself, as the kernel tells it.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_process_has_nothing_to_lose() {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_plimsoll-portal"));
    command.args(["render", "--kind", "pdf", "--page", "1", "--width", "100"]).kill_on_drop(true);
    // It waits for its file, which never comes.
    let child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let limits = format!("/proc/{}/limits", child.id().unwrap());
    let expected = [
        ("Max open files", "3"),
        ("Max address space", "536870912"),
        ("Max cpu time", "10"),
        ("Max file size", "0"),
        ("Max core file size", "0"),
        ("Max processes", "0"),
    ];
    let mut missing = expected.to_vec();
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let limits = std::fs::read_to_string(&limits).unwrap();
        let holds = |name: &str, most: &str| {
            let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            // Neither it nor anybody for it can take a limit back.
            line.split_whitespace().take(2).all(|limit| limit == most)
        };
        missing.retain(|(name, most)| !holds(name, most));
        if missing.is_empty() {
            return;
        }
    }
    panic!("not limited: {missing:?}");
}

/// CRC-32 as PNG has it (RFC 2083, section 15).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[tokio::test]
async fn a_picture_that_unpacks_to_gigabytes_ends_nobody_else() {
    let header = [60_000_u32.to_be_bytes().as_slice(), &60_000_u32.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", header.as_slice()), (b"IDAT", b"\x78\x9c\x03\0\0\0\0\x01"), (b"IEND", b"")] {
        let chunk = [kind.as_slice(), data].concat();
        png.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        png.extend(&chunk);
        png.extend(crc32(&chunk).to_be_bytes());
    }
    let none = preview("png", &png, 1, 100).await;
    assert!(matches!(none, Err(NoPreview::Unreadable)), "{none:?}");
}

#[tokio::test]
async fn a_hostile_document_ends_nobody_else() {
    let form = |operators: &str, resources: &str| {
        let stream = content(operators).replacen(
            "<<",
            &format!("<< /Type /XObject /Subtype /Form /BBox [0 0 200 100] /Resources << {resources} >>"),
            1,
        );
        vec![stream]
    };
    let calls_itself = page("/A Do", "/XObject << /A 5 0 R >>", &form("/A Do /A Do", "/XObject << /A 5 0 R >>"));
    let doubles: Vec<String> = (6..40)
        .flat_map(|next| form("/A Do /A Do", &format!("/XObject << /A {next} 0 R >>")))
        .chain(form("0 0 1 1 re f", ""))
        .collect();
    let doubles = page("/A Do", "/XObject << /A 5 0 R >>", &doubles);
    let pages_in_a_ring = pdf(&[
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2000000000 >>".to_owned(),
        "<< /Type /Pages /Kids [2 0 R 2 0 R] /Parent 2 0 R /Count 2 >>".to_owned(),
    ]);
    let nested = page(&format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000)), "", &[]);
    let gigantic = pdf(&[
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [-1e30 -1e30 1e30 1e30] >>".to_owned(),
    ]);
    let busy = page(&"q 0 0 200 100 re f 1 0 0 1 0.1 0 cm Q\n".repeat(20_000), "", &[]);
    // Each pass of RunLengthDecode makes 128 bytes of two.
    let packed = "\u{1}".repeat(65_536);
    let bomb = format!(
        "<< /Length {} /Filter [/ASCIIHexDecode /RunLengthDecode /RunLengthDecode /RunLengthDecode /RunLengthDecode] >>\nstream\n{}\nendstream",
        packed.len() * 2,
        packed.replace('\u{1}', "81")
    );
    let bomb = pdf(&[
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R >>".to_owned(),
        bomb,
    ]);
    let hostile = [
        ("a form that calls itself", calls_itself),
        ("forms that double", doubles),
        ("pages in a ring", pages_in_a_ring),
        ("a million brackets", nested),
        ("a page of the size of the sky", gigantic),
        ("very much to draw", busy),
        ("a stream that unpacks to gigabytes", bomb),
    ];
    let answers = hostile.map(async |(what, document)| {
        let answer = preview("pdf", &document, 1, 400).await;
        let answer = answer.map(|preview| (preview.png.len(), preview.pages));
        assert!(!matches!(answer, Err(NoPreview::Unavailable(_) | NoPreview::Source(_))), "{what}: {answer:?}");
    });
    futures_util::future::join_all(answers).await;
    // And the next one is served.
    assert!(preview("pdf", &three_pages(), 1, 100).await.is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn whatever_comes_is_answered(
        kind in prop::sample::select(vec!["pdf", "png", "jpeg", "gif", "webp"]),
        noise in prop::collection::vec(any::<u8>(), 0..2000),
        at in any::<prop::sample::Index>(),
        page in 0..3_u32,
        width: u32,
    ) {
        let mut bytes = three_pages();
        let at = at.index(bytes.len());
        let end = (at + noise.len() / 20).min(bytes.len());
        bytes[at..end].copy_from_slice(&noise[..end - at]);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let answers = runtime.block_on(async { [preview(kind, &noise, page, width).await, preview("pdf", &bytes, page, width % 500).await] });
        for answer in answers {
            prop_assert!(matches!(answer, Ok(_) | Err(NoPreview::Unreadable | NoPreview::NoSuchPage | NoPreview::Locked)), "{:?}", answer);
        }
    }
}
