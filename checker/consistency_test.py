"""Tests of what data can give: `python3 -m unittest checker.consistency_test`.

Vectors that no data can give, each for its reason; statistics that are not defined; and random data, which all are possible."""

import random
import unittest

from checker import meaning
from checker.made_up import double, exact, written
from checker.spec import STATISTICS, WITH_EDGES, WITH_WEIGHT

X = {"name": "x", "decimals": 0, "min": -10, "max": 20}
Y = {"name": "y", "decimals": 0, "min": 0, "max": 4}
SPEC = {
	"statistic": "mean",
	"columns": [X],
	"target": None,
	"weight": None,
	"edges": [],
	"quantiles": [],
	"group_by": None,
	"max_rows": 5,
}
GROUPS = {"column": "g", "groups": ["a", "b"]}


def spec_of(statistic, **others):
	spec = dict(SPEC, statistic=statistic, **others)
	meaning.validate(spec)
	return spec


def said(spec, vector, dealers=1):
	[(_, found)] = meaning.read(spec, vector, dealers)
	return found


class Consistency(unittest.TestCase):
	"""Each condition refuses what it is for, and no more."""

	def impossible(self, spec, vector, why, dealers=1):
		self.assertEqual(meaning.length(spec), len(vector))
		found = said(spec, vector, dealers)
		self.assertIsInstance(found, meaning.Impossible, vector)
		self.assertRegex(str(found), why)

	def possible(self, spec, vector, dealers=1):
		self.assertIsInstance(said(spec, vector, dealers), dict, vector)

	def undefined(self, spec, vector):
		self.assertEqual(said(spec, vector), "undefined", vector)

	def test_counts_and_sums(self):
		count, mean = spec_of("count"), spec_of("mean")
		self.impossible(count, [0], "no rows")
		self.impossible(count, [-1], "negative", 2)
		self.impossible(count, [11], "more rows", 2)
		self.impossible(count, [1], "more rows", 0)
		self.possible(count, [10], 2)
		self.impossible(mean, [2, 41], "out of range")
		self.impossible(mean, [2, -21], "out of range")
		self.impossible(mean, [0, 1], "not zero")
		self.impossible(mean, [-3, 0], "negative")
		self.impossible(mean, [3, 10**8], "out of range")
		self.possible(mean, [2, 40])

	def test_squares(self):
		variance = spec_of("variance")
		# three times 5/3 has the least squares, 25/3; x² <= 10 x + 200 between -10 and 20 the most
		self.impossible(variance, [3, 5, 8], "too small")
		self.possible(variance, [3, 5, 9])
		# what no whole numbers give, but numbers: a dealer can have proven it
		self.possible(variance, [3, 5, 10])
		self.possible(variance, [3, 5, 650])
		self.impossible(variance, [3, 5, 651], "too large")
		self.impossible(variance, [3, 5, -9], "negative variance")
		self.undefined(variance, [1, 5, 25])
		self.possible(variance, [3, 6, 12])
		fixed = spec_of("variance", columns=[dict(X, min=4, max=4)])
		self.possible(fixed, [3, 12, 48])
		self.impossible(fixed, [3, 12, 50], "too large")

	def test_products(self):
		correlation = spec_of("correlation", columns=[X, Y])
		# (0, 0), (2, 2), (4, 4)
		self.possible(correlation, [3, 6, 6, 20, 20, 20])
		self.impossible(correlation, [3, 6, 6, 20, 21, 20], "variances allow")
		self.impossible(correlation, [3, 6, 6, 20, 2, 20], "variances allow")
		self.impossible(correlation, [3, 6, 6, 20, 200, 20], "out of range")
		self.impossible(correlation, [3, 6, 6, 20, -200, 20], "out of range")
		# y constant
		self.undefined(correlation, [3, 6, 6, 20, 12, 12])
		self.undefined(spec_of("covariance", columns=[X, Y]), [1, 2, 2, 4, 4, 4])

	def test_bins(self):
		column = dict(X, min=0, max=9)
		histogram = spec_of("histogram", columns=[column], edges=[0, 5, 10])
		self.possible(histogram, [0, 2, 3, 0])
		self.impossible(histogram, [1, 2, 1, 0], "outside the range")
		self.impossible(histogram, [0, 2, 1, 1], "outside the range")
		self.impossible(histogram, [0, 3, -1, 0], "negative")
		self.impossible(histogram, [0, 3, 3, 0], "more rows")
		self.impossible(histogram, [0, 0, 0, 0], "no rows")
		median = spec_of("median", columns=[column], edges=[0, 5, 10])
		self.impossible(median, [0, -2, 3, 0], "negative")

	def test_weights(self):
		def weighted(least):
			return spec_of("weighted-mean", weight=dict(X, name="w", min=least, max=3))

		self.possible(weighted(1), [15, 300])
		self.impossible(weighted(1), [16, 300], "more weights")
		self.impossible(weighted(1), [-1, 0], "negative")
		self.impossible(weighted(1), [15, 301], "out of range")
		self.impossible(weighted(1), [0, 0], "no rows")
		self.impossible(weighted(0), [0, 1], "out of range")
		self.undefined(weighted(0), [0, 0])

	def test_regression(self):
		line = spec_of("regression", target=dict(Y, min=-50, max=50))
		for rows, expected in [
			([(3, 1), (3, 2), (3, 4)], self.undefined),
			([(3, 1)], self.undefined),
			([(3, 1), (4, 6)], self.possible),
			([(3, 1), (4, 1), (5, 1)], self.possible),
		]:
			expected(line, encoded(line, rows))
		# of 3 rows: more than a line through two points can leave
		self.impossible(line, [2, 7, 25, 7, 25, 39], "rank")
		plane = spec_of(
			"regression",
			columns=[dict(X, name=name, min=-100, max=100) for name in "uv"],
			target=dict(Y, min=-100, max=100),
		)
		# a regressor, the target: what is asked of a variance
		self.possible(line, [3, 5, 9, 0, 0, 0])
		self.impossible(line, [3, 5, 8, 0, 0, 0], "of x is too small")
		self.impossible(line, [3, 5, 651, 0, 0, 0], "of x is too large")
		self.impossible(line, [3, 5, 9, 5, 8, 8], "of y is too small")
		# each pair is possible; all three columns together are not
		self.impossible(plane, [4, 0, 0, 400, -360, 400, 0, 360, 360, 400], "negative minor")
		# of full rank over two rows
		self.impossible(plane, [2, 0, 0, 200, 20, 200, 0, 0, 0, 200], "rank")

	def test_groups(self):
		mean = spec_of("mean", group_by=GROUPS)
		cells = dict(meaning.read(mean, [-1, 0, 2, 40], 1))
		self.assertIsInstance(cells["a"], meaning.Impossible)
		self.assertEqual(cells["b"]["count"], 2)


