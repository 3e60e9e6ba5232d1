//! What the chain charges for each call, in bytes, weight and fee, by committee and length of the vector.
//!
//! One task for each class of a development chain and each length, all at once, with ten honest dealers, one whose share
//! for the first seat is wrong, and one that proves another input valid than its own: so there is an accusation, and a
//! challenge, as well.
//!
//! A row of `chain_charges.csv` is a [`Charge`].

use crate::{
	blocks::{Block, Extrinsic},
	machine,
	stage::{Stage, Task},
	table::Table,
	weights::{milliseconds, LENGTHS},
};
use anyhow::{bail, ensure, Context, Result};
use indicatif::ProgressBar;
use ostraka_adversary::{
	cheats::DealingFault, deal, forged::ForgedInput, transaction::Outcome, wait,
};
use ostraka_client::{testbed::survey::Survey, verify::result_outcome};
use ostraka_experiment_rows::Charge;
use ostraka_primitives::{
	fault::DealerFault,
	task::{Outcome as Ended, SecurityClass},
};

/// The calls of a task, in their order.
const CALLS: [&str; 8] =
	["submit", "accept", "deal", "accuse", "challenge", "attest", "commit_result", "reveal_result"];
/// Honest dealers of a task: as many as the most demanding class asks for.
const HONEST: usize = 10;
/// The seat whose share is wrong.
const VICTIM: u8 = 1;
/// What is wrong with the dealings of those who come after the honest ones.
const FORGED: [DealingFault; 2] = [
	DealingFault::Accusable(DealerFault::WrongShare, VICTIM),
	DealingFault::Input(ForgedInput::OtherVector),
];

/// The tasks: class and length.
fn plan(quick: bool) -> Vec<(SecurityClass, u32)> {
	let classes = [SecurityClass::Standard, SecurityClass::Confidential, SecurityClass::Restricted];
	let lengths: &[u32] = if quick { &[8] } else { &LENGTHS };
	lengths.iter().flat_map(|length| classes.map(|class| (class, *length))).collect()
}

/// Dealers that this part takes.
pub fn dealers(quick: bool) -> usize {
	plan(quick).len() * (HONEST + FORGED.len())
}

/// Whether there is nothing left to do: all is measured at once.
pub fn is_done(table: &Table<Charge>) -> bool {
	!table.rows().is_empty()
}

/// Plays the tasks and writes a row for each call of each.
///
/// # Errors
/// If the chain does otherwise than expected.
pub async fn run(
	stage: &Stage,
	quick: bool,
	table: &mut Table<Charge>,
	bar: &ProgressBar,
) -> Result<()> {
	let chain = &stage.chain;
	let surveys = plan(quick)
		.into_iter()
		.map(|(class, length)| Ok((class, stage.survey(length, HONEST + FORGED.len())?)))
		.collect::<Result<Vec<_>>>()?;
	let first = chain.head().number;
	bar.set_message(format!("{} tasks published, accepted and drawn", surveys.len()));
	let published: Vec<_> = surveys.iter().map(|(class, survey)| (*class, survey)).collect();
	let tasks = stage.publish(&published).await?;
	bar.set_message("dealing");
	for (task, (_, survey)) in tasks.iter().zip(&surveys) {
		forge(stage, task, survey).await?;
		let honest = stage.prepare(task, survey, HONEST).await?;
		stage.send(&honest, || ()).await?;
	}
	bar.set_message("verified, computed, settled");
	let mut last = first;
	for (task, (_, survey)) in tasks.iter().zip(&surveys) {
		last = last.max(settled(stage, task, survey, HONEST).await?);
	}
	let mut extrinsics = Vec::new();
	for number in first + 1..=last {
		extrinsics.extend(Block::read(chain, number).await?.extrinsics);
	}
	let deposit = chain.prices().await?.dealer_deposit;
	let unit = 10f64.powi(i32::from(chain.token().decimals));
	let mut rows = Vec::new();
	for (task, (_, survey)) in tasks.iter().zip(&surveys) {
		for call in CALLS {
			let of: Vec<&Extrinsic> =
				extrinsics.iter().filter(|one| one.call == call && one.task == task.id).collect();
			ensure!(!of.is_empty(), "task {} had no {call}", task.id);
			let deposit = if call == "accept" { deposit as f64 / unit } else { 0. };
			rows.push(row(call, task, survey.spec.length(), &of, unit, deposit));
		}
	}
	rows.into_iter().try_for_each(|row| table.add(row))
}

