//! The published vector as integers, and with a name for every entry.
//!
//! All of the vector is public, also where it gives no statistic: [`named_sums`] is what is left to show then.

use super::{
	error::FinalizeError,
	number::{fixed_point, Number},
	rows::text,
};
use alloc::{format, string::String, vec, vec::Vec};
use ark_ff::{BigInteger, PrimeField};
use core::iter::once;
use num_bigint::{BigInt, Sign};
use ostraka_crypto::Scalar;
use ostraka_primitives::spec::{Column, Statistic, TaskSpec};

/// An entry of a vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
	/// Its group, if the task has groups.
	pub group: Option<String>,
	/// What it adds up: `n`, `Σ x`, `Σ x²`, `Σ x·y`; of a histogram the bin, `0 <= x < 5`.
	pub name: String,
	/// The sum in the data's own scale.
	pub value: Number,
}

/// The entries of a vector in their order.
///
/// # Errors
/// [`FinalizeError::Spec`], [`FinalizeError::Length`].
pub fn named_sums(spec: &TaskSpec, sum: &[Scalar]) -> Result<Vec<Sum>, FinalizeError> {
	let groups: Vec<Option<String>> = match &spec.group_by {
		Some(grouping) => grouping.groups.iter().map(|group| Some(text(group))).collect(),
		None => vec![None],
	};
	let names = entries(spec);
	let places = groups.iter().flat_map(|group| names.iter().map(move |name| (group, name)));
	let sums = places.zip(integers(spec, sum)?).map(|((group, (name, decimals)), units)| Sum {
		group: group.clone(),
		name: name.clone(),
		value: Number::decimal(units, *decimals),
	});
	Ok(sums.collect())
}

/// A vector's entries as integers, if they are as many as the spec says.
pub(super) fn integers(spec: &TaskSpec, sum: &[Scalar]) -> Result<Vec<BigInt>, FinalizeError> {
	spec.validate()?;
	if sum.len() != spec.length() as usize {
		return Err(FinalizeError::Length { expected: spec.length(), found: sum.len() });
	}
	Ok(sum.iter().map(centre_lift).collect())
}

/// The integer of least magnitude that is congruent to the field element.
fn centre_lift(element: &Scalar) -> BigInt {
	let residue = element.into_bigint();
	let lift = |bytes: &[u8]| BigInt::from_bytes_le(Sign::Plus, bytes);
	if residue > Scalar::MODULUS_MINUS_ONE_DIV_TWO {
		lift(&residue.to_bytes_le()) - lift(&Scalar::MODULUS.to_bytes_le())
	} else {
		lift(&residue.to_bytes_le())
	}
}

/// Name and decimals of each entry of a group's vector; its layout is in the head of [`super`].
fn entries(spec: &TaskSpec) -> Vec<(String, u8)> {
	let columns = || spec.columns.iter().map(Some);
	let count = || product(None, None);
	match spec.statistic {
		Statistic::Contributors => vec![(String::from("contributors"), 0)],
		Statistic::Histogram | Statistic::Quantiles | Statistic::Median => {
			spec.columns.first().map_or_else(Vec::new, |column| bins(column, &spec.edges))
		},
		Statistic::WeightedMean | Statistic::VectorMean => {
			let weight = spec.weight.as_ref();
			once(product(weight, None)).chain(columns().map(|x| product(weight, x))).collect()
		},
		Statistic::Regression => {
			let z: Vec<Option<&Column>> = once(None).chain(columns()).collect();
			let target = spec.target.as_ref();
			let with_target = z.iter().chain([&target]).map(|z| product(*z, target));
			upper_triangle(&z).chain(with_target).collect()
		},
		Statistic::Count => vec![count()],
		Statistic::Sum | Statistic::Mean => {
			once(count()).chain(columns().map(|x| product(x, None))).collect()
		},
		Statistic::Variance | Statistic::Std | Statistic::Covariance | Statistic::Correlation => {
			let x: Vec<Option<&Column>> = columns().collect();
			let sums = columns().map(|x| product(x, None));
			once(count()).chain(sums).chain(upper_triangle(&x)).collect()
		},
	}
}

/// The products of all pairs, row by row.
fn upper_triangle<'a>(factors: &'a [Option<&Column>]) -> impl Iterator<Item = (String, u8)> + 'a {
	let rows = factors.iter().enumerate();
	rows.flat_map(|(i, x)| factors.iter().skip(i).map(move |y| product(*x, *y)))
}

/// The sum of a product of two columns, of which `None` is the constant 1.
fn product(x: Option<&Column>, y: Option<&Column>) -> (String, u8) {
	let name = match (x, y) {
		(None, None) => String::from("n"),
		(Some(x), None) | (None, Some(x)) => format!("Σ {}", text(&x.name)),
		(Some(x), Some(y)) if x.name == y.name => format!("Σ {}²", text(&x.name)),
		(Some(x), Some(y)) => format!("Σ {}·{}", text(&x.name), text(&y.name)),
	};
	let decimals = |column: Option<&Column>| column.map_or(0, |column| column.decimals);
	(name, decimals(x).saturating_add(decimals(y)))
}

/// The bins over edges, the open ones included.
fn bins(column: &Column, edges: &[i64]) -> Vec<(String, u8)> {
	let name = text(&column.name);
	let edge = |edge: &i64| fixed_point(&BigInt::from(*edge), u32::from(column.decimals));
	let below = edges.first().map(|first| format!("{name} < {}", edge(first)));
	let between = edges.windows(2).filter_map(|pair| match pair {
		[lower, upper] => Some(format!("{} <= {name} < {}", edge(lower), edge(upper))),
		_ => None,
	});
	let above = edges.last().map(|last| format!("{name} >= {}", edge(last)));
	below.into_iter().chain(between).chain(above).map(|name| (name, 0)).collect()
}
