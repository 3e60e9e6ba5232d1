//! Nothing of a secret is in memory that is freed: every block is searched when it is freed, while a dealer encodes and deals,
//! and a node opens, checks, accuses and adds up. With the feature `blst` of the cryptography as without it.

// for the allocator
#![allow(unsafe_code)]

#[path = "../../crypto/tests/freed/mod.rs"]
mod freed;

use freed::{assert_wiped, left_by, Recording, Searching, Secrets};
use hkdf::Hkdf;
use ostraka_crypto::{
	encoding::{decode_key, decode_scalar, encode_point},
	generators, group,
	messages::ProofBytes,
	scalar,
	seal::SealSecret,
	transcript::Transcript,
	vss::{Commitments, SecretShare},
	Affine, Plain, Scalar,
};
use ostraka_primitives::spec::{Column, Grouping, Name, Statistic, TaskSpec};
use ostraka_protocol::{
	adjudicator::{self, AcceptedDigest},
	dealer,
	statistics::{encode, Row, Rows},
	worker, worker_key, TaskContext, Version,
};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
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

/// The standard generator.
fn standard() -> Affine<Plain> {
	group::affine(&group::mul_generator(&Scalar::from(1u8)))
}

/// A committee: its task, and each node's secret with its exponent.
struct Committee {
	context: TaskContext,
	nodes: Vec<(SealSecret, Scalar)>,
}

fn committee(seed: u64) -> Committee {
	let nodes: Vec<(SealSecret, Scalar)> = (0..u64::from(NODES))
		.map(|j| 100 * seed + j)
		.map(|seed| (SealSecret::random(&mut rng(seed)), scalar::random(&mut rng(seed))))
		.collect();
	let context = TaskContext {
		version: Version::CURRENT,
		task_hash: [7; 32],
		threshold: THRESHOLD,
		length: LENGTH as u16,
		seal_keys: nodes
			.iter()
			.map(|(secret, _)| encode_point(&secret.public::<Plain>()))
			.collect(),
	};
	Committee { context, nodes }
}

fn input(seed: u64) -> Vec<Scalar> {
	let mut rng = rng(1_000_000 + seed);
	(0..LENGTH).map(|_| scalar::random(&mut rng)).collect()
}

fn note_share(secrets: &mut Secrets, share: &SecretShare) {
	share.values.iter().for_each(|value| secrets.scalar("a value of a share", value));
	secrets.scalar("an auxiliary share", &share.blinding);
}

/// The nonce of a proof by the secret that it proves: the response less the challenge times the secret.
fn nonce(proof: &ProofBytes, secret: &Scalar) -> Scalar {
	let half = |half: &[u8]| decode_scalar(half.try_into().unwrap()).unwrap();
	half(&proof[32..]) - half(&proof[..32]) * secret
}

fn note_proof(secrets: &mut Secrets, proof: &ProofBytes, secret: &Scalar) {
	let nonce = nonce(proof, secret);
	secrets.scalar("a nonce", &nonce);
	secrets.picks("picks of a nonce", &nonce, &standard());
}

