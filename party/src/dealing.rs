//! What a dealer accepts and what it deals under, checked; and from an encoded input to a dealing.

use crate::{account::address, error::Error, mask::MaskSeed, verify::meaning};
use alloc::{
	borrow::ToOwned,
	collections::BTreeSet,
	format,
	string::{String, ToString},
	vec::Vec,
};
use ostraka_crypto::{messages::DealingBytes, Plain, Scalar};
use ostraka_primitives::{
	api::TaskInfo,
	message::DealingMessage,
	spec::TaskSpec,
	task::{TaskStatus, Terms},
	AccountId, Digest, TaskId,
};
use ostraka_protocol::{
	dealer, masking,
	statistics::{finalize, proof_length, relation, Encoded, FinalizeError},
	wire::{self, cohort_hash, consent_hash, Published},
	TaskContext, Version,
};
use rand_core::{CryptoRng, RngCore};

/// Whether a task is still the one that its dealer's input was encoded and checked for: after a re-org another task may
/// have its number, with a cohort in which the dealer is alone among accounts of one owner. Who has accepted may be others
/// only if dealers could still accept when it was checked.
///
/// # Errors
/// `Failed` if not, and says what is another.
pub fn unchanged(task: TaskId, checked: &TaskInfo, now: &TaskInfo) -> Result<(), Error> {
	let sorted = |info: &TaskInfo| {
		let mut dealers = info.dealers.clone();
		dealers.sort();
		dealers
	};
	let is_same_cohort = checked.task.cohort == now.task.cohort && sorted(checked) == sorted(now);
	let may_change = matches!(checked.task.status, TaskStatus::Inviting { .. });
	let is_same_consent =
		checked.task.consent == now.task.consent && checked.accepted == now.accepted;
	let pays = |info: &TaskInfo| (info.task.fee, info.task.data_reward);
	let same = [
		("what it computes", checked.task.spec == now.task.spec),
		("its conditions", checked.task.conditions == now.task.conditions),
		("who asks", checked.task.requester == now.task.requester),
		("the invited dealers", is_same_cohort),
		("those who accepted", may_change || is_same_consent),
		("its class", checked.task.class == now.task.class),
		("what its class asks for", checked.task.parameters == now.task.parameters),
		("its windows", checked.task.windows == now.task.windows),
		("what it pays", pays(checked) == pays(now)),
		("its version of the protocol", checked.task.protocol == now.task.protocol),
	];
	let others: Vec<&str> =
		same.into_iter().filter(|(_, is_same)| !is_same).map(|(what, _)| what).collect();
	if others.is_empty() {
		return Ok(());
	}
	Err(Error::Failed(format!(
		"task {task} is not the one any more that was encoded and checked: another block won, or the node shows \
		 something else now; nothing is dealt\n  this is not the same: {}\n  look at it with `ostraka task show {task}` \
		 before you deal again",
		others.join(", ")
	)))
}

/// Whether what a node shows of a task is what its terms are the hash of: chain, number and version of the protocol, who
/// asks, what is computed, on which conditions, who is invited, who reads the result, class, windows and pay. An acceptance names the terms, and the chain takes it for
/// its own alone: so who accepts after this check has accepted what it was shown, or nothing.
///
/// # Errors
/// `Failed` if not, or if the task follows a version of the protocol that is not known here.
pub fn check_terms(genesis: &Digest, task: TaskId, info: &TaskInfo) -> Result<(), Error> {
	match as_asked(genesis, task, info) {
		Ok(_) => Ok(()),
		Err(what) => Err(Error::Failed(format!("task {task}: {what}; nothing is accepted"))),
	}
}

/// The version of the protocol that a task follows, or what of it does not fit its terms.
fn as_asked(genesis: &Digest, task: TaskId, info: &TaskInfo) -> Result<Version, String> {
	let record = &info.task;
	let version = Version::from_number(record.protocol)
		.map_err(|error| format!("{error}; take a newer release of ostraka"))?;
	let are_as_many = info.dealers.len() == record.invited as usize;
	if !are_as_many || cohort_hash(&info.dealers) != record.cohort {
		return Err("the invited dealers are not those that its record names".to_owned());
	}
	let conditions = &record.conditions;
	if !conditions.required.iter().all(|required| info.dealers.contains(required)) {
		return Err("it requires a dealer that it does not invite".to_owned());
	}
	if conditions.sealed_to.as_ref().is_some_and(|one| info.dealers.contains(one)) {
		return Err("the recipient of its result is one of its dealers".to_owned());
	}
	if wire::terms_hash(&Terms::of(record), genesis, task) != record.terms {
		return Err("its terms do not cover what the node shows of it".to_owned());
	}
	Ok(version)
}

