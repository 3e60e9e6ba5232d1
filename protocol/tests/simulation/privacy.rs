//! Why the views of `t` corrupt nodes are independent of the inputs. This is an exact argument carried out in the
//! field, not a statistical test: two distributions are shown to be equal by exhibiting the bijections between their
//! coins.
//!
//! # The view of one dealing
//! Let `B` be the corrupt seats, `|B| = t`. Sealed shares of others aside (they hide under gap-DH and the AEAD, which
//! is an assumption and no part of this argument), `B` sees `C_0 .. C_t` and `(s_j, beta_j)` for `j` in `B`. The
//! dealer's coins are the coefficients `f_{l,k}`, `k >= 1`, and `b_k`, `k >= 0`, all uniform. For any fixed input:
//! 1. The shares of `B` and `b_0` are a bijective function of the coins: the minor `(j^k)`, `j` in `B`, `k = 1 .. t`, is
//!    invertible. So they are uniform whatever the input is. *Checked: the rank of every minor up to n = 13.*
//! 2. `C_0 = sum_l x_l G_l + b_0 H` is a bijective function of `b_0` since `H` generates the group. So `C_0` is uniform
//!    and independent of the shares, whatever the input is. *Checked: `H` and every `G_l` have prime order.*
//! 3. `C_1 .. C_t` are a function of `C_0` and the shares of `B`: by the share check `C(j) = sum_k j^k C_k` is known for
//!    `j` in `B` and for `0`, which are `t + 1` places of a polynomial of degree `t`. *Checked on real dealings: that
//!    function gives the very commitments.*
//!
//! Hence the view is one fixed function of uniform values that do not depend on the input: views of different inputs
//! are equally distributed, and a simulator without any input makes them. *Checked: it does, and the nodes' own checks
//! accept them.*
//!
//! The proof that the input is valid, of which `B` sees every byte, adds nothing: it is perfectly zero-knowledge, so that given
//! commitments to any valid input it is one random variable, made without the input (`docs/VALIDITY.md`, with tests beside the
//! argument). It is left out here.
//!
//! # The view of a task
//! With several honest dealers, `B` also sees all result shares `(y_j, gamma_j)`, `j = 1 .. n`, and so the result. For
//! any other inputs with the same sum there are other coins, one for one, under which `B` sees the same bytes: the
//! polynomials `f'` through the new input and the old shares of `B`, and `b' = b + sum_l g_l (f_l - f'_l)` with
//! `G_l = g_l H`. The `g_l` exist since `H` generates, but nobody can compute them; so here *the commitments alone* are
//! recomputed over bases made with known `g_l`, in the same group. Shares come from the real `vss::share` throughout,
//! which is fed the chosen coins.
//!
//! # The view of a task that is sealed
//! The mask is one more honest dealing, of a vector `m` that is uniform in `F^L`. So `B` and everybody else see `X + m` where they
//! saw `X`. For any other inputs, *whatever their sum `X'` is*, the mask `m' = m + X - X'` gives the same `X + m`, and `m -> m'` is
//! a bijection of `F^L`: by the argument above, `B` sees the same bytes under exactly one choice of mask and coins. So its view
//! is independent of `X`. *Checked: on inputs with another sum.*

use super::scenario::{below, shuffle};
use ark_ff::{BigInteger, Field, PrimeField};
use ostraka_crypto::{
	encoding::{decode_point, encode_point, IDENTITY},
	generators::{self, MAX_LENGTH},
	group, polynomial, scalar,
	vss::{self, Commitments, SecretShare},
	Affine, Plain, Projective, Scalar,
};
use ostraka_protocol::{adjudicator, masking, worker};
use rand_chacha::{
	rand_core::{CryptoRng, Error, RngCore, SeedableRng},
	ChaCha20Rng,
};

/// Coefficients: row `k` holds those of `f_1 .. f_L`, then `b`'s.
type Rows = Vec<Vec<Scalar>>;

/// Gives out chosen scalars where `vss::share` draws its coins.
struct Replay(std::vec::IntoIter<Scalar>);

impl RngCore for Replay {
	fn next_u32(&mut self) -> u32 {
		unreachable!("scalars are drawn as bytes")
	}

	fn next_u64(&mut self) -> u64 {
		unreachable!("scalars are drawn as bytes")
	}

