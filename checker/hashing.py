"""Transcript hashes and challenges (docs/TRANSCRIPT.md, conventions). Fields of fixed length stand as they are."""

from hashlib import sha256


def u8(value):
	return value.to_bytes(1, "little")


def u16(value):
	return value.to_bytes(2, "little")


def u32(value):
	return value.to_bytes(4, "little")


def variable(data):
	return u32(len(data)) + data


def items(elements):
	return u32(len(elements)) + b"".join(elements)


def transcript_hash(tag, *fields):
	return sha256(variable(tag) + b"".join(fields)).digest()


def stretched(tag, *fields):
	"""A transcript hash of 512 bits, as a number: reduced by a group's order it is a challenge there."""
	digest = transcript_hash(tag, *fields)
	halves = [transcript_hash(b"ostraka/challenge/v1", digest, u8(i)) for i in (0, 1)]
	return int.from_bytes(b"".join(halves), "little")
