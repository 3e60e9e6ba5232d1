//! What calls and the task book's hook weigh, with host calls and in pure wasm, against a block's limits.
//!
//! No chain: the generated weight functions of both kinds (`runtime/src/weights`) are evaluated, with the runtime's
//! own limits. What an extrinsic weighs beside its call (signature, nonce, fee, authorization, a mortal era where
//! somebody signs) is the runtime's as well, and the sum is held against the runtime's own `GetDispatchInfo`.
//!
//! A row of `chain_calls.csv` is a [`Call`].

use crate::samples::{self, sealed_bytes, Size};
use anyhow::{ensure, Result};
use codec::MaxEncodedLen;
use frame_support::{
	dispatch::{DispatchClass, GetDispatchInfo},
	traits::Authorize,
	weights::{RuntimeDbWeight, Weight},
};
use ostraka_experiment_rows::{Call, WITHOUT_PROOF};
use ostraka_primitives::{spec::TaskSpec, task::TaskResult, MAX_COMMITMENTS, MAX_DEALERS};
use ostraka_runtime::{
	configs::{
		ostraka::{IndexedWeightPerKb, PollShare},
		system::{RuntimeBlockLength, RuntimeBlockWeights},
	},
	weights as host, Runtime, RuntimeCall,
};
use pallet_consent::WeightInfo as _;
use pallet_vss::weights::proof_points;
use sp_runtime::traits::TransactionExtension;

/// The weights that the runtime takes when it is built without host calls. Those of the registry are not asked for.
#[allow(dead_code)]
#[path = "../../../runtime/src/weights/pure_wasm/mod.rs"]
mod pure_wasm;

/// Committees: seats and threshold of the classes of development and production networks.
const COMMITTEES: [(u32, u32); 5] = [(3, 1), (5, 2), (7, 3), (13, 6), (31, 15)];
/// Lengths of vectors.
pub const LENGTHS: [u32; 4] = [1, 8, 64, 256];
/// Dealers of a task.
const COHORTS: [u32; 5] = [10, 50, 100, 200, MAX_DEALERS];

/// What a block has for a class.
#[derive(Clone, Copy)]
struct Limit {
	class: &'static str,
	weight: Weight,
	bytes: u64,
}

impl Limit {
	/// For extrinsics of a class. Operational ones share the block with what every block takes.
	fn of(class: DispatchClass) -> Self {
		let (weights, length) = (RuntimeBlockWeights::get(), RuntimeBlockLength::get());
		let whole = weights.max_block.saturating_sub(weights.base_block);
		let own = weights.get(class).max_total.unwrap_or(whole);
		let name = if class == DispatchClass::Normal { "normal" } else { "operational" };
		Self { class: name, weight: own.min(whole), bytes: u64::from(*length.max.get(class)) }
	}

	/// For the task book's hook, less a look at its agenda.
	fn of_hook(poll: Weight) -> Self {
		let whole = PollShare::get() * RuntimeBlockWeights::get().max_block;
		Self { class: "hook", weight: whole.saturating_sub(poll), bytes: u64::MAX }
	}

	/// How many of these fit, and what they fill first.
	fn holds(&self, weight: Weight, bytes: u64) -> (u64, &'static str) {
		let fit = |limit: u64, each: u64| limit.checked_div(each).unwrap_or(u64::MAX);
		let proof = weight.proof_size().saturating_add(bytes);
		[
			(fit(self.weight.ref_time(), weight.ref_time()), "ref time"),
			(fit(self.weight.proof_size(), proof), "proof size"),
			(fit(self.bytes, bytes), "length"),
		]
		.into_iter()
		.min_by_key(|(count, _)| *count)
		.unwrap_or((0, "nothing"))
	}
}

