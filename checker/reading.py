"""Reads a transcript's values, and says of a wrong one where it stands. Nothing in a file is taken on trust: what is
too long, too deep or ambiguous is refused before anything is computed from it."""

import json
import re
from functools import lru_cache
from hashlib import blake2b

from checker import ristretto255
from checker.bls12_381 import ORDER, Point

# The longest honest transcript: commitments of 512 dealings, and the sums.
MOST_POINTS = 1 << 14


@lru_cache(maxsize=MOST_POINTS)
def decode_point(data):
	"""A point that is in the subgroup. That takes longer than all else, and a point occurs several times."""
	return Point.decode(data)

# The longest honest transcript has some ninety megabytes: 512 dealings, with proofs of up to 78 kilobytes, and as many
# accusations.
LONGEST_FILE = 128 << 20
# Digits of a number in JSON: doubles and integers of 64 bits have fewer.
LONGEST_NUMBER = 40
# Characters of a message: names and numbers in it come from the file.
LONGEST_MESSAGE = 2000
HEXADECIMAL = re.compile("0x((?:[0-9a-f]{2})*)")
ADDRESS = re.compile("[1-9A-HJ-NP-Za-km-z]{1,50}")


class Wrong(Exception):
	"""What is wrong with the transcript."""


class NotMade(Exception):
	"""Why a check cannot be made."""


def demand(condition, what):
	if not condition:
		raise Wrong(what)


def load(path):
	"""The document in a file. Raises OSError or ValueError: what is ambiguous in JSON is an error too."""
	with open(path, "rb") as file:
		data = file.read(LONGEST_FILE + 1)
	if len(data) > LONGEST_FILE:
		raise ValueError(f"it has more than {LONGEST_FILE} bytes")
	return parse(data.decode("utf-8"))


def parse(text):
	"""The document that a text of JSON says."""

	def unique(pairs):
		found = dict(pairs)
		if len(found) < len(pairs):
			raise ValueError("an object has the same name twice")
		return found

	def short(convert):
		def converted(digits):
			if len(digits) > LONGEST_NUMBER:
				raise ValueError(f"a number has more than {LONGEST_NUMBER} digits")
			return convert(digits)

		return converted

	def finite(digits):
		value = float(digits)
		return value if abs(value) < float("inf") else constant(digits)

	def constant(name):
		raise ValueError(f"{name} is no number that JSON has room for")

	try:
		return json.loads(
			text,
			object_pairs_hook=unique,
			parse_int=short(int),
			parse_float=short(finite),
			parse_constant=constant,
		)
	except RecursionError:
		raise ValueError("it is nested too deeply") from None


def shown(message):
	"""A message for the terminal: not too long, and with what is not printable (control characters, and those that
	are invisible or turn the direction of a text) written out as escapes."""
	if len(message) > LONGEST_MESSAGE:
		message = message[:LONGEST_MESSAGE] + " …"
	return "".join(
		character
		if character.isprintable()
		else character.encode("unicode_escape").decode("ascii")
		for character in message
	)


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

	def truth(self):
		demand(isinstance(self.value, bool), f"{self.place} is neither true nor false")
		return self.value

	def bytes(self, length=None):
		found = HEXADECIMAL.fullmatch(self.value) if isinstance(self.value, str) else None
		demand(found, f"{self.place} is not bytes in hexadecimal of lower case, with 0x before them")
		data = bytes.fromhex(found[1])
		demand(length in (None, len(data)), f"{self.place} has {len(data)} bytes, not {length}")
		return data

	def scalar(self):
		value = int.from_bytes(self.bytes(32), "little")
		demand(value < ORDER, f"{self.place} is not below the field's order")
		return value

	def point(self):
		"""A point of the subgroup of prime order."""
		return self.decoded(decode_point, 96)

	def point_to_add(self):
		"""A point of the curve, perhaps outside the subgroup: good for adding up alone."""
		return self.decoded(Point.decode_unchecked, 96)

	def key(self):
		"""An element of ristretto255 that is not the identity."""
		data = self.bytes(32)
		demand(data != ristretto255.IDENTITY_BYTES, f"{self.place} is the identity")
		return self.decoded(ristretto255.Element.decode, 32)

	def decoded(self, decode, length):
		try:
			return decode(self.bytes(length))
		except ValueError as error:
			raise Wrong(f"{self.place}: {error}") from None


def address(node, account):
	"""Demands that an address is that of an account: SS58, of any network's prefix below 64."""
	alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	is_text = isinstance(node.value, str) and ADDRESS.fullmatch(node.value)
	demand(is_text, f"{node.place} is not an address")
	number = 0
	for character in node.value:
		number = 58 * number + alphabet.index(character)
	demand(number.bit_length() <= 8 * 35, f"{node.place} is not an address")
	data = number.to_bytes(35, "big")
	demand(data[0] < 64, f"{node.place} is not an address: its prefix is not below 64")
	check = blake2b(b"SS58PRE" + data[:33]).digest()[:2]
	demand(data[33:] == check, f"{node.place} is not an address: its checksum is wrong")
	demand(data[1:33] == account, f"{node.place} is the address of another account")