	fn fill_bytes(&mut self, wide: &mut [u8]) {
		assert_eq!(wide.len(), 64, "one scalar");
		wide.fill(0);
		let scalar = self.0.next().expect("as many coins as coefficients");
		wide[..32].copy_from_slice(&scalar.into_bigint().to_bytes_le());
	}

	fn try_fill_bytes(&mut self, wide: &mut [u8]) -> Result<(), Error> {
		self.fill_bytes(wide);
		Ok(())
	}
}

impl CryptoRng for Replay {}

/// Runs the real `vss::share` with the given coefficients.
fn share_with(rows: &Rows, n: u8) -> (Commitments<Plain>, Vec<SecretShare>) {
	let threshold = rows.len() as u8 - 1;
	let secret = &rows[0][..rows[0].len() - 1];
	let coins: Vec<Scalar> = rows.iter().flatten().copied().collect();
	vss::share::<Plain, _>(secret, threshold, n, &mut Replay(coins.into_iter())).unwrap()
}

/// Coefficients of a random dealing of an input.
fn random_rows(input: &[Scalar], threshold: u8, rng: &mut ChaCha20Rng) -> Rows {
	let mut rows: Rows =
		(0..=threshold).map(|_| (0..=input.len()).map(|_| scalar::random(rng)).collect()).collect();
	rows[0][..input.len()].copy_from_slice(input);
	rows
}

fn vector(length: usize, rng: &mut ChaCha20Rng) -> Vec<Scalar> {
	(0..length).map(|_| scalar::random(rng)).collect()
}

/// Gauss and Jordan: the inverse of a square matrix, if it has one.
fn invert(matrix: &Rows) -> Option<Rows> {
	let size = matrix.len();
	let mut rows: Rows = matrix.clone();
	for (i, row) in rows.iter_mut().enumerate() {
		row.extend((0..size).map(|k| Scalar::from(u8::from(k == i))));
	}
	for column in 0..size {
		let pivot = (column..size).find(|row| rows[*row][column] != Scalar::from(0u8))?;
		rows.swap(column, pivot);
		let inverse = rows[column][column].inverse()?;
		rows[column].iter_mut().for_each(|entry| *entry *= inverse);
		let pivot_row = rows[column].clone();
		for (_, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != column) {
			let factor = row[column];
			row.iter_mut().zip(&pivot_row).for_each(|(entry, pivot)| *entry -= factor * pivot);
		}
	}
	Some(rows.into_iter().map(|row| row[size..].to_vec()).collect())
}

/// `(place^k)` for the places given and `k` in `0 .. places`.
fn vandermonde(places: &[u8]) -> Rows {
	places.iter().map(|place| polynomial::powers(*place, places.len())).collect()
}

/// The coefficients of the polynomials through given values (one row a place) at `t + 1` places.
fn interpolate_rows(places: &[u8], values: &Rows) -> Rows {
	let inverse = invert(&vandermonde(places)).expect("places are distinct");
	inverse
		.iter()
		.map(|weights| {
			(0..values[0].len())
				.map(|l| weights.iter().zip(values).map(|(weight, row)| *weight * row[l]).sum())
				.collect()
		})
		.collect()
}

fn values(share: &SecretShare) -> Vec<Scalar> {
	share.values.iter().chain([&share.blinding]).copied().collect()
}

/// `t` random seats.
fn corrupt(threshold: u8, n: u8, rng: &mut ChaCha20Rng) -> Vec<u8> {
	let mut seats: Vec<u8> = (1..=n).collect();
	shuffle(&mut seats, rng);
	seats.truncate(usize::from(threshold));
	seats
}

fn parameters(rng: &mut ChaCha20Rng) -> (u8, u8, usize) {
	let threshold = 1 + below(rng, 6) as u8;
	let n = 2 * threshold + 1 + below(rng, usize::from(13 - 2 * threshold)) as u8;
	(threshold, n, 1 + below(rng, 5))
}

