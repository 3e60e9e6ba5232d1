"""Signatures of sr25519, as Substrate's hosts verify them: Schnorr's over ristretto255, whose challenge is drawn from a
merlin transcript (schnorrkel 0.11, merlin 3.0, STROBE 1.0.2 over Keccak-f[1600] of FIPS 202).

It is not constant-time, and must not touch secrets."""

from checker.ristretto255 import GENERATOR, ORDER, Element, combine

# The context under which Substrate signs.
CONTEXT = b"substrate"
# The bit of a signature's last byte that tells it from one of ed25519.
MARK = 1 << 255


# Keccak-f[1600].


def rotated(lane, bits):
	return (lane << bits | lane >> (64 - bits)) & 0xFFFFFFFFFFFFFFFF


def constants():
	"""Section 3.2.5: the round constants, from a linear shift register."""
	found, register = [], 1
	for _ in range(24):
		constant = 0
		for j in range(7):
			if register & 1:
				constant |= 1 << (1 << j) - 1
			register = register << 1 ^ (0x171 if register >> 7 else 0)
		found.append(constant)
	return found


def offsets():
	"""Sections 3.2.2 and 3.2.3: the lanes in the order in which rho and pi move them, each with where it goes and how
	far it is rotated."""
	found, x, y = [], 1, 0
	for t in range(24):
		to = y, (2 * x + 3 * y) % 5
		found.append((5 * y + x, 5 * to[1] + to[0], (t + 1) * (t + 2) // 2 % 64))
		x, y = to
	return found


ROUNDS, MOVES = constants(), offsets()


def keccak(state):
	"""The permutation of 200 bytes. Lane (x, y) is the one at 5 y + x."""
	lanes = [int.from_bytes(state[i : i + 8], "little") for i in range(0, 200, 8)]
	for constant in ROUNDS:
		parity = [
			lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]
			for x in range(5)
		]
		mixed = [parity[x - 1] ^ rotated(parity[(x + 1) % 5], 1) for x in range(5)]
		lanes = [lane ^ mixed[i % 5] for i, lane in enumerate(lanes)]
		moved = [lanes[0]] * 25
		for from_, to, bits in MOVES:
			moved[to] = rotated(lanes[from_], bits)
		lanes = [
			moved[y + x] ^ (~moved[y + (x + 1) % 5] & moved[y + (x + 2) % 5])
			for y in range(0, 25, 5)
			for x in range(5)
		]
		lanes[0] ^= constant
	return bytearray(b"".join(lane.to_bytes(8, "little") for lane in lanes))


# STROBE-128, as far as a transcript needs it: data and their labels in, challenges out.

RATE = 166
INBOUND, DATA, CIPHER, META = 1, 2, 4, 16


class Transcript:
	"""Merlin's transcript."""

	def __init__(self, label):
		head = bytes([1, RATE + 2, 1, 0, 1, 96]) + b"STROBEv1.0.2"
		self.state = keccak(head + bytes(200 - len(head)))
		self.place = self.begun = 0
		self.begin(META | DATA)
		self.absorb(b"Merlin v1.0")
		self.append(b"dom-sep", label)

	def permute(self):
		self.state[self.place] ^= self.begun
		self.state[self.place + 1] ^= 4
		self.state[RATE + 1] ^= 0x80
		self.state = keccak(self.state)
		self.place = self.begun = 0

	def absorb(self, data):
		for byte in data:
			self.state[self.place] ^= byte
			self.place += 1
			if self.place == RATE:
				self.permute()

	def begin(self, flags):
		before, self.begun = self.begun, self.place + 1
		self.absorb(bytes([before, flags]))
		if flags & CIPHER and self.place:
			self.permute()

	def label(self, label, length):
		"""What stands before data and challenges: the label, and how many bytes follow."""
		self.begin(META | DATA)
		self.absorb(label + length.to_bytes(4, "little"))

	def append(self, label, data):
		self.label(label, len(data))
		self.begin(DATA)
		self.absorb(data)

	def challenge(self, label, length):
		self.label(label, length)
		self.begin(INBOUND | DATA | CIPHER)
		found = bytearray()
		for _ in range(length):
			found.append(self.state[self.place])
			self.state[self.place] = 0
			self.place += 1
			if self.place == RATE:
				self.permute()
		return bytes(found)


# Schnorr's signature.


def challenge(message, public, first, context=CONTEXT):
	"""The challenge of a signature whose first message is `first`."""
	transcript = Transcript(b"SigningContext")
	transcript.append(b"", context)
	transcript.append(b"sign-bytes", message)
	transcript.append(b"proto-name", b"Schnorr-sig")
	transcript.append(b"sign:pk", public)
	transcript.append(b"sign:R", first)
	return int.from_bytes(transcript.challenge(b"sign:c", 64), "little") % ORDER


def verify(signature, message, public, context=CONTEXT):
	"""Whether 64 bytes are a signature of the message by that key. Each form but one of a number or an element, and a
	signature without its mark, is refused."""
	first, last = signature[:32], int.from_bytes(signature[32:], "little")
	if len(signature) != 64 or not last & MARK or last ^ MARK >= ORDER:
		return False
	try:
		key = Element.decode(public)
	except ValueError:
		return False
	c = challenge(message, public, first, context)
	# an element has one encoding: another form of the first message equals none
	return combine([GENERATOR, -key], [last ^ MARK, c]).encode() == first
