//! Hash transcripts: what a proof, a digest or a key is bound to.
//!
//! A transcript is SHA-256 over a tag and fields. The tag and every field of variable length are preceded by their
//! length (u32, little-endian), lists by their number of elements; fields of fixed length stand bare. So two different
//! lists of fields never give the same bytes under one tag.

use crate::{
	encoding::{PointBytes, ScalarBytes, SealKeyBytes},
	scalar::{self, Scalar},
	Hash,
};
use alloc::vec::Vec;
use sha2::{
	digest::{Digest, Update},
	Sha256,
};

/// SHA-256 of bytes that stand for themselves, without a tag.
pub fn sha256(bytes: &[u8]) -> Hash {
	Sha256::digest(bytes).into()
}

/// A transcript under construction. Its fields go into a hash, or into [`Bytes`] for who wants to see what is hashed.
#[derive(Clone)]
pub struct Transcript<H = Sha256>(H);

/// The bytes of a transcript.
#[derive(Clone, Default)]
pub struct Bytes(Vec<u8>);

impl Update for Bytes {
	fn update(&mut self, data: &[u8]) {
		self.0.extend_from_slice(data);
	}
}

impl Transcript {
	/// Starts a transcript with its tag.
	pub fn new(tag: &str) -> Self {
		Self(Sha256::default()).variable(tag.as_bytes())
	}

	/// Starts a transcript that belongs to a task: the tag, then the task hash.
	pub fn of_task(tag: &str, task_hash: &Hash) -> Self {
		Self::new(tag).fixed(task_hash)
	}

	/// The hash of all that was appended.
	pub fn digest(self) -> Hash {
		self.0.finalize().into()
	}

	/// The transcript's hash stretched to 64 bytes: what is reduced to a challenge, of whatever group.
	pub fn wide(self) -> [u8; 64] {
		let digest = self.digest();
		let mut wide = [0u8; 64];
		for (half, counter) in wide.chunks_exact_mut(32).zip(0u8..) {
			half.copy_from_slice(
				&Self::new("ostraka/challenge/v1").fixed(&digest).u8(counter).digest(),
			);
		}
		wide
	}

	/// A challenge in the scalar field of BLS12-381: [`Self::wide`], reduced.
	pub fn challenge(self) -> Scalar {
		scalar::from_wide(&self.wide())
	}
}

impl Transcript<Bytes> {
	/// Starts a transcript that keeps its bytes: those that [`Transcript::new`] hashes.
	pub fn recorded(tag: &str) -> Self {
		Self(Bytes::default()).variable(tag.as_bytes())
	}

	/// All that was appended.
	pub fn into_bytes(self) -> Vec<u8> {
		self.0 .0
	}
}

impl<H: Update> Transcript<H> {
	/// Appends a field whose length the tag determines.
	pub fn fixed(mut self, bytes: &[u8]) -> Self {
		self.0.update(bytes);
		self
	}

	/// Appends a field of variable length.
	pub fn variable(self, bytes: &[u8]) -> Self {
		self.count(bytes.len()).fixed(bytes)
	}

	/// Appends a number of elements or bytes, as a u32. No list in this crate comes near its end.
	pub fn count(self, count: usize) -> Self {
		self.fixed(&u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes())
	}

	/// Appends one byte.
	pub fn u8(self, value: u8) -> Self {
		self.fixed(&[value])
	}

	/// Appends a u16.
	pub fn u16(self, value: u16) -> Self {
		self.fixed(&value.to_le_bytes())
	}

	/// Appends a u32.
	pub fn u32(self, value: u32) -> Self {
		self.fixed(&value.to_le_bytes())
	}

	/// Appends a point.
	pub fn point(self, point: &PointBytes) -> Self {
		self.fixed(point)
	}

	/// Appends a scalar.
	pub fn scalar(self, scalar: &ScalarBytes) -> Self {
		self.fixed(scalar)
	}

	/// Appends a list of points.
	pub fn points(self, points: &[PointBytes]) -> Self {
		points.iter().fold(self.count(points.len()), Self::point)
	}

	/// Appends a list of elements of Ristretto255.
	pub fn keys(self, keys: &[SealKeyBytes]) -> Self {
		self.hashes(keys)
	}

	/// Appends a list of hashes.
	pub fn hashes(self, hashes: &[Hash]) -> Self {
		hashes.iter().fold(self.count(hashes.len()), |transcript, hash| transcript.fixed(hash))
	}
}
