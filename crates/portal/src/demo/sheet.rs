//! Files of the demo: small PDFs (ISO 32000-1) with pages that look like designs, drawn from their own words.

use std::fmt::Write as _;

/// One page: a colour for its head, its title, its lines.
struct Sheet<'a> {
    tone: [f32; 3],
    title: &'a str,
    lines: &'a [&'a str],
}

/// Colours of heads, one a version.
const TONES: [[f32; 3]; 4] = [[0.16, 0.42, 0.27], [0.08, 0.35, 0.50], [0.55, 0.15, 0.27], [0.42, 0.21, 0.50]];

/// A design as a PDF of so many pages, whose look follows from its title and version.
pub(super) fn design(title: &str, version: usize, pages: usize) -> Vec<u8> {
    let lines =
        ["Choose your dates", "Choose a room", "Breakfast is simply there", "Dogs are welcome", "Pay on arrival"];
    let sheets: Vec<String> = (1..=pages)
        .map(|page| {
            let title = if pages == 1 { title.to_owned() } else { format!("{title}, page {page}") };
            let first = (page + version) % lines.len();
            let lines: Vec<&str> = lines.iter().cycle().skip(first).take(4).copied().collect();
            Sheet { tone: TONES[version % TONES.len()], title: &title, lines: &lines }.draw(version)
        })
        .collect();
    document(&sheets)
}

impl Sheet<'_> {
    /// The page's content stream: a head, a picture, cards, a button.
    fn draw(&self, version: usize) -> String {
        let [red, green, blue] = self.tone;
        let mut page = format!("{red} {green} {blue} rg 0 712 595 130 re f\n");
        let _ = writeln!(page, "1 1 1 rg BT /F1 26 Tf 48 768 Td ({}) Tj ET", text(self.title));
        let _ = writeln!(page, "BT /F1 11 Tf 48 744 Td (Version {version}) Tj ET");
        let _ =
            writeln!(page, "{} {} {} rg 48 520 499 160 re f", red * 0.35 + 0.6, green * 0.35 + 0.6, blue * 0.35 + 0.6);
        for (index, line) in self.lines.iter().enumerate() {
            let (x, y) = (48 + (index % 2) * 257, 400 - (index / 2) * 120);
            let _ = writeln!(page, "0.95 0.94 0.92 rg {x} {y} 242 100 re f");
            let _ = writeln!(page, "0.12 0.16 0.2 rg BT /F1 15 Tf {} {} Td ({}) Tj ET", x + 18, y + 58, text(line));
            let _ =
                writeln!(page, "0.75 0.74 0.72 rg {} {} 150 7 re f {} {} 110 7 re f", x + 18, y + 36, x + 18, y + 22);
        }
        let _ = writeln!(page, "{red} {green} {blue} rg 48 180 180 44 re f");
        let _ = writeln!(page, "1 1 1 rg BT /F1 15 Tf 78 196 Td (Book a room) Tj ET");
        page
    }
}

/// Letters of a string between parentheses; what is not ASCII becomes a question mark.
fn text(words: &str) -> String {
    let mut text = String::new();
    for letter in words.chars() {
        match letter {
            '(' | ')' | '\\' => text.extend(['\\', letter]),
            ' '..='~' => text.push(letter),
            _ => text.push('?'),
        }
    }
    text
}

/// The pages as a document: catalogue, tree of pages, font, and two objects a page.
fn document(pages: &[String]) -> Vec<u8> {
    let kids: Vec<String> = (0..pages.len()).map(|page| format!("{} 0 R", 4 + page * 2)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    for (page, content) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
            5 + page * 2
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{content}endstream", content.len()));
    }
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(file.len());
        let _ = writeln!(file, "{} 0 obj\n{object}\nendobj", index + 1);
    }
    let start = file.len();
    let _ = writeln!(file, "xref\n0 {}\n0000000000 65535 f ", objects.len() + 1);
    for place in &places {
        let _ = writeln!(file, "{place:010} 00000 n ");
    }
    let _ = writeln!(file, "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF", objects.len() + 1);
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_design_is_a_pdf_whose_table_leads_to_its_objects() {
        let file = String::from_utf8(design("Homepage (draft)", 2, 3)).unwrap();
        assert!(file.starts_with("%PDF-1.4\n") && file.ends_with("%%EOF\n"));
        assert!(file.contains("(Homepage \\(draft\\), page 3)"), "{file}");
        let table = file.split("xref\n").nth(1).unwrap();
        for (number, line) in table.lines().skip(2).take_while(|line| line.ends_with("n ")).enumerate() {
            let place: usize = line[..10].parse().unwrap();
            assert!(file[place..].starts_with(&format!("{} 0 obj", number + 1)), "{line}");
        }
    }
}
