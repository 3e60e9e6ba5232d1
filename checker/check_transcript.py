"""Checks a transcript (`ostraka result --task N --export FILE`) as docs/TRANSCRIPT.md says.

	python3 -m checker [-j PROCESSES] FILE

An implementation of its own, written from that document, whose numbers the checks below have: it
shares no code with Ostraka and needs nothing but Python 3.8. Proofs of validity, which take most of
the time, are shared out to as many processes as `-j` says: one, if it says nothing. Exit code 0: all
checks hold; 1: one failed; 2: the file cannot be read; 3: none failed, but nothing ties what was asked
to the task hash, as the file has no committee. What a sealed result says is checked only with what opens it."""

import os
import sys
from hashlib import sha256
from hmac import digest as hmac

from checker import consistency, meaning, ristretto255, sr25519
from checker.bls12_381 import IDENTITY, ORDER
from checker.chacha20_poly1305 import unseal
from checker.commitments import at_seat, commit
from checker.document import Transcript
from checker.hashing import items, stretched, transcript_hash, u8, u16, u32, variable
from checker.reading import NotMade, Wrong, address, demand, load, shown
from checker.ristretto255 import GENERATOR

CLASSES = ["Standard", "Confidential", "Restricted"]
MAX_PROCESSES = 64
# What the task hash alone ties, and the exit code where it cannot be made.
UNPINNED = "genesis, task.id, protocol, class, seats, threshold, verifiers, windows, consent, conditions, spec"
UNPINNED_CODE = 3


def challenge(tag, *fields):
	"""A challenge of a proof over ristretto255."""
	return stretched(tag, *fields) % ristretto255.ORDER


def check_task(t):
	"""1. What was asked: the encoded spec, its length, the class, the cohort, how many accepted."""
	spec, task = t.spec(), t.task
	encoded = meaning.encode_spec(spec)
	demand(encoded == task["spec_scale"].bytes(), "task.spec is not what task.spec_scale encodes")
	index = task["class_index"].number(8)
	demand(CLASSES[index : index + 1] == [task["class"].value], "task.class is not class_index's")
	invited, accepted = task["invited"].number(), task["accepted"].number()
	demand(accepted <= invited, "more dealers accepted than are invited")
	dealt, counting = t.of_dealers(t.dealings), t.of_dealers(t.counting)
	demand(len(dealt) <= accepted, "more dealings than dealers who accepted")
	demand(
		len(counting) >= t.conditions.least_dealers,
		"fewer dealings count than the task promises",
	)
	those = [dealing["dealer_id"].bytes(32) for dealing in counting]
	for account in t.conditions.required:
		demand(account in those, f"the required dealer 0x{account.hex()} does not count")
	if t.conditions.recipient is not None:
		t.mask()
	sealed = task["conditions"]["sealed_to"].value
	demand(t.result["sealed_to"].value == sealed, "result.sealed_to is not the recipient")
	if len(dealt) == invited:
		dealers = sorted(dealing["dealer_id"].bytes(32) for dealing in dealt)
		cohort = sha256(b"".join(dealers)).digest()
		demand(cohort == task["cohort"].bytes(32), "task.cohort is not the hash of the dealers")
	return f"{spec['statistic']}, {t.length} numbers, {index}: {CLASSES[index]}"


def check_task_hash(t):
	"""1. The task hash covers all of it, committee and panel."""
	task, windows = t.task, t.task["windows"]
	if t.committee is None:
		return None
	seats, accounts = [], set()
	for j, seat in enumerate(t.committee + t.panel, 1):
		demand(seat["seat"].number() == j, f"{seat.place}.seat is not {j}")
		account = seat["account_id"].bytes(32)
		address(seat["account"], account)
		demand(account not in accounts, f"{seat.place} is an account that has a seat already")
		accounts.add(account)
		if j <= t.n:
			# shares are sealed to it; to a verifier's nothing is
			seat["seal_key"].key()
		seats.append(u8(j) + account + seat["worker"].bytes(32) + seat["seal_key"].bytes(32))
	published = task["spec_scale"].bytes() + task["consent"].bytes(32) + t.conditions.data
	phases = [windows[name] for name in ("collect", "verify", "commit", "reveal")]
	preimage = b"".join(
		[
			variable(b"ostraka/task/v5"),
			t.root["genesis"].bytes(32),
			u32(task["id"].number()) + u16(task["protocol"].number(16)),
			transcript_hash(b"ostraka/spec/v1", variable(published)),
			u8(task["class_index"].number(8)) + u8(t.n) + u8(t.t),
			u32(t.conditions.least_dealers),
			items([u32(number.number()) for number in [task["drawn_at"]] + phases]),
			items(seats[: t.n]),
			items(seats[t.n :]),
		]
	)
	demand(sha256(preimage).digest() == t.task_hash, "task_hash is not the hash of the task")
	given = t.root["task_hash_preimage"].bytes()
	demand(given == preimage, "task_hash_preimage is not the task's")
	return f"{len(preimage)} bytes, a committee of {t.n}, a panel of {t.v}"


