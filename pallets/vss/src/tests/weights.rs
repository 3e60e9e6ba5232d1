//! What challenges weigh by: the points of a proof, of which a call shows only the length.

use super::{refusals::resized, *};
use crate::weights::{self, proof_kilobytes, proof_points};
use codec::MaxEncodedLen;
use frame::{
	deps::frame_support::dispatch::{DispatchClass, GetDispatchInfo},
	traits::Authorize,
};
use ostraka_primitives::{
	spec::{Column, Grouping, Statistic, TaskSpec, MAX_BOUND, MAX_EDGES, MAX_LENGTH},
	task::TaskResult,
	MAX_VALIDITY,
};
use ostraka_protocol::statistics::validity::relation;

/// Numbers of groups that a task asks for; none is no grouping.
const GROUPS: [u32; 4] = [0, 3, 17, 64];
/// Widths of columns: bits of their bounds.
const WIDTHS: [u32; 6] = [0, 1, 4, 16, 40, 62];
/// Most rows of a dealer.
const ROWS: [u32; 5] = [1, 100, 5_000, 1 << 20, u32::MAX];

fn named(text: &str, bits: u32) -> Column {
	fixtures::column(text, -(1 << bits), 1 << bits)
}

/// One of so many columns of these widths, one after the other.
fn spec(statistic: Statistic, columns: u32, widths: [u32; 2], groups: u32, rows: u32) -> TaskSpec {
	let column = |number: u32| named(&format!("x{number}"), widths[number as usize % 2]);
	let name = |text: &str| text.as_bytes().to_vec().try_into().unwrap();
	let has_weight = matches!(statistic, Statistic::WeightedMean | Statistic::VectorMean);
	let has_edges =
		matches!(statistic, Statistic::Histogram | Statistic::Quantiles | Statistic::Median);
	let edges: Vec<i64> = if has_edges { (0..3).collect() } else { vec![] };
	let quantiles = if statistic == Statistic::Quantiles { vec![500] } else { vec![] };
	let names = (0..groups).map(|group| name(&format!("g{group}"))).collect::<Vec<_>>();
	TaskSpec {
		statistic,
		columns: (0..columns).map(column).collect::<Vec<_>>().try_into().unwrap(),
		target: (statistic == Statistic::Regression).then(|| column(columns)),
		weight: has_weight.then(|| Column { min: 0, ..named("w", widths[1]) }),
		edges: edges.try_into().unwrap(),
		quantiles: quantiles.try_into().unwrap(),
		group_by: (groups > 0)
			.then(|| Grouping { column: name("group"), groups: names.try_into().unwrap() }),
		max_rows: rows,
	}
}

/// Holds the points of its proofs against the bound. Returns whether it is a spec that a task may have.
fn is_bounded(spec: &TaskSpec) -> bool {
	let Ok(relation) = relation(spec) else { return false };
	let layout = relation.layout();
	let (points, bytes) = (layout.points(), layout.proof_length());
	let most = proof_points(bytes);
	assert!(points <= most as usize, "{points} of at most {most} in {bytes} bytes: {spec:?}");
	true
}

/// All statistics, with numbers of columns that each can have.
fn kinds() -> Vec<(Statistic, Vec<u32>)> {
	vec![
		(Statistic::Count, vec![1]),
		(Statistic::Contributors, vec![0]),
		(Statistic::Sum, vec![1]),
		(Statistic::Mean, vec![1]),
		(Statistic::WeightedMean, vec![1]),
		(Statistic::VectorMean, vec![1, 3, 8, 30, 100, 255]),
		(Statistic::Variance, vec![1]),
		(Statistic::Std, vec![1]),
		(Statistic::Covariance, vec![2]),
		(Statistic::Correlation, vec![2]),
		(Statistic::Regression, vec![1, 2, 3, 4, 6, 8, 12, 16, 20]),
		(Statistic::Histogram, vec![1]),
		(Statistic::Quantiles, vec![1]),
		(Statistic::Median, vec![1]),
	]
}

#[test]
fn no_proof_has_more_points_than_its_length_is_weighed_by() {
	for (statistic, columns) in kinds() {
		let mut found = 0;
		for count in columns {
			for groups in GROUPS {
				for rows in ROWS {
					for widths in WIDTHS.map(|bits| [bits, bits]).into_iter().chain([[0, 40]]) {
						let spec = spec(statistic, count, widths, groups, rows);
						found += usize::from(is_bounded(&spec));
					}
				}
			}
		}
		assert!(found >= ROWS.len() * WIDTHS.len(), "{statistic:?}: {found} specs");
	}
}

