//! Which results of a demonstration are sealed to its requester, and what is said of them.
//!
//! A result on which another task hangs is sealed to nobody: the next task is asked by what it says (which groups have enough
//! dealers, in which bin a quantile lies), and everybody checks that.

use crate::demo::tasks::Promise;
use clap::ValueEnum;
use ostraka_party::{
	plan::Plan,
	words::{counted, is_or_are},
};

/// Whom results are sealed to. Without it one is sealed, to the requester.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SealedTo {
	/// The requester alone reads every result on which no other task hangs
	#[value(alias = "self")]
	Requester,
	/// Everybody reads every result
	Nobody,
}

/// What is said where no result is sealed, as was asked for.
pub const NONE: &str = "no result is sealed: everybody reads all of them";
/// What is said in the report of a task whose result is sealed.
pub const READ: &str =
	"its result is published under a mask, and read here by the seed of that mask, which the requester has";

/// Places of the tasks of a plan's first stage whose results are sealed.
pub fn first(plan: &Plan, to: Option<SealedTo>) -> Vec<usize> {
	let most = match to {
		None => 1,
		Some(SealedTo::Requester) => plan.first.len(),
		Some(SealedTo::Nobody) => 0,
	};
	let is_counting = |place: usize| plan.grouped.iter().any(|task| task.contributors == place);
	let places = 0..plan.first.len();
	let free = places.filter(|place| !is_counting(*place) && !plan.refined.contains(place));
	free.take(most).collect()
}

/// Whether the result of a task of a later stage is sealed. On one that `is_refined`, asked for again more closely, another task
/// hangs.
pub fn later(to: Option<SealedTo>, is_refined: bool) -> bool {
	to == Some(SealedTo::Requester) && !is_refined
}

/// What is said of a stage's tasks that promise this.
pub fn said(to: Option<SealedTo>, promises: &[Promise]) -> Vec<String> {
	let sealed = promises.iter().filter(|promise| promise.is_sealed).count();
	let open = promises.len().saturating_sub(sealed);
	let of_sealed = match sealed {
		0 => None,
		1 => Some(
			"one result is sealed to the requester: it deals a mask that the result is published under, and it alone reads the \
			 result, by the seed of that mask"
				.to_owned(),
		),
		_ => Some(format!(
			"{sealed} results are sealed to the requester: it deals a mask for each, which the result is published under, and \
			 it alone reads them, each by the seed of its own mask"
		)),
	};
	let is_told = to == Some(SealedTo::Requester) && open > 0;
	let them = if open == 1 { "it" } else { "them" };
	let of_open = is_told.then(|| {
		format!(
			"{} {} not sealed, as other tasks hang on {them}: everybody reads {them}",
			counted(open, "result"),
			is_or_are(open)
		)
	});
	of_sealed.into_iter().chain(of_open).collect()
}
