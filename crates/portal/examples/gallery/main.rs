//! Writes every page with the people of the demo world into a directory, to look at.
//!
//! `cargo run -p plimsoll-portal --example gallery -- DIRECTORY`

use std::{fs, path::PathBuf};

use anyhow::Context;
use portal::pages::assets;

mod world;

fn main() -> anyhow::Result<()> {
    let directory: PathBuf = std::env::args_os().nth(1).context("hint: name the directory to write into")?.into();
    fs::create_dir_all(directory.join("assets")).context("the directory cannot be made")?;
    for asset in assets::all() {
        fs::write(directory.join(asset.path().trim_start_matches('/')), asset.content)?;
    }
    for (name, html) in world::every_page() {
        // Pages name their assets from the root; here they lie beside them.
        let html = html.replace("\"/assets/", "\"assets/");
        fs::write(directory.join(format!("{name}.html")), html)?;
    }
    Ok(())
}
