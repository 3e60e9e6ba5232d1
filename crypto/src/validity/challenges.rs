//! What the challenges are hashed from.
//!
//! Each covers all that was said before it: the statement with all commitments and the relation, then the messages in their
//! order. None is zero.

use super::{layout::SCALAR, Relation, Statement};
use crate::{
	encoding::{encode_scalar, PointBytes},
	scalar::Scalar,
	transcript::Transcript,
	Hash,
};
use ark_ff::{Field, Zero};

const STATEMENT_TAG: &str = "ostraka/validity/v1";
const Y_TAG: &str = "ostraka/validity/y/v1";
const Z_TAG: &str = "ostraka/validity/z/v1";
const COEFFICIENTS_TAG: &str = "ostraka/validity/coefficients/v1";
const X_TAG: &str = "ostraka/validity/x/v1";
const OPENINGS_TAG: &str = "ostraka/validity/openings/v1";
const WEIGHT_TAG: &str = "ostraka/validity/weight/v1";

/// The transcript before the first message.
pub(super) fn statement(relation: &Relation, statement: &Statement<'_>) -> Transcript {
	Transcript::of_task(STATEMENT_TAG, statement.task_hash)
		.fixed(statement.dealer)
		.fixed(relation.id())
		.points(statement.commitments)
}

/// The transcript after a message.
pub(super) struct After(Hash);

impl After {
	/// After the statement and the first message.
	pub(super) fn first(statement: Transcript, points: &[PointBytes]) -> Self {
		Self(statement.points(points).digest())
	}

	/// `y`, and `z` from it.
	pub(super) fn y_and_z(&self) -> (Scalar, Scalar) {
		let y = not_zero(&Transcript::new(Y_TAG).fixed(&self.0));
		let z = Transcript::new(Z_TAG).fixed(&self.0).scalar(&encode_scalar(&y));
		(y, not_zero(&z))
	}

	/// After the coefficients.
	pub(super) fn coefficients(&self, points: &[PointBytes]) -> Self {
		let transcript = Transcript::new(COEFFICIENTS_TAG).fixed(&self.0);
		Self(transcript.points(points).digest())
	}

	/// `X`.
	pub(super) fn x(&self) -> Scalar {
		not_zero(&Transcript::new(X_TAG).fixed(&self.0))
	}

	/// Weights of the three openings' equations in the one that is checked. The last message is hashed for them as it was
	/// sent: `openings` are its bytes.
	pub(super) fn weights(&self, openings: &[u8]) -> [Scalar; 3] {
		let transcript = Transcript::new(OPENINGS_TAG).fixed(&self.0);
		let digest = transcript.count(openings.len() / SCALAR).fixed(openings).digest();
		let weight = |number| Transcript::new(WEIGHT_TAG).fixed(&digest).u8(number).challenge();
		[Scalar::ONE, weight(2), weight(3)]
	}
}

/// The challenge of a transcript with a counter behind it, the first that is not zero.
fn not_zero(transcript: &Transcript) -> Scalar {
	let mut drawn = (0..=u8::MAX).map(|counter| transcript.clone().u8(counter).challenge());
	drawn.find(|challenge| !challenge.is_zero()).unwrap_or(Scalar::ONE)
}
