"""Verifies proofs that dealers' vectors satisfy a relation, as docs/VALIDITY.md says. Its letters are used.

Whatever the bytes are, a proof holds or is refused: `verify` raises Refused, and nothing else."""

from itertools import accumulate, repeat

from checker.bls12_381 import IDENTITY, ORDER, Point, combine
from checker.commitments import bases
from checker.hashing import items, stretched, transcript_hash, u8
from checker.relation import POINT, PRODUCT, SCALAR


class Refused(ValueError):
	"""Why a proof is refused."""


def chunks(sequence, size):
	return [sequence[i : i + size] for i in range(0, len(sequence), size)]


def powers(base, count, first=1):
	"""`first`, `first base`, `first base^2`, .., of that number."""
	steps = accumulate(repeat(base, count), lambda power, base: power * base % ORDER, initial=first)
	return list(steps)[:count]


def inner(left, right):
	return sum(a * b for a, b in zip(left, right)) % ORDER


# Challenges: none is zero, but for the weights.


def not_zero(tag, *fields):
	for counter in range(256):
		drawn = stretched(tag, *fields, u8(counter)) % ORDER
		if drawn:
			return drawn
	# as likely as 256 times a hash of zero
	raise Refused("its challenges are all zero")


def number(value):
	return value.to_bytes(SCALAR, "little")


class Challenges:
	"""What is drawn after each message. `first` and `coefficients` are the points of the first and the second message,
	`openings` the bytes of the third."""

	def __init__(self, relation, task_hash, dealer, commitments, first):
		about = task_hash, dealer, relation.name(), items(commitments)
		self.after_first = transcript_hash(b"ostraka/validity/v1", *about, items(first))
		self.y = not_zero(b"ostraka/validity/y/v1", self.after_first)
		self.z = not_zero(b"ostraka/validity/z/v1", self.after_first, number(self.y))

	def draw_x(self, coefficients):
		listed = self.after_first, items(coefficients)
		self.after_second = transcript_hash(b"ostraka/validity/coefficients/v1", *listed)
		self.x = not_zero(b"ostraka/validity/x/v1", self.after_second)

	def weights(self, openings):
		"""Those of the three openings in the one sum that is checked."""
		listed = self.after_second, items(chunks(openings, SCALAR))
		last = transcript_hash(b"ostraka/validity/openings/v1", *listed)
		drawn = [stretched(b"ostraka/validity/weight/v1", last, u8(i)) % ORDER for i in (2, 3)]
		return [1] + drawn


class Public:
	"""What everybody knows once `y` and `z` are drawn: the weights of all rows in the sum of the linear conditions, as
	lists of rows, and the powers of `y`."""

	def __init__(self, relation, layout, y, z):
		q, m, p = layout.q, layout.m, layout.p
		self.d = powers(y, q)
		# Y_1 .. Y_(m+p)
		step = pow(y, q, ORDER)
		self.scales = powers(step, m + p, step)
		bits, left, right, out = ([0] * (q * rows) for rows in (m, p, p, p))
		self.input, self.constant = [0] * q, 0
		power = 1

		def next_power():
			nonlocal power
			power = power * z % ORDER
			return power

		def add(form):
			terms, constant = form
			for kind, place, coefficient in terms:
				weights = out if kind == PRODUCT else self.input
				weights[place] = (weights[place] + power * coefficient) % ORDER
			self.constant = (self.constant + power * constant) % ORDER

		used = 0
		for form, width in relation.ranges:
			next_power()
			add(form)
			bits[used : used + width] = powers(2, width, -power % ORDER)
			used += width
		for place in range(used, q * m):
			bits[place] = next_power()
		for place, operands in enumerate(relation.products):
			for form, side in zip(operands, (left, right)):
				side[place] = -next_power() % ORDER
				add(form)
		for form in relation.zeros:
			next_power()
			add(form)
		for place in range(relation.length, q):
			self.input[place] = next_power()

		self.bits, self.left, self.out = (chunks(rows, q) for rows in (bits, left, out))
		# shift_k = Y_(m+k)^-1 D^-1 w_R,k; the powers of y run on from one k to the next
		inverse = pow(y, -1, ORDER)
		downwards = powers(inverse, p * q, pow(inverse, q * (m + 1), ORDER))
		self.shifts = chunks([a * b % ORDER for a, b in zip(downwards, right)], q)
		# T
		self.product = (sum(map(inner, self.shifts, self.left)) - self.constant) % ORDER


