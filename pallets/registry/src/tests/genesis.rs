//! Nodes that the chain starts with.

use super::*;

fn genesis_node(number: u8) -> GenesisNode {
	GenesisNode {
		account: account(number),
		worker: pair(number).public(),
		seal_key: vec![number; 32].into(),
		stake: 2 * MIN_STAKE,
		capacity: 3,
		role: Role::Compute,
	}
}

#[test]
fn genesis_nodes_are_in_selection_from_the_start() {
	with_genesis((1..=7).map(genesis_node).collect()).execute_with(|| {
		assert_eq!(Pallet::nodes(None).len(), 7);
		assert_eq!(node(&account(3)).active_since, Some(0));
		assert_eq!(node(&account(3)).role, Role::Compute);
		assert_eq!(Balances::free_balance(account(3)), FUNDS - 2 * MIN_STAKE);
		assert_eq!(Registry::seal_key(&pair(3).public()), Some([3; 32]));
		// A task of block 1 can be drawn.
		assert_draw(1, class(5, 2));
		Registry::do_try_state().unwrap();
	});
}

#[test]
fn genesis_nodes_read_well_in_json() {
	let json = r#"{
		"account": "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM",
		"worker": "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM",
		"sealKey": "0x0102",
		"stake": 5,
		"capacity": 3
	}"#;
	let node: GenesisNode = serde_json::from_str(json).unwrap();
	assert_eq!(node.account, AccountId::new([0; 32]));
	assert_eq!(node.seal_key.0, [1, 2]);
	assert_eq!(node.role, Role::Both, "unless it says otherwise");
	for role in Role::ALL {
		let json =
			json.replace("\"capacity\"", &format!("\"role\": \"{}\", \"capacity\"", role.label()));
		let said: GenesisNode = serde_json::from_str(&json).unwrap();
		assert_eq!(said, GenesisNode { role, ..node.clone() });
		let again = serde_json::to_string(&said).unwrap();
		assert_eq!(serde_json::from_str::<GenesisNode>(&again).unwrap(), said);
	}
	let nonsense = json.replace("\"capacity\"", "\"role\": \"Verify\", \"capacity\"");
	assert!(serde_json::from_str::<GenesisNode>(&nonsense).is_err());
}

fn refused(change: impl FnOnce(&mut GenesisNode)) {
	let mut node = genesis_node(2);
	change(&mut node);
	with_genesis(vec![genesis_node(1), node]);
}

#[test]
#[should_panic(expected = "WorkerKeyTaken")]
fn genesis_keys_are_unique() {
	refused(|node| node.worker = pair(1).public());
}

#[test]
#[should_panic(expected = "SealKeyTaken")]
fn genesis_seal_keys_are_unique() {
	refused(|node| node.seal_key = vec![1; 32].into());
}

#[test]
#[should_panic(expected = "InvalidSealKey")]
fn genesis_seal_keys_are_not_too_short() {
	refused(|node| node.seal_key = vec![2; 31].into());
}

/// As a point of another curve would be.
#[test]
#[should_panic(expected = "InvalidSealKey")]
fn genesis_seal_keys_are_not_too_long() {
	refused(|node| node.seal_key = vec![2; 96].into());
}

#[test]
#[should_panic(expected = "BelowLeastStake")]
fn genesis_nodes_have_stake() {
	refused(|node| node.stake = MIN_STAKE - 1);
}

#[test]
#[should_panic(expected = "AlreadyRegistered")]
fn genesis_operators_are_unique() {
	refused(|node| node.account = account(1));
}