/// Whether those who have accepted, as the node shows them, are invited, each once, and the ones that the record names. The
/// recipient of a sealed result is one of them: without it there is no draw. The record does not count it.
fn is_consent(info: &TaskInfo) -> bool {
	let recipient = info.task.conditions.sealed_to.as_ref();
	let mut accepted: BTreeSet<&AccountId> = info.accepted.iter().collect();
	let is_each_once = accepted.len() == info.accepted.len();
	let has_recipient = recipient.is_none_or(|recipient| accepted.remove(recipient));
	let invited: BTreeSet<&AccountId> = info.dealers.iter().collect();
	is_each_once
		&& has_recipient
		&& accepted.len() == info.task.accepted as usize
		&& accepted.is_subset(&invited)
		&& consent_hash(&info.accepted) == info.task.consent
}

/// Whether a dealer, or the recipient of the task's result, has accepted a task: from others the chain takes no dealing.
///
/// # Errors
/// `Failed` if not.
pub fn check_accepted(task: TaskId, info: &TaskInfo, dealer: &AccountId) -> Result<(), Error> {
	if info.accepted.contains(dealer) {
		return Ok(());
	}
	Err(Error::Failed(format!(
		"the account {} has not accepted task {task}, which takes dealings only from those who have; nothing is dealt",
		address(dealer)
	)))
}

/// What a dealer deals under. Terms, consent and task hash are computed here from what the node shows, and compared with
/// those that it shows: they fit together, and a dealing under that hash counts for this committee and panel, these dealers and
/// this spec or, if the chain's task is another one, for none. [`check_accepted`] says whether the dealer is one of them.
///
/// This is no check of the node. One that shows a committee of its own shows a task hash to go with it, and reads what is
/// sealed to that committee; that the chain then refuses the dealing comes too late. The node has to be trusted for it: a
/// dealer deals through its own (`docs/THREAT_MODEL.md`).
///
/// # Errors
/// `Failed` if something of it is not the hash of what the node shows, or there is no proof of what the task computes.
pub fn context(genesis: &Digest, task: TaskId, info: &TaskInfo) -> Result<TaskContext, Error> {
	let record = &info.task;
	let wrong = |what: &str| Error::Failed(format!("task {task}: {what}; nothing is dealt"));
	let published = record.task_hash.ok_or_else(|| wrong("it has no task hash yet"))?;
	let version = as_asked(genesis, task, info).map_err(|what| wrong(&what))?;
	let drawn = Published::of(record).ok_or_else(|| wrong("it has no committee yet"))?;
	if !is_consent(info) {
		return Err(wrong("those who accepted are not those that its record names"));
	}
	if drawn.hash(genesis, task, &info.committee, &info.panel) != published {
		return Err(wrong("its task hash does not cover what the node shows of it"));
	}
	let (threshold, length) = (record.parameters.threshold, record.spec.length());
	let proof_length = proof_length(&record.spec).map_err(|why| wrong(&why.to_string()))?;
	let seal_keys = wire::seal_keys(&info.committee);
	let recipient = record.conditions.sealed_to.as_ref();
	Ok(wire::context_of(version, published, threshold, length, proof_length, seal_keys, recipient))
}