/// All rows.
///
/// # Errors
/// If the runtime weighs a call otherwise than is computed here.
pub fn rows() -> Result<Vec<Call>> {
	let mut rows = variant::<host::Vss, host::Tasks>("host", true)?;
	rows.extend(variant::<
		host::steps::Summed<pure_wasm::pallet_vss::WeightInfo<Runtime>>,
		host::steps::Summed<pure_wasm::pallet_tasks::WeightInfo<Runtime>>,
	>("pure", false)?);
	Ok(rows)
}

fn variant<V: pallet_vss::WeightInfo, T: pallet_tasks::WeightInfo>(
	name: &str,
	is_the_runtimes: bool,
) -> Result<Vec<Call>> {
	let mut rows = Rows { variant: name.to_owned(), is_the_runtimes, rows: Vec::new() };
	rows.limits(T::poll());
	for dealers in COHORTS {
		let size = Size { dealers, length: samples::SUBMITTED_LENGTH, ..Size::default() };
		rows.extrinsic(
			"submit",
			size,
			samples::submit(dealers)?,
			T::submit(dealers),
			Weight::zero(),
		)?;
	}
	let accept = samples::accept();
	rows.extrinsic("accept", Size::default(), accept, T::accept(), Weight::zero())?;
	// without group operations: the same in both kinds
	for (name, call, weight) in [
		("set_policy", samples::set_policy()?, host::Consent::set_policy()),
		("remove_policy", samples::remove_policy(), host::Consent::remove_policy()),
	] {
		rows.extrinsic(name, Size::default(), call, weight, Weight::zero())?;
	}
	for (seats, threshold) in COMMITTEES {
		for length in LENGTHS {
			rows.sharing::<V>(Size { seats, threshold, length, dealers: 0 })?;
		}
	}
	let authorize = V::authorize_attest();
	rows.extrinsic("attest", Size::default(), samples::attest(), V::attest(), authorize)?;
	let commit = samples::commit();
	let authorize = V::authorize_commit_result();
	rows.extrinsic("commit_result", Size::default(), commit, V::commit_result(), authorize)?;
	rows.hook::<V, T>();
	Ok(rows.rows)
}

struct Rows {
	variant: String,
	is_the_runtimes: bool,
	rows: Vec<Call>,
}

impl Rows {
	fn push(&mut self, call: &str, size: Size, weight: Weight, bytes: u64, limit: &Limit) {
		let fit = limit.holds(weight, bytes);
		self.row(call, size, weight, bytes, limit.class, fit);
	}

	fn row(
		&mut self,
		call: &str,
		size: Size,
		weight: Weight,
		bytes: u64,
		class: &str,
		(calls_a_block, bound): (u64, &str),
	) {
		self.rows.push(Call {
			call: call.to_owned(),
			variant: self.variant.clone(),
			class: class.to_owned(),
			seats: size.seats,
			threshold: size.threshold,
			length: size.length,
			dealers: size.dealers,
			bytes,
			ref_ms: milliseconds(weight),
			proof_bytes: weight.proof_size(),
			calls_a_block,
			bound: bound.to_owned(),
		});
	}

	/// What a block has: in all (less what every block takes), for ordinary transactions, for the hook.
	fn limits(&mut self, poll: Weight) {
		let limits = [
			("block", Limit::of(DispatchClass::Operational)),
			("normal", Limit::of(DispatchClass::Normal)),
			("hook", Limit { bytes: 0, ..Limit::of_hook(poll) }),
		];
		for (name, limit) in limits {
			self.row(name, Size::default(), limit.weight, limit.bytes, "limit", (1, ""));
		}
	}

	/// An extrinsic: its call, what surrounds it, its authorization.
	fn extrinsic(
		&mut self,
		name: &str,
		size: Size,
		call: RuntimeCall,
		weight: Weight,
		authorize: Weight,
	) -> Result<()> {
		let info = call.get_dispatch_info();
		if self.is_the_runtimes {
			let own = (info.call_weight, call.weight_of_authorize());
			ensure!(own == (weight, authorize), "{name}: the runtime says {own:?}");
		}
		self.whole(name, size, call, info.class, weight.saturating_add(authorize));
		Ok(())
	}

