//! A run's report for people: tables of results, phases and faults.

use super::Report;
use crate::{
	error::Error,
	output::{self, Output},
	view::attested,
};
use ostraka_party::{
	attestation::Attestation, escape::escaped, lines::scalar, report::PHASES, words::counted,
};
use serde_json::Value as Json;

impl Report {
	/// Writes the report: JSON, or tables for people.
	///
	/// # Errors
	/// `Output`.
	pub fn write(&self, out: &mut Output<'_>) -> Result<(), Error> {
		if out.is_json() {
			return out.json(self);
		}
		writeln!(
			out,
			"{}, {}{}, class {}",
			counted(self.dealers, "dealer"),
			counted(self.rows as usize, "row"),
			match self.skipped_rows {
				0 => String::new(),
				skipped => format!(" ({skipped} skipped: no institution)"),
			},
			self.class
		)?;
		let mut table = output::table(&["task", "statistic", "", "joint", "plaintext", "equal"]);
		for task in &self.tasks {
			let number = task.task.map_or_else(|| "-".to_owned(), |task| task.to_string());
			if let Some(failure) = &task.failure {
				let (how, equal) = match task.advice {
					Some(_) => ("not computed", "-"),
					None => ("failed", "no"),
				};
				table.add_row([&number, &task.title, how, &escaped(failure), "", equal]);
				continue;
			}
			for (i, (name, value)) in task.lines.iter().enumerate() {
				let pooled = task.plaintext_lines.iter().find(|(other, _)| other == name);
				let pooled = pooled.map_or("", |(_, value)| value.as_str());
				let equal = if i == 0 { yes_no(task.exact) } else { "" };
				let first = |text: &str| if i == 0 { text.to_owned() } else { String::new() };
				table.add_row([
					&first(&number),
					&first(&task.title),
					name.as_str(),
					value,
					pooled,
					equal,
				]);
			}
		}
		writeln!(out, "{table}")?;
		self.write_left_out(out)?;
		self.write_proofs(out)?;
		self.write_phases(out)?;
		self.write_faults(out)
	}

	/// Says what was left out, how the file was read, and what is proven of the inputs.
	fn write_left_out(&self, out: &mut Output<'_>) -> Result<(), Error> {
		for note in &self.notes {
			writeln!(out, "note: {note}")?;
		}
		for task in &self.tasks {
			for line in task.left_out_lines().iter().chain(&task.notes) {
				writeln!(out, "{}: {line}", task.title)?;
			}
			if let Some(line) = task.proofs_line() {
				writeln!(out, "{}: {line}", task.title)?;
			}
			// a run on a chain has a line for all of its tasks: see `write_proofs`
			let is_told = |said: &Attestation| self.proofs.is_none() || !is_all(said);
			if let Some(said) = task.attestation.filter(is_told) {
				writeln!(out, "{}: {said}", task.title)?;
			}
		}
		Ok(())
	}

	/// Says who made, checked and attested the proofs of the inputs.
	fn write_proofs(&self, out: &mut Output<'_>) -> Result<(), Error> {
		let Some(proofs) = &self.proofs else { return Ok(()) };
		let each = |all: f64| all / proofs.made.max(1) as f64;
		writeln!(
			out,
			"proofs of valid input made: {}, of {:.0} bytes each; each took {:.1} ms with its dealing",
			proofs.made,
			each(proofs.bytes as f64),
			each(proofs.milliseconds)
		)?;
		writeln!(
			out,
			"checked: by each member of a committee and each verifier of a panel before it attests; judged again from block \
			 bodies, {} of {} hold",
			proofs.hold, proofs.judged
		)?;
		let members = (proofs.members_attested, proofs.members);
		match attested::attested(Some(members), (proofs.verifiers_attested, proofs.verifiers)) {
			Some(by) => {
				writeln!(out, "{by}: all proofs hold, and to members their shares are right")
			},
			None => Ok(()),
		}
	}

