//! The course as a picture: three panels above each other, with a line for each fault.

use std::fmt::Write as _;

use crate::Struck;
use crate::load::Second;

const LEFT: f64 = 72.0;
const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 120.0;
const NEXT: f64 = 170.0;
const TOP: f64 = 50.0;

/// One panel: what it shows, and its value in a second.
type Panel = (&'static str, fn(&Second) -> f64);

const PANELS: [Panel; 3] = [
    ("messages acknowledged a second", |second| f64::from(second.answered)),
    ("slowest of a hundred, milliseconds", |second| f64::from(second.slowest_milliseconds)),
    ("memory of the portal, MiB", |second| second.memory_kib as f64 / 1024.0),
];

/// Draws it as an SVG.
pub(crate) fn draw(seconds: &[Second], struck: &[Struck], half: f64) -> String {
    let mut names: Vec<&str> = Vec::new();
    for Struck { words, .. } in struck {
        if !names.contains(words) {
            names.push(words);
        }
    }
    let below = TOP + NEXT * 3.0;
    let height = below + 20.0 * names.len() as f64 + 10.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0} {height:.0}\" font-family=\"system-ui, sans-serif\" \
         font-size=\"12\" fill=\"#2b3440\" role=\"img\">\n<title>{} minutes at half load ({half:.0} messages a second), a \
         fault each minute</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        LEFT + WIDTH + 24.0,
        seconds.len() / 60
    );
    let x = |second: usize| LEFT + WIDTH * second as f64 / seconds.len().max(1) as f64;
    for (number, (words, value)) in PANELS.iter().enumerate() {
        let top = TOP + NEXT * number as f64;
        let most = seconds.iter().map(value).fold(1.0, f64::max) * 1.05;
        let y = |value: f64| top + HEIGHT * (1.0 - value / most);
        let _ = writeln!(svg, "<text x=\"{LEFT}\" y=\"{:.0}\" font-weight=\"600\">{words}</text>", top - 10.0);
        for part in [0.0, 0.5, 1.0] {
            let (at, shown) = (y(most * part), most * part);
            let _ = writeln!(
                svg,
                "<path d=\"M{LEFT} {at:.1}h{WIDTH}\" stroke=\"#e3e7ec\"/><text x=\"{:.0}\" y=\"{:.1}\" \
                 text-anchor=\"end\">{shown:.0}</text>",
                LEFT - 8.0,
                at + 4.0
            );
        }
        for Struck { second, words } in struck {
            let at = x(*second);
            let _ =
                writeln!(svg, "<path d=\"M{at:.1} {top:.1}v{HEIGHT}\" stroke=\"#c2410c\" stroke-opacity=\"0.45\"/>");
            if number == 0 {
                let which = names.iter().position(|name| name == words).unwrap_or_default() + 1;
                let _ = writeln!(
                    svg,
                    "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#c2410c\">{which}</text>",
                    top + HEIGHT + 16.0
                );
            }
        }
        let line: Vec<String> =
            seconds.iter().enumerate().map(|(at, second)| format!("{:.1} {:.1}", x(at), y(value(second)))).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"#0b5cad\" stroke-width=\"1.5\"/>",
            line.join(" ")
        );
    }
    for minute in (0..=seconds.len() / 60).step_by(5) {
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{minute} min</text>",
            x(minute * 60),
            below - NEXT + HEIGHT + 18.0
        );
    }
    for (number, words) in names.iter().enumerate() {
        let _ = writeln!(
            svg,
            "<text x=\"{LEFT}\" y=\"{:.0}\"><tspan fill=\"#c2410c\" font-weight=\"600\">{}</tspan>  {words}</text>",
            below + 20.0 * number as f64,
            number + 1
        );
    }
    svg.push_str("</svg>\n");
    svg
}