	/// A call that weighs so much with its authorization, and what surrounds it.
	fn whole(
		&mut self,
		name: &str,
		size: Size,
		call: RuntimeCall,
		class: DispatchClass,
		weight: Weight,
	) {
		let around = samples::around(class);
		let outer = around.weight(&call).saturating_sub(call.weight_of_authorize());
		let base = RuntimeBlockWeights::get().get(class).base_extrinsic;
		let bytes = samples::bytes(call, class);
		let weight = weight.saturating_add(outer).saturating_add(base);
		self.push(name, size, weight, bytes, &Limit::of(class));
	}

	/// The calls whose weight depends on committee and length.
	fn sharing<V: pallet_vss::WeightInfo>(&mut self, size: Size) -> Result<()> {
		let Size { seats, threshold: t, length: l, .. } = size;
		let proof = samples::proof_bytes(l)?;
		let weight = |proof: u32| {
			let kilobytes = (seats * sealed_bytes(l) + proof).div_ceil(1024);
			let indexed = IndexedWeightPerKb::get().saturating_mul(kilobytes.into());
			V::deal(t, kilobytes).saturating_add(indexed)
		};
		self.extrinsic("deal", size, samples::deal(size, proof)?, weight(proof), Weight::zero())?;
		// what was a dealing before there were proofs: the chain takes none without
		let sharing = samples::deal(size, 0)?;
		self.whole(WITHOUT_PROOF, size, sharing, DispatchClass::Normal, weight(0));
		let authorize = V::authorize_accuse(l, t);
		let accuse = V::accuse(l, t).max(V::accuse_late(l, t)).max(V::accuse_false(l, t));
		// the mark in a result that is out, the longest there is
		let db: RuntimeDbWeight = <Runtime as frame_system::Config>::DbWeight::get();
		let result = Weight::from_parts(0, TaskResult::max_encoded_len() as u64);
		let mark = db.reads_writes(1, 1).saturating_add(result);
		let accuse = accuse.saturating_add(mark);
		self.extrinsic("accuse", size, samples::accuse(size)?, accuse, authorize)?;
		let (points, kilobytes) = (proof_points(proof as usize), proof.div_ceil(1024));
		// the task's spec, which may be longer than where it was measured
		let spec = Weight::from_parts(0, TaskSpec::max_encoded_len() as u64);
		let challenge = V::challenge(t, points).max(V::challenge_with_bond(t, points));
		let challenge = challenge.saturating_add(spec).saturating_add(mark);
		let authorize = V::authorize_challenge(kilobytes);
		self.extrinsic("challenge", size, samples::challenge(size)?, challenge, authorize)?;
		let call = samples::challenge_with_bond(size)?;
		self.extrinsic("challenge_with_bond", size, call, challenge, Weight::zero())?;
		let authorize = V::authorize_reveal_result(l);
		let most = MAX_COMMITMENTS - 1;
		let worst = V::reveal_result_checked(l, most)
			.max(V::reveal_result_deciding(l, most))
			.max(V::reveal_result_later(l, most))
			.max(V::reveal_result_wrong(l, most))
			.max(V::reveal_result_wrong_later(l, most));
		self.extrinsic("reveal_result", size, samples::reveal(l)?, worst, authorize)?;
		// what counts once it is known what had to be done
		for (name, weight) in [
			("reveal_result, checked", V::reveal_result_checked(l, t)),
			("reveal_result, deciding", V::reveal_result_deciding(l, t)),
			("reveal_result, later", V::reveal_result_later(l, t)),
		] {
			let weight = weight.saturating_add(authorize);
			self.whole(name, size, samples::reveal(l)?, DispatchClass::Operational, weight);
		}
		Ok(())
	}

