//! Nothing of a secret is in memory that is freed: every block is searched when it is freed, while a dealer encodes and deals,
//! and a node opens, checks, accuses and adds up. With the feature `blst` of the cryptography as without it.

// for the allocator
#![allow(unsafe_code)]

#[path = "../../crypto/tests/freed/mod.rs"]
mod freed;

use freed::{assert_wiped, left_by, Recording, Searching, Secrets};
use hkdf::Hkdf;
use num_bigint::BigUint;
use ostraka_crypto::{
	generators, group,
	messages::{DealingBytes, ProofBytes},
	proofs::rho_message,
	seal::{PublicKey, SealSecret},
	transcript::Transcript,
	validity::{Conditions, Form, Relation},
	vss::SecretShare,
	Plain, Scalar,
};
use ostraka_primitives::spec::{Column, Grouping, Name, Statistic, TaskSpec};
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest},
	dealer,
	masking::{self, Mask, MaskSeed},
	statistics::{encode, Row, Rows},
	worker, worker_key, TaskContext, Version,
};
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, RngCore, SeedableRng};
use sha2::Sha256;

#[global_allocator]
static ALLOCATOR: Searching = Searching;

const LENGTH: usize = 8;
const THRESHOLD: u8 = 3;
const NODES: u8 = 7;
const DEALER: [u8; 32] = [9; 32];
/// Repetitions: with blst the first sums of a program are made without tables, later ones with them.
const RUNS: u64 = 16;

fn rng(seed: u64) -> ChaCha20Rng {
	ChaCha20Rng::seed_from_u64(seed)
}

/// An exponent of Ristretto255: `e_j`, `rho`, a nonce.
#[derive(Clone)]
struct Exponent(BigUint);

impl Exponent {
	/// The group's order, `2^252 + 27742317777372353535851937790883648493`.
	fn order() -> BigUint {
		let low = 27_742_317_777_372_353_535_851_937_790_883_648_493u128;
		(BigUint::from(1u8) << 252u32) + BigUint::from(low)
	}

	fn of(number: BigUint) -> Self {
		Self(number % Self::order())
	}

	/// That of a secret which is drawn as these bytes.
	fn from_wide(wide: &[u8; 64]) -> Self {
		Self::of(BigUint::from_bytes_le(wide))
	}

	fn bytes(&self) -> [u8; 32] {
		let mut bytes = self.0.to_bytes_le();
		bytes.resize(32, 0);
		bytes.try_into().expect("below the order")
	}
}

/// Gives out the same bytes again, for who draws once.
struct Given<'a>(&'a [u8]);

impl RngCore for Given<'_> {
	fn next_u32(&mut self) -> u32 {
		unreachable!("secrets are drawn as bytes")
	}

	fn next_u64(&mut self) -> u64 {
		unreachable!("secrets are drawn as bytes")
	}

	fn fill_bytes(&mut self, bytes: &mut [u8]) {
		bytes.copy_from_slice(self.0);
	}

	fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
		self.fill_bytes(bytes);
		Ok(())
	}
}

impl CryptoRng for Given<'_> {}

/// A committee: its task, and each node's secret with its exponent.
struct Committee {
	context: TaskContext,
	nodes: Vec<(SealSecret, Exponent)>,
}

fn committee(seed: u64) -> Committee {
	let node = |j: u64| {
		let mut wide = [0; 64];
		rng(100 * seed + j).fill_bytes(&mut wide);
		let (secret, exponent) =
			(SealSecret::random(&mut Given(&wide)), Exponent::from_wide(&wide));
		// what is searched for is the exponent
		wide = [0; 64];
		wide[..32].copy_from_slice(&exponent.bytes());
		assert_eq!(SealSecret::random(&mut Given(&wide)), secret);
		(secret, exponent)
	};
	let nodes: Vec<(SealSecret, Exponent)> = (0..u64::from(NODES)).map(node).collect();
	let context = TaskContext {
		version: Version::CURRENT,
		task_hash: [7; 32],
		threshold: THRESHOLD,
		length: LENGTH as u16,
		proof_length: relation().layout().proof_length() as u32,
		seal_keys: nodes.iter().map(|(secret, _)| secret.public()).collect(),
		recipient: None,
	};
	Committee { context, nodes }
}

/// Long values, as the search takes short ones for what memory is full of.
const BITS: u32 = 120;

fn input(seed: u64) -> Vec<Scalar> {
	let mut rng = rng(1_000_000 + seed);
	let mut draw = || u128::from(rng.next_u64()) << 56 | u128::from(rng.next_u64() >> 8);
	(0..LENGTH).map(|_| Scalar::from(draw())).collect()
}

