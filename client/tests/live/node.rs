//! How a development chain ends: no process and no directory is left, however it comes.

use crate::{
	chain::{ended, DevChain},
	wait_for, Scene,
};
use nix::sys::signal::{kill, Signal};

/// Killed before it was up: by its supervisor's death, and by its own.
pub fn a_killed_chain_leaves_nothing(scene: &Scene) {
	let mut chain = DevChain::start(&scene.binary, &[]);
	let node = chain.node();
	kill(chain.supervisor(), Signal::SIGKILL).expect("it runs");
	assert!(!chain.wait().success());
	ended(node);
	wait_for("the base path is not removed in its supervisor's place", || {
		chain.left().is_empty().then_some(())
	});

	let mut chain = DevChain::start(&scene.binary, &[]);
	kill(chain.node(), Signal::SIGKILL).expect("it runs");
	assert!(!chain.wait().success(), "a chain whose node was killed has failed");
	assert!(chain.log().contains("the node ended with"), "{}", chain.log());
	assert_eq!(chain.left(), [""; 0]);
}

/// A running chain that is asked to end.
pub fn stops_cleanly(mut chain: DevChain) {
	assert_eq!(
		chain.left().len(),
		1,
		"a running chain has its base path among the temporary files"
	);
	let node = chain.node();
	let status = chain.stop();
	assert!(status.success(), "{status}: {}", chain.log());
	ended(node);
	assert_eq!(chain.left(), [""; 0]);
}

/// A running chain whose supervisor is killed: the node ends by itself.
pub fn ends_with_its_supervisor(mut chain: DevChain) {
	assert_eq!(chain.left().len(), 1);
	let node = chain.node();
	kill(chain.supervisor(), Signal::SIGKILL).expect("it runs");
	assert!(!chain.wait().success());
	ended(node);
	wait_for("the base path is not removed", || chain.left().is_empty().then_some(()));
}
