"""What a dealer proves of its vector (docs/VALIDITY.md, what is proven; docs/TRANSCRIPT.md, the relation of a spec).

A form is a list of terms and a constant. A term is what it is a multiple of, `ENTRY` or `PRODUCT`, the place of that
from 0, and the coefficient."""

from math import isqrt

from checker.hashing import items, transcript_hash, u8, u16, u32
from checker.spec import WITH_EDGES, WITH_WEIGHT, length, length_of_group

ENTRY, PRODUCT = 0, 1
# Most bits of a range.
MAX_WIDTH = 250
# A row is no longer than there are generators.
LONGEST_ROW = 256
# Rows are about as long as the root of so many times the bits.
LENGTHENED = 4
# Bytes of a point and of a scalar in a proof.
POINT, SCALAR = 96, 32


def form(*terms, constant=0):
	"""A form of terms `(kind, place, coefficient)`; those with the coefficient zero are left out."""
	return [term for term in terms if term[2] != 0], constant


def form_of_entries(*terms):
	"""A form of `(place, coefficient)`."""
	return form(*((ENTRY, place, coefficient) for place, coefficient in terms))


class Layout:
	"""How bits and products stand in rows; symbols are those of docs/VALIDITY.md."""

	def __init__(self, vector_length, bits, products):
		bits = max(bits, 1)
		# the root, rounded up
		longest = min(LONGEST_ROW, max(vector_length, isqrt(LENGTHENED * bits - 1) + 1))
		self.m = -(-bits // longest)
		self.q = max(vector_length, -(-bits // self.m))
		self.p = -(-products // self.q)
		self.d = self.m + 2 * self.p + 2
		self.h = max(1, isqrt(self.d // 4))
		self.n = -(-self.d // self.h)

	@property
	def first_points(self):
		"""Points of the first message."""
		return self.m + 3 * self.p + 2

	@property
	def points(self):
		return self.first_points + 2 * self.h + 1

	@property
	def openings(self):
		"""The lengths of the three openings, without their blinding values."""
		return self.q, self.q, self.n

	@property
	def proof_length(self):
		return POINT * self.points + SCALAR * sum(length + 1 for length in self.openings)


class Relation:
	"""Conditions on a vector, in their order: `ranges` of a form and a width, `products` of two forms, `zeros`."""

	def __init__(self, vector_length):
		self.length = vector_length
		self.ranges, self.products, self.zeros = [], [], []

	def range(self, of, width):
		self.ranges.append((of, width))

	def product(self, left, right):
		"""Adds a product; returns its place."""
		self.products.append((left, right))
		return len(self.products) - 1

	def zero(self, of):
		self.zeros.append(of)

	@property
	def bits(self):
		return sum(width for _, width in self.ranges)

	def layout(self):
		return Layout(self.length, self.bits, len(self.products))

	def name(self):
		"""The hash of all of it."""

		def signed(number):
			return number.to_bytes(16, "little", signed=True)

		def encoded(of):
			terms, constant = of
			each = [u8(kind) + u16(place) + signed(coefficient) for kind, place, coefficient in terms]
			return items(each) + signed(constant)

		return transcript_hash(
			b"ostraka/relation/v1",
			u16(self.length),
			items([u32(width) + encoded(of) for of, width in self.ranges]),
			items([encoded(left) + encoded(right) for left, right in self.products]),
			items([encoded(of) for of in self.zeros]),
		)


class Moments:
	"""A column with the places of its sum and of its sum of squares."""

	def __init__(self, column, total, squares):
		self.low, self.high = column["min"], column["max"]
		self.width = width_of(column)
		self.total, self.squares = total, squares


def width_of(column):
	return (column["max"] - column["min"]).bit_length()


def of_spec(spec):
	"""The relation of a spec that is valid."""
	relation = Relation(length(spec))
	size = length_of_group(spec)
	firsts = range(0, relation.length, size)
	for first in firsts:
		group(relation, spec, first)
	cap(relation, spec, size, firsts)
	return relation


def group(relation, spec, n):
	"""The conditions on one group, whose first entry, of the count or of the weights, is at `n`."""
	statistic, columns, r = spec["statistic"], spec["columns"], spec["max_rows"].bit_length()
	if statistic in WITH_EDGES:
		return bins(relation, spec, n, r)
	if statistic == "contributors":
		return relation.range(form_of_entries((n, 1)), 1)
	if statistic in WITH_WEIGHT:
		r += spec["weight"]["max"].bit_length()
	relation.range(form_of_entries((n, 1)), r)
	if statistic in ("sum", "mean") or statistic in WITH_WEIGHT:
		for place, column in enumerate(columns, n + 1):
			total(relation, n, r, Moments(column, place, None))
	elif statistic in ("variance", "std"):
		variance(relation, n, r, Moments(columns[0], n + 1, n + 2))
	elif statistic in ("covariance", "correlation"):
		x, y = Moments(columns[0], n + 1, n + 3), Moments(columns[1], n + 2, n + 5)
		covariance(relation, n, r, x, y, n + 4)
	elif statistic == "regression":
		regression(relation, spec, n, r)
	return None


def total(relation, n, r, x):
	"""`n lo <= S <= n hi`."""
	relation.range(form_of_entries((n, -x.low), (x.total, 1)), r + x.width)
	relation.range(form_of_entries((n, x.high), (x.total, -1)), r + x.width)


def distances(relation, n, r, x, end):
	"""The sum of the squared distances from an end of the range."""
	squares = form_of_entries((n, end * end), (x.total, -2 * end), (x.squares, 1))
	relation.range(squares, r + 2 * x.width)


def hull(relation, n, r, x):
	"""The sum of the products of the distances from both ends, and the squared ones from the lower end."""
	inside = (n, -x.low * x.high), (x.total, x.low + x.high), (x.squares, -1)
	relation.range(form_of_entries(*inside), r + 2 * x.width)
	distances(relation, n, r, x, x.low)


def difference(one, other):
	"""The form of a product less another."""
	return form((PRODUCT, one, 1), (PRODUCT, other, -1))


def variance(relation, n, r, x):
	"""A column's sums; returns `n Q - S^2`."""
	total(relation, n, r, x)
	hull(relation, n, r, x)
	one, sums = form_of_entries((n, 1)), form_of_entries((x.total, 1))
	scaled = relation.product(one, form_of_entries((x.squares, 1)))
	spread = difference(scaled, relation.product(sums, sums))
	relation.range(spread, 2 * r + 2 * x.width)
	return spread


def corners(relation, n, r, x, y, joint):
	"""McCormick's forms of the sum of products at `joint`."""
	for a, b, sign in (
		(x.low, y.low, 1),
		(x.high, y.high, 1),
		(x.low, y.high, -1),
		(x.high, y.low, -1),
	):
		terms = (joint, sign), (y.total, -sign * a), (x.total, -sign * b), (n, sign * a * b)
		relation.range(form_of_entries(*terms), r + x.width + y.width)


def covariance(relation, n, r, x, y, joint):
	spreads = [variance(relation, n, r, column) for column in (x, y)]
	corners(relation, n, r, x, y, joint)
	width = 4 * r + 2 * x.width + 2 * y.width
	if width > MAX_WIDTH:
		return
	scaled = relation.product(form_of_entries((n, 1)), form_of_entries((joint, 1)))
	sums = relation.product(form_of_entries((x.total, 1)), form_of_entries((y.total, 1)))
	of_both = difference(scaled, sums)
	together = relation.product(*spreads)
	relation.range(difference(together, relation.product(of_both, of_both)), width)


def regression(relation, spec, n, r):
	named = spec["columns"] + [spec["target"]]
	k = len(named)
	# places of the sums over (z, y): the upper triangle of z, then y with every z, then y with itself
	pairs = [(i, j) for i in range(k) for j in range(i, k)] + [(i, k) for i in range(k + 1)]
	place = {pair: n + i for i, pair in enumerate(pairs)}
	moments = [Moments(x, place[0, i], place[i, i]) for i, x in enumerate(named, 1)]
	for i, x in enumerate(moments, 1):
		variance(relation, n, r, x)
		distances(relation, n, r, x, x.high)
		for j, y in enumerate(moments[i:], i + 1):
			corners(relation, n, r, x, y, place[i, j])


def bins(relation, spec, first, r):
	[column], edges = spec["columns"], spec["edges"]
	for i in range(len(edges) + 1):
		is_above = i > 0 and edges[i - 1] > column["max"]
		is_below = i < len(edges) and edges[i] <= column["min"]
		one = form_of_entries((first + i, 1))
		if is_above or is_below:
			relation.zero(one)
		else:
			relation.range(one, r)


def cap(relation, spec, size, firsts):
	"""All counts together, or weights, unless their own ranges say so already."""
	statistic, most, r = spec["statistic"], spec["max_rows"], spec["max_rows"].bit_length()
	if statistic in WITH_WEIGHT:
		most *= spec["weight"]["max"]
		r += spec["weight"]["max"].bit_length()
	counts = range(len(firsts) * size) if statistic in WITH_EDGES else firsts
	largest = 1 if statistic == "contributors" else (1 << r) - 1
	if len(counts) * largest > most:
		relation.range(form(*((ENTRY, n, -1) for n in counts), constant=most), r)
