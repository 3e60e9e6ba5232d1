//! Dealings and evidence made of arbitrary bytes, through the adjudicator and the worker.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ostraka_crypto::{
	encoding::encode_point,
	messages::{DealingBytes, EvidenceBytes},
	seal::SealSecret,
	Plain, PointBytes,
};
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest, Verdict},
	worker, TaskContext, Version,
};
use std::sync::OnceLock;

/// Hands out the input piece by piece, then zeros.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
	fn take<const N: usize>(&mut self) -> [u8; N] {
		let mut bytes = [0; N];
		let count = N.min(self.0.len());
		bytes[..count].copy_from_slice(&self.0[..count]);
		self.0 = &self.0[count..];
		bytes
	}

	fn points(&mut self) -> Vec<PointBytes> {
		let [count] = self.take();
		(0..count % 4).map(|_| self.take()).collect()
	}

	fn blobs(&mut self) -> Vec<Vec<u8>> {
		let [count] = self.take();
		(0..count % 5)
			.map(|_| {
				let [exact, length] = self.take();
				let mut blob = self.take::<112>().to_vec();
				blob.resize(if exact % 2 == 0 { 112 } else { usize::from(length) }, 0);
				blob
			})
			.collect()
	}
}

fn context() -> &'static (TaskContext, SealSecret) {
	static CONTEXT: OnceLock<(TaskContext, SealSecret)> = OnceLock::new();
	CONTEXT.get_or_init(|| {
		let secret = SealSecret::from_signature(&[1; 64]);
		let seal_key = encode_point(&secret.public::<Plain>());
		let ctx = TaskContext {
			version: Version::CURRENT,
			task_hash: [1; 32],
			threshold: 1,
			length: 2,
			seal_keys: vec![seal_key; 3],
		};
		(ctx, secret)
	})
}

fuzz_target!(|data: &[u8]| {
	let (ctx, secret) = context();
	let mut input = Input(data);
	let dealer = [2; 32];
	let dealing = DealingBytes {
		commitments: input.points(),
		ephemeral: input.take(),
		proof: input.take(),
		sealed: input.blobs(),
	};
	let _ = adjudicator::verify_dealing::<Plain>(ctx, &dealer, &dealing);
	let _ = worker::open::<Plain>(ctx, secret, 1, &dealer, &dealing);
	let evidence = EvidenceBytes {
		dh: input.take(),
		dleq: input.take(),
		commitments: dealing.commitments.clone(),
		ephemeral: dealing.ephemeral,
		sealed_hashes: dealing.sealed_hashes(),
		sealed: dealing.sealed.first().cloned().unwrap_or_default(),
	};
	let accepted = AcceptedDigest::of_state(dealing.digest(&ctx.task_hash, &dealer));
	let verdict = adjudicator::judge::<Plain>(ctx, &dealer, 1, &accepted, &evidence);
	assert!(!matches!(verdict, Ok(Verdict::DealerGuilty(_))));
	let other = AcceptedDigest::of_state([0; 32]);
	assert!(adjudicator::judge::<Plain>(ctx, &dealer, 1, &other, &evidence).is_err());
});
