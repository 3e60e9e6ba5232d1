"""Checks a transcript (`ostraka result --task N --export FILE`) as docs/TRANSCRIPT.md says.

	python3 -m checker FILE

An implementation of its own, written from that document, whose numbers the checks below have: it
shares no code with Ostraka and needs nothing but Python 3.8. Exit code 0: all checks hold; 1: one
failed; 2: the file cannot be read."""

import os
import sys
from functools import lru_cache
from hashlib import sha256
from hmac import digest as hmac

from checker import consistency, meaning, ristretto255, sr25519
from checker.bls12_381 import IDENTITY, ORDER, combine, hash_to_curve
from checker.chacha20_poly1305 import unseal
from checker.reading import Node, Wrong, address, demand, load, shown
from checker.ristretto255 import GENERATOR

DOMAIN = b"OSTRAKA-V01-CS01-with-BLS12381G1_XMD:SHA-256_SSWU_RO_"
CLASSES = ["Standard", "Confidential", "Restricted"]
# Of the protocol: its tags, encodings and groups are the ones below.
PROTOCOL = 3
MAX_SEATS, MAX_LENGTH, MAX_DEALERS = 32, 256, 512


# Transcript hashes: fields of fixed length stand as they are.


def u8(value):
	return value.to_bytes(1, "little")


def u16(value):
	return value.to_bytes(2, "little")


def u32(value):
	return value.to_bytes(4, "little")


def variable(data):
	return u32(len(data)) + data


def items(elements):
	return u32(len(elements)) + b"".join(elements)


def transcript_hash(tag, *fields):
	return sha256(variable(tag) + b"".join(fields)).digest()


def stretched(tag, *fields):
	"""A transcript hash of 512 bits, as a number."""
	digest = transcript_hash(tag, *fields)
	halves = [transcript_hash(b"ostraka/challenge/v1", digest, u8(i)) for i in (0, 1)]
	return int.from_bytes(b"".join(halves), "little")


def challenge(tag, *fields):
	"""A challenge of a proof over ristretto255."""
	return stretched(tag, *fields) % ristretto255.ORDER


@lru_cache(maxsize=None)
def generator(l):
	"""`G_l`, and `H` for 0."""
	return hash_to_curve(b"G" + u32(l) if l else b"H", DOMAIN)


def commit(values, blinding):
	"""The commitment to values and a blinding value."""
	bases = [generator(l) for l in range(1, len(values) + 1)] + [generator(0)]
	return combine(bases, values + [blinding])


def at_seat(commitments, j):
	"""What commitments say of seat j's share: the sum of j^k C_k."""
	return combine(commitments, [j**k for k in range(len(commitments))])


