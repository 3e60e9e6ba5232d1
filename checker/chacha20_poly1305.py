"""ChaCha20-Poly1305 (RFC 8439) with a nonce of zeros and nothing beside the text, as Ostraka's shares are sealed."""

import struct

NONCE = bytes(12)


def block(key, counter):
	"""Section 2.3: 64 bytes of the key stream."""
	start = struct.unpack("<16I", b"expand 32-byte k" + key + struct.pack("<I", counter) + NONCE)
	state = list(start)

	def step(a, b, c, bits):
		state[a] = (state[a] + state[b]) & 0xFFFFFFFF
		mixed = state[c] ^ state[a]
		state[c] = (mixed << bits | mixed >> (32 - bits)) & 0xFFFFFFFF

	columns = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)]
	diagonals = [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]
	for a, b, c, d in 10 * (columns + diagonals):
		step(a, b, d, 16)
		step(c, d, b, 12)
		step(a, b, d, 8)
		step(c, d, b, 7)
	return struct.pack("<16I", *((x + y) & 0xFFFFFFFF for x, y in zip(state, start)))


def stream(key, text):
	"""Section 2.4: the text under the key stream from its second block on."""
	pieces = [text[i : i + 64] for i in range(0, len(text), 64)]
	return b"".join(
		bytes(a ^ b for a, b in zip(piece, block(key, i))) for i, piece in enumerate(pieces, 1)
	)


def tag(key, sealed):
	"""Sections 2.5, 2.6 and 2.8: Poly1305 under the key stream's first block."""
	one_time = block(key, 0)
	r = int.from_bytes(one_time[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
	padded = sealed + bytes(-len(sealed) % 16) + struct.pack("<QQ", 0, len(sealed))
	total = 0
	for i in range(0, len(padded), 16):
		total = (total + int.from_bytes(padded[i : i + 16] + b"\1", "little")) * r % (2**130 - 5)
	return ((total + int.from_bytes(one_time[16:32], "little")) % 2**128).to_bytes(16, "little")


def seal(key, text):
	"""The text encrypted, then 16 bytes of tag."""
	sealed = stream(key, text)
	return sealed + tag(key, sealed)


def unseal(key, sealed):
	"""The text, or None if the tag is not the key's."""
	sealed, found = sealed[:-16], sealed[-16:]
	return stream(key, sealed) if tag(key, sealed) == found else None