	/// The steps of the task book's hook, each with the look at the task that it begins with.
	fn hook<V: pallet_vss::WeightInfo, T: pallet_tasks::WeightInfo>(&mut self) {
		let limit = Limit::of_hook(T::poll());
		let mut push = |name: &str, size: Size, weight: Weight| {
			self.push(name, size, weight, 0, &limit);
		};
		let of_task = Size::default();
		let step = |weight: Weight| T::advance().saturating_add(weight);
		let draw = T::draw_wait().saturating_add(T::draw_check()).saturating_add(T::draw());
		push("draw", of_task, step(draw));
		// the ends of inviting, collecting, committing and revealing
		push("advance", of_task, T::advance());
		push("settle_dealing", of_task, V::settle_dealing());
		for dealers in COHORTS {
			// it checks the sums of the commitments, and what the dealers agreed to
			for (seats, threshold) in COMMITTEES {
				let freeze = T::freeze()
					.saturating_add(V::freeze(dealers, threshold))
					.saturating_add(host::Consent::freeze(dealers));
				let size = Size { seats, threshold, dealers, ..Size::default() };
				push("freeze", size, step(freeze));
			}
			let rest = [T::settle_sharing(), V::settle_task(), T::free_cohort(dealers), T::close()]
				.into_iter()
				.fold(T::settle_fee(), Weight::saturating_add);
			let size = Size { dealers, ..Size::default() };
			push("settle, dealings apart", size, step(rest));
		}
	}
}

/// Reference time in milliseconds.
pub fn milliseconds(weight: Weight) -> f64 {
	weight.ref_time() as f64 / 1e9
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_runtime_weighs_its_calls_as_they_are_computed_here() {
		let rows = rows().expect("the same weights");
		let row = |call: &str, variant: &str, length: u32| {
			rows.iter()
				.find(|row| {
					row.call == call
						&& row.variant == variant
						&& (row.seats == 0 || (row.seats, row.length) == (7, length))
				})
				.cloned()
				.expect("a row")
		};
		let deal = row("deal", "host", 8);
		assert_eq!(deal.class, "normal");
		assert_ne!(deal.bound, "length");
		// by the bound of its proof, in which the longest list of used `R`s stands; a chain gives most of it back
		assert!((110..1_000).contains(&deal.calls_a_block), "{deal:?}");
		let proof = u64::from(samples::proof_bytes(8).expect("a statistic"));
		assert!((2_500..=4_000).contains(&proof), "{proof}");
		assert!(deal.bytes > 2_700 + proof && deal.bytes <= 2_780 + proof, "{deal:?}");
		let sharing = row(WITHOUT_PROOF, "host", 8);
		assert_eq!(sharing.bytes + proof + 1, deal.bytes, "a longer proof has a longer length");
		assert!(sharing.ref_ms < deal.ref_ms && sharing.bytes <= 2_770, "{sharing:?}");
		let [member, bonded] =
			["challenge", "challenge_with_bond"].map(|call| row(call, "host", 8));
		assert_eq!((member.class.as_str(), bonded.class.as_str()), ("operational", "normal"));
		assert!(member.bytes > proof && bonded.bytes > proof);
		assert!(row("accuse", "pure", 256).ref_ms > 2. * row("accuse", "host", 256).ref_ms);
		let [own, pure] = ["host", "pure"].map(|variant| row("set_policy", variant, 0));
		assert_eq!((own.class.as_str(), own.ref_ms), ("normal", pure.ref_ms));
		let normal = row("normal", "host", 0);
		assert_eq!((normal.ref_ms, normal.calls_a_block), (1_000., 1));
	}

	#[test]
	fn what_is_scarcest_bounds() {
		let limit = Limit { class: "x", weight: Weight::from_parts(100, 100), bytes: 50 };
		assert_eq!(limit.holds(Weight::from_parts(10, 1), 1), (10, "ref time"));
		assert_eq!(limit.holds(Weight::from_parts(1, 19), 1), (5, "proof size"));
		assert_eq!(limit.holds(Weight::from_parts(1, 1), 10), (5, "length"));
		assert_eq!(limit.holds(Weight::from_parts(7, 0), 0).0, 14);
	}
}
