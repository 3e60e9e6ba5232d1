"""Reads a transcript's values, and says of a wrong one where it stands."""

from functools import lru_cache
from hashlib import blake2b

from checker.bls12_381 import IDENTITY, ORDER, Point

# A point occurs several times in a document, and its checks take longer than everything else.
decode_point = lru_cache(maxsize=None)(Point.decode)


class Wrong(Exception):
	"""What is wrong with the transcript."""


def demand(condition, what):
	if not condition:
		raise Wrong(what)


class Node:
	"""A value of the document that knows its place there, so that every message can name it."""

	def __init__(self, value, place=""):
		self.value, self.place = value, place

	def __getitem__(self, name):
		demand(isinstance(self.value, dict), f"{self.place} is not an object")
		demand(name in self.value, f"{self.place or 'the document'} has no {name}")
		return Node(self.value[name], f"{self.place}.{name}" if self.place else name)

	def list(self, length=None):
		demand(isinstance(self.value, list), f"{self.place} is not a list")
		found = len(self.value)
		demand(length in (None, found), f"{self.place} has {found} elements, not {length}")
		return [Node(value, f"{self.place}[{i}]") for i, value in enumerate(self.value)]

	def number(self, bits=32):
		fits = type(self.value) is int and 0 <= self.value < 1 << bits
		demand(fits, f"{self.place} is not a number of {bits} bits")
		return self.value

	def bytes(self, length=None):
		try:
			demand(self.value.startswith("0x"), f"{self.place} does not begin with 0x")
			data = bytes.fromhex(self.value[2:])
		except (AttributeError, ValueError):
			raise Wrong(f"{self.place} is not bytes in hexadecimal") from None
		demand(length in (None, len(data)), f"{self.place} has {len(data)} bytes, not {length}")
		return data

	def scalar(self):
		value = int.from_bytes(self.bytes(32), "little")
		demand(value < ORDER, f"{self.place} is not below the field's order")
		return value

	def point(self):
		try:
			return decode_point(self.bytes(96))
		except ValueError as error:
			raise Wrong(f"{self.place}: {error}") from None

	def key(self):
		"""A point that must not be the identity."""
		point = self.point()
		demand(point != IDENTITY, f"{self.place} is the identity")
		return point


def address(node, account):
	"""Demands that an address is that of an account: SS58, of any network's prefix below 64."""
	alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	number = 0
	for character in str(node.value):
		demand(character in alphabet, f"{node.place} is not an address")
		number = 58 * number + alphabet.index(character)
	demand(number.bit_length() <= 8 * 35, f"{node.place} is not an address")
	data = number.to_bytes(35, "big")
	check = blake2b(b"SS58PRE" + data[:33]).digest()[:2]
	demand(data[33:] == check, f"{node.place} is not an address: its checksum is wrong")
	demand(data[1:33] == account, f"{node.place} is the address of another account")
