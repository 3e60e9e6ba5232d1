//! To whom an error speaks.

/// Who a party is to a task: what an error advises is what that party can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Advice {
	/// Who asks for a statistic, and declares ranges and decimals.
	#[default]
	Requester,
	/// Who deals to a task whose ranges and decimals another one declared.
	Dealer,
}