/// Point 1: the minor of every set of at most six among thirteen seats is invertible, so that of every set of `t` seats of
/// every committee up to `n = 13`. (For larger ones too: the determinant is the product of all `j` and `j - i`, none of
/// which is a multiple of the field's order.)
#[test]
fn shares_of_t_nodes_are_a_bijection_of_the_coins() {
	let mut sets = 0;
	for mask in 1u32..1 << 13 {
		let seats: Vec<u8> = (1..=13u8).filter(|j| mask >> (j - 1) & 1 == 1).collect();
		if seats.len() > 6 {
			continue;
		}
		// rows j, columns k = 1 .. t: the input's column k = 0 moves to the known side
		let minor: Rows =
			seats.iter().map(|j| polynomial::powers(*j, seats.len() + 1)[1..].to_vec()).collect();
		assert!(invert(&minor).is_some(), "{seats:?}");
		sets += 1;
	}
	assert_eq!(sets, 13 + 78 + 286 + 715 + 1287 + 1716);
	// and the routine tells a singular matrix when it sees one
	assert!(invert(&vec![polynomial::powers(3, 2), polynomial::powers(3, 2)]).is_none());
}

/// Point 2: `H` generates the group and so every `G_l` is a multiple of it: points of a group of prime order other than
/// its identity. `decode_point` refuses all that is in no such group.
#[test]
fn the_blinding_base_generates_the_group() {
	let generates = |point: &Affine<Plain>| {
		let bytes = encode_point(point);
		decode_point::<Plain>(&bytes).is_ok() && bytes != IDENTITY
	};
	assert!(generates(&generators::h::<Plain>()));
	for l in 1..=MAX_LENGTH {
		assert!(generates(&generators::g::<Plain>(l).unwrap()), "G_{l}");
	}
}

/// All that `t` nodes learn from commitments: computed from `C_0` and their own shares.
fn commitments_from_view(
	c0: Affine<Plain>,
	seats: &[u8],
	shares: &[SecretShare],
) -> Commitments<Plain> {
	let mut points = vec![c0];
	for share in shares {
		let bases = generators::bases::<Plain>(share.length()).unwrap();
		points.push(group::normalize(&[group::msm(&bases, &values(share))])[0]);
	}
	let places: Vec<u8> = [0].iter().chain(seats).copied().collect();
	let inverse = invert(&vandermonde(&places)).unwrap();
	let sums: Vec<Projective<Plain>> =
		inverse.iter().map(|weights| group::msm(&points, weights)).collect();
	Commitments(group::normalize(&sums))
}

/// Point 3 on real dealings, and the simulator: views made without any input, which the nodes' checks accept.
#[test]
fn a_view_follows_from_uniform_values_alone() {
	for seed in 0..12 {
		let mut rng = ChaCha20Rng::seed_from_u64(seed);
		let (threshold, n, length) = parameters(&mut rng);
		let seats = corrupt(threshold, n, &mut rng);
		let input = vector(length, &mut rng);
		let (commitments, shares) = vss::share::<Plain, _>(&input, threshold, n, &mut rng).unwrap();
		let own: Vec<_> = seats.iter().map(|j| shares[usize::from(*j) - 1].clone()).collect();
		let derived = commitments_from_view(commitments.0[0], &seats, &own);
		assert_eq!(derived, commitments, "seed {seed}");

		// shares and C_0 uniform, drawn by somebody who knows no input
		let made: Vec<SecretShare> = seats
			.iter()
			.map(|_| SecretShare {
				values: vector(length, &mut rng),
				blinding: scalar::random(&mut rng),
			})
			.collect();
		let c0 = group::mul(&generators::h::<Plain>(), &scalar::random(&mut rng));
		let simulated = commitments_from_view(group::normalize(&[c0])[0], &seats, &made);
		for (j, share) in seats.iter().zip(&made) {
			assert!(vss::check_share(&simulated, *j, share), "seed {seed}");
		}
	}
}

/// Bases with known logarithms `g_l` to the base `H`.
struct Trapdoor {
	logs: Vec<Scalar>,
	bases: Vec<Affine<Plain>>,
}

impl Trapdoor {
	fn new(length: usize, rng: &mut ChaCha20Rng) -> Self {
		let h = generators::h::<Plain>();
		let logs = vector(length, rng);
		let mut bases: Vec<_> = logs.iter().map(|log| group::mul(&h, log)).collect();
		bases.push(h.into());
		Self { logs, bases: group::normalize(&bases) }
	}

	fn commit(&self, rows: &Rows) -> Vec<Affine<Plain>> {
		let points: Vec<_> = rows.iter().map(|row| group::msm(&self.bases, row)).collect();
		group::normalize(&points)
	}

