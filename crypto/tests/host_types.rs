//! The host-backed curve type gives the same bytes and the same verdicts as the plain one, for all that is in that group. Natively
//! the host calls run in process, through the same encoding of arguments as from a runtime.

use ark_bls12_381::Fq;
use ark_ec::{short_weierstrass::SWCurveConfig, AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, Field, MontFp, Zero};
use ostraka_crypto::{
	curve,
	encoding::{decode_point, encode_point, IDENTITY},
	generators, group, scalar,
	vss::{self, Commitments, SecretShare, UncheckedCommitments},
	Affine, Curve, Error, Plain, PointBytes,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use sp_crypto_ec_utils::bls12_381::G1Config as Hosted;

fn rng(seed: u64) -> ChaCha20Rng {
	ChaCha20Rng::seed_from_u64(seed)
}

/// Everything that the crate can say of one seeded run, as bytes.
fn run<P: Curve>(seed: u64, length: usize, threshold: u8, n: u8) -> Vec<Vec<u8>> {
	let mut rng = rng(seed);
	let mut log: Vec<Vec<u8>> = Vec::new();

	let secret: Vec<_> = (0..length).map(|_| scalar::random(&mut rng)).collect();
	let (commitments, shares) = vss::share::<P, _>(&secret, threshold, n, &mut rng).unwrap();
	let commitment_bytes = commitments.to_bytes();
	log.extend(commitment_bytes.iter().map(|bytes| bytes.to_vec()));
	log.extend(shares.iter().map(|share| share.to_bytes().to_vec()));
	assert_eq!(Commitments::from_bytes(&commitment_bytes, threshold), Ok(commitments.clone()));
	assert_eq!(
		Commitments::from_stored_bytes(&commitment_bytes, threshold),
		Ok(commitments.clone())
	);

	let unchecked = UncheckedCommitments::from_bytes(&commitment_bytes, threshold).unwrap();
	assert_eq!(unchecked.check::<P>(), Ok(commitments.clone()));
	let many = vec![&unchecked; 40];
	let checked = vss::batch_subgroup::<P, _>(&many, &mut rng);
	assert!(checked.len() == 40 && checked.iter().all(|one| one.as_ref() == Ok(&commitments)));

	for (j, share) in (1..).zip(&shares) {
		assert!(vss::check_share(&commitments, j, share));
	}
	assert!(vss::check_dealing(&commitments, &shares, &mut rng));

	let mut bad = shares[0].clone();
	bad.blinding += scalar::Scalar::ONE;
	let items: Vec<(&Commitments<P>, &SecretShare)> =
		[&shares[0], &bad, &shares[0], &shares[1]].map(|share| (&commitments, share)).to_vec();
	log.push(vss::batch_check(1, &items, &mut rng).iter().map(|index| *index as u8).collect());

	let indexed: Vec<_> = (1..=n).zip(shares).skip(1).take(usize::from(threshold) + 1).collect();
	let opened = vss::reconstruct(&indexed).unwrap();
	assert_eq!(opened.values, secret);
	assert!(vss::check_opening(&commitments.0[0], &opened.values, &opened.blinding));
	log
}

#[test]
fn same_bytes_for_everything() {
	for (seed, length, threshold, n) in [(1, 1, 1, 3), (2, 8, 2, 5), (3, 40, 3, 7)] {
		let plain = run::<Plain>(seed, length, threshold, n);
		assert_eq!(plain[plain.len() - 1], if n > 1 { vec![1, 3] } else { vec![1] });
		assert_eq!(plain, run::<Hosted>(seed, length, threshold, n));
	}
}

#[test]
fn same_sums() {
	let mut rng = rng(7);
	for terms in [0usize, 1, 2, 13, 100] {
		let points: Vec<_> = (1..=terms).map(|l| generators::g::<Plain>(l).unwrap()).collect();
		let hosted: Vec<Affine<Hosted>> = points.iter().map(curve::lift).collect();
		let scalars: Vec<_> =
			(0..terms)
				.map(|i| {
					if i % 2 == 0 {
						scalar::random(&mut rng)
					} else {
						scalar::random_short(&mut rng)
					}
				})
				.collect();
		let plain = group::msm(&points, &scalars).into_affine();
		assert_eq!(
			encode_point(&plain),
			encode_point(&group::msm(&hosted, &scalars).into_affine())
		);
		if let (Some(point), Some(hosted), Some(scalar)) =
			(points.first(), hosted.first(), scalars.first())
		{
			assert_eq!(
				encode_point(&group::mul(point, scalar).into_affine()),
				encode_point(&group::mul(hosted, scalar).into_affine()),
			);
		}
	}
	assert_eq!(
		encode_point(&curve::generator::<Plain>()),
		encode_point(&curve::generator::<Hosted>())
	);
	assert_eq!(encode_point(&generators::h::<Plain>()), encode_point(&generators::h::<Hosted>()));
}

/// Points of the curve: in the subgroup, of small order, sums of both, and random ones (nearly all outside).
fn points() -> Vec<Affine<Plain>> {
	let mut rng = rng(11);
	let three: Affine<Plain> = Affine::new_unchecked(Fq::ZERO, MontFp!("2"));
	let mut points = vec![
		Affine::identity(),
		three,
		-three,
		generators::h(),
		(generators::h() + three).into_affine(),
	];
	while points.len() < 60 {
		let x = Fq::from_random_bytes(&std::array::from_fn::<u8, 48, _>(|_| {
			rand_chacha::rand_core::RngCore::next_u32(&mut rng) as u8
		}));
		points.extend(x.and_then(|x| Affine::<Plain>::get_point_from_x_unchecked(x, false)));
	}
	points
}

#[test]
fn same_verdict_on_the_subgroup() {
	let mut outside = 0;
	for point in points() {
		let hosted: Affine<Hosted> = curve::lift(&point);
		let inside = Plain::is_in_correct_subgroup_assuming_on_curve(&point);
		assert_eq!(inside, Hosted::is_in_correct_subgroup_assuming_on_curve(&hosted));
		// against the definition
		assert_eq!(
			inside,
			(point.mul_bigint(<scalar::Scalar as ark_ff::PrimeField>::MODULUS)).is_zero()
		);
		outside += usize::from(!inside);

		let bytes = encode_point(&point);
		assert_eq!(bytes, encode_point(&hosted));
		let expected = if inside { Ok(bytes) } else { Err(Error::NotInSubgroup) };
		assert_eq!(decode_point::<Plain>(&bytes).map(|p| encode_point(&p)), expected);
		assert_eq!(decode_point::<Hosted>(&bytes).map(|p| encode_point(&p)), expected);
	}
	assert!(outside > 40);
}

#[test]
fn same_refusals() {
	let g = encode_point(&generators::h::<Plain>());
	let mut cases: Vec<PointBytes> = vec![[0; 96], [0xff; 96], IDENTITY];
	for flag in [0x20, 0x40, 0x60, 0x80, 0xa0, 0xc0, 0xe0] {
		let mut bytes = g;
		bytes[0] |= flag;
		cases.push(bytes);
	}
	for bytes in cases {
		assert_eq!(decode_point::<Plain>(&bytes).is_ok(), bytes == IDENTITY);
		assert_eq!(
			decode_point::<Plain>(&bytes).map(|_| ()),
			decode_point::<Hosted>(&bytes).map(|_| ()),
		);
	}
}
