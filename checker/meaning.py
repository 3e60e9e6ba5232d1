"""What a task's spec says: its encoding, the length of its vector, and the numbers that follow from a vector."""

from fractions import Fraction
from math import isclose, sqrt

STATISTICS = [
	"count",
	"sum",
	"mean",
	"weighted-mean",
	"variance",
	"std",
	"covariance",
	"correlation",
	"regression",
	"histogram",
	"quantiles",
	"median",
	"vector-mean",
	"contributors",
]


def compact(value):
	"""SCALE's compact form of a length."""
	if value < 1 << 6:
		return (value << 2).to_bytes(1, "little")
	return (value << 2 | 1).to_bytes(2, "little")


def text(value):
	data = value.encode()
	return compact(len(data)) + data


def column(value):
	bounds = [value[name].to_bytes(8, "little", signed=True) for name in ("min", "max")]
	return text(value["name"]) + value["decimals"].to_bytes(1, "little") + b"".join(bounds)


def several(values, encode):
	return compact(len(values)) + b"".join(encode(value) for value in values)


def optional(value, encode):
	return b"\0" if value is None else b"\1" + encode(value)


def grouping(value):
	return text(value["column"]) + several(value["groups"], text)


def encode_spec(spec):
	"""The spec's SCALE encoding."""
	return b"".join(
		[
			STATISTICS.index(spec["statistic"]).to_bytes(1, "little"),
			several(spec["columns"], column),
			optional(spec["target"], column),
			optional(spec["weight"], column),
			several(spec["edges"], lambda edge: edge.to_bytes(8, "little", signed=True)),
			several(spec["quantiles"], lambda quantile: quantile.to_bytes(2, "little")),
			optional(spec["group_by"], grouping),
			spec["max_rows"].to_bytes(4, "little"),
		]
	)


def length_of_group(spec):
	statistic, columns = spec["statistic"], len(spec["columns"])
	if statistic == "regression":
		return (columns + 1) * (columns + 2) // 2 + columns + 2
	if statistic in ("histogram", "quantiles", "median"):
		return len(spec["edges"]) + 1
	fixed = {
		"count": 1,
		"contributors": 1,
		"sum": 2,
		"mean": 2,
		"weighted-mean": 2,
		"variance": 3,
		"std": 3,
	}
	return columns + 1 if statistic == "vector-mean" else fixed.get(statistic, 6)


def groups(spec):
	return None if spec["group_by"] is None else spec["group_by"]["groups"]


def length(spec):
	"""Numbers in the vector."""
	return length_of_group(spec) * len(groups(spec) or [None])


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
		return (-1 if self.negative else 1) * sqrt(self.square)


def parse(number):
	"""An exact number: `12`, `3.50`, `-7/3`, `sqrt(2/3)`."""
	if number.endswith(")"):
		sign, square = number[:-1].split("sqrt(")
		return Root(Fraction(square), sign == "-")
	return Fraction(number)


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
	"""The numbers of one group that follow from its part `x` of the vector, by name; None if it says nothing of rows."""
	statistic, columns, unit = spec["statistic"], spec["columns"], [Fraction(1)] * 2
	for i, one in enumerate(columns[:2]):
		unit[i] = Fraction(1, 10 ** one["decimals"])
	if statistic == "contributors":
		return {"contributors": x[0]}
	if not any(x):
		return None
	if statistic in ("weighted-mean", "vector-mean"):
		weight = Fraction(x[0], 10 ** spec["weight"]["decimals"])
		means = {
			one["name"]: Fraction(total, x[0] * 10 ** one["decimals"])
			for one, total in zip(columns, x[1:])
		}
		if statistic == "vector-mean":
			return {"weight_sum": weight, "mean": means}
		mean = means[columns[0]["name"]]
		return {"weight_sum": weight, "weighted_sum": weight * mean, "mean": mean}
	if statistic in ("histogram", "quantiles", "median"):
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


def same(place, expected, exact, typed):
	"""Raises ValueError unless both given forms of a tree of numbers say what is expected."""
	if expected is None:
		if exact is not None or typed is not None:
			raise ValueError(f"exact{place} and typed{place} should be null")
	elif isinstance(expected, str):
		if not exact == typed == expected:
			raise ValueError(f"exact{place} and typed{place} should be {expected}")
	elif isinstance(expected, (dict, list)):
		names = list(expected) if isinstance(expected, dict) else range(len(expected))
		for given in exact, typed:
			if len(given) != len(expected) or isinstance(given, dict) != isinstance(expected, dict):
				raise ValueError(f"{place} has other entries")
		for name in names:
			same(f"{place}.{name}", expected[name], exact[name], typed[name])
	elif not expected == parse(exact):
		raise ValueError(f"exact{place} is {exact}, the vector says {expected}")
	elif not isclose(float(expected), typed, rel_tol=1e-14):
		raise ValueError(f"typed{place} is {typed}, exactly it is {exact}")


def check(spec, x, exact, typed):
	"""Raises ValueError unless `exact` and `typed` are what the vector, lifted to integers, says."""
	statistic = spec["statistic"]
	size = length_of_group(spec)
	parts = [x[i : i + size] for i in range(0, len(x), size)]
	if groups(spec) is None:
		same("", numbers(spec, parts[0]), exact, typed)
		return f"{statistic}: {typed}"
	for given in exact, typed:
		if given["group_by"] != spec["group_by"]["column"] or set(given["groups"]) != set(
			groups(spec)
		):
			raise ValueError("other groups than the spec's")
	for group, part in zip(groups(spec), parts):
		try:
			expected = numbers(spec, part)
		except ZeroDivisionError:
			expected = "undefined"
		same(f".groups.{group}", expected, exact["groups"][group], typed["groups"][group])
	return f"{statistic} of {len(parts)} groups"
