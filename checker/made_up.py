"""A whole task made up from known secrets, for the tests: what dealers, nodes and the chain would do, in few lines."""

import json
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b, sha256
from hmac import digest as hmac
from itertools import count

from checker import chacha20_poly1305, made_up_proof, meaning, relation, ristretto255, sr25519
from checker.bls12_381 import IDENTITY, ORDER, Point
from checker.check_transcript import challenge
from checker.commitments import commit
from checker.hashing import items, transcript_hash, u8, u16, u32, variable
from checker.ristretto255 import GENERATOR, Element
from checker.validity import Refused

# A point of order three: on the curve, and outside the subgroup of prime order.
TORSION = Point(0, 2)


def number(seed):
	"""A scalar that looks random and is the same in every run."""
	return int.from_bytes(sha256(repr(seed).encode()).digest() * 2, "little") % ORDER


def secret_of(seed):
	"""The same for ristretto255."""
	return number(seed) % ristretto255.ORDER


def raw(scalar, order=ORDER):
	return (scalar % order).to_bytes(32, "little")


def text(data):
	return "0x" + data.hex()


def texts(elements):
	return [text(element) for element in elements]


def address(account):
	data = b"\x2a" + account
	left, found = int.from_bytes(data + blake2b(b"SS58PRE" + data).digest()[:2], "big"), ""
	while left:
		left, place = divmod(left, 58)
		found = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[place] + found
	return found


def prove(secret, bases, tag, before):
	"""A proof of knowledge of `secret`, whose publics are in `before`: challenge, then response."""
	nonce = secret_of((secret, tag))
	c = challenge(tag, *before, items([(base * nonce).encode() for base in bases]))
	return raw(c, ristretto255.ORDER) + raw(nonce + c * secret, ristretto255.ORDER)


def sign(secret, message):
	"""A signature of sr25519, whose nonce nobody else can guess as long as nobody knows the secret."""
	nonce = secret_of((secret, message))
	public, first = ((GENERATOR * scalar).encode() for scalar in (secret, nonce))
	last = (nonce + sr25519.challenge(message, public, first) * secret) % ristretto255.ORDER
	return first + (last | sr25519.MARK).to_bytes(32, "little")


def rho_proof(rho, digest):
	"""The proof that a dealer knows the secret behind its R."""
	return sign(rho, b"ostraka/rho/v2" + digest)


def seal_key(dh, task_hash, dealer, j, key, ephemeral, commitments):
	tag = b"ostraka/seal/v2"
	info = transcript_hash(tag, task_hash, dealer, u8(j), key, ephemeral, items(commitments))
	return hmac(hmac(tag, dh, "sha256"), info + b"\1", "sha256")


def exact(number):
	"""An exact number as the exporter writes it."""
	if isinstance(number, meaning.Root):
		return f"{'-' if number.negative else ''}sqrt({number.square})"
	return str(number)


def double(number):
	return number if isinstance(number, int) else meaning.nearest(number)


def written(said, form):
	"""A tree of numbers in a form, `exact` or `double`."""
	if isinstance(said, dict):
		return {name: written(value, form) for name, value in said.items()}
	if isinstance(said, list):
		return [written(value, form) for value in said]
	is_number = isinstance(said, (int, Fraction, meaning.Root))
	return form(said) if is_number else said


def result(spec, vector, dealers, form):
	"""A form of the result that a vector says."""
	said = dict(meaning.read(spec, vector, dealers))
	if meaning.groups(spec) is None:
		return None if isinstance(said[None], meaning.Impossible) else written(said[None], form)
	for name, numbers in said.items():
		is_impossible = isinstance(numbers, meaning.Impossible)
		said[name] = "impossible" if is_impossible else written(numbers, form)
	return {"group_by": spec["group_by"]["column"], "groups": said}


def consent_of(accounts):
	"""The hash of dealers who accepted, in their order."""
	found = bytes(32)
	for account in accounts:
		found = sha256(b"ostraka/consent/v1" + found + account).digest()
	return found


@lru_cache(maxsize=None)
def proof_of(spec, task_hash, dealer, commitments, vector, blinding):
	"""The proof of validity of a dealing; the spec as a text. It is always the same, and takes longer than all else."""
	draws = map(number, ((dealer, "validity", i) for i in count()))
	proven = relation.of_spec(json.loads(spec))
	witness = made_up_proof.Witness(proven, vector)
	about = proven, task_hash, dealer, commitments
	return made_up_proof.prove(*about, witness, blinding, lambda: next(draws))


def remembering(verify):
	"""A verifier of proofs of validity that remembers its verdicts: many documents of a test hold the same proofs."""
	known = {}

	def verdict(proven, *rest):
		key = (proven.name(), *rest)
		if key not in known:
			try:
				known[key] = verify(proven, *rest)
			except Refused as error:
				known[key] = error
		if known[key] is not None:
			raise known[key]

	return verdict


