//! A runtime upgrade during a task, ordered by the relay chain's governance.

use crate::play::{self, only_these_were_absent, CLASS, DEALERS};
use anyhow::{Context, Result};
use codec::Encode;
use ostraka_adversary::transaction::{self, call_bytes};
use ostraka_client::chain::{Call, Chain, Event, Head, Signer};
use ostraka_primitives::Digest;
use ostraka_zombienet::network::{Network, Plan};

/// Some deal before the upgrade, the others after it. The relay chain orders which code may come, an account that has no part in
/// anything hands it in, and the task completes under the new runtime, by the rules that it was drawn under; a task that is
/// submitted afterwards by the new ones. The tests' next runtime has others: dealings of the threshold before would be refused by it.
pub async fn during_a_task() -> Result<()> {
	let mut network = Network::start(Plan::honest("upgrade")).await?;
	let (mut cohorts, books) = play::dealers(&network, &[DEALERS, DEALERS]).await?;
	let stage = play::staged(&network, CLASS, cohorts.remove(0)).await?;
	let chain = network.chain();
	stage.deal(chain, &[0, 1]).await?;

	let before = version(chain, chain.head()).await?;
	let code = std::fs::read(network.built.next_runtime()).context("the next runtime")?;
	let hash: Digest = sp_crypto_hashing::blake2_256(&code);
	let apply = Call::encoded("System", "apply_authorized_upgrade", code.encode());
	let anybody = Signer::from_secret("//Eve")?;
	let early = transaction::signed(chain, &apply, &anybody).await?;
	assert_eq!(early.refusal(), Some("System.NothingAuthorized"));

	let authorize = Call::encoded("System", "authorize_upgrade", hash.encode());
	let from = chain.head();
	network.relay.order(&call_bytes(chain, &authorize)?).await?;
	network.say("the relay chain has ordered the upgrade");
	let authorized = told(chain, from, "System", "UpgradeAuthorized").await?;
	assert_eq!(authorized.field::<Digest>("code_hash"), Some(hash));
	let receipt = chain.submit(&apply, &anybody).await?;
	network.say(&format!("the new runtime is in block {}", receipt.block.number));
	assert!(receipt.event("ParachainSystem", "ValidationFunctionStored").is_some());
	let mut head = chain.head();
	while version(chain, head).await? == before {
		head = chain.next_head(head).await?;
	}
	let last = chain.wait_final(head.number).await?;
	let after = version(chain, last).await?;
	assert!(after > before, "version {after} after {before}");
	network.say(&format!("the chain runs version {after} from about block {}", head.number));

	// transactions name the runtime's version: who sends one now connects anew
	let chain = Chain::connect(chain.url()).await?;
	network.scene.chain = chain;
	let chain = network.chain();
	let (drawn, kept) = (&stage.info.task, chain.task_at(stage.task, chain.head()).await?.task);
	assert_eq!(kept.protocol, drawn.protocol);
	assert_eq!(kept.parameters, drawn.parameters);
	assert_eq!(kept.windows, drawn.windows);
	stage.deal(chain, &[2, 3, 4]).await?;

	let rules = chain.class(CLASS).await?;
	let later = play::staged(&network, CLASS, cohorts.remove(0)).await?;
	let new = &later.info.task;
	assert_eq!(new.parameters, rules);
	if network.built.next_has_other_rules() {
		assert_eq!(new.parameters.threshold, drawn.parameters.threshold - 1);
		assert_eq!(new.windows.commit, drawn.windows.commit + 1);
		assert_eq!(new.windows.reveal, drawn.windows.reveal + 1);
	}
	later.deal(chain, &later.everybody()).await?;
	for (stage, rules) in [(&stage, "before"), (&later, "after")] {
		let events = stage.completed(chain, &stage.everybody()).await?;
		only_these_were_absent(stage, &events, &[]);
		network.say(&format!("the task of the rules {rules} the upgrade completed"));
	}
	books.add_up(chain).await?;
	network.stop().await
}

/// The first event of that name in a best block after this one.
async fn told(chain: &Chain, from: Head, pallet: &str, name: &str) -> Result<Event> {
	let (mut head, mut seen) = (from, from.number);
	loop {
		head = chain.next_head(head).await?;
		while seen < head.number {
			seen += 1;
			let hash = chain.block_hash(seen).await?;
			let events = chain.events(Head { number: seen, hash }).await?;
			if let Some(found) = events.iter().find(|event| event.is(pallet, name)) {
				return Ok(found.clone());
			}
		}
	}
}

/// Version of the runtime after a block.
async fn version(chain: &Chain, block: Head) -> Result<u32> {
	let at = Some(block.hash);
	let version = chain.link().ask(|rpc| async move { rpc.state_get_runtime_version(at).await });
	Ok(version.await?.spec_version)
}
