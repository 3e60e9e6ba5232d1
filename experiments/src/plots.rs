//! Draws the tables.

use crate::store::Row;
use anyhow::{anyhow, Result};
use plotters::prelude::*;
use std::{collections::BTreeMap, path::Path};

/// Colours that can be told apart, also by the colour-blind (Okabe and Ito).
const COLOURS: [RGBColor; 8] = [
	RGBColor(213, 94, 0),
	RGBColor(0, 114, 178),
	RGBColor(0, 158, 115),
	RGBColor(204, 121, 167),
	RGBColor(230, 159, 0),
	RGBColor(86, 180, 233),
	RGBColor(0, 0, 0),
	RGBColor(120, 120, 120),
];

/// A plot to be.
pub struct Plot<'a> {
	/// Over it.
	pub title: String,
	/// Under the horizontal axis.
	pub x: &'a str,
	/// Beside the vertical one.
	pub y: &'a str,
	/// The machine, under the title.
	pub note: &'a str,
}

impl Plot<'_> {
	/// Draws a line a scheme, on logarithmic axes.
	pub fn draw(
		&self,
		file: &Path,
		rows: &[&Row],
		x: impl Fn(&Row) -> f64,
		y: impl Fn(&Row) -> f64,
	) -> Result<()> {
		let mut lines: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
		for row in rows {
			lines.entry(row.scheme.clone()).or_default().push((x(row), y(row)));
		}
		self.lines(file, lines)
	}

	/// Draws a line for each name, on logarithmic axes.
	pub fn lines(&self, file: &Path, mut lines: BTreeMap<String, Vec<(f64, f64)>>) -> Result<()> {
		lines.values_mut().for_each(|line| line.sort_by(|a, b| a.0.total_cmp(&b.0)));
		let all = || lines.values().flatten();
		let bounds = |of: fn(&(f64, f64)) -> f64| {
			let values = all().map(of);
			let (low, high) = values
				.fold((f64::MAX, 0f64), |(low, high), value| (low.min(value), high.max(value)));
			low / 1.2..high * 1.2
		};
		if all().next().is_none() {
			return Ok(());
		}
		self.on(file, &lines, bounds(|point| point.0), bounds(|point| point.1))
			.map_err(|error| anyhow!("cannot draw {}: {error}", file.display()))
	}

	fn on(
		&self,
		file: &Path,
		lines: &BTreeMap<String, Vec<(f64, f64)>>,
		xs: std::ops::Range<f64>,
		ys: std::ops::Range<f64>,
	) -> Result<(), Box<dyn std::error::Error>> {
		let root = SVGBackend::new(file, (900, 560)).into_drawing_area();
		root.fill(&WHITE)?;
		let mut root = root.titled(&self.title, ("sans-serif", 20))?;
		for line in self.note.lines() {
			root = root.titled(line, ("sans-serif", 12))?;
		}
		let (plot, legend) = root.split_horizontally(700);
		let mut chart = ChartBuilder::on(&plot)
			.margin(12)
			.x_label_area_size(44)
			.y_label_area_size(70)
			.build_cartesian_2d(xs.log_scale(), ys.log_scale())?;
		chart
			.configure_mesh()
			.x_desc(self.x)
			.y_desc(self.y)
			.light_line_style(WHITE.mix(0.))
			.draw()?;
		for (place, (name, line)) in lines.iter().enumerate() {
			let colour = COLOURS[place % COLOURS.len()];
			chart.draw_series(LineSeries::new(line.iter().copied(), colour.stroke_width(2)))?;
			chart.draw_series(line.iter().map(|point| Circle::new(*point, 3, colour.filled())))?;
			let y = 40 + 24 * place as i32;
			legend.draw(&PathElement::new([(0, y), (20, y)], colour.stroke_width(3)))?;
			legend.draw(&Text::new(name.clone(), (28, y - 7), ("sans-serif", 14)))?;
		}
		root.present()?;
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_plot_names_its_schemes_and_axes() {
		let row = |scheme: &str, users| Row {
			scheme: scheme.into(),
			users,
			length: 1,
			client_ms: 1.,
			server_ms: 1.,
			total_ms: users as f64,
			bytes_per_user: 1,
			node_ms: 1.,
			client_quartiles: (1., 1.),
			measured_on: "machine".into(),
		};
		let rows = [row("one", 10), row("two", 10), row("one", 20)];
		let file = std::env::temp_dir().join(format!("ostraka-plot-{}.svg", std::process::id()));
		let plot = Plot { title: "Title".into(), x: "users", y: "ms", note: "machine" };
		let rows: Vec<_> = rows.iter().collect();
		plot.draw(&file, &rows, |row| row.users as f64, |row| row.total_ms).unwrap();
		let text = std::fs::read_to_string(&file).unwrap();
		for word in ["one", "two", "users", "ms", "Title", "machine"] {
			assert!(text.contains(word), "{word}");
		}
		std::fs::remove_file(file).unwrap();
	}
}
