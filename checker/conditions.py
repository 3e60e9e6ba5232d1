"""What a task promises its dealers of the accepted set, and who reads its result: `task.conditions`, and its encoding."""

from checker.reading import address, demand

MAX_REQUIRED = 8
# Two dealers know each other's inputs.
LEAST_DEALERS = 3


class Conditions:
	"""The conditions as `task.conditions_scale` encodes them, which is what the task hash covers; `task.conditions` says the
	same."""

	def __init__(self, task):
		self.place = task["conditions_scale"].place
		self.data = task["conditions_scale"].bytes()
		self.left = self.data
		self.least_dealers = self.number()
		demand(self.least_dealers >= LEAST_DEALERS, f"{self.place}: fewer than {LEAST_DEALERS} dealers are asked for")
		# a list of fewer than 64 elements has one byte of length, whose lowest two bits are zeros
		[length] = self.take(1)
		demand(length % 4 == 0 and length // 4 <= MAX_REQUIRED, f"{self.place} requires too many dealers")
		self.required = [self.take(32) for _ in range(length // 4)]
		is_sorted = all(a < b for a, b in zip(self.required, self.required[1:]))
		demand(is_sorted, f"{self.place}: the required dealers are not sorted, none twice")
		self.counting = self.optional(self.number)
		self.recipient = self.optional(lambda: self.take(32))
		demand(not self.left, f"{self.place} is too long")
		self.compare(task["conditions"])

	def take(self, length):
		taken, self.left = self.left[:length], self.left[length:]
		demand(len(taken) == length, f"{self.place} is too short")
		return taken

	def number(self):
		return int.from_bytes(self.take(4), "little")

	def optional(self, read):
		[flag] = self.take(1)
		demand(flag < 2, f"{self.place} is no encoding of conditions")
		return read() if flag else None

	def compare(self, said):
		"""Demands that the conditions for people are those that are encoded."""
		wrong = "is not what task.conditions_scale encodes"
		least = said["least_dealers"].number()
		demand(least == self.least_dealers, f"{said.place}.least_dealers {wrong}")
		required = said["required"].list()
		demand(len(required) == len(self.required), f"{said.place}.required {wrong}")
		for node, account in zip(required, self.required):
			address(node, account)
		for name, value in (("counting", self.counting), ("sealed_to", self.recipient)):
			is_none = said[name].value is None
			demand(is_none == (value is None), f"{said.place}.{name} {wrong}")
		if self.counting is not None:
			demand(said["counting"].number() == self.counting, f"{said.place}.counting {wrong}")
		if self.recipient is not None:
			address(said["sealed_to"], self.recipient)