def is_product(public, layout, x, openings):
	"""Whether `<l, r> = sum of u_j X^j + T`, with `l` and `r` as the first two openings give them."""
	first, second, third = openings
	q, m, p, d = layout.q, layout.m, layout.p, layout.d
	up, down = powers(x, d), powers(pow(x, -1, ORDER), d)
	l = list(first)
	for power, shift in zip(up[m + 1 :], public.shifts):
		l = [a + power * b for a, b in zip(l, shift)]
	c = inner(down[1 : m + 1], public.scales) + inner(down[m + p + 1 :], public.scales[m:])
	r = [a * (b - c) % ORDER for a, b in zip(public.d, second)]
	rows = public.bits + public.left + public.out + [public.input]
	# by columns: one sum of products for each place
	r = [a + inner(down[1:], column) for a, column in zip(r, zip(*rows))]
	return inner(l, r) == (inner(third, powers(x, len(third))) + public.product) % ORDER


def opened(public, layout, x):
	"""By how much each point enters each of the three openings: triples in the order of the proof's points, `C_0` last."""
	m, p, d, n, h = layout.m, layout.p, layout.d, layout.n, layout.h
	inverse = pow(x, -1, ORDER)
	up, down = powers(x, d), powers(inverse, d + 1)
	scaled = [a * b % ORDER for a, b in zip(down[1:], public.scales)]
	found = [(a, b, 0) for a, b in zip(up[1 : m + 1], scaled)]
	found += [(a, 0, 0) for a in up[m + 1 : m + p + 1]]
	found += [(0, b, 0) for b in scaled[m:]]
	found += [(a, 0, 0) for a in up[m + p + 1 : m + 2 * p + 1]]
	found += [(1, 0, 0), (0, down[d], 0)]
	step = pow(inverse, n, ORDER)
	found += [(0, 0, c) for c in powers(step, h, step)]
	found += [(0, 0, c) for c in powers(pow(x, n, ORDER), h, x)]
	return found + [(0, 0, x * x % ORDER), (up[d - 1], 0, 0)]


def verify(relation, task_hash, dealer, commitments, proof):
	"""Raises Refused unless `proof` shows that the vector in `commitments[0]` satisfies the relation. Commitments are 96
	bytes each; all but the first are hashed only."""
	layout = relation.layout()
	if not commitments:
		raise Refused("there is no C_0")
	if len(proof) != layout.proof_length:
		raise Refused(f"it has {len(proof)} bytes, not {layout.proof_length}")
	split = POINT * layout.points
	points, tail = chunks(proof[:split], POINT), proof[split:]
	scalars = [int.from_bytes(scalar, "little") for scalar in chunks(tail, SCALAR)]
	if max(scalars) >= ORDER:
		raise Refused("a scalar is not below the order")
	openings, blindings = [], []
	for length in layout.openings:
		openings.append(scalars[:length])
		blindings.append(scalars[length])
		scalars = scalars[length + 1 :]

	first, coefficients = points[: layout.first_points], points[layout.first_points :]
	drawn = Challenges(relation, task_hash, dealer, commitments, first)
	drawn.draw_x(coefficients)
	public = Public(relation, layout, drawn.y, drawn.z)
	if not is_product(public, layout, drawn.x, openings):
		raise Refused("its openings have not the product that the conditions ask for")
	try:
		decoded = [Point.decode(point) for point in [*points, commitments[0]]]
	except ValueError as error:
		raise Refused(f"{error}") from None

	# the three openings' equations, each with its weight, in one sum that vanishes
	weights = drawn.weights(tail)
	most = max(layout.openings)
	padded = [
		values + [0] * (most - len(values)) + [blinding]
		for values, blinding in zip(openings, blindings)
	]
	of_bases = [inner(weights, column) for column in zip(*padded)]
	of_points = [-inner(weights, row) % ORDER for row in opened(public, layout, drawn.x)]
	if combine(bases(most) + decoded, of_bases + of_points) != IDENTITY:
		raise Refused("its openings do not open its points")