/// Makes a dealing, with the proof that its input is valid: one that rows within the ranges of the spec can give. Its shares and
/// proofs are checked as nodes and chain check them before it is returned.
///
/// # Errors
/// `Failed` if the account is the recipient of the result, whose dealing is the mask ([`make_mask`]), or if the protocol refuses the
/// committee's keys or the input. An input is refused that no such rows give, and it is said
/// which condition it breaks. [`encode`](ostraka_protocol::statistics::encode()) makes none like that: it refuses a row that is
/// out of range, and one row too many. So it is the fault of rows that were put together in another way, or of ranges other than
/// those that they were encoded by.
pub fn make(
	ctx: &TaskContext,
	spec: &TaskSpec,
	account: &AccountId,
	input: &Encoded,
	rng: &mut (impl RngCore + CryptoRng),
) -> Result<DealingMessage, Error> {
	let none = |why: String| Error::Failed(format!("no dealing can be made: {why}"));
	let relation = relation(spec).map_err(|error| none(error.to_string()))?;
	let id: &[u8; 32] = account.as_ref();
	if ctx.is_mask(id) {
		return Err(none(
			"the account is the recipient of the result, and deals its mask".to_owned(),
		));
	}
	let bytes = dealer::deal::<Plain, _>(ctx, &relation, id, &input.vector, rng);
	let bytes = bytes.map_err(|error| match error {
		ostraka_crypto::Error::Unsatisfied => none(refused(spec, &input.vector)),
		error => none(unmade(error)),
	})?;
	message(bytes)
}

/// Makes the mask of a sealed result, a dealing without proof, from its seed: the same from the same seed, so that it can be sent
/// again after an interruption.
///
/// # Errors
/// `Failed` if the account is not the recipient, or the protocol refuses the committee's keys.
pub fn make_mask(
	ctx: &TaskContext,
	recipient: &AccountId,
	seed: &MaskSeed,
) -> Result<DealingMessage, Error> {
	let id: &[u8; 32] = recipient.as_ref();
	if !ctx.is_mask(id) {
		return Err(Error::Failed(format!(
			"the task's result is not sealed to {}, which has no mask to deal; nothing is dealt",
			address(recipient)
		)));
	}
	let mask = masking::derive::<Plain>(seed, ctx, id)
		.map_err(|error| Error::Failed(format!("no mask can be made: {error}")))?;
	message(mask.dealing)
}

fn message(bytes: DealingBytes) -> Result<DealingMessage, Error> {
	wire::dealing_message(bytes)
		.ok_or_else(|| Error::Failed("the dealing is longer than any task allows".to_owned()))
}

/// Why no dealing is made. One that fails its own check comes of a machine that computes wrong, or of a fault of this program: of the
/// input, which is not at fault, another try can make a right one.
fn unmade(error: ostraka_crypto::Error) -> String {
	use ostraka_crypto::Error::{InvalidProof, ShareMismatch};
	match error {
		InvalidProof | ShareMismatch => format!(
			"the one that was made does not withstand the check that every node makes ({error}); nothing is dealt\n  the deposit would 			 be lost by it; try again, and if it comes again on another machine too, report it"
		),
		error => error.to_string(),
	}
}

