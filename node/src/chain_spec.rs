//! Chain specifications: three by name, with the linked runtime, and any other by its file. The three lie in chain-specs/ too, without
//! code, for nodes that know none by name.

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
	use sc_chain_spec::update_code_in_json_chain_spec;
	use serde_json::Value;

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

	const NAMES: [&str; 3] = ["dev", "local", "production"];

	/// A file of chain-specs/.
	fn committed(name: &str) -> Value {
		let path = format!("{}/../chain-specs/{name}.json", env!("CARGO_MANIFEST_DIR"));
		serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
	}

	#[test]
	fn the_committed_specifications_are_those_of_the_runtimes_presets() {
		for name in NAMES {
			let made = Loader.load_spec(name).unwrap().as_json(false).unwrap();
			let mut made: Value = serde_json::from_str(&made).unwrap();
			let code = made.pointer_mut("/genesis/runtimeGenesis/code").unwrap();
			assert!(code.as_str().unwrap().len() > 2);
			*code = "0x".into();
			assert_eq!(
				committed(name),
				made,
				"chain-specs/{name}.json: make it anew by chain-specs/make.py"
			);
		}
	}

	/// As the stock node loads it.
	#[test]
	fn a_committed_specification_founds_the_named_chain_once_it_has_the_code() {
		let folder = tempfile::tempdir().unwrap();
		for name in NAMES {
			let path = folder.path().join(name);
			let load = |specification: &Value| {
				std::fs::write(&path, specification.to_string()).unwrap();
				DiskChainSpecLoader.load_spec(path.to_str().unwrap()).unwrap()
			};
			let mut specification = committed(name);
			assert!(load(&specification).build_storage().is_err(), "{name} without code");
			let code = WASM_BINARY.unwrap();
			assert!(update_code_in_json_chain_spec(&mut specification, code));
			let (made, known) = (load(&specification), Loader.load_spec(name).unwrap());
			let state = |chain: &dyn ChainSpec| chain.build_storage().unwrap().top;
			// not shown: it is megabytes
			assert!(state(made.as_ref()) == state(known.as_ref()), "{name}");
			assert_eq!((made.id(), made.chain_type()), (known.id(), known.chain_type()));
		}
	}

	#[test]
	fn a_missing_file_and_no_name_are_errors() {
		assert!(Loader.load_spec("/no/such/file.json").is_err());
		assert!(Loader.load_spec("").is_err());
	}
}
