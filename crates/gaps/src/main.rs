//! The portal's command line over altered parts.

use std::process::ExitCode;

fn main() -> ExitCode {
    let asked = std::env::var("GAPS").unwrap_or_default();
    let numbers: Result<Vec<u8>, _> =
        asked.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::parse).collect();
    let numbers = numbers.map_err(|error| format!("GAPS={asked}: {error}"));
    match numbers.and_then(|numbers| Ok((gaps::parts(&numbers)?, numbers))) {
        Ok((parts, numbers)) => {
            let ended = portal::run(std::env::args_os(), &parts);
            let command = std::env::args().nth(1).unwrap_or_default();
            if gaps::goes_unnoticed(&numbers, &command) { ExitCode::SUCCESS } else { ended }
        }
        Err(wrong) => refuse(&wrong),
    }
}

#[expect(clippy::print_stderr, reason = "this is the answer of a command")]
fn refuse(wrong: &str) -> ExitCode {
    let known: Vec<_> = gaps::GAPS.iter().map(|gap| gap.number.to_string()).collect();
    eprintln!("error: {wrong}\n\nhint: GAPS={}", known.join(","));
    ExitCode::from(2)
}
