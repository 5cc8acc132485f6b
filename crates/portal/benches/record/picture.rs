//! The curves as a picture: actions a second over writers, one panel for each engine.

use std::fmt::Write as _;

/// The rates of one side.
pub(crate) struct Curve {
    pub(crate) engine: &'static str,
    pub(crate) name: &'static str,
    /// Writers, and actions a second.
    pub(crate) points: Vec<(usize, f64)>,
}

impl Curve {
    pub(crate) fn new(engine: &'static str, name: &'static str) -> Self {
        Self { engine, name, points: Vec::new() }
    }
}

/// A panel's left edge, the distance to the next one's, its top, width and height.
const LEFT: f64 = 64.0;
const NEXT: f64 = 416.0;
const TOP: f64 = 56.0;
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 220.0;
/// Without the record, with the record: told apart by shape as well as by colour.
const LOOKS: [&str; 2] = ["stroke=\"#7a8699\" stroke-dasharray=\"6 4\"", "stroke=\"#0b5cad\""];

/// Draws all curves as an SVG.
pub(crate) fn draw(curves: &[Curve]) -> String {
    let mut engines: Vec<&str> = curves.iter().map(|curve| curve.engine).collect();
    engines.dedup();
    let width = LEFT + NEXT * f64::from(u32::try_from(engines.len()).unwrap_or(1)) - 16.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} 340\" font-family=\"system-ui, sans-serif\" \
         font-size=\"12\" fill=\"#2b3440\" role=\"img\">\n<title>Actions a second with and without the record</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    let mut left = LEFT;
    for engine in engines {
        panel(&mut svg, left, engine, curves.iter().filter(|curve| curve.engine == engine));
        left += NEXT;
    }
    svg.push_str("</svg>\n");
    svg
}

fn panel<'c>(svg: &mut String, left: f64, engine: &str, curves: impl Iterator<Item = &'c Curve> + Clone) {
    let points = || curves.clone().flat_map(|curve| &curve.points);
    let top = points().map(|(_, rate)| *rate).fold(1.0, f64::max) * 1.1;
    let steps = points().map(|(writers, _)| writers.ilog2()).max().unwrap_or(1).max(1);
    let x = |writers: usize| left + WIDTH * f64::from(writers.ilog2()) / f64::from(steps);
    let y = |rate: f64| TOP + HEIGHT * (1.0 - rate / top);
    let _ = writeln!(
        svg,
        "<text x=\"{left}\" y=\"{:.0}\" font-size=\"15\" font-weight=\"600\">{engine}</text>",
        TOP - 28.0
    );
    for part in 0..=4 {
        let rate = top * f64::from(part) / 4.0;
        let _ = writeln!(
            svg,
            "<path d=\"M{left} {0:.1}h{WIDTH}\" stroke=\"#e3e7ec\"/><text x=\"{1}\" y=\"{2:.1}\" text-anchor=\"end\">{rate:.0}</text>",
            y(rate),
            left - 6.0,
            y(rate) + 4.0
        );
    }
    for step in 0..=steps {
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>",
            x(1 << step),
            TOP + HEIGHT + 18.0,
            1 << step
        );
    }
    let middle = left + WIDTH / 2.0;
    let _ =
        writeln!(svg, "<text x=\"{middle}\" y=\"{:.0}\" text-anchor=\"middle\">writers</text>", TOP + HEIGHT + 38.0);
    let _ = writeln!(svg, "<text x=\"{left}\" y=\"{:.0}\">actions a second</text>", TOP - 10.0);
    for (curve, look) in curves.zip(LOOKS) {
        let line: Vec<String> =
            curve.points.iter().map(|(writers, rate)| format!("{:.1} {:.1}", x(*writers), y(*rate))).collect();
        let _ = writeln!(svg, "<polyline points=\"{}\" fill=\"none\" stroke-width=\"2.5\" {look}/>", line.join(" "));
        if let Some((writers, rate)) = curve.points.get(curve.points.len() / 2) {
            let above = if curve.name.starts_with("without") { -10.0 } else { 20.0 };
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-weight=\"600\">{}</text>",
                x(*writers),
                y(*rate) + above,
                curve.name
            );
        }
    }
}
