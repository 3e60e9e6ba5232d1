"""Conditions that every sum of honest vectors meets (docs/TRANSCRIPT.md, check 9).

Honest data are whole numbers within the ranges of the spec, in no more rows than the dealers may have together. The
conditions are necessary, not sufficient: a vector that breaks one comes from no data; one that meets them all may
still come from none. `x`, `y`, `w` count units of their columns, `n` is a count, the cap is dealers times `max_rows`."""

from fractions import Fraction

from checker.spec import WITH_EDGES, WITH_WEIGHT


class Impossible(ValueError):
	"""No data can give the vector; the text says why."""


def require(condition, what):
	if not condition:
		raise Impossible(what)


def count(n, cap, what="rows"):
	require(n >= 0, f"a number of {what} is negative")
	require(n <= cap, f"there are more {what} than the dealers may have")


def total(n, sum_x, column):
	"""Of n values within a range: also with the sum of the weights for n."""
	fits = n * column["min"] <= sum_x <= n * column["max"]
	require(fits, f"the sum of {column['name']} is out of range")


def squares(n, sum_x, sum_xx, column):
	"""The sum of squares of n > 0 numbers within a range that add up to `sum_x`."""
	low, high, name = column["min"], column["max"], column["name"]
	require(n * sum_xx >= sum_x**2, f"the sum of squares of {name} is too small (negative variance)")
	# x² lies below the chord between the ends of the range
	most = (low + high) * sum_x - low * high * n
	require(sum_xx <= most, f"the sum of squares of {name} is too large for the range")


def products(n, x, y, sum_xy):
	"""The sum of products of two columns; `x` and `y` are each a column, its sum and its sum of squares."""
	(column_x, sum_x, sum_xx), (column_y, sum_y, sum_yy) = x, y
	what = f"the sum of products of {column_x['name']} and {column_y['name']}"
	# the sign of the sum of (x - a)(y - b) is known for ends a, b of the ranges
	for a, sign_a in ((column_x["min"], 1), (column_x["max"], -1)):
		for b, sign_b in ((column_y["min"], 1), (column_y["max"], -1)):
			corner = sum_xy - a * sum_y - b * sum_x + n * a * b
			require(corner * sign_a * sign_b >= 0, f"{what} is out of range")
	# Cauchy and Schwarz
	joint = n * sum_xy - sum_x * sum_y
	spreads = (n * sum_xx - sum_x**2) * (n * sum_yy - sum_y**2)
	require(joint**2 <= spreads, f"{what} exceeds what the variances allow")


def moments(n, x):
	"""A column by itself: `x` is the column, its sum and its sum of squares."""
	total(n, x[1], x[0])
	squares(n, x[1], x[2], x[0])


def bins(counts, spec, cap):
	column, edges = spec["columns"][0], spec["edges"]
	for i, rows in enumerate(counts):
		require(rows >= 0, "a bin's number of rows is negative")
		outside = (i > 0 and edges[i - 1] > column["max"]) or (
			i < len(edges) and edges[i] <= column["min"]
		)
		require(not outside or rows == 0, f"a bin outside the range of {column['name']} has rows")
	count(sum(counts), cap)


def regression(spec, x):
	"""The sums of products of z = (1, x_1, .., x_d) and y, for n > 0 rows."""
	named = spec["columns"] + [spec["target"]]
	k, entries = len(named), iter(x)
	# the symmetric matrix of (z, y): k columns of z, then y
	matrix = [[0] * (k + 1) for _ in range(k + 1)]
	places = [(i, j) for i in range(k) for j in range(i, k)]
	for i, j in places + [(i, k) for i in range(k + 1)]:
		matrix[i][j] = matrix[j][i] = next(entries)
	n = matrix[0][0]
	sums = [(column, matrix[0][i], matrix[i][i]) for i, column in enumerate(named, 1)]
	for column in sums:
		moments(n, column)
	for i in range(k):
		for j in range(i + 1, k):
			products(n, sums[i], sums[j], matrix[i + 1][j + 1])
	positive(matrix, n)


def positive(matrix, n):
	"""The matrix of (z, y) has no negative minor, and no higher rank than there are rows. By elimination without
	pivoting; where the columns of z turn out to be collinear, the regression is not defined and no more is asked."""
	k = len(matrix) - 1
	rows = [[Fraction(entry) for entry in row] for row in matrix]
	what = "the matrix of sums of products has a negative minor"
	for i in range(k):
		pivot = rows[i][i]
		require(pivot >= 0, what)
		if pivot == 0:
			require(not any(rows[i][i:]), what)
			return
		for j in range(i + 1, k + 1):
			factor = rows[j][i] / pivot
			rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i])]
	residual = rows[k][k]
	require(residual >= 0, what)
	fitted = n > k or (n == k and residual == 0)
	require(fitted, "the sums of products have a rank that so few rows cannot have")


def check_cell(spec, x, dealers):
	"""Raises Impossible if no data can give `x`, one group's part of the vector."""
	statistic, columns, cap = spec["statistic"], spec["columns"], dealers * spec["max_rows"]
	if statistic == "contributors":
		return count(x[0], dealers, "contributors")
	if statistic in WITH_EDGES:
		return bins(x, spec, cap)
	if statistic in WITH_WEIGHT:
		count(x[0], cap * spec["weight"]["max"], "weights")
		for column, sum_x in zip(columns, x[1:]):
			total(x[0], sum_x, column)
		return None
	n = x[0]
	count(n, cap)
	if n == 0:
		return require(not any(x), "a sum over no rows is not zero")
	if statistic in ("sum", "mean"):
		total(n, x[1], columns[0])
	elif statistic in ("variance", "std"):
		moments(n, (columns[0], x[1], x[2]))
	elif statistic in ("covariance", "correlation"):
		first, second = (columns[0], x[1], x[3]), (columns[1], x[2], x[5])
		moments(n, first)
		moments(n, second)
		products(n, first, second, x[4])
	elif statistic == "regression":
		regression(spec, x)
	return None


def check_total(spec, parts, dealers):
	"""Raises Impossible if the groups, each possible by itself, are not so together: `parts` are theirs."""
	weight = spec["weight"]
	n = sum(sum(part) if spec["statistic"] in WITH_EDGES else part[0] for part in parts)
	count(n, dealers * spec["max_rows"] * (weight["max"] if weight else 1))