/// Lets the last dealers deal with a fault each.
async fn forge(stage: &Stage, task: &Task, survey: &Survey) -> Result<()> {
	let dealers = task.dealers.iter().zip(&survey.inputs).skip(HONEST);
	for ((signer, input), fault) in dealers.zip(FORGED) {
		match deal::deal(&stage.chain, task.id, signer, &input.encoded, fault).await? {
			Outcome::Included(_) => {},
			Outcome::Refused { reason, .. } => bail!("the forged dealing was refused: {reason}"),
		}
	}
	Ok(())
}

/// Waits until a task is settled, and holds its result against that of the pooled rows of its first dealers. Returns
/// the block.
///
/// # Errors
/// If it failed, or the result is not right.
pub async fn settled(stage: &Stage, task: &Task, survey: &Survey, dealers: usize) -> Result<u32> {
	let chain = &stage.chain;
	let (ended, head) = wait::settled(chain, task.id).await?;
	ensure!(ended == Ended::Completed, "task {} ended as {ended:?}", task.id);
	let result = chain.result(task.id).await?.context("a completed task has a result")?;
	let found = result_outcome(&survey.spec, &result).map_err(ostraka_client::Error::from)?;
	let places: Vec<usize> = (0..dealers).collect();
	ensure!(found == survey.pooled(&places)?, "task {}: a wrong result", task.id);
	Ok(head.number)
}

fn row(call: &str, task: &Task, length: u32, of: &[&Extrinsic], unit: f64, deposit: f64) -> Charge {
	let sorted = |value: &dyn Fn(&Extrinsic) -> f64| {
		let mut values: Vec<f64> = of.iter().map(|one| value(one)).collect();
		values.sort_by(f64::total_cmp);
		values
	};
	let bytes = sorted(&|one| one.bytes as f64);
	let times = sorted(&|one| milliseconds(one.weight));
	let proofs = sorted(&|one| one.weight.proof_size() as f64);
	let fees = sorted(&|one| one.fee as f64 / unit);
	let parameters = &task.info.task.parameters;
	Charge {
		call: call.to_owned(),
		seats: parameters.seats.into(),
		threshold: parameters.threshold.into(),
		length,
		count: count(of.len()),
		bytes: median(&bytes) as u64,
		bytes_min: bytes.first().copied().unwrap_or_default() as u64,
		bytes_max: bytes.last().copied().unwrap_or_default() as u64,
		ref_ms: median(&times),
		ref_ms_min: times.first().copied().unwrap_or_default(),
		ref_ms_max: times.last().copied().unwrap_or_default(),
		proof_bytes: median(&proofs) as u64,
		fee: median(&fees),
		fee_min: fees.first().copied().unwrap_or_default(),
		fee_max: fees.last().copied().unwrap_or_default(),
		deposit,
		machine: machine::name(),
		versions: machine::versions().to_owned(),
	}
}

/// A number of things as the files have it.
pub fn count(things: usize) -> u32 {
	u32::try_from(things).unwrap_or(u32::MAX)
}

/// The median of sorted values: of an even number, the lower of the two in the middle, which some call has had. Zero of
/// none.
pub fn median(sorted: &[f64]) -> f64 {
	sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn medians_are_values_that_were_there() {
		assert_eq!([median(&[1., 2., 9.]), median(&[1., 2.]), median(&[])], [2., 1., 0.]);
	}

	#[test]
	fn every_class_and_length_has_a_task() {
		assert_eq!((plan(false).len(), dealers(true)), (12, 36));
	}
}
