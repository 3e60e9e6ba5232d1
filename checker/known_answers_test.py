"""Known answers: `python3 -m checker.known_answers_test`. Published vectors, what schnorrkel signs, and what Ostraka's own
crate pins (crypto/tests/snapshots)."""

import re
import unicodedata
import unittest
from hashlib import sha3_256, sha256
from pathlib import Path

from checker import chacha20_poly1305, ristretto255, spec, sr25519
from checker import check_transcript as checker
from checker.bls12_381 import IDENTITY, hash_to_curve
from checker.check_transcript import challenge
from checker.commitments import generator
from checker.hashing import items, stretched, transcript_hash, u8, u32, variable
from checker.made_up import raw, rho_proof, seal_key, text
from checker.reading import Node, Wrong
from checker.ristretto255 import GENERATOR, Element

ROOT = Path(__file__).resolve().parent.parent

RFC_DOMAIN = b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_"


def marked(last):
	"""The second half of a signature."""
	return (last | sr25519.MARK).to_bytes(32, "little")


class Vectors(unittest.TestCase):
	def test_rfc_9380(self):
		"""Appendix J.9.1."""
		for message, x in [
			(
				b"",
				"052926add2207b76ca4fa57a8734416c8dc95e24501772c814278700eed6d1e4e8cf62d9c09db0fac349612b759e79a1",
			),
			(
				b"abc",
				"03567bc5ef9c690c2ab2ecdf6a96ef1c139cc0b2f284dca0a9a794"
				"3388a49a3aee664ba5379a7655d3c68900be2f6903",
			),
		]:
			self.assertEqual(hash_to_curve(message, RFC_DOMAIN).encode()[:48].hex(), x)

	def test_rfc_8439(self):
		"""Appendix A.1, the first vector: a key of zeros."""
		block = chacha20_poly1305.block(bytes(32), 0)
		self.assertEqual(block[:16].hex(), "76b8e0ada0f13d90405d6ae55386bd28")

	def test_rfc_9496(self):
		"""Appendices A.1 and A.2: small multiples of the generator, and bytes that are no element."""
		for multiple, data in [
			(0, "0000000000000000000000000000000000000000000000000000000000000000"),
			(1, "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"),
			(2, "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919"),
			(3, "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259"),
			(4, "da80862773358b466ffadfe0b3293ab3d9fd53c5ea6c955358f568322daf6a57"),
			(5, "e882b131016b52c1d3337080187cf768423efccbb517bb495ab812c4160ff44e"),
			(15, "e0c418f7c8d9c4cdd7395b93ea124f3ad99021bb681dfc3302a9d99a2e53e64e"),
		]:
			element = Element.decode(bytes.fromhex(data))
			self.assertEqual((GENERATOR * multiple).encode().hex(), data)
			self.assertEqual(element, GENERATOR * multiple)
			self.assertEqual(element.encode().hex(), data)
		for data in [
			# not below the field's order
			"00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
			"f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
			"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
			# negative
			"0100000000000000000000000000000000000000000000000000000000000000",
			"01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
			"ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
			# x^2 is no square
			"26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
			"4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
			# x y is negative
			"3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
			"a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220",
			# s = -1, for which y = 0
			"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
			# of other lengths
			"",
			"00" * 31,
			"00" * 33,
		]:
			with self.assertRaises(ValueError, msg=data):
				Element.decode(bytes.fromhex(data))
		self.assertEqual(GENERATOR * ristretto255.ORDER, ristretto255.IDENTITY)
		self.assertEqual(GENERATOR * (ristretto255.ORDER - 1), -GENERATOR)

	def test_keccak(self):
		"""FIPS 202: SHA3-256 of a message that short is the permutation of one padded block."""
		state = bytearray(b"abc\x06" + bytes(131) + b"\x80" + bytes(64))
		self.assertEqual(sr25519.keccak(state)[:32], sha3_256(b"abc").digest())

	def test_merlin(self):
		"""What merlin 3.0.0 draws, in the two transcripts of its own tests `equivalence_simple` and `equivalence_complex`."""
		transcript = sr25519.Transcript(b"test protocol")
		transcript.append(b"some label", b"some data")
		self.assertEqual(
			transcript.challenge(b"challenge", 32).hex(),
			"d5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615",
		)
		transcript = sr25519.Transcript(b"test protocol")
		transcript.append(b"step1", b"some data")
		for _ in range(32):
			drawn = transcript.challenge(b"challenge", 64)
			transcript.append(b"bigdata", b"c" * 1024)
			transcript.append(b"challengedata", drawn)
		self.assertEqual(
			drawn.hex(),
			"c9f772ab754c93e4c132ade8a5d74ef812ae5918fb5732873a66f4c912f3a0dc"
			"d37ac02791b92aecaf7874f6bba1dce26307c4b01eb32056a4b044e85721459c",
		)

	# Made with schnorrkel 0.11.5: of `SecretKey::from_bytes` of the scalar 7 and a nonce seed of 32 bytes 9,
	# `sign(attach_rng(signing_context(context).bytes(message), rng), public)`, whose `rng` counts its bytes up from 1.
	PUBLIC = bytes.fromhex("44f53520926ec81fbd5a387845beb7df85a96a24ece18738bdcfa6a7822a176d")
	MESSAGE = b"ostraka/rho/v2" + bytes(range(32))
	SIGNED = [
		(
			b"substrate",
			MESSAGE,
			"e6cb6a42f909b5a49e00dc81fa7ca3b9bb287b1c7973f53b10697ff450cdb00b"
			"a59ff74fc2f491d3d8a4cec3ef2ab76198e98be797d6d087334ecd52a46cdc86",
		),
		(
			b"substrate",
			b"",
			"725d46ecf6f904b0bfba9cb6db3ba0fbda14e7064ae65580c0dadac76e43810d"
			"f840678400dbfd941c6b812194045f063cc1d82391a9b644260bc7508a27a482",
		),
		(
			b"substrate",
			b"\5" * 500,
			"f8c3084e04d40783bfc549de5e4fd6d89e1ebfe8102deb00d449e346d0101c53"
			"37ba9eeddb24c3d9281e206832f94b4089512e91ad470ad423a5f01fe0e5ed8b",
		),
		(
			b"other",
			MESSAGE,
			"328b095a1e8ab76cf943bee7f096839f81de009cb00988c3d85cdf4dfab9be51"
			"890a0423fe529d80ec3bbd26d149616e0b3402d1360a11ba1ca79aca24de248b",
		),
	]

	def test_sr25519(self):
		self.assertEqual((GENERATOR * 7).encode(), self.PUBLIC)
		for context, message, data in self.SIGNED:
			signature = bytes.fromhex(data)
			self.assertTrue(sr25519.verify(signature, message, self.PUBLIC, context))
			self.assertFalse(sr25519.verify(signature, message + b"\0", self.PUBLIC, context))
			self.assertFalse(sr25519.verify(signature, message, self.PUBLIC, context + b"s"))
			self.assertFalse(sr25519.verify(signature, message, GENERATOR.encode(), context))
		self.assertTrue(sr25519.verify(rho_proof(7, bytes(range(32))), self.MESSAGE, self.PUBLIC))

	def test_forms_of_a_signature(self):
		"""There is one: numbers below the order, the element's own bytes, the mark."""
		signature = bytes.fromhex(self.SIGNED[0][2])
		last = int.from_bytes(signature[32:], "little") ^ sr25519.MARK
		for what, changed in [
			("no mark", signature[:32] + last.to_bytes(32, "little")),
			("not below the order", signature[:32] + marked(last + ristretto255.ORDER)),
			("the largest", signature[:32] + b"\xff" * 32),
			("another element", GENERATOR.encode() + signature[32:]),
			("no element", b"\xff" * 32 + signature[32:]),
			("short", signature[:-1]),
			("long", signature + b"\0"),
			("empty", b""),
		]:
			self.assertFalse(sr25519.verify(changed, self.MESSAGE, self.PUBLIC), what)
		for public in (b"", self.PUBLIC[:-1], b"\xff" * 32, b"\1" + bytes(31)):
			self.assertFalse(sr25519.verify(signature, self.MESSAGE, public), public)
		# as for Substrate's hosts, the identity is a key: who reads a transcript refuses it
		of_nobody = GENERATOR.encode() + marked(1)
		self.assertTrue(sr25519.verify(of_nobody, self.MESSAGE, bytes(32)))
		with self.assertRaisesRegex(Wrong, "is the identity"):
			Node(text(bytes(32))).key()


