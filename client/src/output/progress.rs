//! Live progress on standard error: bars on a terminal, nothing with `--json` or when nobody looks.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{io::IsTerminal, time::Duration};
use tracing::level_filters::LevelFilter;

/// Where progress goes.
#[derive(Clone, Debug)]
pub struct Progress {
	bars: MultiProgress,
	is_shown: bool,
}

impl Progress {
	/// Shown on a terminal, unless `quiet` or there is a log, whose lines go there.
	pub fn new(quiet: bool) -> Self {
		let is_logged = LevelFilter::current() != LevelFilter::OFF;
		let is_shown = !quiet && !is_logged && std::io::stderr().is_terminal();
		let target =
			if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
		Self { bars: MultiProgress::with_draw_target(target), is_shown }
	}

	/// Whether anything is shown.
	pub fn is_shown(&self) -> bool {
		self.is_shown
	}

	/// A bar that fills up to `length`.
	pub fn bar(&self, title: &str, length: u64) -> ProgressBar {
		let bar = self.bars.add(ProgressBar::new(length));
		if let Ok(style) =
			ProgressStyle::with_template("{prefix:<44!} {bar:24} {pos:>5}/{len:<5} {msg}")
		{
			bar.set_style(style.progress_chars("━╸─"));
		}
		bar.set_prefix(title.to_owned());
		bar
	}

	/// A line with a turning sign.
	pub fn spinner(&self, title: &str) -> ProgressBar {
		let bar = self.bars.add(ProgressBar::new_spinner());
		if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {msg}") {
			bar.set_style(style);
		}
		bar.set_prefix(title.to_owned());
		if self.is_shown {
			bar.enable_steady_tick(Duration::from_millis(120));
		}
		bar
	}

	/// Prints a line above the bars.
	pub fn say(&self, line: &str) {
		if self.is_shown {
			// nothing is lost if the terminal is gone
			let _ = self.bars.println(line);
		}
	}

	/// Takes all bars away.
	pub fn clear(&self) {
		let _ = self.bars.clear();
	}
}
