//! What the entries of a vector add up, as places of columns.

use alloc::{vec, vec::Vec};
use core::iter::once;
use ostraka_primitives::spec::{Statistic, TaskSpec};

/// Most distinct values of a column that are told apart: bounds what is remembered of a vector mean's many columns.
const MOST_VALUES: usize = 33;
/// Most values of a column whose bins are taken for groups: as many groups a task can have.
pub(crate) const MOST_BINS: usize = ostraka_primitives::spec::MAX_GROUPS as usize;

/// The columns whose product an entry adds up, by place among all columns of the spec; none if it counts rows.
pub(super) type Factors = [Option<usize>; 2];

/// Whether a statistic counts rows in bins.
pub(crate) fn has_bins(statistic: Statistic) -> bool {
	matches!(statistic, Statistic::Histogram | Statistic::Quantiles | Statistic::Median)
}

/// Whether only the presence of values matters.
pub(super) fn is_counted(statistic: Statistic) -> bool {
	matches!(statistic, Statistic::Count | Statistic::Contributors)
}

/// The factors of each entry of a group's vector, in the vector's order; none if its entries are bins or counts of dealers.
pub(super) fn factors(spec: &TaskSpec) -> Vec<Factors> {
	let columns = spec.columns.len();
	let all = || (0..columns).map(Some);
	match spec.statistic {
		Statistic::Histogram | Statistic::Quantiles | Statistic::Median => Vec::new(),
		Statistic::Contributors => Vec::new(),
		Statistic::Count => vec![[None, None]],
		Statistic::Sum | Statistic::Mean => {
			once([None, None]).chain(all().map(|x| [x, None])).collect()
		},
		Statistic::Variance | Statistic::Std | Statistic::Covariance | Statistic::Correlation => {
			let x: Vec<Option<usize>> = all().collect();
			let sums = all().map(|x| [x, None]);
			once([None, None]).chain(sums).chain(upper_triangle(&x)).collect()
		},
		Statistic::Regression => {
			// the target stands behind the regressors
			let target = Some(columns);
			let z: Vec<Option<usize>> = once(None).chain(all()).collect();
			let with_target = z.iter().chain([&target]).map(|z| [*z, target]);
			upper_triangle(&z).chain(with_target).collect()
		},
		Statistic::WeightedMean | Statistic::VectorMean => {
			// so does the weight
			let weight = Some(columns);
			once([weight, None]).chain(all().map(|x| [weight, x])).collect()
		},
	}
}

fn upper_triangle(z: &[Option<usize>]) -> impl Iterator<Item = Factors> + '_ {
	z.iter().enumerate().flat_map(|(i, x)| z.iter().skip(i).map(move |y| [*x, *y]))
}

/// Up to how many distinct values of a column are told apart: one more than the statistic has terms. Sums of one column have
/// one term, with squares two; a regression has its regressors and the intercept; a weighted statistic the weight and the
/// weighted columns.
pub(super) fn most_values(spec: &TaskSpec) -> usize {
	let columns = spec.columns.len();
	let terms = match spec.statistic {
		Statistic::Count | Statistic::Contributors => return 0,
		Statistic::Histogram | Statistic::Quantiles | Statistic::Median => {
			return MOST_BINS.min(spec.edges.len().saturating_add(1))
		},
		Statistic::Sum | Statistic::Mean => 1,
		Statistic::Variance | Statistic::Std | Statistic::Covariance | Statistic::Correlation => 2,
		Statistic::Regression | Statistic::WeightedMean | Statistic::VectorMean => {
			columns.saturating_add(1)
		},
	};
	MOST_VALUES.min(terms + 1)
}
