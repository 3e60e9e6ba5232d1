//! What the relay chain sends down, in tests, and the code that an order lets in.

use super::{events, Chain};
use codec::Encode;
use cumulus_primitives_core::{relay_chain, AggregateMessageOrigin, InboundDownwardMessage};
use cumulus_primitives_parachain_inherent::MessageQueueChain;
use frame_support::traits::QueueFootprintQuery;
use ostraka_runtime::{
	configs::prices::{parameters::prices::Parameters, RuntimeParameters},
	MessageQueue, Runtime, RuntimeCall, RuntimeEvent, VERSION,
};
use pallet_tx_pause::RuntimeCallNameOf;
use sc_executor::WasmExecutor;
use sp_core::traits::ReadRuntimeVersionExt;
use sp_io::SubstrateHostFunctions;
use staging_xcm::{
	latest::prelude::{Instruction, OriginKind, Transact, Unlimited, UnpaidExecution, Xcm},
	VersionedXcm,
};

/// All that the relay chain has sent down, and the hash chain that it keeps of it.
#[derive(Default)]
pub struct Downward {
	messages: Vec<InboundDownwardMessage>,
	chain: MessageQueueChain,
}

impl Downward {
	/// What the relay chain's state says of it; nothing before the first message.
	pub(super) fn head(&self) -> Option<relay_chain::Hash> {
		(!self.messages.is_empty()).then(|| self.chain.head())
	}

	/// What a collator brings. The runtime drops what it has had.
	pub(super) fn messages(&self) -> Vec<InboundDownwardMessage> {
		self.messages.clone()
	}
}

/// A message's instruction.
pub type Step = Instruction<()>;

/// What an order begins with.
pub fn unpaid() -> Step {
	UnpaidExecution { weight_limit: Unlimited, check_origin: None }
}

/// The call of an order, under the origin of this kind.
pub fn transact(origin_kind: OriginKind, call: &RuntimeCall) -> Step {
	Transact { origin_kind, fallback_max_weight: None, call: call.encode().into() }
}

/// A message's bytes.
pub fn message(steps: Vec<Step>) -> Vec<u8> {
	VersionedXcm::<()>::from(Xcm(steps)).encode()
}

/// Bytes of the order to run this call as Root.
pub fn order(call: &RuntimeCall) -> Vec<u8> {
	message(vec![unpaid(), transact(OriginKind::Superuser, call)])
}

/// A call's name, as pauses have it.
pub fn name(pallet: &str, call: &str) -> RuntimeCallNameOf<Runtime> {
	let bounded = |name: &str| name.as_bytes().to_vec().try_into().unwrap();
	(bounded(pallet), bounded(call))
}

/// The call that sets a price.
pub fn set_price(price: Parameters) -> RuntimeCall {
	let key_value = RuntimeParameters::Prices(price);
	RuntimeCall::Parameters(pallet_parameters::Call::set_parameter { key_value })
}

/// Messages that wait in the queue.
pub fn waiting() -> u64 {
	MessageQueue::footprint(AggregateMessageOrigin::Parent).storage.count
}

impl Chain {
	/// The relay chain sends this down. The next block queues it, the one after that runs it or refuses it.
	pub fn send_down(&mut self, msg: Vec<u8>) {
		let sent_at = self.relay as u32 + 1;
		let message = InboundDownwardMessage { sent_at, msg };
		self.downward.chain.extend_downward(&message);
		self.downward.messages.push(message);
	}

	/// The relay chain sends these down, and blocks are made until none waits. Returns the events of those after the first, in
	/// which they were run or refused.
	pub fn receive(&mut self, messages: Vec<Vec<u8>>) -> Vec<RuntimeEvent> {
		for message in messages {
			self.send_down(message);
		}
		self.block(Vec::new());
		let mut told = Vec::new();
		for _ in 0..100 {
			if self.look(waiting) == 0 {
				return told;
			}
			self.block(Vec::new());
			told.extend(self.look(events));
		}
		panic!("{} messages still wait", self.look(waiting));
	}

	/// The relay chain's governance orders this, and it is done.
	pub fn ordered(&mut self, call: impl Into<RuntimeCall>) {
		let told = self.receive(vec![order(&call.into())]);
		let obeyed = told.iter().filter(|event| {
			matches!(
				event,
				RuntimeEvent::MessageQueue(pallet_message_queue::Event::Processed {
					success: true,
					..
				})
			)
		});
		assert_eq!(obeyed.count(), 1, "{told:?}");
	}

	/// Lets the chain read the versions of codes that are handed in.
	pub fn reads_versions(&mut self) {
		let executor = WasmExecutor::<SubstrateHostFunctions>::builder().build();
		self.ext.register_extension(ReadRuntimeVersionExt::new(executor));
	}
}

/// A wasm module that says that it is our runtime of this version, and does nothing.
pub fn code(spec_version: u32) -> Vec<u8> {
	let version = sp_version::RuntimeVersion { spec_version, ..VERSION };
	let mut section = length(b"runtime_version".len());
	section.extend(b"runtime_version");
	section.extend(version.encode());
	let mut module = b"\0asm\x01\0\0\0\0".to_vec();
	module.extend(length(section.len()));
	module.extend(section);
	module
}

/// A length as wasm has it: seven bits a byte, the lowest first.
fn length(mut rest: usize) -> Vec<u8> {
	let mut bytes = Vec::new();
	while rest > 0x7f {
		bytes.push((rest & 0x7f) as u8 | 0x80);
		rest >>= 7;
	}
	bytes.push(rest as u8);
	bytes
}