#[test]
fn dealing_leaves_nothing() {
	for run in 0..RUNS {
		let Committee { context, nodes } = committee(run);
		let input = input(run);
		let mut recording = Recording::new(rng(run));
		let made = dealer::deal::<Plain, _>(&context, &DEALER, &input, &mut recording).unwrap();

		let mut secrets = Secrets::default();
		input.iter().for_each(|value| secrets.scalar("the input", value));
		let drawn = recording.scalars();
		let is_rho = |drawn: &&Scalar| {
			encode_point(&group::affine(&group::mul_generator::<Plain>(drawn))) == made.ephemeral
		};
		let rho = *drawn.iter().find(is_rho).expect("it is drawn");
		for (place, scalar) in drawn.iter().enumerate() {
			secrets.scalar("a coefficient, or rho", scalar);
			let base = match (place + 1) % (LENGTH + 1) {
				0 => generators::h(),
				index => generators::g(index).unwrap(),
			};
			secrets.picks("picks of a coefficient", scalar, &base);
		}
		secrets.picks("picks of rho", &rho, &standard());
		let long = recording.drawn.iter().filter(|bytes| bytes.len() >= 32);
		long.for_each(|bytes| secrets.bytes("random bytes", bytes));
		note_proof(&mut secrets, &made.proof, &rho);
		for ((j, (node, _)), seal_key) in (1..).zip(&nodes).zip(&context.seal_keys) {
			let share = worker::open::<Plain>(&context, node, j, &DEALER, &made).unwrap();
			note_share(&mut secrets, &share);
			let dh = node.dh(&decode_key::<Plain>(&made.ephemeral).unwrap());
			secrets.point("a Diffie-Hellman value", &dh);
			let info = Transcript::of_task("ostraka/seal/v1", &context.task_hash)
				.fixed(&DEALER)
				.u8(j)
				.point(seal_key)
				.point(&made.ephemeral)
				.points(&made.commitments)
				.digest();
			let mut key = [0; 32];
			Hkdf::<Sha256>::new(Some(b"ostraka/seal/v1"), &encode_point(&dh))
				.expand(&info, &mut key)
				.unwrap();
			secrets.bytes("a sealing key", &key);
		}
		let again = assert_wiped(&mut secrets, || {
			dealer::deal::<Plain, _>(&context, &DEALER, &input, &mut rng(run)).unwrap()
		});
		assert_eq!(again, made);
	}
}

#[test]
fn a_node_leaves_nothing() {
	for run in 0..RUNS {
		let Committee { context, nodes } = committee(run);
		let deal = |seed| {
			let mut rng = rng(seed);
			dealer::deal::<Plain, _>(&context, &DEALER, &input(seed), &mut rng).unwrap()
		};
		let dealings = [deal(3 * run), deal(3 * run + 1)];
		// the second share is sealed to the wrong node, and so does not open
		let mut bad = deal(3 * run + 2);
		bad.sealed.swap(0, 1);
		let (secret, exponent) = &nodes[1];
		let accepted = AcceptedDigest::of_state(bad.digest(&context.task_hash, &DEALER));
		let open = |dealing| worker::open::<Plain>(&context, secret, 2, &DEALER, dealing);
		let accuse = || {
			let mut rng = rng(run);
			worker::accuse::<Plain, _>(&context, secret, 2, &DEALER, &accepted, &bad, &mut rng)
		};

		let mut secrets = Secrets::default();
		secrets.scalar("the node's secret", exponent);
		for dealing in &dealings {
			note_share(&mut secrets, &open(dealing).unwrap());
			let dh = secret.dh(&decode_key::<Plain>(&dealing.ephemeral).unwrap());
			secrets.point("a Diffie-Hellman value", &dh);
		}
		note_proof(&mut secrets, &accuse().unwrap().dleq, exponent);
		let opened = dealings.each_ref().map(|dealing| open(dealing).unwrap());
		let sum = worker::aggregate(&opened).unwrap();
		note_share(&mut secrets, &sum);

		let commitments = dealings
			.each_ref()
			.map(|made| Commitments::<Plain>::from_bytes(&made.commitments, THRESHOLD).unwrap());
		assert_wiped(&mut secrets, || {
			let shares = dealings.each_ref().map(|dealing| open(dealing).unwrap());
			assert!(open(&bad).is_err());
			let items = [(&commitments[0], &shares[0]), (&commitments[1], &shares[1])];
			assert_eq!(worker::check(&context, 2, &items, &mut rng(run)), [0usize; 0]);
			let items = [(&commitments[0], &shares[1]), (&commitments[1], &shares[1])];
			assert_eq!(worker::check(&context, 2, &items, &mut rng(run)), [0]);
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
			worker_key::register::<Plain, _>(&genesis, &account, &worker, sign, &mut rng).unwrap()
		};
		let made = register();
		let exponent = {
			let digest = <sha2::Sha512 as sha2::Digest>::digest(signature);
			scalar::from_wide(&digest.into())
		};
		let mut secrets = Secrets::default();
		secrets.bytes("the secret signature", &signature);
		secrets.scalar("the node's secret", &exponent);
		secrets.picks("picks of the node's secret", &exponent, &standard());
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