	fn write_phases(&self, out: &mut Output<'_>) -> Result<(), Error> {
		let mut names = PHASES.to_vec();
		names.retain(|name| self.tasks.iter().any(|task| task.phases.contains_key(*name)));
		let has_money = self.tasks.iter().any(|task| !task.fees.is_null());
		let symbol = self.token.as_ref().map_or("", |token| token.symbol.as_str());
		let (fees, rewards) = (format!("fees {symbol}"), format!("rewards {symbol}"));
		let mut heads = vec!["task", "statistic", "dealers"];
		heads.extend(&names);
		if has_money {
			heads.extend([fees.as_str(), rewards.as_str()]);
		}
		heads.push("verified");
		let mut table = output::table(&heads);
		for task in &self.tasks {
			let number = task.task.map_or_else(|| "-".to_owned(), |task| task.to_string());
			let by = task
				.group_by
				.as_ref()
				.map_or_else(String::new, |column| format!(" by {}", escaped(column)));
			let mut row =
				vec![number, format!("{}{by}", task.statistic), task.accepted.to_string()];
			row.extend(
				names.iter().map(|name| task.phases.get(*name).map_or(String::new(), phase_text)),
			);
			if has_money {
				row.extend([&task.fees, &task.rewards].map(|amounts| self.money(amounts)));
			}
			let nothing_to_verify = task.advice.is_some() && !task.verified;
			row.push(if nothing_to_verify { "-" } else { yes_no(task.verified) }.to_owned());
			table.add_row(row);
		}
		writeln!(out, "{table}")
	}

	/// The total of a set of amounts.
	fn money(&self, amounts: &Json) -> String {
		let total = amounts.get("total").map(scalar).unwrap_or_default();
		match (&self.token, total.parse()) {
			(Some(token), Ok(amount)) => token.short(amount),
			_ => total,
		}
	}

	fn write_faults(&self, out: &mut Output<'_>) -> Result<(), Error> {
		if self.tasks.iter().all(|task| task.faults.is_empty()) {
			return Ok(());
		}
		let mut table = output::table(&["statistic", "fault", "by", "verdict"]);
		for task in &self.tasks {
			for fault in &task.faults {
				let (by, verdict) = (escaped(&fault.by), escaped(&fault.verdict));
				table.add_row([task.title.as_str(), &fault.fault, &by, &verdict]);
			}
		}
		writeln!(out, "{table}")
	}
}

/// Whether nobody of a panel slept or was exposed, and nothing was found too late.
fn is_all(said: &Attestation) -> bool {
	said.attested == said.panel && said.disproven == 0
}

fn yes_no(yes: bool) -> &'static str {
	if yes {
		"yes"
	} else {
		"NO"
	}
}

fn phase_text(phase: &Json) -> String {
	let seconds = phase.get("seconds").and_then(Json::as_f64).unwrap_or(0.0);
	match phase.get("blocks").and_then(Json::as_u64) {
		Some(blocks) => format!("{blocks} blk\n{seconds:.1} s"),
		None => format!("{seconds:.3} s"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{output::written, report::ProofsReport};

	fn report(proofs: Option<ProofsReport>) -> Report {
		Report {
			dealers: 4,
			rows: 9,
			skipped_rows: 0,
			class: "Standard".to_owned(),
			token: None,
			notes: Vec::new(),
			proofs,
			tasks: Vec::new(),
		}
	}

	#[test]
	fn proofs_are_told_from_dealer_to_attester() {
		let proofs = ProofsReport {
			made: 4,
			bytes: 12_000,
			milliseconds: 50.0,
			judged: 4,
			hold: 3,
			members: 5,
			members_attested: 4,
			verifiers: 2,
			verifiers_attested: 1,
		};
		let text = written(false, |out| report(Some(proofs.clone())).write(out));
		for line in [
			"proofs of valid input made: 4, of 3000 bytes each; each took 12.5 ms with its dealing\n",
			"checked: by each member of a committee and each verifier of a panel before it attests; judged again from block \
			 bodies, 3 of 4 hold\n",
			"attested by 4 of 5 members and 1 of 2 verifiers: all proofs hold, and to members their shares are right\n",
		] {
			assert!(text.contains(line), "no `{line}` in {text}");
		}
		let text = written(true, |out| report(Some(proofs.clone())).write(out));
		let record: Json = serde_json::from_str(&text).expect("JSON");
		assert_eq!((&record["proofs"]["made"], &record["proofs"]["hold"]), (&4.into(), &3.into()));
		assert_eq!(record["proofs"]["verifiers_attested"], 1);
		assert!(!written(false, |out| report(None).write(out)).contains("proofs"));
	}
}
