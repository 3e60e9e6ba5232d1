//! Chain specifications: three by name, with the linked runtime, and any other by its file.

use ostraka_runtime::{
	configs::system::SS58Prefix, presets, TOKEN_DECIMALS, TOKEN_SYMBOL, WASM_BINARY,
};
use polkadot_omni_node_lib::chain_spec::{
	ChainSpec, DiskChainSpecLoader, Extensions, GenericChainSpec, LoadSpec,
};
use sc_chain_spec::{ChainType, Properties};

/// Finds a chain specification by name or path.
pub struct Loader;

impl LoadSpec for Loader {
	fn load_spec(&self, id: &str) -> Result<Box<dyn ChainSpec>, String> {
		let known = match id {
			"dev" => Known::DEV,
			"local" => Known::LOCAL,
			"production" => Known::PRODUCTION,
			"" => return Err("which chain? --chain takes dev, local, production or a file".into()),
			path => return DiskChainSpecLoader.load_spec(path),
		};
		Ok(Box::new(known.build()?))
	}
}

/// A chain known by name.
struct Known {
	name: &'static str,
	id: &'static str,
	kind: ChainType,
	preset: &'static str,
	relay_chain: &'static str,
}

impl Known {
	const DEV: Self = Self {
		name: "Ostraka Development",
		id: "ostraka_dev",
		kind: ChainType::Development,
		preset: sc_chain_spec::DEV_RUNTIME_PRESET,
		relay_chain: "rococo-local",
	};
	const LOCAL: Self = Self {
		name: "Ostraka Local Testnet",
		id: "ostraka_local",
		kind: ChainType::Local,
		preset: sc_chain_spec::LOCAL_TESTNET_RUNTIME_PRESET,
		relay_chain: "rococo-local",
	};
	const PRODUCTION: Self = Self {
		name: "Ostraka",
		id: "ostraka",
		kind: ChainType::Live,
		preset: presets::PRODUCTION_PRESET,
		relay_chain: "polkadot",
	};

	fn build(self) -> Result<GenericChainSpec, String> {
		let code = WASM_BINARY.ok_or(
			"this program was built without the runtime's wasm (SKIP_WASM_BUILD): build it again",
		)?;
		let mut properties = Properties::new();
		properties.insert("tokenSymbol".into(), TOKEN_SYMBOL.into());
		properties.insert("tokenDecimals".into(), TOKEN_DECIMALS.into());
		properties.insert("ss58Format".into(), SS58Prefix::get().into());
		let extensions = Extensions::new_with_relay_chain(self.relay_chain.into());
		Ok(GenericChainSpec::builder(code, extensions)
			.with_name(self.name)
			.with_id(self.id)
			.with_chain_type(self.kind)
			.with_genesis_config_preset_name(self.preset)
			.with_properties(properties)
			.build())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sc_chain_spec::ChainType;

	#[test]
	fn named_chains_build_their_genesis() {
		for (name, kind) in [
			("dev", ChainType::Development),
			("local", ChainType::Local),
			("production", ChainType::Live),
		] {
			let spec = Loader.load_spec(name).unwrap();
			assert_eq!(spec.chain_type(), kind);
			spec.build_storage().unwrap();
		}
	}

	#[test]
	fn a_missing_file_and_no_name_are_errors() {
		assert!(Loader.load_spec("/no/such/file.json").is_err());
		assert!(Loader.load_spec("").is_err());
	}
}
