//! Published answers: encodings of Ristretto255 (RFC 9496), and an sr25519 signature as hosts verify it.

use curve25519_dalek::scalar::Scalar as Exponent;
use hex::FromHex;
use ostraka_crypto::{
	proofs::{prove_rho, rho_message, verify_rho, verify_signature},
	seal::{PublicKey, SealSecret},
	Error, SealKeyBytes,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use schnorrkel::{context::attach_rng, signing_context, ExpansionMode, MiniSecretKey, SecretKey};

fn bytes<const N: usize>(hexadecimal: &str) -> [u8; N]
where
	[u8; N]: FromHex<Error = hex::FromHexError>,
{
	<[u8; N]>::from_hex(hexadecimal).unwrap()
}

/// RFC 9496, appendix A.1: the multiples of the base, from the first one on.
const MULTIPLES: [&str; 15] = [
	"e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
	"6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
	"94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
	"da80862773358b466ffadfe0b3293ab3d9fd53c5ea6c955358f568322daf6a57",
	"e882b131016b52c1d3337080187cf768423efccbb517bb495ab812c4160ff44e",
	"f64746d3c92b13050ed8d80236a7f0007c3b3f962f5ba793d19a601ebb1df403",
	"44f53520926ec81fbd5a387845beb7df85a96a24ece18738bdcfa6a7822a176d",
	"903293d8f2287ebe10e2374dc1a53e0bc887e592699f02d077d5263cdd55601c",
	"02622ace8f7303a31cafc63f8fc48fdc16e1c8c8d234b2f0d6685282a9076031",
	"20706fd788b2720a1ed2a5dad4952b01f413bcf0e7564de8cdc816689e2db95f",
	"bce83f8ba5dd2fa572864c24ba1810f9522bc6004afe95877ac73241cafdab42",
	"e4549ee16b9aa03099ca208c67adafcafa4c3f3e4e5303de6026e3ca8ff84460",
	"aa52e000df2e16f55fb1032fc33bc42742dad6bd5a8fc0be0167436c5948501f",
	"46376b80f409b29dc2b5f6f0c52591990896e5716f41477cd30085ab7f10301e",
	"e0c418f7c8d9c4cdd7395b93ea124f3ad99021bb681dfc3302a9d99a2e53e64e",
];

/// RFC 9496, appendix A.2: what is no encoding.
const INVALID: [&str; 29] = [
	// non-canonical field elements
	"00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	// negative field elements
	"0100000000000000000000000000000000000000000000000000000000000000",
	"01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
	"c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562",
	"c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78",
	"47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24",
	"f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72",
	"87260f7a2f12495118360f02c26a470f450dadf34a413d21042b43b9d93e1309",
	// x^2 is no square
	"26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
	"4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
	"de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad7b",
	"bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042",
	"2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08",
	"f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22",
	"8268436f8c4126196cf64b3c7ddbda90746a378625f9813dd9b8457077256731",
	"2810e5cbc2cc4d4eece54f61c6f69758e289aa7ab440b3cbeaa21995c2f4232b",
	// x y is negative
	"3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
	"a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220",
	"d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e",
	"8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32",
	"32888462f8b486c68ad7dd9610be5192bbeaf3b443951ac1a8118419d9fa097b",
	"227142501b9d4355ccba290404bde41575b037693cef1f438c47f8fbf35d1165",
	"5c37cc491da847cfeb9281d407efc41e15144c876e0170b499a96a22ed31e01e",
	"445425117cb8c90edcbc7c1cc0e74f747f2c1efa5630a967c64f287792a48a4b",
	// s = -1, for which y = 0
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

#[test]
fn keys_are_encoded_as_the_rfc_says() {
	for multiple in MULTIPLES {
		let multiple: SealKeyBytes = bytes(multiple);
		assert_eq!(PublicKey::from_bytes(&multiple).map(|key| *key.bytes()), Ok(multiple));
	}
	assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(Error::Identity));
	for invalid in INVALID {
		assert_eq!(
			PublicKey::from_bytes(&bytes(invalid)),
			Err(Error::NonCanonicalKey),
			"{invalid}"
		);
	}
	// a key with a bit above the field set, which some libraries mask
	let mut masked: SealKeyBytes = bytes(MULTIPLES[1]);
	masked[31] |= 0x80;
	assert_eq!(PublicKey::from_bytes(&masked), Err(Error::NonCanonicalKey));
}

/// A signature that other implementations verify in their tests (first in sr25519-crust's).
const PUBLIC: &str = "46ebddef8cd9bb167dc30878d7113b7e168e6f0646beffd77d69d39bad76b47a";
const MESSAGE: &[u8] = b"this is a message";
const SIGNATURE: &str = "4e172314444b8f820bb54c22e95076f220ed25373e5c178234aa6c211d292712\
	44b947e3ff3418ff6b45fd1df1140c8cbff69fc58ee6dc96df70936a2bb74b82";

#[test]
fn signatures_are_those_of_hosts() {
	let (public, signature): ([u8; 32], [u8; 64]) = (bytes(PUBLIC), bytes(SIGNATURE));
	assert!(verify_signature(&signature, MESSAGE, &public));
	assert!(!verify_signature(&signature, b"this is another message", &public));
	assert!(!verify_signature(&signature, MESSAGE, &bytes(MULTIPLES[1])));
	assert!(!verify_signature(&signature, MESSAGE, &bytes(INVALID[0])));
	// the bit that marks the scheme
	let mut unmarked = signature;
	unmarked[63] ^= 0x80;
	assert!(!verify_signature(&unmarked, MESSAGE, &public));
	// the same response and the group's order: of another form
	let mut other_form = signature;
	let order = (-Exponent::ONE).to_bytes();
	let mut carry = 1u16;
	for (byte, addend) in other_form[32..].iter_mut().zip(order) {
		carry += u16::from(*byte) + u16::from(addend);
		*byte = carry as u8;
		carry >>= 8;
	}
	assert!(!verify_signature(&other_form, MESSAGE, &public));
}

/// A secret's two forms in schnorrkel are a factor of eight apart. A proof of `rho` takes the right one: it is verified under
/// the public key that the exponent has in Ristretto255, in every context but that of hosts it is none.
#[test]
fn a_proof_of_rho_is_a_signature_under_its_public_key() {
	let mut rng = ChaCha20Rng::seed_from_u64(1);
	let digest = [9; 32];
	let message = rho_message(&digest);
	assert_eq!(message.len(), 46);
	assert_eq!(message[..14], *b"ostraka/rho/v2");
	assert_eq!(message[14..], digest);
	for _ in 0..20 {
		let rho = SealSecret::random(&mut rng);
		let proof = prove_rho(&digest, &rho, &mut rng);
		assert_eq!(verify_rho(&digest, &rho.public(), &proof, verify_signature), Ok(()));
		let key = schnorrkel::PublicKey::from_bytes(&rho.public()).unwrap();
		let signature = schnorrkel::Signature::from_bytes(&proof).unwrap();
		assert!(key.verify_simple(b"substrate", &message, &signature).is_ok());
		assert!(key.verify_simple(b"ostraka", &message, &signature).is_err());
		assert!(key.verify_simple(b"", &message, &signature).is_err());
	}
}

/// An account's signature, made by the library alone: in another context, over another message or by another key it is no proof.
#[test]
fn other_signatures_are_no_proofs() {
	let expand = |byte| -> SecretKey {
		MiniSecretKey::from_bytes(&[byte; 32]).unwrap().expand(ExpansionMode::Ed25519)
	};
	let (account, stranger) = (expand(1), expand(2));
	let public = account.to_public();
	let digest = [9; 32];
	let sign = |key: &SecretKey, context: &[u8], message: &[u8]| {
		let transcript = signing_context(context).bytes(message);
		let rng = ChaCha20Rng::seed_from_u64(1);
		key.sign(attach_rng(transcript, rng), &key.to_public()).to_bytes()
	};
	let verify = |signature| verify_rho(&digest, &public.to_bytes(), &signature, verify_signature);
	let message = rho_message(&digest);
	assert_eq!(verify(sign(&account, b"substrate", &message)), Ok(()));
	for other in [
		sign(&account, b"ostraka/rho/v2", &message),
		sign(&account, b"substrate", &digest),
		sign(&account, b"substrate", &rho_message(&[8; 32])),
		sign(&account, b"substrate", &message[..45]),
		sign(&account, b"substrate", &[b"<Bytes>", &message[..], b"</Bytes>"].concat()),
		sign(&stranger, b"substrate", &message),
	] {
		assert_eq!(verify(other), Err(Error::InvalidProof));
	}
}