/// What is proven of such an input: its values are not longer, and a product is one.
fn relation() -> Relation {
	let entry = |place| Form::default().entry(place, 1);
	let mut conditions = Conditions::new(LENGTH).unwrap();
	for place in 0..LENGTH as u16 {
		conditions.range(entry(place), BITS).unwrap();
	}
	let product = conditions.product(entry(0), entry(1)).unwrap();
	conditions.range(Form::default().product(product, 1), 2 * BITS).unwrap();
	conditions.finish()
}

fn note_share(secrets: &mut Secrets, share: &SecretShare) {
	share.values.iter().for_each(|value| secrets.scalar("a value of a share", value));
	secrets.scalar("an auxiliary share", &share.blinding);
}

/// Notes the nonce of a proof by the secret that it proves: the response less the challenge times the secret.
fn note_proof(secrets: &mut Secrets, proof: &ProofBytes, secret: &Exponent) {
	let (challenge, response) = proof.split_at(32);
	let [challenge, response] = [challenge, response].map(BigUint::from_bytes_le);
	let product = Exponent::of(challenge * &secret.0).0;
	let nonce = Exponent::of(response + Exponent::order() - product);
	secrets.exponent("a nonce", &nonce.bytes());
}

/// The value that opens what is sealed to a node, and what is made of it.
fn note_key(
	secrets: &mut Secrets,
	context: &TaskContext,
	(j, node): (u8, &SealSecret),
	made: &DealingBytes,
) {
	let dh = node.dh(&PublicKey::from_bytes(&made.ephemeral).unwrap());
	secrets.bytes("a Diffie-Hellman value", dh.as_slice());
	let info = Transcript::of_task("ostraka/seal/v2", &context.task_hash)
		.fixed(&DEALER)
		.u8(j)
		.fixed(&context.seal_keys[usize::from(j) - 1])
		.fixed(&made.ephemeral)
		.points(&made.commitments)
		.digest();
	let mut key = [0; 32];
	Hkdf::<Sha256>::new(Some(b"ostraka/seal/v2"), dh.as_slice()).expand(&info, &mut key).unwrap();
	secrets.bytes("a sealing key", &key);
}

#[test]
fn dealing_leaves_nothing() {
	let relation = relation();
	for run in 0..RUNS {
		let Committee { context, nodes } = committee(run);
		let input = input(run);
		let mut recording = Recording::new(rng(run));
		let made = dealer::deal::<Plain, _>(&context, &relation, &DEALER, &input, &mut recording);
		let made = made.unwrap();

		let mut secrets = Secrets::default();
		input.iter().for_each(|value| secrets.scalar("the input", value));
		secrets.scalar("a product", &(input[0] * input[1]));
		// from which one who guesses it can tell that he is right
		let bases = generators::bases::<Plain>(LENGTH).unwrap();
		let unblinded = group::affine(&group::msm(&bases[..LENGTH], &input));
		secrets.point("a commitment to the input without its blinding value", &unblinded);
		let is_rho = |drawn: &&Vec<u8>| {
			drawn.len() == 64 && SealSecret::random(&mut Given(drawn)).public() == made.ephemeral
		};
		let rho = recording.drawn.iter().find(is_rho).expect("it is drawn");
		let rho = Exponent::from_wide(&rho.as_slice().try_into().unwrap());
		secrets.exponent("rho", &rho.bytes());
		for (place, scalar) in recording.scalars().iter().enumerate() {
			secrets.scalar("a coefficient", scalar);
			let base = match (place + 1) % (LENGTH + 1) {
				0 => generators::h(),
				index => generators::g(index).unwrap(),
			};
			secrets.picks("picks of a coefficient", scalar, &base);
		}
		let long = recording.drawn.iter().filter(|bytes| bytes.len() >= 32);
		long.for_each(|bytes| secrets.bytes("random bytes", bytes));
		// what the nonce of the proof of rho comes from
		let message = rho_message(&made.digest(&context.task_hash, &DEALER));
		for fresh in recording.drawn.iter().filter(|bytes| bytes.len() == 32) {
			let mut seed = [0; 32];
			Hkdf::<Sha256>::new(Some(fresh), &rho.bytes())
				.expand_multi_info(&[b"ostraka/nonce/v2", &message], &mut seed)
				.unwrap();
			secrets.bytes("the seed of a nonce", &seed);
		}
		for (j, (node, _)) in (1..).zip(&nodes) {
			let share = worker::open(&context, node, j, &DEALER, &made).unwrap();
			note_share(&mut secrets, &share);
			note_key(&mut secrets, &context, (j, node), &made);
		}
		let again = assert_wiped(&mut secrets, || {
			let rng = &mut rng(run);
			dealer::deal::<Plain, _>(&context, &relation, &DEALER, &input, rng).unwrap()
		});
		assert_eq!(again, made);
	}
}