class Transcript:
	"""The document, and what all checks read of it."""

	def __init__(self, document):
		self.root = Node(document)
		demand(self.root["version"].number() == 2, "version is not 2")
		self.task = self.root["task"]
		protocol = self.task["protocol"].number(16)
		demand(protocol == PROTOCOL, f"task.protocol is {protocol}, not {PROTOCOL}")
		self.n, self.t = self.task["seats"].number(8), self.task["threshold"].number(8)
		self.length = self.task["length"].number()
		demand(
			1 <= self.t and 2 * self.t + 1 <= self.n <= MAX_SEATS,
			f"task: {self.n} seats and threshold {self.t} are impossible",
		)
		demand(1 <= self.length <= MAX_LENGTH, f"task.length is not from 1 to {MAX_LENGTH}")
		self.task_hash = self.root["task_hash"].bytes(32)
		committee = self.root["committee"]
		self.committee = None if committee.value is None else committee.list(self.n)
		self.dealings = self.root["dealings"].list()
		demand(len(self.dealings) <= MAX_DEALERS, f"there are more than {MAX_DEALERS} dealings")
		self.counting = [dealing for dealing in self.dealings if dealing["counts"].truth()]
		self.accepted = self.root["accepted_set"]
		self.result = self.root["result"]
		self.read = None

	def commitments(self, dealing):
		"""A dealing's commitments. One by one they may lie outside the subgroup: what is multiplied is their sum."""
		return [point.point_to_add() for point in dealing["commitments"].list(self.t + 1)]

	def commitment_bytes(self, dealing):
		return [point.bytes(96) for point in dealing["commitments"].list(self.t + 1)]

	def sealed_hashes(self, dealing):
		return [hashed.bytes(32) for hashed in dealing["sealed_hashes"].list(self.n)]

	def aggregate(self):
		return [point.point() for point in self.accepted["aggregate"].list(self.t + 1)]

	def values(self):
		return [value.scalar() for value in self.result["values"].list(self.length)]

	def spec(self):
		"""The spec, which keeps every rule, and whose vector is as long as the task says."""
		spec = self.task["spec"].value
		try:
			meaning.validate(spec)
		except ValueError as error:
			raise Wrong(f"task.spec: {error}") from None
		length = meaning.length(spec)
		demand(length == self.length, f"task.length is {self.length}, the spec's is {length}")
		return spec

	def integers(self):
		"""The vector, lifted to the integers of least magnitude."""
		return [value - ORDER if value > ORDER // 2 else value for value in self.values()]

	def cells(self):
		"""What the vector says, by group (meaning.read)."""
		if self.read is None:
			dealers = self.accepted["dealers"].number()
			self.read = meaning.read(self.spec(), self.integers(), dealers)
		return self.read

	def something_is_left(self):
		"""Whether there is a group, or the whole, that data can give, and not all are without rows."""
		said = [said for _, said in self.cells()]
		impossible = all(isinstance(one, meaning.Impossible) for one in said)
		return not impossible and any(one is not None for one in said)


def check_task(t):
	"""1. What was asked: the encoded spec, its length, the class, the cohort, how many accepted."""
	spec, task = t.spec(), t.task
	encoded = meaning.encode_spec(spec)
	demand(encoded == task["spec_scale"].bytes(), "task.spec is not what task.spec_scale encodes")
	index = task["class_index"].number(8)
	demand(CLASSES[index : index + 1] == [task["class"].value], "task.class is not class_index's")
	invited, accepted = task["invited"].number(), task["accepted"].number()
	demand(accepted <= invited, "more dealers accepted than are invited")
	demand(len(t.dealings) <= accepted, "more dealings than dealers who accepted")
	demand(
		len(t.counting) >= task["least_dealers"].number(),
		"fewer dealings count than the class asks",
	)
	if len(t.dealings) == invited:
		dealers = sorted(dealing["dealer_id"].bytes(32) for dealing in t.dealings)
		cohort = sha256(b"".join(dealers)).digest()
		demand(cohort == task["cohort"].bytes(32), "task.cohort is not the hash of the dealers")
	return f"{spec['statistic']}, {t.length} numbers, {index}: {CLASSES[index]}"


def check_task_hash(t):
	"""1. The task hash covers all of it, and the committee."""
	task, windows = t.task, t.task["windows"]
	if t.committee is None:
		return None
	members = []
	for j, member in enumerate(t.committee, 1):
		demand(member["seat"].number() == j, f"{member.place}.seat is not {j}")
		account = member["account_id"].bytes(32)
		address(member["account"], account)
		member["seal_key"].key()
		members.append(u8(j) + account + member["worker"].bytes(32) + member["seal_key"].bytes(32))
	published = task["spec_scale"].bytes() + task["consent"].bytes(32)
	phases = [windows[name] for name in ("collect", "verify", "commit", "reveal")]
	preimage = b"".join(
		[
			variable(b"ostraka/task/v3"),
			t.root["genesis"].bytes(32),
			u32(task["id"].number()) + u16(task["protocol"].number(16)),
			transcript_hash(b"ostraka/spec/v1", variable(published)),
			u8(task["class_index"].number(8)) + u8(t.n) + u8(t.t),
			u32(task["least_dealers"].number()),
			items([u32(number.number()) for number in [task["drawn_at"]] + phases]),
			items(members),
		]
	)
	demand(sha256(preimage).digest() == t.task_hash, "task_hash is not the hash of the task")
	given = t.root["task_hash_preimage"].bytes()
	demand(given == preimage, "task_hash_preimage is not the task's")
	return f"{len(preimage)} bytes, a committee of {t.n}"


def check_digests(t):
	"""2. Every dealing's digest."""
	for dealing in t.dealings:
		dealer = dealing["dealer_id"].bytes(32)
		address(dealing["dealer"], dealer)
		digest = transcript_hash(
			b"ostraka/dealing/v2",
			t.task_hash,
			dealer,
			dealing["ephemeral"].bytes(32),
			items(t.commitment_bytes(dealing)),
			items(t.sealed_hashes(dealing)),
		)
		demand(
			digest == dealing["digest"].bytes(32), f"{dealing.place}.digest is not the dealing's"
		)
	return f"{len(t.dealings)} dealings"


def check_proofs(t):
	"""3. Every dealer knows the secret behind its R: it signs the dealing's digest under R."""
	for dealing in t.dealings:
		ephemeral = dealing["ephemeral"]
		# a signature under the identity proves nothing
		ephemeral.key()
		message = b"ostraka/rho/v2" + dealing["digest"].bytes(32)
		holds = sr25519.verify(dealing["proof"].bytes(64), message, ephemeral.bytes(32))
		demand(holds, f"{dealing.place}.proof does not hold")
	return f"{len(t.dealings)} proofs"


def check_accepted(t):
	"""4. The accepted set: its dealings, their sums, its hash. The sums lie in the subgroup, whatever the summands do."""
	number = t.accepted["dealers"].number()
	found = len(t.counting)
	demand(found == number, f"{found} dealings count, accepted_set.dealers is {number}")
	for name in ("dealer_id", "ephemeral"):
		values = [dealing[name].bytes() for dealing in t.dealings]
		demand(len(set(values)) == len(values), f"two dealings have the same {name}")
	digests = sorted(dealing["digest"].bytes(32) for dealing in t.counting)
	given = [digest.bytes(32) for digest in t.accepted["digests"].list()]
	demand(
		given == digests, "accepted_set.digests are not those of the dealings that count, sorted"
	)
	summands = [t.commitments(dealing) for dealing in t.counting]
	for k, total in enumerate(t.aggregate()):
		added = IDENTITY
		for commitments in summands:
			added = added + commitments[k]
		demand(added == total, f"accepted_set.aggregate[{k}] is not the sum of the commitments")
	points = [point.bytes(96) for point in t.accepted["aggregate"].list()]
	expected = transcript_hash(b"ostraka/accepted/v1", t.task_hash, items(digests), items(points))
	demand(
		expected == t.accepted["h_A"].bytes(32), "accepted_set.h_A is not the accepted set's hash"
	)
	return f"{number} of {len(t.dealings)} dealings"


def check_excluded(t):
	"""5. Every dealing that does not count was rightly accused."""
	excluded = [dealing for dealing in t.dealings if not dealing["counts"].truth()]
	accusations = t.root["accusations"].list()
	if excluded and t.committee is None:
		return None
	for dealing in excluded:
		digest = dealing["digest"].bytes(32)
		about = [a for a in accusations if a["digest"].bytes(32) == digest]
		demand(about, f"{dealing.place} does not count, and nobody accused it")
		reasons, points = [], t.commitments(dealing)
		# once for all accusations: it takes longer than all else
		is_outside = not all(point.is_in_subgroup() for point in points)
		for accusation in about:
			reasons.append(acquittal(t, accusation, dealing, points, is_outside))
			if reasons[-1] is None:
				break
		else:
			raise Wrong(f"{dealing.place} does not count, and {'; '.join(reasons)}")
	return f"{len(excluded)} excluded, {len(accusations)} accusations"


def acquittal(t, accusation, dealing, commitments, is_outside):
	"""Why an accusation is wrong; None if it is right. `is_outside`: whether a commitment lies outside the subgroup."""
	place, j, dealer = (
		accusation.place,
		accusation["seat"].number(8),
		dealing["dealer_id"].bytes(32),
	)
	demand(1 <= j <= t.n, f"{place}.seat is none")
	demand(accusation["dealer"].value == dealing["dealer"].value, f"{place} is of another dealer")
	sealed = accusation["sealed"].bytes(32 * (t.length + 1) + 16)
	if sha256(sealed).digest() != t.sealed_hashes(dealing)[j - 1]:
		return f"{place}.sealed is not the dealing's"
	if is_outside:
		# the dealer is guilty, whatever the accuser says besides
		return None
	seal_key, ephemeral = t.committee[j - 1]["seal_key"], dealing["ephemeral"]
	try:
		statement = [(GENERATOR, seal_key.key()), (ephemeral.key(), accusation["dh"].key())]
		c, firsts = first_messages(accusation["dleq"], statement)
	except Wrong as error:
		return str(error)
	points = [GENERATOR.encode()] + [n.bytes(32) for n in (seal_key, ephemeral, accusation["dh"])]
	about = [t.task_hash, accusation["digest"].bytes(32), u8(j)]
	if c != challenge(b"ostraka/dleq/v2", *about, *points, firsts):
		return f"{place}.dleq does not hold"
	listed = items(t.commitment_bytes(dealing))
	info = transcript_hash(b"ostraka/seal/v2", t.task_hash, dealer, u8(j), *points[1:3], listed)
	secret = hmac(b"ostraka/seal/v2", points[3], "sha256")
	share = unseal(hmac(secret, info + b"\1", "sha256"), sealed)
	if share is None:
		return None
	scalars = [int.from_bytes(share[i : i + 32], "little") for i in range(0, len(share), 32)]
	if max(scalars) >= ORDER or commit(scalars[:-1], scalars[-1]) != at_seat(commitments, j):
		return None
	return f"{place} is false: the share is right"


def first_messages(proof, statement):
	"""The challenge of a proof, and z base - c public for each pair of base and public element."""
	data = proof.bytes(64)
	c, z = (int.from_bytes(data[i : i + 32], "little") for i in (0, 32))
	for name, scalar in (("challenge", c), ("response", z)):
		demand(scalar < ristretto255.ORDER, f"{proof.place}'s {name} is not below the group's order")
	return c, items([(base * z + -(public * c)).encode() for base, public in statement])


def check_shares(t):
	"""6. The result shares, each against the aggregate, and what they interpolate to."""
	aggregate, right = t.aggregate(), []
	shares = t.root["result_shares"].list()
	seats = [share["seat"].number(8) for share in shares]
	demand(len(set(seats)) == len(seats), "two result shares are of the same seat")
	for j, share in zip(seats, shares):
		demand(1 <= j <= t.n, f"{share.place}.seat is none")
		try:
			values = [value.scalar() for value in share["values"].list(t.length)]
			values.append(share["auxiliary"].scalar())
			reason = "it does not fit the aggregate"
			is_right = commit(values[:-1], values[-1]) == at_seat(aggregate, j)
		except Wrong as error:
			is_right, reason = False, str(error)
		claim = share["right"].truth()
		demand(
			claim is is_right,
			f"{share.place} is marked {claim}: {'it fits' if is_right else reason}",
		)
		if is_right:
			right.append((j, values))
	demand(len(right) > t.t, f"{len(right)} result shares are right, {t.t + 1} are needed")
	total = [0] * (t.length + 1)
	used = right[: t.t + 1]
	for j, values in used:
		weight = 1
		for i, _ in used:
			if i != j:
				weight = weight * i * pow(i - j, -1, ORDER) % ORDER
		total = [(a + weight * value) % ORDER for a, value in zip(total, values)]
	demand(total[:-1] == t.values(), "result.values are not what the shares interpolate to")
	demand(total[-1] == t.result["blinding"].scalar(), "result.blinding is not what the shares say")
	return f"{len(right)} of {len(shares)} right, {t.t + 1} needed"


def check_result(t):
	"""7. The result opens its commitment, which is the aggregate's first."""
	commitment = t.result["commitment"].point()
	demand(commitment == t.aggregate()[0], "result.commitment is not accepted_set.aggregate[0]")
	opened = commit(t.values(), t.result["blinding"].scalar())
	demand(opened == commitment, "result.values and blinding do not open result.commitment")
	return f"{t.length} numbers and the blinding value"


def check_meaning(t):
	"""8. The typed result is what the vector says."""
	spec, exact, typed = t.spec(), t.result["exact"], t.result["typed"]
	if not t.something_is_left():
		raise NotMade("no data can give the vector")
	if meaning.groups(spec) is None:
		[(_, expected)] = t.cells()
		text = f"{spec['statistic']}: {compared(expected, exact, typed, '')}"
		if expected == meaning.UNDEFINED:
			text += f" on these data; the vector is {t.integers()}"
		return text
	for given in exact, typed:
		demand(
			given["group_by"].value == spec["group_by"]["column"],
			f"{given.place}.group_by is not the spec's",
		)
		groups = given["groups"].value
		demand(
			isinstance(groups, dict) and set(groups) == set(meaning.groups(spec)),
			f"{given.place}.groups are not the spec's",
		)
	return f"{spec['statistic']} of {len(meaning.groups(spec))} groups"


def check_consistency(t):
	"""9. The vector is one that data can give."""
	cells, dealers = t.cells(), t.accepted["dealers"].number()
	if not t.something_is_left():
		[why, *_] = [said or "there are no rows" for _, said in cells]
		raise Wrong(f"no data can give the vector: {why}")
	parts = zip(cells, meaning.cells(t.spec(), t.integers()))
	possible = [part for (_, said), part in parts if not isinstance(said, meaning.Impossible)]
	try:
		consistency.check_total(t.spec(), possible, dealers)
	except meaning.Impossible as error:
		raise Wrong(f"no data can give the vector: {error}") from None
	return f"ranges, counts, variances, over {dealers} dealers"


def compared(expected, exact, typed, place):
	"""What to show of numbers that are what they should be."""
	try:
		meaning.same(place, expected, exact.value, typed.value)
	except ValueError as error:
		raise Wrong(f"result: {error}") from None
	return "no rows" if expected is None else typed.value


def check_group(t, name, expected):
	"""8 and 9 for one group."""
	if isinstance(expected, meaning.Impossible):
		raise Wrong(f"no data can give its numbers: {expected}")
	exact, typed = (t.result[form]["groups"][name] for form in ("exact", "typed"))
	return str(compared(expected, exact, typed, f".groups.{name}"))


class NotMade(Exception):
	"""Why a check cannot be made."""


CHECKS = [
	("task", check_task),
	("task hash", check_task_hash),
	("digests", check_digests),
	("proofs of rho", check_proofs),
	("accepted set", check_accepted),
	("excluded dealings", check_excluded),
	("result shares", check_shares),
	("result", check_result),
	("meaning", check_meaning),
	("consistency", check_consistency),
]


def attempt(name, make, *arguments):
	"""A check's name, whether it holds (None: it cannot be made), and a text. No exception leaves it."""
	try:
		detail = make(*arguments)
		return name, None if detail is None else True, detail or "the committee is not known"
	except NotMade as error:
		return name, None, str(error)
	except Wrong as error:
		return name, False, str(error)
	except Exception as error:
		# a value that no check foresees is not a right one
		return name, False, f"it cannot be checked ({type(error).__name__})"


def check(document):
	"""Makes all checks. Yields each one's name, whether it holds (None: it cannot be made), a text."""
	found = []
	name, holds, text = attempt("document", lambda: found.append(Transcript(document)) or "read")
	if not holds:
		yield name, holds, text
		return
	[transcript] = found
	for name, make in CHECKS:
		yield attempt(name, make, transcript)
	groups = []
	attempt("groups", lambda: groups.extend(transcript.cells()))
	for name, expected in groups:
		is_impossible = isinstance(expected, meaning.Impossible)
		if name is not None and (is_impossible or transcript.something_is_left()):
			yield attempt(f"group {name}", check_group, transcript, name, expected)


def main():
	if len(sys.argv) != 2:
		print(__doc__, file=sys.stderr)
		return 2
	for stream in sys.stdout, sys.stderr:
		stream.reconfigure(errors="backslashreplace")
	try:
		document = load(sys.argv[1])
	except (OSError, ValueError, MemoryError) as error:
		print(shown(f"{sys.argv[1]} cannot be read: {error}"), file=sys.stderr)
		return 2
	try:
		return report(document)
	except BrokenPipeError:
		# who reads the output has seen enough; nothing is left for Python to write at its end
		os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
		return 1


def report(document):
	all_hold = True
	for name, holds, text in check(document):
		word = {True: "ok", False: "FAILED", None: "not made"}[holds]
		print(f"{word:8}  {shown(name):18}  {shown(text)}", flush=True)
		all_hold = all_hold and holds is not False
	if all_hold:
		print("\nCompare with the state of a node that you trust: genesis, task_hash, h_A, result.")
		print(f"  genesis    {document['genesis']}\n  task_hash  {document['task_hash']}")
		print(f"  h_A        {document['accepted_set']['h_A']}")
	return 0 if all_hold else 1
