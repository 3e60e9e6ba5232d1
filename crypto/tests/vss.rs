//! Properties of sharing, checking and reconstruction.

use ark_ff::{AdditiveGroup, Field};
use ostraka_crypto::{
	generators::MAX_LENGTH,
	polynomial, scalar,
	vss::{self, Commitments, SecretShare},
	Affine, Error, Plain, Scalar,
};
use proptest::prelude::*;
use rand_chacha::{
	rand_core::{RngCore, SeedableRng},
	ChaCha20Rng,
};

fn rng(seed: u64) -> ChaCha20Rng {
	ChaCha20Rng::seed_from_u64(seed)
}

fn vector(length: usize, rng: &mut ChaCha20Rng) -> Vec<Scalar> {
	(0..length).map(|_| scalar::random(rng)).collect()
}

type Dealing = (Commitments<Plain>, Vec<SecretShare>);

fn deal(length: usize, threshold: u8, n: u8, rng: &mut ChaCha20Rng) -> (Vec<Scalar>, Dealing) {
	let secret = vector(length, rng);
	let dealing = vss::share::<Plain, _>(&secret, threshold, n, rng).unwrap();
	(secret, dealing)
}

/// `(t, n)` with `2t + 1 <= n <= 13`.
fn committee() -> impl Strategy<Value = (u8, u8)> {
	(1u8..=6).prop_flat_map(|t| (Just(t), 2 * t + 1..=13))
}