class Pinned(unittest.TestCase):
	"""What Ostraka's crate pins comes out the same here."""

	@classmethod
	def setUpClass(cls):
		path = ROOT / "crypto/tests/snapshots/encodings.txt"
		cls.pinned = dict(line.split(" = ") for line in path.read_text().splitlines())

	def pin(self, name):
		return bytes.fromhex(self.pinned[name])

	def test_generators(self):
		points = [generator(l).encode() for l in [*range(1, 257), 0]]
		self.assertEqual(points[0], self.pin("point/g1"))
		self.assertEqual(
			"sha256 " + sha256(b"".join(points)).hexdigest(), self.pinned["point/g1..g256,h"]
		)

	def test_transcripts(self):
		fields = [
			bytes([1]) * 32,
			bytes([2]) * 32,
			variable(b"variable"),
			u8(3),
			u32(4),
			raw(5),
			items([IDENTITY.encode()]),
			items([bytes([6]) * 32]),
			items([bytes([7]) * 32]),
		]
		self.assertEqual(transcript_hash(b"ostraka/test/v1", *fields), self.pin("transcript/all"))
		# reduced for the other group there
		self.assertEqual(
			raw(stretched(b"ostraka/test/v1", *fields)), self.pin("transcript/challenge")
		)

	def test_sealing_and_evidence(self):
		task_hash, dealer, dh = bytes([8]) * 32, bytes([9]) * 32, self.pin("evidence/dh")
		commitments = [self.pin("vss/commitment-0"), self.pin("vss/commitment-1")]
		public, ephemeral = self.pin("seal/from-signature"), self.pin("dealing/ephemeral")
		sealed = {
			j: chacha20_poly1305.seal(
				seal_key(dh, task_hash, dealer, j, public, ephemeral, commitments),
				self.pin(f"vss/share-{j}"),
			)
			for j in (1, 3)
		}
		hashes = [
			sha256(sealed[1]).digest(),
			bytes.fromhex(self.pinned["dealing/sealed-2"].split()[1]),
			sha256(sealed[3]).digest(),
		]
		self.assertEqual(hashes[0], self.pin("dealing/sealed-hash-1"))
		fields = [task_hash, dealer, ephemeral, items(commitments), items(hashes)]
		validity_hash = sha256(b"\xa5" * 100).digest()
		self.assertEqual(validity_hash, self.pin("dealing/validity-hash"))
		fields.append(validity_hash)
		digest = self.pin("dealing/digest")
		self.assertEqual(transcript_hash(b"ostraka/dealing/v3", *fields), digest)
		message = b"ostraka/rho/v2" + digest
		self.assertTrue(sr25519.verify(self.pin("dealing/proof"), message, ephemeral))
		pairs = [(GENERATOR, Element.decode(public)), tuple(map(Element.decode, (ephemeral, dh)))]
		node = Node(text(self.pin("evidence/dleq")), "dleq")
		c, firsts = checker.first_messages(node, pairs)
		fields = [task_hash, digest, u8(1), GENERATOR.encode(), public, ephemeral, dh, firsts]
		self.assertEqual(c, challenge(b"ostraka/dleq/v2", *fields))

	def test_hidden_characters(self):
		"""What the chain refuses in a name."""
		source = (ROOT / "primitives/src/name.rs").read_text()
		ranges = re.findall(r"\('\\u\{(\w+)\}', '\\u\{(\w+)\}'\)", source)
		found = [(int(first, 16), int(last, 16)) for first, last in ranges]
		self.assertEqual(spec.HIDDEN, found)
		controls = [code for code in range(0x110000) if unicodedata.category(chr(code)) == "Cc"]
		self.assertTrue(all(map(spec.is_hidden, controls)))


if __name__ == "__main__":
	unittest.main()