	/// The coins under which the seats' view of `rows` is that of another input. There is exactly one such choice: `f'`
	/// is fixed at `t + 1` places, and each `b'_k` by its commitment.
	fn explain(&self, rows: &Rows, input: &[Scalar], seats: &[u8], n: u8) -> Rows {
		let (_, shares) = share_with(rows, n);
		let places: Vec<u8> = [0].iter().chain(seats).copied().collect();
		let through: Rows = [input.to_vec()]
			.into_iter()
			.chain(seats.iter().map(|j| shares[usize::from(*j) - 1].values.clone()))
			.collect();
		let mut explained = interpolate_rows(&places, &through);
		for (new, old) in explained.iter_mut().zip(rows) {
			let (blinding, old) = old.split_last().unwrap();
			let moved: Scalar = self
				.logs
				.iter()
				.zip(old.iter().zip(&*new))
				.map(|(g, (f, f_new))| *g * (*f - f_new))
				.sum();
			new.push(*blinding + moved);
		}
		explained
	}
}

/// One dealing: the same commitments and the same shares of `B` under any other input, by coins that the real sharing
/// accepts; and the way back leads to the first coins, so that coins correspond one to one.
#[test]
fn any_other_input_explains_a_view_by_exactly_one_choice_of_coins() {
	for seed in 100..124 {
		let mut rng = ChaCha20Rng::seed_from_u64(seed);
		let (threshold, n, length) = parameters(&mut rng);
		let seats = corrupt(threshold, n, &mut rng);
		let trapdoor = Trapdoor::new(length, &mut rng);
		let input = vector(length, &mut rng);
		let rows = random_rows(&input, threshold, &mut rng);
		let (commitments, shares) = share_with(&rows, n);
		// what the sharing commits to is what the argument says it does
		let bases = generators::bases::<Plain>(length).unwrap();
		let direct: Vec<_> = rows.iter().map(|row| group::msm(&bases, row)).collect();
		assert_eq!(commitments.0, group::normalize(&direct));

		for other in [vector(length, &mut rng), vec![Scalar::from(0u8); length]] {
			let explained = trapdoor.explain(&rows, &other, &seats, n);
			let (_, others) = share_with(&explained, n);
			assert_eq!(trapdoor.commit(&explained), trapdoor.commit(&rows), "seed {seed}");
			for j in 1..=n {
				let (here, there) = (&shares[usize::from(j) - 1], &others[usize::from(j) - 1]);
				let same = here.to_bytes() == there.to_bytes();
				assert_eq!(same, seats.contains(&j), "seed {seed}: the shares of B, and no others");
			}
			let secret: Vec<_> = (1..).zip(others).take(usize::from(threshold) + 1).collect();
			assert_eq!(vss::reconstruct(&secret).unwrap().values, other);
			assert_eq!(trapdoor.explain(&explained, &input, &seats, n), rows, "one to one");
		}
	}
}

/// A whole task: honest dealers' inputs replaced by any others with the same sum. Commitments, the shares of `B`, all
/// result shares and the result stay as they are, to the byte.
#[test]
fn a_task_shows_t_nodes_nothing_but_the_sum() {
	for seed in 200..212 {
		let mut rng = ChaCha20Rng::seed_from_u64(seed);
		let (threshold, n, length) = parameters(&mut rng);
		let seats = corrupt(threshold, n, &mut rng);
		let dealers = 2 + below(&mut rng, 3);
		let inputs: Vec<_> = (0..dealers).map(|_| vector(length, &mut rng)).collect();
		let mut others: Vec<_> = (1..dealers).map(|_| vector(length, &mut rng)).collect();
		others.push(combined(&sum(&inputs), &sum(&others), |x, others| x - others));
		let published = assert_same_view((threshold, n), &seats, (&inputs, &others), &mut rng);
		assert_eq!(published, sum(&inputs), "seed {seed}");
	}
}

/// Entry by entry.
fn combined(
	left: &[Scalar],
	right: &[Scalar],
	how: impl Fn(Scalar, Scalar) -> Scalar,
) -> Vec<Scalar> {
	left.iter().zip(right).map(|(left, right)| how(*left, *right)).collect()
}

fn sum(inputs: &[Vec<Scalar>]) -> Vec<Scalar> {
	(0..inputs[0].len()).map(|l| inputs.iter().map(|input| input[l]).sum()).collect()
}

