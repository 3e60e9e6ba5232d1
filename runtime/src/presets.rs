//! Genesis presets.
//!
//! | preset | for | classes | time to answer | sudo | collators |
//! |---|---|---|---|---|---|
//! | `development` | one process that makes blocks by itself | small, insecure | 10 blocks | Alice | Alice |
//! | `local_testnet` | a parachain on a local relay chain | small, insecure | 10 blocks | Alice | Alice, Bob |
//! | `production` | a network that matters | as the threat model asks | 100 blocks | none | none: to be filled in |
//!
//! On `development` workers do not wait for finality after the freeze, as its chain has no forks; on the others they do. The
//! first two endow the usual test accounts, Alice richly, and the operators of ten test nodes: seven that compute, and three
//! that verify. No preset registers a node: a registration proves knowledge of a key that depends on the genesis block's hash,
//! so it comes as a transaction (`ostraka dev` sends ten of them).
//!
//! `production` is a template. Before a chain starts from it, `balances.balances`,
//! `collatorSelection.invulnerables`, `session.keys` and `parachainInfo.parachainId` of its chain specification have
//! to be filled in; without collators the chain makes no block. It has no sudo key and gets none: `Root` is the
//! relay chain's governance (docs/UPGRADING.md).

use crate::{
	configs::{collation::CANDIDACY_BOND, system::TreasuryAccount},
	AccountId, AuraId, Balance, BalancesConfig, CollatorSelection, CollatorSelectionConfig,
	NetworkConfig, ParachainInfoConfig, RuntimeGenesisConfig, SessionConfig, SessionKeys,
	SudoConfig, TasksConfig, EXISTENTIAL_DEPOSIT, UNIT,
};
use alloc::{vec, vec::Vec};
use core::ops::RangeInclusive;
use cumulus_primitives_core::ParaId;
use frame_support::build_struct_json_patch;
use hex_literal::hex;
use ostraka_primitives::role::Role;
use serde_json::Value;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::Sr25519Keyring;

/// Name of the production preset.
pub const PRODUCTION_PRESET: &str = "production";

/// The parachain's number in the test presets.
pub const TEST_PARA_ID: ParaId = ParaId::new(2000);

/// What each test account starts with. JSON numbers end at 2^64.
const ENDOWMENT: Balance = 1_000_000 * UNIT;
/// What Alice starts with, who pays for a demonstration's dealers.
const ALICE_ENDOWMENT: Balance = 10_000_000 * UNIT;

/// Test nodes that compute. Derivation paths of their operators' sr25519 keys and of their workers' ed25519 keys end in 1 to
/// this.
pub const TEST_NODES: u8 = 7;
/// Test nodes that verify. Theirs end in the numbers after those.
pub const TEST_VERIFIERS: u8 = 3;
/// Path of the test operators' keys, less the number.
pub const TEST_OPERATOR_PATH: &str = "//Ostraka//operator//";
/// Path of the test workers' keys, less the number.
pub const TEST_WORKER_PATH: &str = "//Ostraka//worker//";

/// Accounts of the test operators: public keys of [`TEST_OPERATOR_PATH`] under the development seed. Constants, as
/// the runtime cannot derive keys.
pub const TEST_OPERATORS: [[u8; 32]; (TEST_NODES + TEST_VERIFIERS) as usize] = [
	hex!("3cafd9dc91ca5e5c65243832ca107161a1d8daa74e38f6940493c0e282dbf96f"),
	hex!("e8c7ab70ebd74ef4d830a210b2cf5fe84af41ff93dfbcdbbbbe27b3b0c3ce844"),
	hex!("e4243916507b61bb33733d8a885f5afa1fac9bdb42ecc8b0af8293c1d0df7f0e"),
	hex!("fc7a97a62d51eed6c88f208995e4955e613480560f7f89f21a01748645a1de01"),
	hex!("285cdfdd3fcf17a6da3e2845e411d6cc37831d338539691fe0650592c912217f"),
	hex!("06b480feb3aa83c8a3bed17a5d1eadfab120dd5facd929fb31a881727ed1d768"),
	hex!("74a098208c30424d0950149793252dc47f18135e08bd45c69356d9e743c33f1b"),
	hex!("961fadf5a5824b7003c929fe304d20d5bee78cafb2a138b73766992d1ef35822"),
	hex!("f2714e164b0b7b0fbb236ea44f681596975cf49421aca327b71ce50198b66d48"),
	hex!("8aaa670f8dfe00732e237792ec665493a1a562129662567491d70c213e7e5810"),
];

/// Numbers of all test nodes.
pub const fn test_numbers() -> RangeInclusive<u8> {
	1..=TEST_NODES + TEST_VERIFIERS
}

/// What the test node with this number registers for.
pub const fn test_role(number: u8) -> Role {
	if number <= TEST_NODES {
		Role::Compute
	} else {
		Role::Verify
	}
}

/// A preset's patch of the default genesis, as JSON; `None` if there is no such preset.
pub fn get(id: &PresetId) -> Option<Vec<u8>> {
	let (alice, bob) = (Sr25519Keyring::Alice, Sr25519Keyring::Bob);
	let patch = match id.as_ref() {
		DEV_RUNTIME_PRESET => test_chain(&[alice], true),
		LOCAL_TESTNET_RUNTIME_PRESET => test_chain(&[alice, bob], false),
		PRODUCTION_PRESET => production(),
		_ => return None,
	};
	serde_json::to_vec(&patch).ok()
}

/// Names of all presets.
pub fn names() -> Vec<PresetId> {
	vec![
		PresetId::from(DEV_RUNTIME_PRESET),
		PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET),
		PresetId::from(PRODUCTION_PRESET),
	]
}

fn test_chain(collators: &[Sr25519Keyring], solo: bool) -> Value {
	let operators = TEST_OPERATORS.iter().map(|key| AccountId::new(*key));
	let balances = Sr25519Keyring::well_known()
		.map(|key| match key {
			Sr25519Keyring::Alice => (key.to_account_id(), ALICE_ENDOWMENT),
			_ => (key.to_account_id(), ENDOWMENT),
		})
		.chain(operators.map(|account| (account, ENDOWMENT)))
		.chain(open_accounts())
		.collect::<Vec<_>>();
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances },
		parachain_info: ParachainInfoConfig { parachain_id: TEST_PARA_ID },
		network: NetworkConfig { development: true, solo },
		tasks: TasksConfig { insecure: true },
		collator_selection: CollatorSelectionConfig {
			invulnerables: collators.iter().map(|key| key.to_account_id()).collect::<Vec<_>>(),
			candidacy_bond: CANDIDACY_BOND,
		},
		session: SessionConfig {
			keys: collators
				.iter()
				.map(|key| {
					let account = key.to_account_id();
					let keys = SessionKeys { aura: AuraId::from(key.public()) };
					(account.clone(), account, keys)
				})
				.collect::<Vec<_>>(),
		},
		sudo: SudoConfig { key: Some(Sr25519Keyring::Alice.to_account_id()) },
	})
}

fn production() -> Value {
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances: open_accounts().collect::<Vec<_>>() },
		network: NetworkConfig { development: false, solo: false },
		collator_selection: CollatorSelectionConfig { candidacy_bond: CANDIDACY_BOND },
		sudo: SudoConfig { key: None },
	})
}

/// The accounts that receive slashes and fees, opened so that none of these is burnt for being small.
fn open_accounts() -> impl Iterator<Item = (AccountId, Balance)> {
	[TreasuryAccount::get(), CollatorSelection::account_id()]
		.into_iter()
		.map(|account| (account, EXISTENTIAL_DEPOSIT))
}
