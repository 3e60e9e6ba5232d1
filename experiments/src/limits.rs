//! The distance to the physical limit: our multi-scalar multiplications and field loops beside blst's and plain
//! arkworks', share generation and reconstruction beside memory bandwidth, and a dealing without its proof beside the group
//! operations that it cannot avoid. Proofs that inputs are valid, made and checked, beside the sharing that they come with and beside
//! the sums of Bulletproofs. One thread.

pub mod bulletproofs;
mod dealings;

pub use dealings::{BARE, BITS, CHECK, DEALING, HELD, PROOF, SHARED};

use crate::{scheme::Stopwatch, schemes::sharing_only, stats::Summary};
use anyhow::{ensure, Result};
use ark_ec::{short_weierstrass::SWCurveConfig, AffineRepr, CurveGroup};
use blst::{blst_fp, blst_fr, blst_p1_affine, MultiPoint};
use dealings::{apart, dealing, proofs, TOGETHER};
use indicatif::ProgressBar;
use ostraka_crypto::{
	group, scalar,
	vss::{self, SecretShare},
	Affine, Plain, Scalar,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use serde::{Deserialize, Serialize};
use std::{
	hint::black_box,
	path::Path,
	time::{Duration, Instant},
};

/// One comparison: medians in microseconds, of runs in turn.
#[derive(Clone, Debug)]
pub struct Line {
	/// What is done.
	pub operation: String,
	/// Terms, or values.
	pub size: usize,
	/// Runs of each.
	pub runs: usize,
	/// Ours.
	pub ours: f64,
	/// Fastest and slowest of ours.
	pub spread: (f64, f64),
	/// The others: name and median.
	pub others: Vec<(&'static str, f64)>,
}

impl Line {
	/// The same for one of so many things that were done at once.
	fn each(mut self, count: usize) -> Self {
		let count = count.max(1) as f64;
		self.ours /= count;
		self.spread = (self.spread.0 / count, self.spread.1 / count);
		self.others.iter_mut().for_each(|(_, other)| *other /= count);
		self
	}
}

/// Something to time, by name.
type Contender<'a> = (&'static str, Box<dyn FnMut() + 'a>);

/// Keeps a result from being optimised away.
fn consume<T>(result: T) {
	black_box(result);
}

/// Runs the contenders in turn, ours first, until a time is spent.
fn compare(
	operation: &str,
	size: usize,
	budget: Duration,
	mut contenders: Vec<Contender<'_>>,
) -> Line {
	let mut times = vec![Vec::new(); contenders.len()];
	// what is short is run many times in a row, so that the clock can see it
	let start = Instant::now();
	contenders.iter_mut().for_each(|(_, work)| work());
	let once = start.elapsed().as_nanos() as u64 / contenders.len() as u64;
	let repeat = (200_000 / once.max(1)).max(1) as u32;
	let start = Instant::now();
	while times[0].len() < 5 || (start.elapsed() < budget && times[0].len() < 200) {
		for ((_, work), times) in contenders.iter_mut().zip(&mut times) {
			let start = Stopwatch::start();
			(0..repeat).for_each(|_| work());
			times.push(start.elapsed() / repeat);
		}
	}
	let summaries: Vec<_> = times.iter().map(|times| Summary::of(times)).collect();
	let us = |ms: f64| ms * 1e3;
	let ours = summaries[0];
	let names = contenders.iter().map(|(name, _)| *name);
	Line {
		operation: operation.to_owned(),
		size,
		runs: ours.count,
		ours: us(ours.median),
		spread: (us(ours.min), us(ours.max)),
		others: names.zip(summaries.iter().map(|summary| us(summary.median))).skip(1).collect(),
	}
}

/// Measures everything.
pub fn run(quick: bool) -> Result<Vec<Line>> {
	let (powers, budget) = if quick {
		(vec![4, 8], Duration::from_millis(50))
	} else {
		((0..=14).collect(), Duration::from_millis(1_500))
	};
	let mut rng = ChaCha20Rng::seed_from_u64(1);
	let most = 1 << powers.iter().max().copied().unwrap_or(4);
	let points = points(most, &mut rng);
	let lengths: &[usize] = if quick { &[8] } else { &[8, 64, 256] };
	let proven: &[usize] = if quick { &[8] } else { &[8, 64] };
	let bar = ProgressBar::new((4 * powers.len() + lengths.len() + proven.len()) as u64);
	let mut lines = Vec::new();
	for size in powers.iter().map(|power| 1usize << power) {
		let long: Vec<_> = (0..size).map(|_| scalar::random(&mut rng)).collect();
		let short: Vec<_> = (0..size).map(|_| scalar::random_short(&mut rng)).collect();
		lines.push(msm("MSM, 255-bit scalars", &points[..size], &long, 255, budget)?);
		bar.inc(1);
		lines.push(msm("MSM, 128-bit scalars", &points[..size], &short, 128, budget)?);
		bar.inc(1);
		// the smallest sums of points are those of proofs and keys; of the rest they say nothing
		if size >= 16 {
			lines.push(dot_product(&long, &short, budget)?);
			lines.extend(sharing(size, budget, &mut rng)?);
		}
		bar.inc(2);
	}
	for length in lengths {
		lines.push(dealing(*length, budget, &mut rng)?);
		bar.inc(1);
	}
	for length in proven {
		lines.extend(apart(*length, TOGETHER, budget, &mut rng)?);
		lines.extend(proofs(*length, TOGETHER, budget, &mut rng)?);
		bar.inc(1);
	}
	bar.finish_and_clear();
	Ok(lines)
}

fn points(count: usize, rng: &mut ChaCha20Rng) -> Vec<Affine<Plain>> {
	let step = group::mul(&Affine::<Plain>::generator(), &scalar::random(rng));
	let next = |point: &ostraka_crypto::Projective<Plain>| Some(*point + step);
	let points: Vec<_> =
		std::iter::successors(Some(Affine::<Plain>::generator().into_group()), next)
			.take(count)
			.collect();
	group::normalize(&points)
}

fn msm(
	operation: &str,
	points: &[Affine<Plain>],
	scalars: &[Scalar],
	bits: usize,
	budget: Duration,
) -> Result<Line> {
	let of = |value: ark_bls12_381::Fq| blst_fp { l: value.0 .0 };
	let in_blst: Vec<_> =
		points.iter().map(|point| blst_p1_affine { x: of(point.x), y: of(point.y) }).collect();
	let bytes: Vec<u8> = scalars
		.iter()
		.flat_map(|scalar| {
			ostraka_crypto::encoding::encode_scalar(scalar)[..bits.div_ceil(8)].to_vec()
		})
		.collect();
	let by_blst = in_blst.as_slice().mult(&bytes, bits);
	let ours = group::affine(&group::msm(points, scalars));
	let arkworks = Plain::msm(points, scalars).map(|sum| sum.into_affine());
	let z = ark_bls12_381::Fq::new_unchecked(ark_ff::BigInt(by_blst.z.l));
	let same = ours.x * z * z == ark_bls12_381::Fq::new_unchecked(ark_ff::BigInt(by_blst.x.l));
	ensure!(same && arkworks == Ok(ours), "{operation}: the libraries disagree");
	Ok(compare(
		operation,
		points.len(),
		budget,
		vec![
			("ours", Box::new(|| consume(group::msm(black_box(points), black_box(scalars))))),
			("blst", Box::new(|| consume(black_box(&in_blst).as_slice().mult(&bytes, bits)))),
			("arkworks", Box::new(|| consume(Plain::msm(black_box(points), black_box(scalars))))),
		],
	))
}

/// `sum a_i b_i`: what share arithmetic consists of.
fn dot_product(a: &[Scalar], b: &[Scalar], budget: Duration) -> Result<Line> {
	let of = |scalar: &Scalar| blst_fr { l: scalar.0 .0 };
	let (in_blst_a, in_blst_b): (Vec<_>, Vec<_>) =
		(a.iter().map(of).collect(), b.iter().map(of).collect());
	let ours = || a.iter().zip(b).fold(Scalar::from(0u8), |sum, (a, b)| sum + *a * b);
	ensure!(blst_dot(&in_blst_a, &in_blst_b).l == ours().0 .0, "the fields disagree");
	let whole = || Scalar::sum_of_products_of(a, b);
	ensure!(whole() == ours(), "the fields disagree");
	Ok(compare(
		"field: sum of products",
		a.len(),
		budget,
		vec![
			("ours", Box::new(|| consume(ours()))),
			("blst", Box::new(|| consume(blst_dot(&in_blst_a, &in_blst_b)))),
			("arkworks", Box::new(|| consume(whole()))),
		],
	))
}

/// arkworks' own way to a sum of products, with one reduction for several products.
trait SumOfProducts: Sized {
	fn sum_of_products_of(a: &[Self], b: &[Self]) -> Self;
}

impl SumOfProducts for Scalar {
	fn sum_of_products_of(a: &[Self], b: &[Self]) -> Self {
		let chunks = a.chunks_exact(4).zip(b.chunks_exact(4));
		chunks
			.filter_map(|(a, b)| {
				let (a, b): (&[Self; 4], &[Self; 4]) = (a.try_into().ok()?, b.try_into().ok()?);
				Some(<Self as ark_ff::Field>::sum_of_products(a, b))
			})
			.sum()
	}
}

#[allow(unsafe_code)]
fn blst_dot(a: &[blst_fr], b: &[blst_fr]) -> blst_fr {
	let mut sum = blst_fr::default();
	let mut product = blst_fr::default();
	for (a, b) in a.iter().zip(b) {
		// SAFETY: all pointers are to initialised elements of the field, which blst reads and writes in place.
		unsafe {
			blst::blst_fr_mul(&mut product, a, b);
			blst::blst_fr_add(&mut sum, &sum, &product);
		}
	}
	sum
}

/// Share generation for five nodes and reconstruction from three, beside a copy of as many bytes as they touch.
fn sharing(length: usize, budget: Duration, rng: &mut ChaCha20Rng) -> Result<[Line; 2]> {
	let rows: Vec<Vec<Scalar>> =
		(0..3).map(|_| (0..length).map(|_| scalar::random(rng)).collect()).collect();
	let shares: Vec<(u8, SecretShare)> = (1..=5)
		.map(|j| {
			let mut share = SecretShare::zero(length);
			share.values = sharing_only::evaluate(&rows, j);
			(j, share)
		})
		.collect();
	ensure!(vss::reconstruct(&shares[..3])?.values == rows[0], "reconstruction fails");
	let copy = |rows: usize| {
		let from = vec![1u8; 32 * rows * length];
		let mut to = vec![0u8; from.len()];
		move || black_box(&mut to).copy_from_slice(black_box(&from))
	};
	let generate = compare(
		"share generation, n = 5, t = 2",
		length,
		budget,
		vec![
			(
				"ours",
				Box::new(|| {
					(1..=5).for_each(|j| consume(sharing_only::evaluate(black_box(&rows), j)))
				}),
			),
			// three rows read, five written
			("memory", Box::new(copy(4))),
		],
	);
	let reconstruct = compare(
		"reconstruction, t = 2",
		length,
		budget,
		vec![
			("ours", Box::new(|| consume(vss::reconstruct(black_box(&shares[..3]))))),
			// three read, one written
			("memory", Box::new(copy(2))),
		],
	);
	Ok([generate, reconstruct])
}

/// A row of the file: one comparison with one other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
	/// What is done.
	pub operation: String,
	/// Terms, or values.
	pub size: usize,
	/// Runs of each.
	pub runs: usize,
	/// Ours, in microseconds, as all that follow.
	pub ours_us: f64,
	/// The fastest of ours.
	pub ours_min_us: f64,
	/// The slowest of ours.
	pub ours_max_us: f64,
	/// The other's name.
	pub other: String,
	/// The other's.
	pub other_us: f64,
	/// Ours over the other's.
	pub ours_over_other: f64,
	/// Machine and versions.
	pub measured_on: String,
}

/// Writes the lines as CSV.
pub fn write(lines: &[Line], measured_on: &str, file: &Path) -> Result<()> {
	let mut writer = csv::Writer::from_path(file)?;
	for line in lines {
		for (name, other) in &line.others {
			writer.serialize(Compared {
				operation: line.operation.clone(),
				size: line.size,
				runs: line.runs,
				ours_us: line.ours,
				ours_min_us: line.spread.0,
				ours_max_us: line.spread.1,
				other: (*name).to_owned(),
				other_us: *other,
				ours_over_other: line.ours / other,
				measured_on: measured_on.to_owned(),
			})?;
		}
	}
	Ok(writer.flush()?)
}

/// Reads what [`write`] has written; nothing where there is no file.
pub fn read(file: &Path) -> Result<Vec<Compared>> {
	if !file.exists() {
		return Ok(Vec::new());
	}
	let mut reader = csv::Reader::from_path(file)?;
	Ok(reader.deserialize().collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_contender_computes_the_same() {
		// `run` itself refuses contenders that disagree
		let mut rng = ChaCha20Rng::seed_from_u64(1);
		let scalars: Vec<_> = (0..16).map(|_| scalar::random(&mut rng)).collect();
		let points = points(16, &mut rng);
		let line = msm("msm", &points, &scalars, 255, Duration::ZERO).unwrap();
		assert_eq!(line.others.len(), 2);
		assert!(msm("msm", &points, &scalars, 128, Duration::ZERO).is_err());
		dot_product(&scalars, &scalars, Duration::ZERO).unwrap();
		let sum = Scalar::sum_of_products_of(&scalars, &scalars);
		assert_ne!(sum, Scalar::from(0u8));
		assert_eq!(sharing(16, Duration::ZERO, &mut rng).unwrap()[0].size, 16);
	}

	#[test]
	fn a_dealing_is_compared_and_comes_back_from_its_file() {
		let mut rng = ChaCha20Rng::seed_from_u64(2);
		let line = dealing(2, Duration::ZERO, &mut rng).unwrap();
		let file = std::env::temp_dir().join(format!("ostraka-limits-{}.csv", std::process::id()));
		assert!(read(&file).unwrap().is_empty());
		write(std::slice::from_ref(&line), "m, n; v", &file).unwrap();
		let found = read(&file).unwrap();
		assert_eq!((found.len(), found[0].operation.as_str(), found[0].size), (1, DEALING, 2));
		assert_eq!((found[0].other.as_str(), found[0].measured_on.as_str()), (BARE, "m, n; v"));
		let ratio = line.ours / line.others[0].1;
		assert!((found[0].ours_over_other / ratio - 1.).abs() < 1e-9 && ratio > 0.);
		std::fs::remove_file(file).unwrap();
	}
}