/// Why an input is refused: the condition that it breaks, and whose fault that is.
fn refused(spec: &TaskSpec, input: &[Scalar]) -> String {
	// whatever breaks the relation, this calls impossible of one dealer
	let broken = match finalize(spec, input, 1) {
		Err(FinalizeError::Inconsistent(what)) => what.to_string(),
		outcome => meaning::impossible(&outcome)
			.unwrap_or_else(|| "it is outside the bounds that the ranges set".to_owned()),
	};
	format!(
		"no rows within the declared ranges give this input: {broken}; nothing is dealt\n  it is the fault of the rows, or of ranges \
		 that are not those which they were encoded by: rows that are encoded for this task give no such input"
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;
	use ostraka_crypto::seal::SealSecret;
	use ostraka_primitives::{
		spec::{Grouping, Statistic},
		task::{Seat, SecurityClass, Task},
	};
	use ostraka_protocol::statistics::{encode, Rows};
	use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

	const GENESIS: Digest = [8; 32];
	const TASK: TaskId = 4;

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	/// With terms that cover it.
	fn asked(mut info: TaskInfo) -> TaskInfo {
		info.task.terms = wire::terms_hash(&Terms::of(&info.task), &GENESIS, TASK);
		info
	}

	/// With acceptances in this order.
	fn accepted(mut info: TaskInfo, dealers: &[u8]) -> TaskInfo {
		info.accepted = dealers.iter().map(|byte| account(*byte)).collect();
		let recipient = info.task.conditions.sealed_to.as_ref();
		let counts = info.accepted.iter().filter(|account| Some(*account) != recipient);
		info.task.accepted = counts.count() as u32;
		info.task.consent = consent_hash(&info.accepted);
		info
	}

	/// With a task hash that covers it.
	fn hashed(mut info: TaskInfo) -> TaskInfo {
		let drawn = Published::of(&info.task).expect("drawn");
		let task_hash = drawn.hash(&GENESIS, TASK, &info.committee, &info.panel);
		info.task.task_hash = Some(task_hash);
		info
	}

	/// A task that invites three dealers, the third of which has accepted.
	fn info() -> TaskInfo {
		let dealers: Vec<AccountId> = [1, 2, 3].map(account).to_vec();
		let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 1, 9)]);
		let task = Task {
			cohort: cohort_hash(&dealers),
			status: TaskStatus::Inviting { until: 6 },
			..fixtures::task(spec)
		};
		let info = TaskInfo {
			task,
			committee: Default::default(),
			dealers,
			accepted: Vec::new(),
			dealings: 0,
			excluded: 0,
			attested: 0,
			committed: 0,
			right_shares: 0,
			panel: Default::default(),
			verified: 0,
			disproven: 0,
			masked: false,
		};
		accepted(asked(info), &[3])
	}

	/// The same once all have accepted and its committee is drawn.
	fn drawn() -> TaskInfo {
		let seat = |byte: u8| Seat {
			account: account(byte),
			worker: sp_core::ed25519::Public::from_raw([byte; 32]),
			seal_key: [byte; 32],
		};
		let mut info = accepted(info(), &[3, 1, 2]);
		info.committee = [11, 12, 13].map(seat).to_vec().try_into().expect("three seats");
		info.panel = [14, 15].map(seat).to_vec().try_into().expect("two seats");
		info.task.drawn_at = Some(7);
		info.task.status = TaskStatus::Collecting { first_by: 9, until: 20 };
		hashed(info)
	}

	fn refusal<T: core::fmt::Debug>(outcome: Result<T, Error>) -> String {
		let error = outcome.expect_err("it is refused");
		assert!(matches!(error, Error::Failed(_)));
		error.to_string()
	}

	#[test]
	fn a_task_goes_on_as_it_was() {
		let checked = info();
		let mut now = drawn();
		now.dealings = 1;
		now.dealers.reverse();
		unchanged(TASK, &checked, &now).expect("the same task");
		unchanged(TASK, &now, &drawn()).expect("the same task");
	}

	#[test]
	fn another_task_under_its_number_is_seen() {
		let differs = |change: fn(&mut TaskInfo), what: &str| {
			let checked = info();
			let mut now = checked.clone();
			change(&mut now);
			let text = refusal(unchanged(TASK, &checked, &now));
			assert!(text.contains("nothing is dealt") && text.contains(what), "{text}");
		};
		let invite = |now: &mut TaskInfo, bytes: [u8; 3]| {
			now.dealers = bytes.map(account).to_vec();
			now.task.cohort = cohort_hash(&now.dealers);
		};
		differs(|now| now.task.spec.statistic = Statistic::Sum, "what it computes");
		differs(|now| now.task.spec.columns[0].decimals = 2, "what it computes");
		differs(|now| now.task.spec.max_rows = 8, "what it computes");
		differs(|now| now.task.requester = account(1), "who asks");
		differs(|now| now.task.cohort = [8; 32], "the invited dealers");
		differs(|now| now.dealers.truncate(2), "the invited dealers");
		differs(|now| now.task.class = SecurityClass::Confidential, "its class");
		differs(|now| now.task.parameters.threshold = 2, "what its class asks for");
		differs(|now| now.task.parameters.least_dealers = 2, "what its class asks for");
		differs(|now| now.task.conditions.least_dealers = 2, "its conditions");
		differs(|now| now.task.conditions.counting = Some(1), "its conditions");
		differs(|now| now.task.conditions.sealed_to = Some(account(9)), "its conditions");
		differs(|now| now.task.windows.verify = 1, "its windows");
		differs(|now| now.task.data_reward = 1, "what it pays");
		// a victim and two sybils
		let checked = info();
		let mut now = checked.clone();
		invite(&mut now, [1, 7, 8]);
		assert!(unchanged(TASK, &checked, &now).is_err());
	}

	#[test]
	fn who_accepted_is_fixed_once_inviting_is_over() {
		let mut checked = drawn();
		checked.task.status = TaskStatus::Drawing { until: 9 };
		for checked in [checked, drawn()] {
			unchanged(TASK, &checked, &drawn()).expect("the same task");
			for others in [&[1, 2, 3][..], &[3, 1]] {
				let text = refusal(unchanged(TASK, &checked, &accepted(drawn(), others)));
				assert!(text.contains("those who accepted"), "{text}");
			}
		}
	}

	#[test]
	fn what_is_shown_is_what_is_accepted() {
		check_terms(&GENESIS, TASK, &info()).expect("it is what was asked");
		check_terms(&GENESIS, TASK, &drawn()).expect("terms stay as they are");
		let other_terms = "its terms do not cover";
		let differs = |change: fn(&mut TaskInfo), what: &str| {
			let mut info = info();
			change(&mut info);
			let text = refusal(check_terms(&GENESIS, TASK, &info));
			assert!(text.contains("nothing is accepted") && text.contains(what), "{text}");
		};
		differs(|info| info.task.requester = account(1), other_terms);
		differs(|info| info.task.spec.max_rows = 10, other_terms);
		differs(|info| info.task.class = SecurityClass::Restricted, other_terms);
		differs(|info| info.task.parameters.seats = 31, other_terms);
		differs(|info| info.task.parameters.least_dealers = 10, other_terms);
		differs(|info| info.task.conditions.least_dealers = 10, other_terms);
		differs(|info| info.task.conditions.counting = Some(1), other_terms);
		differs(|info| info.task.conditions.sealed_to = Some(account(9)), other_terms);
		let required = |info: &mut TaskInfo, byte| {
			info.task.conditions.required = vec![account(byte)].try_into().expect("one");
		};
		let mut shown = info();
		required(&mut shown, 1);
		assert!(refusal(check_terms(&GENESIS, TASK, &shown)).contains(other_terms));
		// and what no task can have, under terms of it
		required(&mut shown, 7);
		let text = refusal(check_terms(&GENESIS, TASK, &asked(shown)));
		assert!(text.contains("a dealer that it does not invite"), "{text}");
		let mut shown = info();
		shown.task.conditions.sealed_to = Some(account(1));
		let text = refusal(check_terms(&GENESIS, TASK, &asked(shown)));
		assert!(text.contains("the recipient of its result is one of its dealers"), "{text}");
		differs(|info| info.task.windows.collect = 9, other_terms);
		differs(|info| info.task.fee = 1, other_terms);
		differs(|info| info.task.data_reward = 1, other_terms);
		differs(|info| info.task.terms = [0; 32], other_terms);
		differs(|info| info.task.protocol = 7, "take a newer release");
		differs(|info| info.task.protocol = 5, "take a newer release");
		differs(|info| info.dealers.truncate(2), "the invited dealers");
		differs(|info| info.task.invited = 4, "the invited dealers");
		differs(|info| info.dealers[0] = account(7), "the invited dealers");
		// with the hash of those who are shown
		let mut others = info();
		others.dealers[0] = account(7);
		others.task.cohort = cohort_hash(&others.dealers);
		assert!(refusal(check_terms(&GENESIS, TASK, &others)).contains(other_terms));
		// on another chain, under another number
		assert!(check_terms(&[9; 32], TASK, &info()).is_err());
		assert!(check_terms(&GENESIS, TASK + 1, &info()).is_err());
	}

	#[test]
	fn a_dealer_deals_under_what_fits_together() {
		let context = |info: &TaskInfo| super::context(&GENESIS, TASK, info);
		assert_eq!(context(&drawn()).expect("it fits").seal_keys.len(), 3);
		assert!(refusal(context(&info())).contains("no task hash yet"));
		let who = "those who accepted";
		// another order, one fewer, one twice, one who is not invited
		for others in [&[1, 2, 3][..], &[3, 1], &[3, 1, 1], &[3, 1, 7]] {
			let shown = accepted(drawn(), others);
			let text = refusal(context(&TaskInfo { accepted: drawn().accepted, ..shown.clone() }));
			assert!(text.contains(who), "{text}");
			assert!(context(&shown).is_err(), "it is not what the task hash covers");
		}
		// with the task hash of it too
		for others in [&[3, 1, 1][..], &[3, 1, 7]] {
			let text = refusal(context(&hashed(accepted(drawn(), others))));
			assert!(text.contains(who) && text.contains("nothing is dealt"), "{text}");
		}
		let mut shown = drawn();
		shown.task.accepted = 2;
		assert!(refusal(context(&shown)).contains(who));
		// a class that asks for fewer, with the task hash of it
		let mut shown = drawn();
		shown.task.parameters.least_dealers = 2;
		assert!(refusal(context(&hashed(shown))).contains("its terms do not cover"));
		let mut shown = drawn();
		shown.task.conditions.least_dealers = 2;
		assert!(refusal(context(&hashed(shown))).contains("its terms do not cover"));
		let mut shown = asked(drawn());
		shown.task.conditions.least_dealers = 2;
		assert!(refusal(context(&asked(shown))).contains("its task hash does not cover"));
		let mut shown = drawn();
		shown.committee[0].seal_key = [1; 32];
		assert!(refusal(context(&shown)).contains("its task hash does not cover"));
		// another panel, of the node's own, or none; and a verifier among those that shares are sealed to
		let mut shown = drawn();
		shown.panel[0].account = account(11);
		assert!(refusal(context(&shown)).contains("its task hash does not cover"));
		let alone = TaskInfo { panel: Default::default(), ..drawn() };
		assert!(refusal(context(&alone)).contains("its task hash does not cover"));
		let mut shown = drawn();
		let verifier = shown.panel[0].clone();
		shown.committee.try_push(verifier).expect("there is room");
		assert!(refusal(context(&shown)).contains("its task hash does not cover"));
	}

	/// The same task, sealed to the ninth account, with acceptances in this order.
	fn sealed(order: &[u8]) -> TaskInfo {
		let mut info = drawn();
		info.task.conditions.sealed_to = Some(account(9));
		hashed(accepted(asked(info), order))
	}

	#[test]
	fn the_recipient_accepts_and_is_no_dealer() {
		let context = |info: &TaskInfo| super::context(&GENESIS, TASK, info);
		let ctx = context(&sealed(&[3, 9, 1, 2])).expect("it fits");
		assert!(ctx.is_mask(&[9; 32]) && !ctx.is_mask(&[3; 32]));
		check_accepted(TASK, &sealed(&[3, 9, 1, 2]), &account(9)).expect("it has accepted");
		// without it there is no draw, and it is no third dealer
		for others in [&[3, 1, 2][..], &[3, 9, 9, 1], &[3, 9, 1, 7]] {
			let text = refusal(context(&sealed(others)));
			assert!(text.contains("those who accepted"), "{text}");
		}
		let mut counted = sealed(&[3, 9, 1]);
		counted.task.accepted = 3;
		assert!(refusal(context(&hashed(counted))).contains("those who accepted"));
		// nor is it one where nobody is named
		let mut plain = sealed(&[3, 9, 1, 2]);
		plain.task.conditions.sealed_to = None;
		assert!(context(&hashed(asked(plain))).is_err());
	}

	#[test]
	fn a_mask_is_dealt_again_from_its_seed() {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 0, 9)]);
		let ctx = TaskContext { recipient: Some([9; 32]), ..committee(&spec, &mut rng) };
		let seed = MaskSeed::random(&mut rng);
		let made = make_mask(&ctx, &account(9), &seed).expect("a mask");
		assert_eq!(make_mask(&ctx, &account(9), &seed).expect("a mask"), made);
		assert!(made.validity.is_empty(), "it proves nothing");
		let other = TaskContext { task_hash: [8; 32], ..ctx.clone() };
		assert_ne!(make_mask(&other, &account(9), &seed).expect("a mask"), made);
		let text = refusal(make_mask(&ctx, &account(1), &seed));
		assert!(text.contains("not sealed to") && text.contains("nothing is dealt"), "{text}");
		let text = refusal(make(&ctx, &spec, &account(9), &encoded(&[0, 0]), &mut rng));
		assert!(text.contains("deals its mask"), "{text}");
		make(&ctx, &spec, &account(1), &encoded(&[0, 0]), &mut rng).expect("a dealer's");
	}

	#[test]
	fn who_has_not_accepted_deals_nothing() {
		let info = info();
		check_accepted(TASK, &info, &account(3)).expect("it has accepted");
		for other in [1, 7] {
			let text = refusal(check_accepted(TASK, &info, &account(other)));
			assert!(text.contains("has not accepted task 4"), "{text}");
			assert!(text.contains(&address(&account(other))), "{text}");
		}
	}

	/// A committee of three for that spec.
	fn committee(spec: &TaskSpec, rng: &mut ChaCha20Rng) -> TaskContext {
		let seal_keys = [0; 3].map(|_| SealSecret::random(rng).public()).to_vec();
		let proof_length = proof_length(spec).expect("valid");
		let length = spec.length();
		wire::context_of(Version::CURRENT, [9; 32], 1, length, proof_length, seal_keys, None)
	}

	fn encoded(vector: &[i64]) -> Encoded {
		Encoded {
			vector: vector.iter().map(|entry| Scalar::from(*entry)).collect::<Vec<_>>().into(),
			used: 0,
			skipped_missing: 0,
			skipped_other_group: 0,
			skipped_small_cell: 0,
			per_group_rows: Vec::new(),
		}
	}

	#[test]
	fn a_dealing_carries_a_proof_of_what_rows_give() {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 0, 9)]);
		let ctx = committee(&spec, &mut rng);
		let mut rows = Rows::new(&spec);
		[0, 9, 9].iter().for_each(|x| rows.push(&[Some(*x)], None).expect("one column"));
		let input = encode(&spec, rows.iter(), 1).expect("legal rows");
		let made = make(&ctx, &spec, &account(1), &input, &mut rng).expect("it is proven");
		let bytes = wire::dealing_bytes(&made);
		let relation = relation(&spec).expect("valid");
		let invalid = |dealer: [u8; 32]| {
			let mut rng = ChaCha20Rng::seed_from_u64(2);
			ostraka_protocol::worker::invalid::<Plain, _>(
				&ctx,
				&relation,
				&[(&dealer, &bytes)],
				&mut rng,
			)
		};
		assert_eq!(invalid([1; 32]), [0; 0]);
		assert_eq!(invalid([2; 32]), [0], "nobody else's");
		// a dealer without rows
		make(&ctx, &spec, &account(1), &encoded(&[0, 0]), &mut rng).expect("zeros are legal");
	}

	/// That a corrupted proof is seen is tested where it can be corrupted, in the protocol's `dealer`.
	#[test]
	fn a_dealing_that_fails_its_own_check_is_said_to() {
		use ostraka_crypto::Error::{InvalidProof, Parameters, ShareMismatch};
		for error in [InvalidProof, ShareMismatch] {
			let text = unmade(error);
			assert!(
				text.contains(&error.to_string()) && text.contains("nothing is dealt"),
				"{text}"
			);
			assert!(text.contains("try again"), "{text}");
		}
		assert_eq!(unmade(Parameters), Parameters.to_string());
	}

	#[test]
	fn what_no_rows_give_is_refused_with_the_condition() {
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let mut spec = fixtures::spec(Statistic::Mean, vec![fixtures::column("x", 0, 9)]);
		let ctx = committee(&spec, &mut rng);
		let mut refuses = |ctx: &TaskContext, spec: &TaskSpec, vector: &[i64], what: &str| {
			let text = refusal(make(ctx, spec, &account(1), &encoded(vector), &mut rng));
			assert!(text.contains(what) && text.contains("nothing is dealt"), "{text}");
			assert!(text.contains("no rows within the declared ranges"), "{text}");
		};
		refuses(&ctx, &spec, &[-1, 0], "a count is negative");
		refuses(&ctx, &spec, &[1, 10], "a sum is out of range");
		refuses(&ctx, &spec, &[10, 10], "more rows than");
		refuses(&ctx, &spec, &[0, 1], "a sum over no rows is not zero");
		let name = |text: &str| text.as_bytes().to_vec().try_into().expect("short");
		let groups = vec![name("a"), name("b")].try_into().expect("two");
		spec.group_by = Some(Grouping { column: name("g"), groups });
		let proof_length = proof_length(&spec).expect("valid");
		let grouped = TaskContext { length: 4, proof_length, ..ctx };
		refuses(&grouped, &spec, &[1, 5, 1, 10], "group b is impossible: a sum is out");
		refuses(&grouped, &spec, &[9, 5, 1, 5], "together are impossible: more rows");
	}
}
