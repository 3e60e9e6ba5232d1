//! Result shares and what names the accepted set.

use super::*;

/// Two wrong result shares whose errors cancel at zero: the reconstructed value is right and each share is still found
/// out. Checking the value alone would take both for right and the next honest share for wrong.
#[test]
fn errors_that_cancel_at_zero_are_found() {
	let mut setup = setup(1, 3, 2, 8);
	let (input, dealing) = setup.deal(&DEALER);
	let ok = setup.verify(&dealing).unwrap();
	let mut aggregate = Aggregate::zero(1);
	aggregate.add(&ok.commitments).unwrap();
	let sums = aggregate.checked::<Curve>().unwrap();
	let open = |j| worker::open(&setup.ctx, setup.secret(j), j, &DEALER, &dealing).unwrap();
	let weights = ostraka_crypto::polynomial::lagrange(&[1, 2], 0).unwrap();
	let (mut a, mut b) = (open(1), open(2));
	a.values[0] += weights[1];
	b.values[0] -= weights[0];
	let (x, gamma) = adjudicator::reconstruct(&[(1, a.clone()), (2, b.clone())]).unwrap();
	assert_eq!(x, input);
	let c0 = aggregate.to_bytes()[0];
	assert_eq!(adjudicator::verify_result::<Curve>(&c0, &x, &gamma), Ok(true));
	assert!(!adjudicator::check_result_share(&sums, 1, &a));
	assert!(!adjudicator::check_result_share(&sums, 2, &b));
	assert_eq!(adjudicator::lies_on(&[(1, a), (2, b)], 3, &open(3)), Ok(false));
	assert!(adjudicator::check_result_share(&sums, 3, &open(3)));
}

/// A share interpolated from others' reveals is right, but its commitment must have been posted before.
#[test]
fn result_commitments_bind_everything() {
	let share = SecretShare { values: vec![Scalar::from(1u8)], blinding: Scalar::from(2u8) };
	let other = SecretShare { values: vec![Scalar::from(2u8)], blinding: Scalar::from(1u8) };
	let base = adjudicator::result_commitment(&[1; 32], 1, &[2; 32], &share);
	assert_ne!(base, adjudicator::result_commitment(&[0; 32], 1, &[2; 32], &share));
	assert_ne!(base, adjudicator::result_commitment(&[1; 32], 2, &[2; 32], &share));
	assert_ne!(base, adjudicator::result_commitment(&[1; 32], 1, &[0; 32], &share));
	assert_ne!(base, adjudicator::result_commitment(&[1; 32], 1, &[2; 32], &other));
	assert_eq!(base, adjudicator::result_commitment(&[1; 32], 1, &[2; 32], &share.clone()));
}

/// Two forks that accepted different dealings have different `h_A`.
#[test]
fn the_accepted_set_hash_binds_everything() {
	let base = adjudicator::accepted_set_hash(&[0; 32], &[[1; 32], [2; 32]], &[IDENTITY]);
	assert_ne!(base, adjudicator::accepted_set_hash(&[1; 32], &[[1; 32], [2; 32]], &[IDENTITY]));
	assert_ne!(base, adjudicator::accepted_set_hash(&[0; 32], &[[1; 32]], &[IDENTITY]));
	assert_ne!(base, adjudicator::accepted_set_hash(&[0; 32], &[[1; 32], [3; 32]], &[IDENTITY]));
	assert_ne!(
		base,
		adjudicator::accepted_set_hash(&[0; 32], &[[1; 32], [2; 32]], &[IDENTITY, IDENTITY])
	);
}