class MadeUp:
	"""A task of three nodes, two verifiers and four dealers, the last of which seals a wrong share to seat 2, or does what else `how` says.
	(An "invalid input", a "wrong proof" or a "short proof" shows in the dealing, and nobody accuses of it.) Another spec
	needs the dealers' vectors. To the commitments of dealer `i` the points `torsion[i]` are added. A `sealed` result has a fifth
	dealing, the mask, and is "opened" or "closed". The conditions are `least`, and the dealers `required`."""

	N, T, V = 3, 1, 2

	RECIPIENT = bytes([5]) * 32

	def __init__(self, how="wrong share", spec=None, vectors=None, torsion=None, sealed=None, least=3, required=()):
		self.torsion = torsion or {}
		self.spec = spec or {
			"statistic": "mean",
			"columns": [{"name": "x", "decimals": 1, "min": -9, "max": 99}],
			"target": None,
			"weight": None,
			"edges": [],
			"quantiles": [],
			"group_by": None,
			"max_rows": 9,
		}
		self.seats = range(1, self.N + 1)
		self.secrets = {j: secret_of(("node", j)) for j in self.seats}
		self.keys = {j: (GENERATOR * e).encode() for j, e in self.secrets.items()}
		accounts = [bytes([i]) * 32 for i in range(1, 5)]
		consent = consent_of((accounts + [self.RECIPIENT] * bool(sealed))[::-1])
		conditions = least.to_bytes(4, "little") + u8(4 * len(required)) + b"".join(required) + b"\0"
		conditions += b"\1" + self.RECIPIENT if sealed else b"\0"
		recipient = address(self.RECIPIENT) if sealed else None
		task = {
			"id": 7,
			"protocol": 6,
			"requester": address(bytes(32)),
			"class": "Standard",
			"class_index": 0,
			"seats": self.N,
			"threshold": self.T,
			"verifiers": self.V,
			"length": meaning.length(self.spec),
			"conditions": {
				"least_dealers": least,
				"required": [address(account) for account in required],
				"counting": None,
				"sealed_to": recipient,
			},
			"conditions_scale": text(conditions),
			"invited": 4,
			"accepted": 4,
			"cohort": text(sha256(b"".join(accounts)).digest()),
			"consent": text(consent),
			"submitted_at": 1,
			"drawn_at": 2,
			"windows": {"collect": 3, "verify": 4, "commit": 5, "reveal": 6},
			"spec": self.spec,
			"spec_scale": text(meaning.encode_spec(self.spec)),
		}
		everybody = range(1, self.N + self.V + 1)
		# to a verifier's key nothing is sealed: it need not be one
		keys = [self.keys.get(j, u8(j) * 32) for j in everybody]
		seats = [
			{
				"seat": j,
				"account": address(u8(j) * 32),
				"account_id": text(u8(j) * 32),
				"worker": text(u8(j) * 32),
				"seal_key": text(key),
			}
			for j, key in zip(everybody, keys)
		]
		published = meaning.encode_spec(self.spec) + consent + conditions
		preimage = variable(b"ostraka/task/v5") + bytes(32) + u32(7) + u16(6)
		preimage += transcript_hash(b"ostraka/spec/v1", variable(published)) + bytes(
			[0, self.N, self.T]
		)
		preimage += u32(least)
		preimage += items([u32(block) for block in (2, 3, 4, 5, 6)])
		hashed = [u8(j) + u8(j) * 64 + key for j, key in zip(everybody, keys)]
		preimage += items(hashed[: self.N]) + items(hashed[self.N :])
		self.task_hash = sha256(preimage).digest()
		last = [2, 700] if how == "invalid input" else [2, 7]
		vectors = vectors or [[3, 40], [4, -25], [1, 12], last]
		self.polynomials = {}
		self.accusations = []
		mask = [number(("mask", i)) for i in range(len(vectors[0]))] if sealed else [0] * len(vectors[0])
		if sealed:
			accounts, vectors = accounts + [self.RECIPIENT], vectors + [mask]
		dealings = [self.deal(*each, how) for each in zip(accounts, vectors)]
		good = [dealing for dealing in dealings if dealing["counts"]]
		points = [
			self.add(Point.decode_unchecked(bytes.fromhex(one["commitments"][k][2:])) for one in good)
			for k in range(self.T + 1)
		]
		digests = sorted(bytes.fromhex(one["digest"][2:]) for one in good)
		listed = items(digests), items([point.encode() for point in points])
		totals = [
			[sum(column) for column in zip(*rows)]
			for rows in zip(*(self.polynomials[one["dealer_id"]] for one in good))
		]
		vector = [total - value for total, value in zip(totals[0], mask)]
		dealers = len(good) - bool(sealed)
		is_said = sealed != "closed"
		shares = [
			[sum(a * j**k for k, a in enumerate(poly)) for poly in zip(*totals)] for j in self.seats
		]
		shares[2][0] += 1
		self.document = {
			"version": 5,
			"genesis": text(bytes(32)),
			"task": task,
			"committee": seats[: self.N],
			"panel": seats[self.N :],
			"task_hash": text(self.task_hash),
			"task_hash_preimage": text(preimage),
			"dealings": dealings,
			"accusations": self.accusations,
			"accepted_set": {
				"h_A": text(transcript_hash(b"ostraka/accepted/v1", self.task_hash, *listed)),
				"dealers": dealers,
				"digests": texts(digests),
				"aggregate": texts([point.encode() for point in points]),
			},
			"result_shares": [
				{
					"block": 9,
					"seat": j,
					"values": texts(map(raw, share[:-1])),
					"auxiliary": text(raw(share[-1])),
					"right": j != 3,
				}
				for j, share in zip(self.seats, shares)
			],
			"result": {
				"values": texts(map(raw, totals[0][:-1])),
				"blinding": text(raw(totals[0][-1])),
				"commitment": text(points[0].encode()),
				"attested": self.V,
				"disproven": 0,
				"sealed_to": recipient,
				"opening": self.opening(mask) if sealed == "opened" else None,
				"exact": result(self.spec, vector, dealers, exact) if is_said else None,
				"typed": result(self.spec, vector, dealers, double) if is_said else None,
			},
			"checks": [],
		}

	def opening(self, mask):
		"""What opens the mask."""
		blinding = self.polynomials[text(self.RECIPIENT)][0][-1]
		return {"values": texts(map(raw, mask)), "blinding": text(raw(blinding))}

	@staticmethod
	def add(points):
		total = IDENTITY
		for point in points:
			total = total + point
		return total

	def deal(self, dealer, vector, how):
		"""A dealing; of the fourth dealer a wrong one, with node 2's accusation of it."""
		wrong = dealer[0] == 4
		secret = [vector + [number((dealer, 0))]] + [
			[number((dealer, k, l)) for l in range(len(vector) + 1)] for k in range(1, self.T + 1)
		]
		self.polynomials[text(dealer)] = secret
		points = [commit([value % ORDER for value in row[:-1]], row[-1]) for row in secret]
		for k, more in enumerate(self.torsion.get(dealer[0], [])):
			points[k] = points[k] + more
		commitments = [point.encode() for point in points]
		rho = secret_of((dealer, "rho"))
		ephemeral = (GENERATOR * rho).encode()
		sealed = []
		for j in self.seats:
			share = [sum(a * j**k for k, a in enumerate(poly)) for poly in zip(*secret)]
			data = b"".join(map(raw, share))
			if wrong and j == 2 and how == "wrong share":
				data = raw(share[0] + 1) + data[32:]
			if wrong and j == 2 and how == "no scalar":
				data = b"\xff" * 32 + data[32:]
			dh = (GENERATOR * (rho * self.secrets[j])).encode()
			key = seal_key(dh, self.task_hash, dealer, j, self.keys[j], ephemeral, commitments)
			sealed.append(
				chacha20_poly1305.seal(bytes(32) if wrong and how == "unopenable" else key, data)
			)
		hashes = [sha256(each).digest() for each in sealed]
		validity = b"" if dealer == self.RECIPIENT else proof_of(
			json.dumps(self.spec),
			self.task_hash,
			dealer,
			tuple(commitments),
			tuple(vector),
			secret[0][-1],
		)
		if wrong and how == "wrong proof":
			validity = validity[:-1] + bytes([validity[-1] ^ 1])
		if wrong and how == "short proof":
			validity = validity[:-1]
		listed = items(commitments), items(hashes), sha256(validity).digest()
		digest = transcript_hash(b"ostraka/dealing/v3", self.task_hash, dealer, ephemeral, *listed)
		if wrong and how not in ("invalid input", "wrong proof", "short proof"):
			dh = (GENERATOR * (rho * self.secrets[2])).encode()
			about = [self.task_hash, digest, u8(2), GENERATOR.encode(), self.keys[2], ephemeral, dh]
			bases = [GENERATOR, Element.decode(ephemeral)]
			dleq = prove(self.secrets[2], bases, b"ostraka/dleq/v2", about)
			if how == "torsion":
				# nothing is opened of such a dealing
				dh, dleq = bytes(32), bytes(64)
			self.accusations.append(
				{
					"block": 5,
					"seat": 2,
					"dealer": address(dealer),
					"digest": text(digest),
					"dh": text(dh),
					"dleq": text(dleq),
					"sealed": text(sealed[1]),
				}
			)
		return {
			"dealer": address(dealer),
			"dealer_id": text(dealer),
			"block": 4,
			"commitments": texts(commitments),
			"ephemeral": text(ephemeral),
			"proof": text(rho_proof(rho, digest)),
			"sealed_hashes": texts(hashes),
			"validity": text(validity),
			"digest": text(digest),
			"counts": not wrong,
		}
