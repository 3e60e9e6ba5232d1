"""The numbers that a vector says, and whether a transcript's two forms of them are those."""

import re
from fractions import Fraction
from math import isclose, isfinite, isqrt

from checker import consistency
from checker.consistency import Impossible
from checker.spec import WITH_EDGES, WITH_WEIGHT, cells, encode_spec, groups, length, validate

__all__ = ["Impossible", "cells", "encode_spec", "groups", "length", "read", "same", "validate"]

UNDEFINED = "undefined"

# An exact number: `12`, `3.50`, `-7/3`, `sqrt(2/3)`. A regression over 20 columns has roots of some 4,500 digits.
INTEGER = "(?:0|[1-9][0-9]{0,3999})"
EXACT = re.compile(
	f"(?P<sign>-?)(?:(?P<decimal>{INTEGER}(?:[.][0-9]{{1,40}})?)|(?P<root>sqrt[(])?"
	f"(?P<numerator>{INTEGER})(?:/(?P<denominator>{INTEGER}))?(?P<end>[)])?)"
)
LONGEST = 10_000


class Root:
	"""A square root with a sign."""

	def __init__(self, square, negative=False):
		self.square, self.negative = square, negative and square != 0

	def __eq__(self, other):
		"""Also with a number: whether a root is written as one depends on whether it is rational."""
		if not isinstance(other, Root):
			return other * other == self.square and (other < 0) == self.negative
		return (self.square, self.negative) == (other.square, other.negative)

	def __float__(self):
		numerator, denominator = self.square.numerator, self.square.denominator
		# enough digits, and an even number of them to halve
		shift = max(0, 160 + denominator.bit_length() - numerator.bit_length()) & ~1
		root = Fraction(isqrt((numerator << shift) // denominator), 1 << shift // 2)
		return float(-root if self.negative else root)


def parse(number):
	"""The exact number that a text says. Raises ValueError if it says none."""
	if not isinstance(number, str) or len(number) > LONGEST:
		raise ValueError(f"not an exact number: {str(number)[:80]}")
	found = EXACT.fullmatch(number)
	if not found or bool(found["root"]) != bool(found["end"]):
		raise ValueError(f"not an exact number: {number[:80]}")
	if found["decimal"] is not None:
		value = Fraction(found["decimal"])
	else:
		denominator = int(found["denominator"] or "1")
		if denominator == 0:
			raise ValueError(f"a fraction whose denominator is zero: {number[:80]}")
		value = Fraction(int(found["numerator"]), denominator)
	if found["root"]:
		return Root(value, bool(found["sign"]))
	return -value if found["sign"] else value


def nearest(number):
	"""The nearest double; None if it is beyond them, as the exporter writes it."""
	try:
		return float(number)
	except OverflowError:
		return None


def quantile(edges, counts, thousandths):
	"""A quantile as if the rows of a bin were spread evenly over it, and the bin's bounds."""
	rank = -(-sum(counts) * thousandths // 1000)
	place = 0
	while rank > counts[place]:
		rank -= counts[place]
		place += 1
	lower = edges[place - 1] if place > 0 else None
	upper = edges[place] if place < len(edges) else None
	if lower is None or upper is None:
		return upper if lower is None else lower, [lower, upper]
	return lower + (upper - lower) * Fraction(2 * rank - 1, 2 * counts[place]), [lower, upper]


def regression(spec, x):
	"""Least squares from the sums of products, by Gauss's and Jordan's elimination."""
	columns, target = spec["columns"], spec["target"]
	units = [1] + [Fraction(1, 10 ** one["decimals"]) for one in columns]
	unit, k = Fraction(1, 10 ** target["decimals"]), len(units)
	entries = iter(x)
	gram = [[None] * k for _ in range(k)]
	for i in range(k):
		for j in range(i, k):
			gram[i][j] = gram[j][i] = next(entries) * units[i] * units[j]
	products = [next(entries) * scale * unit for scale in units]
	squares = next(entries) * unit**2
	rows = [
		row + [b] + [Fraction(i == j) for j in range(k)]
		for i, (row, b) in enumerate(zip(gram, products))
	]
	for i in range(k):
		rows[i] = [value / rows[i][i] for value in rows[i]]
		for j in range(k):
			if j != i:
				rows[j] = [a - rows[j][i] * b for a, b in zip(rows[j], rows[i])]
	coefficients = [row[k] for row in rows]
	n = x[0]
	residual = squares - sum(a * b for a, b in zip(coefficients, products))
	total = squares - products[0] ** 2 / n
	names = ["intercept"] + [one["name"] for one in columns]
	errors = None
	if n > k:
		variances = [residual / (n - k) * row[k + 1 + i] for i, row in enumerate(rows)]
		errors = {name: Root(variance) for name, variance in zip(names, variances)}
	return {
		"count": n,
		"coefficients": dict(zip(names, coefficients)),
		"std_errors": errors,
		"r_squared": 1 - residual / total if total else None,
	}


def numbers(spec, x):
	"""The numbers of one group that follow from its part `x` of the vector, by name; None if it says nothing of rows.
	Raises ZeroDivisionError if the statistic is not defined on them."""
	statistic, columns, unit = spec["statistic"], spec["columns"], [Fraction(1)] * 2
	for i, one in enumerate(columns[:2]):
		unit[i] = Fraction(1, 10 ** one["decimals"])
	if statistic == "contributors":
		return {"contributors": x[0]}
	if not any(x):
		return None
	if statistic in WITH_WEIGHT:
		weight = Fraction(x[0], 10 ** spec["weight"]["decimals"])
		means = {
			one["name"]: Fraction(total, x[0] * 10 ** one["decimals"])
			for one, total in zip(columns, x[1:])
		}
		if statistic == "vector-mean":
			return {"weight_sum": weight, "mean": means}
		mean = means[columns[0]["name"]]
		return {"weight_sum": weight, "weighted_sum": weight * mean, "mean": mean}
	if statistic in WITH_EDGES:
		edges = [edge * unit[0] for edge in spec["edges"]]
		found = {"count": sum(x), "edges": edges, "counts": x}
		if statistic == "median":
			found["median"], found["median_bounds"] = quantile(edges, x, 500)
		if statistic == "quantiles":
			found["quantiles"] = []
			for asked in spec["quantiles"]:
				value, bounds = quantile(edges, x, asked)
				found["quantiles"].append(
					{"quantile": Fraction(asked, 1000), "value": value, "bounds": bounds}
				)
		return found
	if statistic == "regression":
		return regression(spec, x)
	n = x[0]
	if statistic in ("covariance", "correlation"):
		spread_x, spread_y = n * x[3] - x[1] ** 2, n * x[5] - x[2] ** 2
		joint = n * x[4] - x[1] * x[2]
		means = {
			one["name"]: Fraction(total, n) * scale
			for one, total, scale in zip(columns, x[1:], unit)
		}
		found = {
			"count": n,
			"means": means,
			"covariance": Fraction(joint, n * (n - 1)) * unit[0] * unit[1],
		}
		if statistic == "correlation":
			found["correlation"] = Root(Fraction(joint**2, spread_x * spread_y), joint < 0)
		return found
	found = {"count": n}
	if statistic != "count":
		found["sum"] = x[1] * unit[0]
	if statistic in ("mean", "variance", "std"):
		found["mean"] = Fraction(x[1], n) * unit[0]
	if statistic in ("variance", "std"):
		found["variance"] = Fraction(n * x[2] - x[1] ** 2, n * (n - 1)) * unit[0] ** 2
	if statistic == "std":
		found["std"] = Root(found["variance"])
	return found


def read(spec, x, dealers):
	"""What a vector, lifted to integers, says: one pair a group of its name and what it says (without groups one pair
	whose name is None). That is its numbers by name; None if it has no rows; `undefined` if the statistic is not
	defined on it; or, if no data can give it, the Impossible that says why."""
	parts = cells(spec, x)
	if groups(spec) is not None:
		return [(name, of_cell(spec, part, dealers)) for name, part in zip(groups(spec), parts)]
	found = of_cell(spec, parts[0], dealers)
	return [(None, Impossible("there are no rows") if found is None else found)]


def of_cell(spec, part, dealers):
	try:
		consistency.check_cell(spec, part, dealers)
		found = numbers(spec, part)
	except Impossible as error:
		return error
	except ZeroDivisionError:
		return UNDEFINED
	# rows whose weights are all zero leave no trace: there may be some
	vanishing = spec["weight"] is not None and spec["weight"]["min"] == 0
	return UNDEFINED if found is None and vanishing else found


def same(place, expected, exact, typed):
	"""Raises ValueError unless both given forms of a tree of numbers say what is expected."""
	if expected is None or isinstance(expected, str):
		# one of None and of a text is not the other in any type
		if exact != expected or typed != expected:
			word = "null" if expected is None else expected
			raise ValueError(f"exact{place} and typed{place} should be {word}")
	elif isinstance(expected, (dict, list)):
		names = set(expected) if isinstance(expected, dict) else range(len(expected))
		for given in exact, typed:
			if type(given) is not type(expected) or len(given) != len(expected):
				raise ValueError(f"exact{place} and typed{place} have other entries than expected")
			if isinstance(given, dict) and set(given) != names:
				raise ValueError(f"exact{place} and typed{place} have other names than expected")
		for name in names:
			same(f"{place}.{name}", expected[name], exact[name], typed[name])
	elif not expected == parse(exact):
		raise ValueError(f"exact{place} is {exact[:80]}, the vector says otherwise")
	elif not same_double(expected, typed):
		raise ValueError(f"typed{place} is {str(typed)[:80]}, exactly it is {exact[:80]}")


def same_double(expected, typed):
	"""Whether a number of JSON is the nearest double, or the whole number itself."""
	double = nearest(expected)
	if double is None:
		return typed is None
	if type(typed) is int:
		return expected == typed
	# the exporter cuts roots after 25 digits before it looks for the nearest double
	return type(typed) is float and isfinite(typed) and isclose(double, typed, rel_tol=1e-15)
