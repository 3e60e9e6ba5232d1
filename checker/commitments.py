"""Commitments: the generators, and what a vector's and a seat's are."""

from functools import lru_cache

from checker.bls12_381 import combine, hash_to_curve
from checker.hashing import u32

DOMAIN = b"OSTRAKA-V01-CS01-with-BLS12381G1_XMD:SHA-256_SSWU_RO_"


@lru_cache(maxsize=None)
def generator(l):
	"""`G_l`, and `H` for 0."""
	return hash_to_curve(b"G" + u32(l) if l else b"H", DOMAIN)


def bases(length):
	"""`G_1`, `G_2`, .. of that number, then `H`."""
	return [generator(l) for l in range(1, length + 1)] + [generator(0)]


def commit(values, blinding):
	"""The commitment to values and a blinding value."""
	return combine(bases(len(values)), values + [blinding])


def at_seat(commitments, j):
	"""What commitments say of seat j's share: the sum of j^k C_k."""
	return combine(commitments, [j**k for k in range(len(commitments))])