/// `t + 1` shares at random nodes.
fn some_shares(
	shares: &[SecretShare],
	count: usize,
	rng: &mut ChaCha20Rng,
) -> Vec<(u8, SecretShare)> {
	let mut indexed: Vec<_> = (1u8..).zip(shares.iter().cloned()).collect();
	for i in (1..indexed.len()).rev() {
		indexed.swap(i, rng.next_u32() as usize % (i + 1));
	}
	indexed.truncate(count);
	indexed
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(24))]

	#[test]
	fn any_t_plus_one_shares_reconstruct((t, n) in committee(), length in 1usize..12, seed: u64) {
		let mut rng = rng(seed);
		let (secret, (commitments, shares)) = deal(length, t, n, &mut rng);
		prop_assert_eq!(commitments.0.len(), usize::from(t) + 1);
		prop_assert_eq!(shares.len(), usize::from(n));
		for (j, share) in (1..=n).zip(&shares) {
			prop_assert!(vss::check_share(&commitments, j, share));
		}
		prop_assert!(vss::check_dealing(&commitments, &shares, &mut rng));
		let right = some_shares(&shares, usize::from(t) + 1, &mut rng);
		let opened = vss::reconstruct(&right).unwrap();
		prop_assert_eq!(&opened.values, &secret);
		prop_assert!(vss::check_opening(&commitments.0[0], &opened.values, &opened.blinding));
		for (j, share) in (1..=n).zip(&shares) {
			prop_assert_eq!(&vss::interpolate(&right, j).unwrap(), share);
		}
	}

	/// Any `t` shares fit every secret equally well: for each other secret there is exactly one polynomial through
	/// them, and the blinding polynomial makes up for it in the commitments.
	#[test]
	fn t_shares_fit_any_secret((t, n) in committee(), seed: u64) {
		let mut rng = rng(seed);
		let (_, (_, shares)) = deal(2, t, n, &mut rng);
		let mut known = some_shares(&shares, usize::from(t), &mut rng);
		// Another secret at node "zero" is consistent: interpolate through it and the known shares.
		let other = vector(2, &mut rng);
		let indices: Vec<u8> = known.iter().map(|(j, _)| *j).collect();
		let free = (1..=n).find(|j| !indices.contains(j)).unwrap();
		let mut with_free = indices.clone();
		with_free.push(free);
		let weights = polynomial::lagrange(&with_free, 0).unwrap();
		let share = SecretShare {
			values: (0..2)
				.map(|l| {
					let rest: Scalar = known.iter().zip(&weights).map(|((_, s), w)| s.values[l] * w).sum();
					(other[l] - rest) * weights[usize::from(t)].inverse().unwrap()
				})
				.collect(),
			blinding: Scalar::ZERO,
		};
		known.push((free, share));
		prop_assert_eq!(&vss::reconstruct(&known).unwrap().values, &other);
	}

	#[test]
	fn a_changed_share_does_not_fit((t, n) in committee(), length in 1usize..6, place: usize, seed: u64) {
		let mut rng = rng(seed);
		let (_, (commitments, shares)) = deal(length, t, n, &mut rng);
		let mut share = shares[0].clone();
		let place = place % (length + 1);
		*share.values.iter_mut().chain([&mut share.blinding]).nth(place).unwrap() += Scalar::ONE;
		prop_assert!(!vss::check_share(&commitments, 1, &share));
		// nor does a right one at another node
		prop_assert!(!vss::check_share(&commitments, 2, &shares[0]));
		prop_assert!(!vss::check_share(&commitments, 0, &shares[0]));
		let mut all = shares.clone();
		all[0] = share;
		prop_assert!(!vss::check_dealing(&commitments, &all, &mut rng));
	}

	#[test]
	fn sums_of_shares_fit_sums_of_commitments((t, n) in committee(), length in 1usize..6, dealers in 1usize..5, seed: u64) {
		let mut rng = rng(seed);
		let dealings: Vec<_> = (0..dealers).map(|_| deal(length, t, n, &mut rng)).collect();
		let sum = Commitments::<Plain>(
			(0..=usize::from(t))
				.map(|k| {
					dealings
						.iter()
						.fold(ark_bls12_381::G1Projective::ZERO, |sum, (_, (c, _))| sum + c.0[k])
						.into()
				})
				.collect(),
		);
		let mut sums = Vec::new();
		for j in 1..=n {
			let mut y = SecretShare::zero(length);
			for (_, (_, shares)) in &dealings {
				y.add(&shares[usize::from(j) - 1]).unwrap();
			}
			prop_assert!(vss::check_share(&sum, j, &y));
			sums.push((j, y));
		}
		let expected: Vec<Scalar> =
			(0..length).map(|l| dealings.iter().map(|(secret, _)| secret[l]).sum()).collect();
		prop_assert_eq!(&vss::reconstruct(&sums[..=usize::from(t)]).unwrap().values, &expected);
	}

	#[test]
	fn batch_check_finds_exactly_the_wrong(wrong in prop::collection::vec(any::<bool>(), 0..24), j in 1u8..=5, seed: u64) {
		let mut rng = rng(seed);
		let dealings: Vec<_> = wrong
			.iter()
			.map(|wrong| {
				let (_, (commitments, shares)) = deal(3, 2, 5, &mut rng);
				let mut share = shares[usize::from(j) - 1].clone();
				if *wrong {
					share.values[rng.next_u32() as usize % 3] += scalar::random(&mut rng);
				}
				(commitments, share)
			})
			.collect();
		let items: Vec<_> = dealings.iter().map(|(c, s)| (c, s)).collect();
		let expected: Vec<_> = (0..wrong.len()).filter(|i| wrong[*i]).collect();
		prop_assert_eq!(vss::batch_check(j, &items, &mut rng), expected);
	}

	#[test]
	fn lagrange_weights_reproduce_polynomials(coefficients in prop::collection::vec(any::<u64>(), 1..8), at: u8, seed: u64) {
		let mut rng = rng(seed);
		let f = |x: u8| -> Scalar {
			polynomial::powers(x, coefficients.len())
				.iter()
				.zip(&coefficients)
				.map(|(power, c)| *power * Scalar::from(*c))
				.sum()
		};
		let mut indices: Vec<u8> = Vec::new();
		while indices.len() < coefficients.len() {
			let j = rng.next_u32() as u8;
			if j != 0 && !indices.contains(&j) {
				indices.push(j);
			}
		}
		let weights = polynomial::lagrange(&indices, at).unwrap();
		let sum: Scalar = indices.iter().zip(&weights).map(|(j, w)| f(*j) * w).sum();
		prop_assert_eq!(sum, f(at));
	}
}

/// Two wrong shares whose errors cancel in the plain sum of the checks: random coefficients tell them apart.
#[test]
fn cancelling_errors_are_found() {
	let mut rng = rng(1);
	let (_, (c1, s1)) = deal(2, 1, 3, &mut rng);
	let (_, (c2, s2)) = deal(2, 1, 3, &mut rng);
	let (mut a, mut b) = (s1[0].clone(), s2[0].clone());
	a.values[0] += Scalar::ONE;
	b.values[0] -= Scalar::ONE;
	assert_eq!(vss::batch_check(1, &[(&c1, &a), (&c2, &b)], &mut rng), [0, 1]);
	assert_eq!(vss::batch_check(1, &[(&c1, &s1[0]), (&c2, &s2[0])], &mut rng), Vec::<usize>::new());
}

