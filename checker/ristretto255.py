"""The group ristretto255 (RFC 9496) in plain integers: elements of prime order over edwards25519.

Written from the RFC for reading: it is not constant-time, and must not touch secrets."""

# Section 4.1: the field, the order of the group, and constants of the curve -x^2 + y^2 = 1 + D x^2 y^2.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)


def is_negative(value):
	"""Section 2.1: whether the least non-negative form is odd."""
	return value % P & 1 == 1


def magnitude(value):
	"""Section 2.1, CT_ABS: of a value and its negative the one that is not negative."""
	return -value % P if is_negative(value) else value % P


def sqrt_ratio(u, v):
	"""Section 4.2, SQRT_RATIO_M1: whether u / v is a square; the non-negative root of that, or of sqrt(-1) u / v."""
	root = u * v**3 * pow(u * v**7 % P, (P - 5) // 8, P) % P
	check = v * root * root % P
	is_square = check in (u % P, -u % P)
	if check in (-u % P, -u * SQRT_MINUS_1 % P):
		root = root * SQRT_MINUS_1 % P
	return is_square, magnitude(root)


_, INVSQRT_A_MINUS_D = sqrt_ratio(1, (-1 - D) % P)


class Element:
	"""An element, by one of the curve's points that stand for it, in extended coordinates: (x / z, y / z), t = x y / z."""

	def __init__(self, x, y, z, t):
		self.x, self.y, self.z, self.t = x % P, y % P, z % P, t % P

	@classmethod
	def decode(cls, data):
		"""Section 4.3.1. An element has one form in bytes, and everything else is refused."""
		if len(data) != 32:
			raise ValueError(f"an element has 32 bytes, this has {len(data)}")
		s = int.from_bytes(data, "little")
		if s >= P or is_negative(s):
			raise ValueError("it is not the one form of an element of ristretto255")
		u1, u2 = (1 - s * s) % P, (1 + s * s) % P
		v = (-D * u1 * u1 - u2 * u2) % P
		is_square, inverse = sqrt_ratio(1, v * u2 * u2)
		den_x = inverse * u2 % P
		x = magnitude(2 * s * den_x)
		y = u1 * inverse * den_x * v % P
		if not is_square or is_negative(x * y) or y == 0:
			raise ValueError("it is not the one form of an element of ristretto255")
		return cls(x, y, 1, x * y)

	def encode(self):
		"""Section 4.3.2."""
		u1, u2 = (self.z + self.y) * (self.z - self.y) % P, self.x * self.y % P
		_, inverse = sqrt_ratio(1, u1 * u2 * u2)
		den1, den2 = inverse * u1 % P, inverse * u2 % P
		z_inverse = den1 * den2 * self.t % P
		x, y, den = self.x, self.y, den2
		if is_negative(self.t * z_inverse):
			x, y = self.y * SQRT_MINUS_1 % P, self.x * SQRT_MINUS_1 % P
			den = den1 * INVSQRT_A_MINUS_D % P
		if is_negative(x * z_inverse):
			y = -y
		return magnitude(den * (self.z - y)).to_bytes(32, "little")

	def __add__(self, other):
		a = (self.y - self.x) * (other.y - other.x) % P
		b = (self.y + self.x) * (other.y + other.x) % P
		c, d = 2 * D * self.t * other.t % P, 2 * self.z * other.z % P
		e, f, g, h = b - a, d - c, d + c, b + a
		return Element(e * f, g * h, f * g, e * h)

	def double(self):
		a, b = self.x * self.x % P, self.y * self.y % P
		e = (self.x + self.y) ** 2 - a - b
		g = b - a
		f, h = g - 2 * self.z * self.z % P, -a - b
		return Element(e * f, g * h, f * g, e * h)

	def __neg__(self):
		return Element(-self.x, self.y, self.z, -self.t)

	def __mul__(self, scalar):
		return combine([self], [scalar])

	def __eq__(self, other):
		"""Section 4.3.3: several points of the curve stand for one element."""
		return (self.x * other.y - self.y * other.x) % P == 0 or (
			self.y * other.y - self.x * other.x
		) % P == 0


IDENTITY = Element(0, 1, 1, 0)
IDENTITY_BYTES = bytes(32)
GENERATOR = Element.decode(
	bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76")
)


def combine(elements, scalars):
	"""The sum of scalar times element, by doubling and adding."""
	total = IDENTITY
	for bit in reversed(range(max((scalar.bit_length() for scalar in scalars), default=0))):
		total = total.double()
		for element, scalar in zip(elements, scalars):
			if scalar >> bit & 1:
				total = total + element
	return total