def check_digests(t):
	"""2. Every dealing's digest, and the length of its proof of validity, of which the chain takes no other. A mask has none."""
	proven = t.proven().layout().proof_length
	for dealing in t.dealings:
		length = 0 if t.is_mask(dealing) else proven
		dealer = dealing["dealer_id"].bytes(32)
		address(dealing["dealer"], dealer)
		digest = transcript_hash(
			b"ostraka/dealing/v3",
			t.task_hash,
			dealer,
			dealing["ephemeral"].bytes(32),
			items(t.commitment_bytes(dealing)),
			items(t.sealed_hashes(dealing)),
			sha256(dealing["validity"].bytes(length)).digest(),
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
	found = len(t.of_dealers(t.counting))
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
	text = f"{number} of {len(t.of_dealers(t.dealings))} dealings"
	return text if t.conditions.recipient is None else f"{text}, and the mask"


def check_excluded(t):
	"""5. Every dealing that does not count shows by itself that it is wrong, or was rightly accused."""
	excluded = [dealing for dealing in t.dealings if not dealing["counts"].truth()]
	accusations = t.root["accusations"].list()
	accused = set()
	for accusation in accusations:
		# a verifier accuses of no share, whomever it names
		seat = accusation["seat"].number(8)
		demand(1 <= seat <= t.n, f"{accusation.place}.seat is none")
		about = (seat, accusation["digest"].bytes(32))
		demand(about not in accused, f"{accusation.place}: seat {seat} accuses the same dealing twice")
		accused.add(about)
	reasons, is_known = [], True
	for dealing, refused in zip(excluded, t.faults(excluded)):
		points = t.commitments(dealing)
		if not all(point.is_in_subgroup() for point in points):
			reasons.append(f"{dealing.place}: a commitment is not in the subgroup of prime order")
		elif refused is not None:
			reasons.append(f"{dealing.place}: its input is not proven valid, {refused}")
		elif t.committee is None:
			# an accusation cannot be judged then, but without one nothing explains the exclusion
			accusing(accusations, dealing)
			is_known = False
		else:
			seat = accuser(t, accusations, dealing, points)
			reasons.append(f"{dealing.place}: seat {seat} accused it rightly")
	if not is_known:
		return None
	return "; ".join([f"{len(excluded)} excluded, {len(accusations)} accusations"] + reasons)


def accusing(accusations, dealing):
	"""The accusations of a dealing that does not count, of which there is one."""
	digest = dealing["digest"].bytes(32)
	about = [a for a in accusations if a["digest"].bytes(32) == digest]
	demand(about, f"{dealing.place} does not count, its proof of validity holds, and nobody accused it")
	return about


def accuser(t, accusations, dealing, commitments):
	"""The seat that rightly accused a dealing."""
	reasons = []
	for accusation in accusing(accusations, dealing):
		reasons.append(acquittal(t, accusation, dealing, commitments))
		if reasons[-1] is None:
			return accusation["seat"].value
	raise Wrong(f"{dealing.place} does not count, and {'; '.join(reasons)}")


def acquittal(t, accusation, dealing, commitments):
	"""Why an accusation is wrong; None if it is right. The commitments are in the subgroup."""
	place, j, dealer = (
		accusation.place,
		accusation["seat"].number(8),
		dealing["dealer_id"].bytes(32),
	)
	demand(accusation["dealer"].value == dealing["dealer"].value, f"{place} is of another dealer")
	sealed = accusation["sealed"].bytes(32 * (t.length + 1) + 16)
	if sha256(sealed).digest() != t.sealed_hashes(dealing)[j - 1]:
		return f"{place}.sealed is not the dealing's"
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
	"""7. The result opens its commitment, which is the aggregate's first, and what opens the mask opens it."""
	commitment = t.result["commitment"].point()
	demand(commitment == t.aggregate()[0], "result.commitment is not accepted_set.aggregate[0]")
	opened = commit(t.values(), t.result["blinding"].scalar())
	demand(opened == commitment, "result.values and blinding do not open result.commitment")
	opening = t.opening()
	if opening is not None:
		values, blinding = opening
		first = t.commitments(t.mask())[0]
		demand(commit(values, blinding) == first, "result.opening does not open the mask")
	text = f"{t.length} numbers and the blinding value"
	return text if opening is None else f"{text}; so are those of the mask"


def check_meaning(t):
	"""8. The typed result is what the vector says."""
	spec, exact, typed = t.spec(), t.result["exact"], t.result["typed"]
	if t.conditions.recipient is not None and t.opening() is None:
		for form in exact, typed:
			demand(form.value is None, f"{form.place} is said of a result that nothing opens")
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


def check_valid_inputs(t):
	"""10. Whoever dealt proves that its vector is one that rows within the declared ranges can give."""
	wrong, proving = 0, t.of_dealers(t.dealings)
	for dealing, refused in zip(proving, t.faults(proving)):
		counts = dealing["counts"].truth()
		demand(
			refused is None or not counts,
			f"{dealing.place} counts, and its input is not proven valid: {refused}",
		)
		wrong += refused is not None
	text = f"{len(proving) - wrong} proofs of {t.proven().bits} bits hold"
	return text + (f", {wrong} of excluded dealings do not" if wrong else "")


def check_panel(t):
	"""11. What is said of the panel can be: who attested has a seat, and what was disproven is wrong for all to see."""
	attested, disproven = (t.result[name].number() for name in ("attested", "disproven"))
	demand(attested <= t.v, f"result.attested is {attested}, and the panel has {t.v} seats")
	wrong = 0
	for dealing, refused in zip(t.counting, t.faults(t.counting)):
		# the subgroup takes long, and is looked at only where that makes a difference
		if disproven > wrong:
			points = t.commitments(dealing)
			wrong += refused is not None or not all(point.is_in_subgroup() for point in points)
	demand(
		disproven <= wrong,
		f"result.disproven is {disproven}, and {wrong} of the dealings that count are wrong",
	)
	text = f"attested by {attested} of {t.v} verifiers" if t.v else "there is no panel"
	return text + (f"; {disproven} disproven after the freeze" if disproven else "")


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
	("valid inputs", check_valid_inputs),
	("panel", check_panel),
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


def check(document, processes=1):
	"""Makes all checks. Yields each one's name, whether it holds (None: it cannot be made), a text."""
	found = []

	def read():
		found.append(Transcript(document, processes))
		return "read"

	name, holds, text = attempt("document", read)
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


def arguments(given):
	"""The file, and the number of processes; None if they are not understood."""
	processes = 1
	if len(given) == 3 and given[0] == "-j":
		if not (given[1].isascii() and given[1].isdigit() and len(given[1]) <= 3):
			return None
		processes, given = int(given[1]), given[2:]
	fits = len(given) == 1 and not given[0].startswith("-") and 1 <= processes <= MAX_PROCESSES
	return (given[0], processes) if fits else None


def main():
	understood = arguments(sys.argv[1:])
	if understood is None:
		print(__doc__, file=sys.stderr)
		return 2
	path, processes = understood
	for stream in sys.stdout, sys.stderr:
		stream.reconfigure(errors="backslashreplace")
	try:
		document = load(path)
	except (OSError, ValueError, MemoryError) as error:
		print(shown(f"{path} cannot be read: {error}"), file=sys.stderr)
		return 2
	try:
		return report(document, processes)
	except BrokenPipeError:
		# who reads the output has seen enough; nothing is left for Python to write at its end
		os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
		return 1


def report(document, processes):
	failed, not_made = [], []
	for name, holds, text in check(document, processes):
		word = {True: "ok", False: "FAILED", None: "not made"}[holds]
		print(f"{word:8}  {shown(name):18}  {shown(text)}", flush=True)
		if holds is False:
			failed.append(name)
		if holds is None:
			not_made.append(name)
	if failed == ["valid inputs"]:
		print("\nThe result is arithmetically right, but not all of its inputs are proven valid.")
	if failed:
		return 1
	task, result = document["task"], document["result"]
	print("\nThe file is consistent. It can be made up as a whole, dealings and all: it is a chain's word only")
	print("if a node that you trust says all of this of its task too.")
	for name, value in [
		# no check reads the requester, nor these without a committee
		("genesis", document.get("genesis")),
		("task", task.get("id")),
		("task_hash", document["task_hash"]),
		("requester", task.get("requester")),
		("h_A", document["accepted_set"]["h_A"]),
		("attested", f"{result['attested']} of {task['verifiers']}"),
		("disproven", result["disproven"]),
	]:
		is_plain = isinstance(value, (str, int))
		print(f"  {name:10}  {shown(str(value)) if is_plain else 'not said'}")
	if result["sealed_to"] is not None:
		print(f"  {'sealed to':10}  {shown(result['sealed_to'])}")
	print(f"  {'values':10}  {' '.join(result['values'])}")
	if "task hash" not in not_made:
		return 0
	print("\nIt has no committee, so that nothing ties these to task_hash; they are the file's word:")
	print(f"  {UNPINNED}")
	return UNPINNED_CODE