/// Who has any of it reads the result.
#[test]
fn masking_leaves_nothing() {
	for run in 0..RUNS {
		let Committee { context, nodes } = committee(run);
		let context = TaskContext { recipient: Some(DEALER), ..context };
		let seed = MaskSeed::random(&mut rng(run));
		let Mask { opening, dealing } = masking::derive::<Plain>(&seed, &context, &DEALER).unwrap();

		let mut secrets = Secrets::default();
		secrets.bytes("the seed", seed.bytes());
		opening.vector.iter().for_each(|value| secrets.scalar("the mask", value));
		secrets.scalar("its blinding value", &opening.blinding);
		let bases = generators::bases::<Plain>(LENGTH).unwrap();
		let unblinded = group::affine(&group::msm(&bases[..LENGTH], &opening.vector));
		secrets.point("a commitment to the mask without its blinding value", &unblinded);
		for (j, (node, _)) in (1..).zip(&nodes) {
			let share = worker::open(&context, node, j, &DEALER, &dealing).unwrap();
			note_share(&mut secrets, &share);
			note_key(&mut secrets, &context, (j, node), &dealing);
		}
		let again = assert_wiped(&mut secrets, || {
			let again = seed.clone();
			let mask = masking::derive::<Plain>(&again, &context, &DEALER).unwrap();
			let (hash, length) = (&context.task_hash, context.length());
			let known = masking::opening::<Plain>(&again, hash, &DEALER, context.threshold, length);
			assert_eq!(known.as_ref(), Ok(&mask.opening));
			mask.dealing
		});
		assert_eq!(again, dealing);
	}
}

#[test]
fn a_node_leaves_nothing() {
	let relation = relation();
	for run in 0..RUNS {
		let Committee { context, nodes } = committee(run);
		let deal = |seed| {
			let rng = &mut rng(seed);
			dealer::deal::<Plain, _>(&context, &relation, &DEALER, &input(seed), rng).unwrap()
		};
		let dealings = [deal(3 * run), deal(3 * run + 1)];
		// the second share is sealed to the wrong node, and so does not open
		let mut bad = deal(3 * run + 2);
		bad.sealed.swap(0, 1);
		let (secret, exponent) = &nodes[1];
		let accepted = AcceptedDigest::of_state(bad.digest(&context.task_hash, &DEALER));
		let open = |dealing| worker::open(&context, secret, 2, &DEALER, dealing);
		let accuse = || {
			let mut rng = rng(run);
			worker::accuse::<Plain, _>(&context, secret, 2, &DEALER, &accepted, &bad, &mut rng)
		};

		let mut secrets = Secrets::default();
		secrets.exponent("the node's secret", &exponent.bytes());
		for dealing in &dealings {
			note_share(&mut secrets, &open(dealing).unwrap());
			note_key(&mut secrets, &context, (2, secret), dealing);
		}
		note_proof(&mut secrets, &accuse().unwrap().dleq, exponent);
		let opened = dealings.each_ref().map(|dealing| open(dealing).unwrap());
		let sum = worker::aggregate(&opened).unwrap();
		note_share(&mut secrets, &sum);

		assert_wiped(&mut secrets, || {
			let bodies = [&dealings[0], &dealings[1]];
			let commitments: Vec<_> =
				worker::commitments::<Plain, _>(&context, &bodies, &mut rng(run))
					.into_iter()
					.map(Result::unwrap)
					.collect();
			let shares = dealings.each_ref().map(|dealing| open(dealing).unwrap());
			assert!(open(&bad).is_err());
			let items = [(&commitments[0], &shares[0]), (&commitments[1], &shares[1])];
			assert_eq!(worker::check(&context, 2, &items, &mut rng(run)), [0usize; 0]);
			let items = [(&commitments[0], &shares[1]), (&commitments[1], &shares[1])];
			assert_eq!(worker::check(&context, 2, &items, &mut rng(run)), [0]);
			let proven = bodies.map(|dealing| (&DEALER, dealing));
			let invalid = worker::invalid::<Plain, _>(&context, &relation, &proven, &mut rng(run));
			assert!(invalid.is_empty());
			let sum = worker::aggregate(&shares).unwrap();
			let _ = adjudicator::result_commitment(&[1; 32], 2, &[2; 32], &sum);
			drop(accuse().unwrap());
		});
	}
}