/// A batch may hold what no honest caller puts there.
#[test]
fn batch_check_names_misshapen_items() {
	let mut rng = rng(2);
	let (_, (long, long_shares)) = deal(5, 1, 3, &mut rng);
	let (_, (short, short_shares)) = deal(2, 2, 5, &mut rng);
	let empty = Commitments::<Plain>(Vec::new());
	let none = SecretShare::zero(0);
	let giant = SecretShare::zero(MAX_LENGTH + 1);
	let items = [
		(&long, &long_shares[0]),
		(&empty, &long_shares[0]),
		(&short, &short_shares[0]),
		(&short, &none),
		(&short, &giant),
		(&long, &short_shares[0]),
	];
	assert_eq!(vss::batch_check(1, &items, &mut rng), [1, 3, 4, 5]);
	assert_eq!(vss::batch_check(0, &items, &mut rng), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn the_identity_is_a_legal_commitment() {
	let zero = Commitments::<Plain>(vec![Affine::identity(); 3]);
	assert!(vss::check_share(&zero, 4, &SecretShare::zero(2)));
	assert_eq!(Commitments::from_bytes(&zero.to_bytes(), 2), Ok(zero));
}

#[test]
fn parameters_are_checked() {
	let mut rng = rng(3);
	let mut share = |length: usize, t, n| {
		vss::share::<Plain, _>(&vec![Scalar::ONE; length], t, n, &mut rng).map(|_| ())
	};
	assert_eq!(share(1, 0, 3), Err(Error::Parameters));
	assert_eq!(share(1, 2, 4), Err(Error::Parameters));
	assert_eq!(share(1, 127, 254), Err(Error::Parameters));
	assert_eq!(share(1, 255, 255), Err(Error::Parameters));
	assert_eq!(share(0, 1, 3), Err(Error::VectorLength));
	assert_eq!(share(MAX_LENGTH + 1, 1, 3), Err(Error::VectorLength));
	assert_eq!(share(MAX_LENGTH, 1, 3), Ok(()));
	assert_eq!(share(1, 127, 255), Ok(()));
}

#[test]
fn interpolation_refuses_bad_indices() {
	let share = SecretShare::zero(1);
	let at = |indices: &[u8]| {
		let shares: Vec<_> = indices.iter().map(|j| (*j, share.clone())).collect();
		vss::reconstruct(&shares).map(|_| ())
	};
	assert_eq!(at(&[]), Err(Error::Index));
	assert_eq!(at(&[1, 0]), Err(Error::Index));
	assert_eq!(at(&[3, 1, 3]), Err(Error::DuplicateIndex));
	assert_eq!(at(&[3, 1, 2]), Ok(()));
	let uneven = [(1, SecretShare::zero(1)), (2, SecretShare::zero(2))];
	assert!(matches!(vss::reconstruct(&uneven), Err(Error::Length { .. })));
}

/// What a dealer proves validity with: the vector and this value open the first commitment, and it is what all shares give
/// together.
#[test]
fn the_blinding_value_of_the_secret_comes_from_the_first_shares() {
	let mut rng = rng(6);
	for (t, n) in [(1, 3), (2, 5), (6, 13), (15, 31), (127, 255)] {
		let (secret, (commitments, shares)) = deal(2, t, n, &mut rng);
		let blinding = vss::secret_blinding(t, &shares).unwrap();
		assert!(vss::check_opening(&commitments.0[0], &secret, &blinding));
		assert!(!vss::check_opening(&commitments.0[0], &secret, &(*blinding + Scalar::ONE)));
		let last: Vec<_> = (1..=n).zip(shares.iter().cloned()).skip(usize::from(t)).collect();
		assert_eq!(vss::reconstruct(&last[..=usize::from(t)]).unwrap().blinding, *blinding);
		let needed = usize::from(t) + 1;
		assert_eq!(vss::secret_blinding(t, &shares[..needed]), Ok(blinding));
		let few = Error::Length { what: "shares", expected: needed, found: needed - 1 };
		assert_eq!(vss::secret_blinding(t, &shares[..needed - 1]), Err(few));
	}
}

/// Two dealings of one secret have nothing in common.
#[test]
fn every_dealing_is_fresh() {
	let mut rng = rng(4);
	let secret = vector(2, &mut rng);
	let (c1, s1) = vss::share::<Plain, _>(&secret, 1, 3, &mut rng).unwrap();
	let (c2, s2) = vss::share::<Plain, _>(&secret, 1, 3, &mut rng).unwrap();
	assert!(c1.0.iter().all(|point| !c2.0.contains(point)));
	assert!(s1
		.iter()
		.zip(&s2)
		.all(|(a, b)| a.values[0] != b.values[0] && a.blinding != b.blinding));
}

#[test]
fn secrets_print_nothing_and_compare() {
	let mut rng = rng(5);
	let (_, (_, shares)) = deal(2, 1, 3, &mut rng);
	assert_eq!(format!("{:?}", shares[0]), "SecretShare(2 values, ..)");
	assert_eq!(shares[0], shares[0].clone());
	assert_ne!(shares[0], shares[1]);
	assert_ne!(SecretShare::zero(1), SecretShare::zero(2));
	let mut wiped = shares[0].clone();
	zeroize::Zeroize::zeroize(&mut wiped);
	assert!(wiped.values.is_empty() && wiped.blinding == Scalar::ZERO);
}
