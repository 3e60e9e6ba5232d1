//! Writes the seeds: `cargo run --example seeds`, after a change of what a target reads.

fn main() -> std::io::Result<()> {
	ostraka_fuzz::seeds::write()
}
