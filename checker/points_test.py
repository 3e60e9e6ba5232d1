"""Tests of points: `python3 -m unittest checker.points_test`. The one form, the subgroup, sums."""

import random
import unittest

from checker import bls12_381
from checker.bls12_381 import IDENTITY, ORDER, P, Point
from checker.made_up import TORSION


class Points(unittest.TestCase):
	"""The decoder of points, those of proofs and `C_0` among them."""

	def refused(self, data, why):
		with self.assertRaisesRegex(ValueError, why):
			Point.decode(data)

	def test_round_trips(self):
		self.assertEqual(IDENTITY.encode(), b"\x40" + bytes(95))
		self.assertEqual(Point.decode(IDENTITY.encode()), IDENTITY)
		for scalar in (1, 2, 3, 7, ORDER - 1):
			point = bls12_381.GENERATOR * scalar
			self.assertEqual(Point.decode(point.encode()), point)
		self.assertEqual(bls12_381.GENERATOR * (ORDER - 1), -bls12_381.GENERATOR)
		self.assertEqual(bls12_381.GENERATOR - bls12_381.GENERATOR, IDENTITY)

	def test_forms_that_are_none(self):
		data = bls12_381.GENERATOR.encode()
		x, y = (int.from_bytes(half, "big") for half in (data[:48], data[48:]))

		def encoded(x, y):
			return x.to_bytes(48, "big") + y.to_bytes(48, "big")

		self.assertEqual(encoded(x, y), data)
		for changed, why in [
			(b"", "96 bytes"),
			(data[:-1], "96 bytes"),
			(data + b"\0", "96 bytes"),
			# the compressed form, and flags of it
			(bytes([data[0] | 0x80]) + data[1:48], "96 bytes"),
			(bytes([data[0] | 0x80]) + data[1:], "canonical"),
			(bytes([data[0] | 0x40]) + data[1:], "canonical"),
			(bytes([data[0] | 0x20]) + data[1:], "canonical"),
			(b"\xc0" + bytes(95), "canonical"),
			(b"\x40" + bytes(94) + b"\1", "canonical"),
			(b"\x60" + bytes(95), "canonical"),
			(encoded(x + P, y), "canonical"),
			(encoded(x, y + P), "canonical"),
			(encoded(P, 2), "canonical"),
			(encoded(0, P + 2), "canonical"),
			(b"\xff" * 96, "canonical"),
			(bytes(96), "not on the curve"),
			(encoded(y, x), "not on the curve"),
			(encoded(x, y ^ 1), "not on the curve"),
			# x = 0, the points of order three
			(encoded(0, 2), "not in the subgroup"),
			(encoded(0, P - 2), "not in the subgroup"),
		]:
			self.refused(changed, why)
		self.assertEqual(Point.decode(encoded(x, P - y)), -bls12_381.GENERATOR)

	def test_points_outside_the_subgroup(self):
		generator = bls12_381.GENERATOR
		self.refused((generator + TORSION).encode(), "not in the subgroup")
		# it may be added up
		outside = Point.decode_unchecked((generator + TORSION).encode())
		self.assertFalse(outside.is_in_subgroup())
		self.assertEqual(outside - generator, TORSION)
		self.assertEqual(TORSION + TORSION + TORSION, IDENTITY)
		# one of a large order too, whose multiples are no more in the subgroup than it
		x, point = 0, None
		while point is None:
			x += 1
			y = bls12_381.square_root(x**3 + 4)
			point = None if y is None else Point(x, y)
		self.refused(point.encode(), "not in the subgroup")
		# the order is what `is_in_subgroup` takes it for
		u = bls12_381.U
		self.assertEqual(u**4 - u**2 + 1, ORDER)
		self.assertTrue((point * ((u + 1) ** 2 // 3)).is_in_subgroup())

	def test_combine(self):
		"""Windows of any width sum up the same, with what makes buckets empty or equal."""
		generator = random.Random(5)
		for size in (0, 1, 3, 9, 40):
			points = [bls12_381.GENERATOR * (i + 1) for i in range(size)]
			scalars = [generator.randrange(1 << generator.choice([1, 60, 255])) for _ in points]
			expected = sum(scalar * (i + 1) for i, scalar in enumerate(scalars)) % ORDER
			found = bls12_381.combine(points, scalars)
			self.assertEqual(found.encode(), (bls12_381.GENERATOR * expected).encode(), size)
		self.assertEqual(bls12_381.combine([TORSION] * 9, [1] * 9), IDENTITY)


if __name__ == "__main__":
	unittest.main()
