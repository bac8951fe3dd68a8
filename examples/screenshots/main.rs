//! Draws the pictures in `screenshots/` from the real UI on a scripted session: `cargo run --example screenshots`.
//! `tests/screenshots.rs` holds them against it.

use std::path::Path;

mod scene;
mod svg;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "screenshots".to_owned());
    std::fs::create_dir_all(&folder)?;
    for picture in scene::pictures() {
        let path = Path::new(&folder).join(format!("{}.svg", picture.name));
        std::fs::write(&path, svg::draw(&picture.buffer, picture.light))?;
        println!("{}", path.display());
    }
    Ok(())
}