def encoded(spec, rows):
	"""The vector of rows, each the values of the columns, then target, then weight."""
	statistic, n = spec["statistic"], len(rows)
	if statistic in ("count", "contributors"):
		return [n]
	if statistic in WITH_EDGES:
		bins = [0] * (len(spec["edges"]) + 1)
		for [value] in rows:
			bins[sum(edge <= value for edge in spec["edges"])] += 1
		return bins
	if statistic in WITH_WEIGHT:
		return [sum(row[-1] for row in rows)] + [
			sum(row[-1] * row[i] for row in rows) for i in range(len(spec["columns"]))
		]
	if statistic == "regression":
		z = [(1, *row) for row in rows]
		k = len(spec["columns"]) + 1
		places = [(i, j) for i in range(k) for j in range(i, k)] + [(i, k) for i in range(k + 1)]
		return [sum(row[i] * row[j] for row in z) for i, j in places]
	sums = [sum(column) for column in zip(*rows)] or [0] * len(spec["columns"])
	squares = [
		sum(row[i] * row[j] for row in rows)
		for i in range(len(spec["columns"]))
		for j in range(i, len(spec["columns"]))
	]
	return [n] + sums + squares if statistic not in ("sum", "mean") else [n] + sums


class Honest(unittest.TestCase):
	"""Random data are possible, both forms of their numbers hold, and those of other data do not."""

	def some(self, generator):
		statistic = generator.choice([one for one in STATISTICS if one != "contributors"])
		width = {"covariance": 2, "correlation": 2}.get(statistic, 1)
		if statistic in ("regression", "vector-mean"):
			width = generator.randint(1, 3)

		def column(name, least=None):
			low = generator.randint(-6, 4) if least is None else least
			high = low + generator.choice([0, 1, 3, 50])
			return {"name": name, "decimals": generator.randint(0, 3), "min": low, "max": high}

		columns = [column(name) for name in "stu"[:width]]
		target = column("y") if statistic == "regression" else None
		weight = column("w", generator.randint(0, 1)) if statistic in WITH_WEIGHT else None
		edges = sorted(generator.sample(range(-8, 60), 4)) if statistic in WITH_EDGES else []
		quantiles = [1, 250, 999] if statistic == "quantiles" else []
		spec = spec_of(
			statistic,
			columns=columns,
			target=target,
			weight=weight,
			edges=edges,
			quantiles=quantiles,
			max_rows=9,
		)
		used = columns + [one for one in (target, weight) if one]
		rows = [
			[generator.randint(one["min"], one["max"]) for one in used]
			for _ in range(generator.randint(1, 9))
		]
		return spec, encoded(spec, rows)

	def test_random_data(self):
		generator, defined = random.Random(1), 0
		for _ in range(1500):
			spec, vector = self.some(generator)
			found = said(spec, vector)
			self.assertNotIsInstance(found, meaning.Impossible, (spec, vector))
			forms = written(found, exact), written(found, double)
			meaning.same("", found, *forms)
			defined += isinstance(found, dict)
			other = list(vector)
			other[generator.randrange(len(other))] += generator.choice([-2, -1, 1, 2, 10**9, -(10**30)])
			changed = said(spec, other)
			if isinstance(changed, meaning.Impossible) or changed == found == "undefined":
				continue
			if spec["statistic"] not in ("variance", "std", "covariance", "correlation", "regression"):
				with self.assertRaises(ValueError, msg=(spec, vector, other)):
					meaning.same("", changed, *forms)
		self.assertGreater(defined, 1000)


if __name__ == "__main__":
	unittest.main()
