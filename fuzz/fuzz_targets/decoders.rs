//! Every decoder of `ostraka-crypto` on arbitrary bytes. The first byte picks the decoder.

#![no_main]

use libfuzzer_sys::fuzz_target;
use ostraka_crypto::{
	encoding::{
		decode_key, decode_point, decode_scalar, decode_stored_point, encode_point, encode_scalar,
	},
	generators,
	proofs::{self, DleqStatement, KeyStatement},
	seal::{Context, Key},
	vss::{Commitments, SecretShare},
	Plain, PointBytes,
};

fuzz_target!(|data: &[u8]| {
	let Some((kind, data)) = data.split_first() else { return };
	match kind % 5 {
		0 => {
			let Ok(bytes) = PointBytes::try_from(data) else { return };
			if let Ok(point) = decode_stored_point::<Plain>(&bytes) {
				assert_eq!(encode_point(&point), bytes);
			}
			if decode_key::<Plain>(&bytes).is_ok() {
				assert!(decode_point::<Plain>(&bytes).is_ok());
			}
		},
		1 => {
			let Ok(bytes) = <[u8; 32]>::try_from(data) else { return };
			if let Ok(scalar) = decode_scalar(&bytes) {
				assert_eq!(encode_scalar(&scalar), bytes);
			}
		},
		2 => {
			let length = data.len() / 32;
			if let Ok(share) = SecretShare::from_bytes(data, length.saturating_sub(1)) {
				assert_eq!(share.to_bytes().as_slice(), data);
			}
		},
		3 => {
			let points: Vec<PointBytes> =
				data.chunks_exact(96).map(|chunk| chunk.try_into().unwrap()).collect();
			if let Ok(commitments) =
				Commitments::<Plain>::from_bytes(&points, points.len().wrapping_sub(1) as u8)
			{
				assert_eq!(commitments.to_bytes(), points);
			}
		},
		_ => {
			let h = encode_point(&generators::h::<Plain>());
			let context = Context {
				task_hash: &[0; 32],
				dealer: &[0; 32],
				j: 1,
				seal_key: &h,
				ephemeral: &h,
				commitments: &[],
			};
			let opened =
				Key::derive(&generators::h::<Plain>(), &context).open(data, data.len() / 32);
			assert!(opened.is_err());
			let Ok(proof) = <[u8; 64]>::try_from(data) else { return };
			let key = KeyStatement {
				genesis: &[0; 32],
				account: &[0; 32],
				worker: &[0; 32],
				seal_key: &h,
			};
			assert!(proofs::verify_key::<Plain>(&key, &proof).is_err());
			let dleq = DleqStatement {
				task_hash: &[0; 32],
				digest: &[0; 32],
				j: 1,
				seal_key: &h,
				ephemeral: &h,
				dh: &h,
			};
			assert!(proofs::verify_dleq::<Plain>(&dleq, &proof).is_err());
		},
	}
});
