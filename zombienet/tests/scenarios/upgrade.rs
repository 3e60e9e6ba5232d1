//! A runtime upgrade during a task.

use crate::play::{self, only_these_were_absent};
use anyhow::{Context, Result};
use codec::Encode;
use ostraka_adversary::transaction::call_bytes;
use ostraka_client::chain::{Call, Chain, Head, Signer};
use ostraka_zombienet::network::{Network, Plan};

/// Some deal before the upgrade, the others after it; the task completes under the new runtime.
pub async fn during_a_task() -> Result<()> {
	let network = Network::start(Plan::honest("upgrade")).await?;
	let chain = network.chain();
	let (stage, books) = play::stage(&network).await?;
	stage.deal(chain, &[0, 1]).await?;

	let before = version(chain, chain.head()).await?;
	let code = std::fs::read(network.built.next_runtime()).context("the next runtime")?;
	let sudo = Signer::from_secret("//Alice")?;
	let set_code = call_bytes(chain, &Call::encoded("System", "set_code", code.encode()))?;
	let receipt = chain.submit(&Call::encoded("Sudo", "sudo", set_code), &sudo, None).await?;
	network.say(&format!("the new runtime is in block {}", receipt.block.number));
	assert!(receipt.event("ParachainSystem", "ValidationFunctionStored").is_some());
	let mut head = chain.head();
	while version(chain, head).await? == before {
		head = chain.next_head(head).await?;
	}
	let last = chain.wait_final(head.number).await?;
	assert_eq!(version(chain, last).await?, before + 1);
	network.say(&format!("the chain runs version {} from about block {}", before + 1, head.number));

	// transactions name the runtime's version: who deals now connects anew
	let chain = Chain::connect(chain.url()).await?;
	stage.deal(&chain, &[2, 3, 4]).await?;
	let events = stage.completed(&chain, &stage.everybody()).await?;
	only_these_were_absent(&stage, &events, &[]);
	books.add_up(&chain).await?;
	network.say("the task completed");
	network.stop().await
}

/// Version of the runtime after a block.
async fn version(chain: &Chain, block: Head) -> Result<u32> {
	let at = Some(block.hash);
	let version = chain.link().ask(|rpc| async move { rpc.state_get_runtime_version(at).await });
	Ok(version.await?.spec_version)
}
