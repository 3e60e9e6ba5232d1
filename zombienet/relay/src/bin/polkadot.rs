//! A relay chain's validator. It takes the workers from the folder that it lies in itself.

fn main() -> Result<(), Box<dyn std::error::Error>> {
	Ok(polkadot_cli::run()?)
}