#[test]
fn registering_leaves_nothing() {
	for run in 0..RUNS {
		let (genesis, account, worker) = ([1; 32], [2; 32], [3; 32]);
		let mut signature = [0; 64];
		rng(run).fill_bytes(&mut signature);
		let message = worker_key::seal_key_message(&genesis, &account);
		let sign = |bytes: &[u8]| Some(if bytes == message { signature } else { [0; 64] });
		let register = || {
			let mut rng = rng(run);
			worker_key::register(&genesis, &account, &worker, sign, &mut rng).unwrap()
		};
		let made = register();
		let exponent = {
			let digest = <sha2::Sha512 as sha2::Digest>::digest(signature);
			Exponent::from_wide(&digest.into())
		};
		let mut secrets = Secrets::default();
		secrets.bytes("the secret signature", &signature);
		secrets.exponent("the node's secret", &exponent.bytes());
		note_proof(&mut secrets, &made.proof, &exponent);
		assert_eq!(assert_wiped(&mut secrets, register), made);
	}
}

fn name(text: &str) -> Name {
	text.as_bytes().to_vec().try_into().unwrap()
}

fn column(text: &str) -> Column {
	Column { name: name(text), decimals: 2, min: 0, max: 1 << 62 }
}

fn spec(statistic: Statistic, columns: usize) -> TaskSpec {
	let columns: Vec<Column> = (0..columns).map(|i| column(&format!("c{i}"))).collect();
	let weighted = matches!(statistic, Statistic::WeightedMean | Statistic::VectorMean);
	TaskSpec {
		statistic,
		columns: columns.try_into().unwrap(),
		target: (statistic == Statistic::Regression).then(|| column("y")),
		weight: weighted.then(|| column("w")),
		edges: Default::default(),
		quantiles: Default::default(),
		group_by: None,
		max_rows: 1000,
	}
}

#[test]
fn encoding_leaves_nothing() {
	const SECRET_GROUP: &str = "a rare condition";
	let groups_of_rows = || ["a group", SECRET_GROUP].into_iter().map(Some).cycle();
	let specs = [
		spec(Statistic::Mean, 1),
		spec(Statistic::Variance, 1),
		spec(Statistic::Covariance, 2),
		spec(Statistic::Correlation, 2),
		spec(Statistic::Regression, 3),
		spec(Statistic::WeightedMean, 1),
		spec(Statistic::VectorMean, 4),
	];
	for mut spec in specs {
		// the task's groups are public; a row's group is not, least of all one that the task does not ask for
		let groups = vec![name("a group"), name("another")];
		spec.group_by = Some(Grouping { column: name("g"), groups: groups.try_into().unwrap() });
		let mut rng = rng(5);
		let mut cell = || Some((rng.next_u64() >> 2) as i64);
		let width = spec.all_columns().count();
		let table: Vec<Vec<Option<i64>>> =
			(0..100).map(|_| (0..width).map(|_| cell()).collect()).collect();

		let mut secrets = Secrets::default();
		secrets.bytes("a row's group", SECRET_GROUP.as_bytes());
		for value in table.iter().flatten().flatten() {
			secrets.bytes("a cell", &value.to_le_bytes());
		}
		let products = table.iter().filter_map(|row| {
			let [Some(first), .., Some(last)] = row.as_slice() else { return None };
			Some(i128::from(*first) * i128::from(*last))
		});
		products.for_each(|product| secrets.bytes("a product of cells", &product.to_le_bytes()));
		let made = encode(
			&spec,
			table.iter().zip(groups_of_rows()).map(|(row, group)| Row { values: row, group }),
			1,
		);
		let vector = made.unwrap().vector;
		let sums = vector.iter().skip(1).take(spec.length_of_group() as usize - 1);
		sums.for_each(|sum| secrets.scalar("a sum", sum));

		assert_wiped(&mut secrets, || {
			let mut rows = Rows::new(&spec);
			for (row, group) in table.iter().zip(groups_of_rows()) {
				rows.push(row, group).unwrap();
			}
			drop(rows.clone());
			drop(encode(&spec, rows.iter(), 1).unwrap());
			// also where it ends in an error
			assert!(encode(&spec, rows.iter(), 1000).is_err());
		});
	}
}

/// The rows' own search: what a table without wiping leaves.
#[test]
fn the_search_finds_cells() {
	let mut secrets = Secrets::default();
	let cell = 0x1234_5678_9abc_def0i64;
	secrets.bytes("a cell", &cell.to_le_bytes());
	let (_, left) = left_by(&mut secrets, || drop(std::hint::black_box(vec![Some(cell)])));
	assert_eq!(left, ["a cell"]);
}
