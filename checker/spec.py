"""A task's spec: the rules that it keeps, its encoding, and the length of its vector."""

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
WITH_EDGES = ("histogram", "quantiles", "median")
WITH_WEIGHT = ("weighted-mean", "vector-mean")

MAX_LENGTH = 256
MAX_COLUMNS = MAX_LENGTH - 1
MAX_NAME = 64
MAX_EDGES = 255
MAX_GROUPS = 64
MAX_QUANTILES = 16
MAX_DECIMALS = 9
MAX_BOUND = 1 << 62

# Beside control characters, those that no name holds: from and to, both included.
HIDDEN = [
	(0xAD, 0xAD),
	(0x34F, 0x34F),
	(0x61C, 0x61C),
	(0x115F, 0x1160),
	(0x17B4, 0x17B5),
	(0x180B, 0x180F),
	(0x200B, 0x200F),
	(0x2028, 0x202E),
	(0x2060, 0x206F),
	(0x3164, 0x3164),
	(0xFE00, 0xFE0F),
	(0xFEFF, 0xFEFF),
	(0xFFA0, 0xFFA0),
	(0xFFF0, 0xFFFB),
	(0x13430, 0x1343F),
	(0x1BCA0, 0x1BCA3),
	(0x1D173, 0x1D17A),
	(0xE0000, 0xE0FFF),
]


# The rules.


def rule(condition, what):
	if not condition:
		raise ValueError(what)


def field(value, name, place):
	rule(isinstance(value, dict), f"{place} is not an object")
	rule(name in value, f"{place} has no {name}")
	return value[name]


def whole(value, least, most, place):
	# a bool is an int in Python
	fits = type(value) is int and least <= value <= most
	rule(fits, f"{place} is not a whole number from {least} to {most}")
	return value


def listed(value, least, most, place):
	rule(isinstance(value, list), f"{place} is not a list")
	rule(least <= len(value) <= most, f"{place} has not from {least} to {most} elements")
	return value


def is_hidden(code):
	"""Whether a terminal acts on a character, or a reader does not see it."""
	is_control = code < 0x20 or 0x7F <= code < 0xA0
	return is_control or any(first <= code <= last for first, last in HIDDEN)


def valid_name(value, place):
	rule(isinstance(value, str), f"{place} is not a text")
	# the encoder refuses a text that is no Unicode
	rule(0 < len(value.encode()) <= MAX_NAME, f"{place} has not from 1 to {MAX_NAME} bytes")
	for character in value:
		code = ord(character)
		rule(not is_hidden(code), f"{place} has a hidden character, U+{code:04X}")
	return value


def valid_column(value, place):
	valid_name(field(value, "name", place), f"{place}.name")
	whole(field(value, "decimals", place), 0, MAX_DECIMALS, f"{place}.decimals")
	low = whole(field(value, "min", place), -MAX_BOUND, MAX_BOUND, f"{place}.min")
	high = whole(field(value, "max", place), -MAX_BOUND, MAX_BOUND, f"{place}.max")
	rule(low <= high, f"{place}.min is above {place}.max")
	return value


def distinct(names, place):
	rule(len(set(names)) == len(names), f"{place} has the same name twice")


def validate(spec):
	"""Raises ValueError unless the spec keeps every rule of docs/TRANSCRIPT.md, and names the first that it breaks."""
	statistic = field(spec, "statistic", "the spec")
	rule(isinstance(statistic, str) and statistic in STATISTICS, "statistic is none")
	fewest, most = {
		"covariance": (2, 2),
		"correlation": (2, 2),
		"regression": (1, MAX_COLUMNS),
		"vector-mean": (1, MAX_COLUMNS),
		"contributors": (0, MAX_COLUMNS),
	}.get(statistic, (1, 1))
	columns = listed(field(spec, "columns", "the spec"), fewest, most, "columns")
	names = [valid_column(one, f"columns[{i}]")["name"] for i, one in enumerate(columns)]
	for name, wanted in (
		("target", statistic == "regression"),
		("weight", statistic in WITH_WEIGHT),
	):
		value = field(spec, name, "the spec")
		rule((value is not None) == wanted, f"{statistic} {'needs a' if wanted else 'has no'} {name}")
		if wanted:
			valid_column(value, name)
	if statistic == "regression":
		rule("intercept" not in names, "a regressor has the name of the intercept")
		names = names + [spec["target"]["name"]]
	if statistic in WITH_WEIGHT:
		rule(spec["weight"]["min"] >= 0, "weight.min is negative")
	distinct(names, "columns")
	bounds = (2, MAX_EDGES) if statistic in WITH_EDGES else (0, 0)
	edges = listed(field(spec, "edges", "the spec"), *bounds, "edges")
	for edge in edges:
		whole(edge, -MAX_BOUND, MAX_BOUND, "an edge")
	rule(all(a < b for a, b in zip(edges, edges[1:])), "the edges do not rise")
	bounds = (1, MAX_QUANTILES) if statistic == "quantiles" else (0, 0)
	for one in listed(field(spec, "quantiles", "the spec"), *bounds, "quantiles"):
		whole(one, 1, 999, "a quantile")
	grouping = field(spec, "group_by", "the spec")
	rule(grouping is not None or statistic != "contributors", "contributors needs groups")
	if grouping is not None:
		valid_name(field(grouping, "column", "group_by"), "group_by.column")
		given = listed(field(grouping, "groups", "group_by"), 1, MAX_GROUPS, "group_by.groups")
		distinct([valid_name(one, "a group") for one in given], "group_by.groups")
	whole(field(spec, "max_rows", "the spec"), 1, (1 << 32) - 1, "max_rows")
	rule(length(spec) <= MAX_LENGTH, f"the vector has more than {MAX_LENGTH} numbers")


# The encoding, of a spec that is valid.


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


# The vector's length.


def length_of_group(spec):
	statistic, columns = spec["statistic"], len(spec["columns"])
	if statistic == "regression":
		return (columns + 1) * (columns + 2) // 2 + columns + 2
	if statistic in WITH_EDGES:
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
	"""The names of the groups, or None."""
	return None if spec["group_by"] is None else spec["group_by"]["groups"]


def length(spec):
	"""Numbers in the vector."""
	return length_of_group(spec) * len(groups(spec) or [None])


def cells(spec, x):
	"""The parts of a vector, one a group."""
	size = length_of_group(spec)
	return [x[i : i + size] for i in range(0, len(x), size)]
