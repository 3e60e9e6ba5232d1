//! `export-genesis-head`: the header of a chain's first block, by which a relay chain registers a parachain. The library would put the
//! first block into a database to tell it, of the kind that this program is built without (shims/README.md).

use crate::chain_spec::Loader;
use anyhow::{anyhow, Context, Result};
use clap::Parser;
use codec::Encode;
use cumulus_client_cli::ExportGenesisHeadCommand;
use polkadot_omni_node_lib::chain_spec::LoadSpec;
use sc_chain_spec::{construct_genesis_block, resolve_state_version_from_wasm};
use sc_executor::WasmExecutor;
use sp_runtime::{
	generic,
	traits::{BlakeTwo256, Block as _, Hash as _},
	OpaqueExtrinsic,
};
use std::{ffi::OsString, fs, io::Write};

type Block = generic::Block<generic::Header<u32, BlakeTwo256>, OpaqueExtrinsic>;

/// Writes the header that these arguments ask for: the subcommand and its flags, which are the library's.
pub fn export(arguments: Vec<OsString>) -> Result<()> {
	let command = ExportGenesisHeadCommand::parse_from(arguments);
	let chain = command.shared_params.chain_id(command.shared_params.is_dev());
	let header = head(&chain)?;
	let bytes = if command.raw { header } else { hex(&header).into_bytes() };
	match &command.output {
		Some(file) => fs::write(file, bytes).with_context(|| file.display().to_string()),
		None => Ok(std::io::stdout().write_all(&bytes)?),
	}
}

fn hex(bytes: &[u8]) -> String {
	format!("0x{:?}", sp_core::hexdisplay::HexDisplay::from(&bytes))
}

/// The header of a chain's first block, encoded. The chain is named as `--chain` names it.
fn head(chain: &str) -> Result<Vec<u8>> {
	let spec = Loader.load_spec(chain).map_err(|error| anyhow!(error))?;
	let storage =
		spec.build_storage().map_err(|error| anyhow!("the genesis of {chain}: {error}"))?;
	// Only its version is read.
	let executor = WasmExecutor::<sp_io::SubstrateHostFunctions>::builder()
		.with_allow_missing_host_functions(true)
		.build();
	let version = resolve_state_version_from_wasm::<_, BlakeTwo256>(&storage, &executor)
		.with_context(|| format!("the runtime of {chain}"))?;
	if !storage.children_default.is_empty() {
		return Err(anyhow!(
			"the genesis of {chain} has child tries, which no runtime of Ostraka has"
		));
	}
	let root = BlakeTwo256::trie_root(storage.top.into_iter().collect(), version);
	Ok(construct_genesis_block::<Block>(root, version).header().encode())
}

#[cfg(test)]
mod tests {
	use super::*;

	/// A header of block 0, of no parent, that differs where the genesis does. That a chain begins with it is for networks to show:
	/// a relay chain that has another registered takes no block.
	#[test]
	fn a_head_is_the_first_blocks() {
		let (dev, local) = (head("dev").unwrap(), head("local").unwrap());
		assert_ne!(dev, local);
		let header =
			<generic::Header<u32, BlakeTwo256> as codec::Decode>::decode(&mut &dev[..]).unwrap();
		assert_eq!((header.number, header.parent_hash), (0, Default::default()));
		assert!(header.digest.logs.is_empty());
	}

	#[test]
	fn it_is_written_as_text_or_bytes() {
		let folder = tempfile::tempdir().unwrap();
		let file = |name: &str| folder.path().join(name);
		let run = |flags: &[&str], name: &str| {
			let mut arguments: Vec<OsString> =
				vec!["export-genesis-head".into(), "--chain".into(), "dev".into()];
			arguments.extend(flags.iter().map(OsString::from));
			arguments.push(file(name).into());
			export(arguments).unwrap();
			fs::read(file(name)).unwrap()
		};
		let bytes = head("dev").unwrap();
		assert_eq!(run(&["--raw"], "raw"), bytes);
		assert_eq!(run(&[], "text"), hex(&bytes).into_bytes());
	}
}
