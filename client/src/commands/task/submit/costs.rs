//! What a task takes of its requester, as the question before it is published.

use crate::chain::Token;
use ostraka_party::words::counted;
use ostraka_primitives::Balance;

/// What a task takes of its requester.
pub(super) struct Costs {
	/// What is put on hold for committee, panel and rent.
	pub fee: Balance,
	/// Most that the rent can come to: a part of the fee.
	pub rent: Balance,
	/// What is put on hold for the dealers.
	pub reward: Balance,
	/// What is spent at once.
	pub draw_fee: Balance,
}

impl Costs {
	/// What is asked before a task that invites so many dealers is published.
	pub fn question(&self, token: &Token, title: &str, dealers: usize) -> String {
		let reward = match self.reward {
			0 => String::new(),
			reward => format!(", and {} as the data reward", token.render(reward)),
		};
		format!(
			"{title}: {} for its draw is spent at once, and does not come back. {} is put on hold as the fee, of which {} at most \
			 is rent{reward}. Who takes the task back while it invites pays its rent so far besides; from its draw on the whole fee \
			 is lost, by taking it back or if too few deal. Publish it, and invite {}?",
			token.render(self.draw_fee),
			token.render(self.fee),
			token.render(self.rent),
			counted(dealers, "dealer")
		)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fixtures;

	#[test]
	fn a_person_is_asked_with_what_is_spent() {
		let asked = |reward| {
			let costs = Costs { fee: 1_500, rent: 300, reward, draw_fee: 500 };
			costs.question(&fixtures::token(), "mean of x", 3)
		};
		let without = asked(0);
		for part in [
			"mean of x: 0.5 OST for its draw is spent at once, and does not come back",
			"1.5 OST is put on hold as the fee, of which 0.3 OST at most is rent. ",
			"from its draw on the whole fee is lost",
			"invite 3 dealers?",
		] {
			assert!(without.contains(part), "`{without}` does not say `{part}`");
		}
		let with = asked(2_000);
		assert!(with.contains("is rent, and 2 OST as the data reward. "), "{with}");
	}
}
