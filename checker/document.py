"""The document, and what all checks read of it."""

from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from checker import meaning, relation, validity
from checker.bls12_381 import ORDER
from checker.conditions import Conditions
from checker.reading import Node, NotMade, Wrong, demand

# Of the protocol: it fixes tags, encodings and groups.
PROTOCOL = 6
FORMAT = 5
MAX_SEATS, MAX_PANEL, MAX_LENGTH, MAX_DEALERS = 32, 16, 256, 512


class Transcript:
	"""A transcript, whose values are read as the checks ask for them."""

	def __init__(self, document, processes=1):
		self.root = Node(document)
		version = self.root["version"].number()
		demand(version == FORMAT, f"version is {version}: transcripts of format {FORMAT} are read")
		self.task = self.root["task"]
		protocol = self.task["protocol"].number(16)
		demand(protocol == PROTOCOL, f"task.protocol is {protocol}, not {PROTOCOL}")
		self.n, self.t = self.task["seats"].number(8), self.task["threshold"].number(8)
		self.length = self.task["length"].number()
		demand(
			1 <= self.t and 2 * self.t + 1 <= self.n <= MAX_SEATS,
			f"task: {self.n} seats and threshold {self.t} are impossible",
		)
		self.v = self.task["verifiers"].number(8)
		demand(self.v <= MAX_PANEL, f"task: {self.v} verifiers are impossible")
		demand(1 <= self.length <= MAX_LENGTH, f"task.length is not from 1 to {MAX_LENGTH}")
		self.task_hash = self.root["task_hash"].bytes(32)
		committee = self.root["committee"]
		self.committee = None if committee.value is None else committee.list(self.n)
		# one is not known without the other
		panel = self.root["panel"]
		demand(
			self.committee is not None or panel.value is None,
			"there is a panel and no committee",
		)
		self.panel = [] if self.committee is None else panel.list(self.v)
		self.dealings = self.root["dealings"].list()
		demand(len(self.dealings) <= MAX_DEALERS, f"there are more than {MAX_DEALERS} dealings")
		self.counting = [dealing for dealing in self.dealings if dealing["counts"].truth()]
		self.accepted = self.root["accepted_set"]
		self.result = self.root["result"]
		self.conditions = Conditions(self.task)
		self.read, self.relation, self.judged, self.processes = None, None, {}, processes

	def is_mask(self, dealing):
		"""Whether a dealing is the recipient's of a sealed result: a mask, which proves nothing."""
		return dealing["dealer_id"].bytes(32) == self.conditions.recipient

	def of_dealers(self, dealings):
		"""The dealings without the mask."""
		return [dealing for dealing in dealings if not self.is_mask(dealing)]

	def mask(self):
		"""The mask of a sealed result, which counts: without one there is no result."""
		found = [dealing for dealing in self.counting if self.is_mask(dealing)]
		demand(found, "the result is sealed, and its recipient's mask does not count")
		return found[0]

	def opening(self):
		"""What opens the mask, vector and blinding value; None if the document does not say."""
		opening = self.result["opening"]
		if opening.value is None:
			return None
		demand(self.conditions.recipient is not None, "result.opening: the result is not sealed")
		values = [value.scalar() for value in opening["values"].list(self.length)]
		return values, opening["blinding"].scalar()

	def commitments(self, dealing):
		"""A dealing's commitments. One by one they may lie outside the subgroup: what is multiplied is their sum."""
		return [point.point_to_add() for point in dealing["commitments"].list(self.t + 1)]

	def commitment_bytes(self, dealing):
		return [point.bytes(96) for point in dealing["commitments"].list(self.t + 1)]

	def sealed_hashes(self, dealing):
		return [hashed.bytes(32) for hashed in dealing["sealed_hashes"].list(self.n)]

	def proven(self):
		"""The relation that every dealer's vector satisfies."""
		if self.relation is None:
			self.relation = relation.of_spec(self.spec())
		return self.relation

	def faults(self, dealings):
		"""Why the proofs of validity of some dealings are refused, in their order: a text, or None of one that holds."""
		# a mask proves nothing, and nothing of it can be refused
		self.judged.update((dealing.place, None) for dealing in dealings if self.is_mask(dealing))
		left = [dealing for dealing in dealings if dealing.place not in self.judged]
		proofs = [
			(
				self.proven(),
				self.task_hash,
				dealing["dealer_id"].bytes(32),
				tuple(self.commitment_bytes(dealing)),
				dealing["validity"].bytes(),
			)
			for dealing in left
		]
		found = shared_out(fault, proofs, min(self.processes, len(proofs)))
		self.judged.update(zip((dealing.place for dealing in left), found))
		return [self.judged[dealing.place] for dealing in dealings]

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
		"""The vector without its mask, lifted to the integers of least magnitude."""
		values = self.values()
		if self.conditions.recipient is not None:
			opening = self.opening()
			if opening is None:
				raise NotMade("the result is sealed, and nothing opens it")
			values = [(value - mask) % ORDER for value, mask in zip(values, opening[0])]
		return [value - ORDER if value > ORDER // 2 else value for value in values]

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


def fault(proof):
	"""Why a proof of validity is refused, or None."""
	try:
		validity.verify(*proof)
	except validity.Refused as error:
		return str(error)
	return None


def shared_out(function, arguments, processes):
	"""What a function gives of each argument, worked out by so many processes."""
	if processes < 2:
		return [function(argument) for argument in arguments]
	try:
		with ProcessPoolExecutor(processes) as pool:
			return list(pool.map(function, arguments))
	except (BrokenProcessPool, OSError):
		# a process was killed, or none can be started: this one does it all
		return [function(argument) for argument in arguments]