/// Rows of operands come beside few bits: it is where the bound is nearest.
#[test]
fn covariances_of_many_groups_are_within_the_bound() {
	let mut nearest = u32::MAX;
	for groups in (0..=MAX_LENGTH / 6).step_by(6) {
		for bits_of_rows in 1..=32 {
			let rows = u32::MAX >> (32 - bits_of_rows);
			let spec = spec(Statistic::Covariance, 2, [0, 2], groups, rows);
			assert!(is_bounded(&spec), "{spec:?}");
			let layout = *relation(&spec).unwrap().layout();
			nearest = nearest.min(proof_points(layout.proof_length()) - layout.points() as u32);
		}
	}
	assert!(nearest < 12, "a bound by {nearest} points too high everywhere");
}

#[test]
fn histograms_of_every_length_are_within_the_bound() {
	for edges in (2..=i64::from(MAX_EDGES)).step_by(11) {
		for rows in ROWS {
			let mut spec = spec(Statistic::Histogram, 1, [62; 2], 0, rows);
			spec.edges = (0..edges).collect::<Vec<_>>().try_into().unwrap();
			assert!(is_bounded(&spec));
		}
	}
}

/// The longest proof is weighed by few points more than it has, and a longer one by more.
#[test]
fn the_bound_is_near_where_it_is_dear() {
	let mut spec = spec(Statistic::Regression, 20, [62; 2], 0, u32::MAX);
	assert_eq!(spec.columns[0].max, MAX_BOUND);
	let layout = *relation(&spec).unwrap().layout();
	let (points, bytes) = (layout.points() as u32, layout.proof_length());
	assert!(proof_points(bytes) <= points + points / 20, "{points}");
	assert!(points >= 620, "benchmarks go as far: {points}");
	assert!(bytes <= MAX_VALIDITY as usize);
	let lengths = (0..=MAX_VALIDITY as usize).step_by(32);
	let all: Vec<_> = lengths.map(proof_points).collect();
	assert!(all.is_sorted());
	assert_eq!(all[0], 13);
	spec.max_rows = 1;
	assert!(is_bounded(&spec));
}

/// Of any length: what is too long or too short is refused, and weighs what it might have cost.
#[test]
fn a_challenge_weighs_by_threshold_and_proof() {
	type W = ();
	build_and_execute(|| {
		let scene = Scene::new(1, &[]);
		let (dealer, digest) = (scene.dealer(0), scene.digest(0));
		for length in [0, 1, 1_024, 1_025, 9_216, 20_000, MAX_VALIDITY as usize] {
			let (points, kilobytes) = (proof_points(length), proof_kilobytes(length));
			let shown = resized(scene.shown(0), length);
			let worst = Vss::worst_challenge(length as u32);
			let call = challenge_call(&scene.ctx, 1, &dealer, digest, shown.clone(), now());
			let info = call.get_dispatch_info();
			assert_eq!(info.class, DispatchClass::Operational);
			assert_eq!(info.call_weight, weights::challenge::<Test>(2, points));
			// Whether it is right does not follow from the call, and only the other is measured with one that is.
			let (wrong, right) =
				(<W as WeightInfo>::challenge, <W as WeightInfo>::challenge_with_bond);
			assert!(info.call_weight.all_gte(wrong(2, points).max(right(2, points))));
			// Nor whether the result is out, which is then marked.
			let marked = TaskSpec::max_encoded_len() + TaskResult::max_encoded_len();
			assert_eq!(info.call_weight.proof_size(), marked as u64);
			let authorize = call.weight_of_authorize();
			assert_eq!(authorize, <W as WeightInfo>::authorize_challenge(kilobytes));
			assert!((info.call_weight + authorize).all_lte(worst));

			let dealer = dealer.clone();
			let call =
				Call::<Test>::challenge_with_bond { task: TASK, dealer, digest, challenge: shown };
			let info = call.get_dispatch_info();
			assert_eq!(info.class, DispatchClass::Normal);
			assert_eq!(info.call_weight, weights::challenge::<Test>(2, points));
			assert!(info.call_weight.all_lte(worst));
		}
		assert_eq!([0, 1, 1_024, 1_025].map(proof_kilobytes), [0, 1, 1, 2]);
	});
}
