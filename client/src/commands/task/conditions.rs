//! What a task promises its dealers, and who reads its result: flags, and the conditions that they come to.

use crate::{
	chain::account::{self, address},
	cli::values::{self, Recipient},
	error::Error,
};
use clap::Args;
use ostraka_primitives::{
	consent::MAX_REQUIRED,
	task::{ClassParameters, Conditions},
	AccountId, TaskId, MAX_DEALERS,
};

/// Flags of the conditions. Dealers see them before they accept, and the chain holds to them.
#[derive(Args, Clone, Debug, Default)]
pub struct ConditionArgs {
	/// Fewest dealers whose dealings make a result; what the class asks for unless given
	#[arg(long, value_name = "N", help_heading = "Conditions")]
	pub least_dealers: Option<u32>,
	/// An invited dealer without whom there is no result (may be given again)
	#[arg(
		long = "require",
		value_name = "ACCOUNT",
		value_parser = account::parse,
		help_heading = "Conditions"
	)]
	pub required: Vec<AccountId>,
	/// Task that counted the contributors to each group, or to each value of a column whose bins are one value each: without one
	/// of its dealers there is no result. --contributors-task says the same of groups, and leaves out those with too few
	#[arg(
		long,
		value_name = "N",
		conflicts_with_all = ["contributors_task", "count_first"],
		allow_negative_numbers = true,
		value_parser = values::task,
		help_heading = "Conditions"
	)]
	pub counted_by: Option<TaskId>,
	/// The one account that reads the result, or self for the one that signs: it deals a mask (`ostraka mask`), without which
	/// there is no result
	#[arg(
		long,
		value_name = "ACCOUNT",
		value_parser = values::recipient,
		help_heading = "Conditions"
	)]
	pub sealed_to: Option<Recipient>,
}

impl ConditionArgs {
	/// The conditions of a task that invites these dealers, counted by that task.
	///
	/// # Errors
	/// `Usage` if the chain would refuse them.
	pub fn conditions(
		&self,
		parameters: &ClassParameters,
		dealers: &[AccountId],
		counting: Option<TaskId>,
		signer: &AccountId,
	) -> Result<Conditions, Error> {
		let wrong = |what: String| Err(Error::Usage(what));
		let least_dealers = self.least_dealers.unwrap_or(parameters.least_dealers);
		if least_dealers < parameters.least_dealers {
			return wrong(format!(
				"--least-dealers {least_dealers}: this class has {} at least",
				parameters.least_dealers
			));
		}
		if least_dealers as usize > dealers.len() {
			return wrong(format!(
				"--least-dealers {least_dealers}: {} are invited; invite more with --dealer",
				dealers.len()
			));
		}
		let mut required = self.required.clone();
		required.sort();
		required.dedup();
		if let Some(stranger) = required.iter().find(|account| !dealers.contains(account)) {
			return wrong(format!(
				"--require {}: this dealer is not invited; invite it with --dealer",
				address(stranger)
			));
		}
		let Ok(required) = required.try_into() else {
			return wrong(format!(
				"--require: {MAX_REQUIRED} dealers can be required, and no more"
			));
		};
		let sealed_to = self.sealed_to.as_ref().map(|recipient| recipient.account(signer));
		if let Some(recipient) = &sealed_to {
			if dealers.contains(recipient) {
				return wrong(format!(
					"--sealed-to {}: this account is invited to deal; who reads a sealed result deals the mask, and no rows",
					address(recipient)
				));
			}
			if dealers.len() >= MAX_DEALERS as usize {
				return wrong(format!(
					"--sealed-to: a sealed task can invite {} dealers, as its recipient deals too",
					MAX_DEALERS.saturating_sub(1)
				));
			}
		}
		Ok(Conditions { least_dealers, required, counting, sealed_to })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	/// Of a task that invites four dealers, for which the fixture's class needs three.
	fn of(args: &ConditionArgs) -> Result<Conditions, String> {
		let dealers: Vec<AccountId> = (1..5).map(account).collect();
		let parameters = fixtures::task().task.parameters;
		args.conditions(&parameters, &dealers, Some(6), &account(9))
			.map_err(|error| error.to_string())
	}

	#[test]
	fn without_flags_they_are_the_classs() {
		let conditions = of(&ConditionArgs::default()).expect("sound");
		let parameters = fixtures::task().task.parameters;
		assert_eq!(conditions, Conditions { counting: Some(6), ..Conditions::of(&parameters) });
	}

	#[test]
	fn flags_are_conditions_as_the_chain_takes_them() {
		let args = ConditionArgs {
			least_dealers: Some(4),
			required: [3, 1, 3].map(account).to_vec(),
			counted_by: None,
			sealed_to: Some(Recipient::Signer),
		};
		let conditions = of(&args).expect("sound");
		assert_eq!(conditions.least_dealers, 4);
		assert_eq!(conditions.required.as_slice(), [1, 3].map(account), "sorted, none twice");
		assert_eq!(conditions.sealed_to, Some(account(9)));
	}

	#[test]
	fn what_the_chain_would_refuse_is_refused_here() {
		let least = |number| ConditionArgs { least_dealers: Some(number), ..Default::default() };
		let seal = |byte| ConditionArgs {
			sealed_to: Some(Recipient::Account(account(byte))),
			..Default::default()
		};
		let require = |required| ConditionArgs { required, ..Default::default() };
		for (args, part) in [
			(least(2), "this class has 3 at least"),
			(least(5), "4 are invited"),
			(require(vec![account(1), account(8)]), "is not invited"),
			(seal(2), "this account is invited to deal"),
		] {
			let said = of(&args).expect_err(part);
			assert!(said.contains(part), "{said}");
		}
		let many: Vec<AccountId> = (1..10).map(account).collect();
		let parameters = fixtures::task().task.parameters;
		let error = require(many.clone()).conditions(&parameters, &many, None, &account(99));
		assert!(error.is_err_and(|error| error.to_string().contains("8 dealers can be required")));
	}
}
