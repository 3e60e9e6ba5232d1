"""Proofs of validity for the tests, of any vector: one that breaks a condition gets a proof that must be refused. From
docs/VALIDITY.md; it must not touch real secrets."""

from itertools import chain

from checker.bls12_381 import IDENTITY, ORDER
from checker.commitments import commit
from checker.relation import ENTRY, PRODUCT
from checker.validity import Challenges, Public, chunks, inner, number, opened


class Witness:
	"""The rows of the first message that follow from a vector: bits, left operands, right operands, products. `holds` says
	whether the vector satisfies the relation."""

	def __init__(self, relation, vector):
		operands, known = [], {ENTRY: [value % ORDER for value in vector], PRODUCT: []}

		def value(form):
			terms, constant = form
			return (constant + sum(c * known[kind][place] for kind, place, c in terms)) % ORDER

		for left, right in relation.products:
			operands.append((value(left), value(right)))
			known[PRODUCT].append(operands[-1][0] * operands[-1][1] % ORDER)
		ranges = [(value(form), width) for form, width in relation.ranges]
		self.holds = all(form < 1 << width for form, width in ranges) and not any(
			map(value, relation.zeros)
		)
		layout = relation.layout()

		def rows(values, count):
			values = list(values)
			return chunks(values + [0] * (count * layout.q - len(values)), layout.q)

		self.bits = rows((form >> j & 1 for form, width in ranges for j in range(width)), layout.m)
		self.left = rows((left for left, _ in operands), layout.p)
		self.right = rows((right for _, right in operands), layout.p)
		self.out = rows(known[PRODUCT], layout.p)
		[self.input] = rows(known[ENTRY], 1)


def polynomials(layout, public, witness, s, s_prime):
	"""`l(X)` and `r(X)`: rows by their exponents, those of `r` negative."""
	m, p, d, D = layout.m, layout.p, layout.d, public.d
	l, r = {0: s, d - 1: witness.input}, {-d: [a * b for a, b in zip(D, s_prime)]}
	r[1 - d] = public.input
	for i, bits in enumerate(witness.bits, 1):
		scaled = [public.scales[i - 1] * a for a in D]
		l[i] = bits
		r[-i] = [a * (bit - 1) + w for a, bit, w in zip(scaled, bits, public.bits[i - 1])]
	for k in range(p):
		scaled = [public.scales[m + k] * a for a in D]
		l[m + k + 1] = [a + b for a, b in zip(witness.left[k], public.shifts[k])]
		l[m + p + k + 1] = witness.out[k]
		r[-(m + k + 1)] = [a * b + w for a, b, w in zip(scaled, witness.right[k], public.left[k])]
		r[-(m + p + k + 1)] = [w - a for w, a in zip(public.out[k], scaled)]
	return l, r


def prove(relation, task_hash, dealer, commitments, witness, blinding, draw, astray=None):
	"""A proof of the witness whose vector is in `commitments[0]`, with that blinding value. `draw` returns scalars; to the
	points of the first message those of `astray` are added, by place."""
	layout, astray = relation.layout(), astray or {}
	d, n, h = layout.d, layout.n, layout.h

	def committed(rows, more):
		points = [commit([value % ORDER for value in values], own) for values, own in rows]
		return [(point + more.get(i, IDENTITY)).encode() for i, point in enumerate(points)]

	s, s_prime = ([draw() for _ in range(layout.q)] for _ in range(2))
	rows = chain(witness.bits, witness.left, witness.right, witness.out, [s, s_prime])
	rows = [(values, draw()) for values in rows]
	points = committed(rows, astray)
	drawn = Challenges(relation, task_hash, dealer, commitments, points)
	public = Public(relation, layout, drawn.y, drawn.z)

	l, r = polynomials(layout, public, witness, s, s_prime)
	t = {}
	for up, of_l in l.items():
		for down, of_r in r.items():
			if up + down != 0:
				t[up + down] = (t.get(up + down, 0) + inner(of_l, of_r)) % ORDER
	low = [[t.get(j - i * n, 0) for j in range(n)] for i in range(1, h + 1)]
	high = [[t.get(1 + i * n + j, 0) for j in range(n)] for i in range(h)]
	masks = [draw() for _ in range(1, n)]
	high[0] = [a + b for a, b in zip(high[0], [0] + masks)]
	mask = [-value % ORDER for value in masks] + [0]
	more = [(values, draw()) for values in low + high + [mask]]
	points_of_more = committed(more, {})
	drawn.draw_x(points_of_more)

	rows = rows + more + [(witness.input, blinding)]
	scalars = []
	for length, weights in zip(layout.openings, zip(*opened(public, layout, drawn.x))):
		used = [(weight, row) for weight, row in zip(weights, rows) if weight]
		for place in range(length):
			scalars.append(sum(weight * row[0][place] for weight, row in used) % ORDER)
		scalars.append(sum(weight * row[1] for weight, row in used) % ORDER)
	return b"".join(points + points_of_more + [number(scalar) for scalar in scalars])