/// Every node's result share of dealings with these coins.
fn results(rows: &[Rows], n: u8) -> Vec<(u8, SecretShare)> {
	let shares: Vec<_> = rows.iter().map(|rows| share_with(rows, n).1).collect();
	let own = |j: u8| -> Vec<SecretShare> {
		shares.iter().map(|shares| shares[usize::from(j) - 1].clone()).collect()
	};
	(1..=n).map(|j| (j, worker::aggregate(&own(j)).unwrap())).collect()
}

/// Deals the inputs, and finds the coins under which the other ones, whose sum is the same, show the seats and everybody the
/// same: commitments, the seats' shares, all result shares. Returns the sum that is published.
fn assert_same_view(
	(threshold, n): (u8, u8),
	seats: &[u8],
	(inputs, others): (&[Vec<Scalar>], &[Vec<Scalar>]),
	rng: &mut ChaCha20Rng,
) -> Vec<Scalar> {
	let trapdoor = Trapdoor::new(inputs[0].len(), rng);
	let rows: Vec<Rows> = inputs.iter().map(|input| random_rows(input, threshold, rng)).collect();
	let explained: Vec<Rows> = rows
		.iter()
		.zip(others)
		.map(|(rows, other)| trapdoor.explain(rows, other, seats, n))
		.collect();
	let (here, there) = (results(&rows, n), results(&explained, n));
	assert_eq!(here, there, "every result share");
	for ((old, new), (input, other)) in rows.iter().zip(&explained).zip(inputs.iter().zip(others)) {
		assert_ne!(input, other);
		assert_eq!(trapdoor.commit(old), trapdoor.commit(new), "every commitment");
		let (old, new) = (share_with(old, n).1, share_with(new, n).1);
		for j in seats {
			assert_eq!(old[usize::from(*j) - 1], new[usize::from(*j) - 1], "the shares of B");
		}
	}
	let right = usize::from(threshold) + 1;
	let (published, _) = adjudicator::reconstruct(&here[..right]).unwrap();
	assert_eq!(published, adjudicator::reconstruct(&there[..right]).unwrap().0);
	published
}

/// A whole task that is sealed: all honest dealers' inputs replaced by any others, whose sum is another. There is one mask under
/// which everything that `t` nodes and the public see stays as it is, to the byte.
#[test]
fn a_sealed_task_shows_t_nodes_not_even_the_sum() {
	for seed in 400..412 {
		let mut rng = ChaCha20Rng::seed_from_u64(seed);
		let (threshold, n, length) = parameters(&mut rng);
		let seats = corrupt(threshold, n, &mut rng);
		let dealers = 1 + below(&mut rng, 3);
		let [mut inputs, mut others] =
			[(); 2].map(|()| (0..dealers).map(|_| vector(length, &mut rng)).collect::<Vec<_>>());
		let (x, other_x) = (sum(&inputs), sum(&others));
		assert!(x.iter().zip(&other_x).all(|(x, other)| x != other), "seed {seed}");

		let mask = vector(length, &mut rng);
		let masked = combined(&mask, &x, |m, x| m + x);
		let other_mask = combined(&masked, &other_x, |masked, x| masked - x);
		inputs.push(mask.clone());
		others.push(other_mask);
		let published = assert_same_view((threshold, n), &seats, (&inputs, &others), &mut rng);
		assert_eq!(published, masked, "seed {seed}");
		assert_eq!(masking::unmask(&published, &mask), Ok(x), "seed {seed}: to its recipient");
	}
}

/// The argument ends where it must: `t + 1` nodes see the input, and an input with another sum changes what is
/// published.
#[test]
fn one_node_more_sees_everything() {
	let mut rng = ChaCha20Rng::seed_from_u64(300);
	let (threshold, n) = (3, 7);
	let trapdoor = Trapdoor::new(2, &mut rng);
	let (input, other) = (vector(2, &mut rng), vector(2, &mut rng));
	let rows = random_rows(&input, threshold, &mut rng);
	let seats = corrupt(threshold, n, &mut rng);
	let explained = trapdoor.explain(&rows, &other, &seats, n);
	let (_, shares) = share_with(&rows, n);
	let (_, others) = share_with(&explained, n);
	let one_more = (1..=n).find(|j| !seats.contains(j)).unwrap();
	let place = usize::from(one_more) - 1;
	assert_ne!(shares[place], others[place]);
	let seen: Vec<_> = seats
		.iter()
		.chain([&one_more])
		.map(|j| (*j, shares[usize::from(*j) - 1].clone()))
		.collect();
	assert_eq!(vss::reconstruct(&seen).unwrap().values, input);
}
