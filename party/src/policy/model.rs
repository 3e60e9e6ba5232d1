//! The form of a policy file, and what is in it.

use super::error::PolicyError;
use crate::{
	class,
	data::decimal::Decimal,
	escape::escaped,
	request::{label, names, StatisticName},
};
use ostraka_primitives::{
	consent::{self, Quota, HISTORY, MAX_CO_DEALERS, MAX_DIFFERENCE},
	spec::{MAX_DECIMALS, MAX_NAME},
	task::SecurityClass,
	AccountId,
};
use ostraka_protocol::wire::dataset_tag;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use sp_core::crypto::Ss58Codec;
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt,
	path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// What lists of names have for all of them.
const ANY: &str = "any";
/// All statistics.
const STATISTICS: [StatisticName; 14] = [
	StatisticName::Count,
	StatisticName::Sum,
	StatisticName::Mean,
	StatisticName::WeightedMean,
	StatisticName::Variance,
	StatisticName::Std,
	StatisticName::Covariance,
	StatisticName::Correlation,
	StatisticName::Regression,
	StatisticName::Histogram,
	StatisticName::Quantiles,
	StatisticName::Median,
	StatisticName::VectorMean,
	StatisticName::Contributors,
];
const CLASSES: [SecurityClass; 3] =
	[SecurityClass::Standard, SecurityClass::Confidential, SecurityClass::Restricted];

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
	/// Its file, for messages.
	pub file: String,
	/// SHA-256 of the file.
	pub hash: [u8; 32],
	/// The data sets, by name.
	pub datasets: BTreeMap<String, Dataset>,
	/// Who may ask what.
	pub allow: Allow,
}

/// A data set: a file, and what it can hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Dataset {
	/// Its name.
	pub name: String,
	/// Its file.
	pub path: PathBuf,
	/// Column and text of the dealer's rows, if others' rows are in the file too.
	pub only: Option<(String, String)>,
	/// Most rows.
	pub rows: u32,
	/// Fewest rows that numbers may single out.
	pub floor: u64,
	/// Whether values outside a range become its nearest bound; else they count as missing.
	pub clips: bool,
	/// The columns that may be asked for, by name.
	pub columns: BTreeMap<String, ColumnRule>,
	pub(super) secret: Option<Zeroizing<[u8; 32]>>,
}

/// Shows no secret.
impl fmt::Debug for Dataset {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("Dataset").field("name", &self.name).finish_non_exhaustive()
	}
}

/// What a column can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnRule {
	/// Its numbers; `None` of a column of text, which is counted and grouped by.
	pub numbers: Option<Numbers>,
	/// Whether it may have one value in all rows.
	pub constant: bool,
}

/// What a column of numbers can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
	/// Digits behind the decimal point.
	pub decimals: u8,
	/// Smallest value, in units of `10^-decimals`.
	pub min: i64,
	/// Largest value.
	pub max: i64,
}

/// Who may ask what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
	/// Security classes.
	pub classes: Vec<SecurityClass>,
	/// Requesters; `None` for any.
	pub requesters: Option<Vec<AccountId>>,
	/// Statistics; `None` for any.
	pub statistics: Option<Vec<StatisticName>>,
	/// Fewest dealers that a task must promise.
	pub least_cohort: u32,
	/// Dealers that a task must require, none twice; [`MAX_CO_DEALERS`] at most.
	pub co_dealers: Vec<AccountId>,
	/// Most tasks over one data set, 1 to [`HISTORY`], in so many blocks.
	pub quota: Option<(u32, u32)>,
	/// By how many dealers two tasks over one data set must differ, if they differ; [`MAX_DIFFERENCE`] at most.
	pub least_difference: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPolicy {
	secret: Option<String>,
	dataset: BTreeMap<String, RawDataset>,
	allow: RawAllow,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDataset {
	file: PathBuf,
	only: Option<String>,
	rows: u32,
	floor: u64,
	clip: RawClip,
	columns: BTreeMap<String, RawColumn>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawClip {
	Flag(bool),
	Word(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumn {
	decimals: Option<u8>,
	range: Option<[RawBound; 2]>,
	#[serde(default)]
	text: bool,
	#[serde(default)]
	constant: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawBound {
	Whole(i64),
	Fraction(f64),
	Text(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAllow {
	classes: Vec<String>,
	requesters: Vec<String>,
	statistics: Vec<String>,
	#[serde(default)]
	least_cohort: u32,
	#[serde(default)]
	co_dealers: Vec<String>,
	per_period: Option<u32>,
	period_blocks: Option<u32>,
	least_difference: Option<u32>,
}

impl Policy {
	/// Reads the text of a policy file. Paths in it are relative to the file's folder.
	///
	/// # Errors
	/// `Malformed`, by line; `Wrong`, by name.
	pub fn parse(path: &Path, text: &str) -> Result<Self, PolicyError> {
		let file = path.display().to_string();
		let raw: RawPolicy = toml::from_str(text).map_err(|error| {
			// the error's own text repeats the line, which may be the secret's
			let line = error.span().map(|span| text.get(..span.start).unwrap_or_default());
			let line = line.map(|before| 1 + before.bytes().filter(|byte| *byte == b'\n').count());
			PolicyError::Malformed { file: file.clone(), line, reason: error.message().to_owned() }
		})?;
		let wrong = |reason: String| PolicyError::Wrong { file: file.clone(), reason };
		if raw.dataset.is_empty() {
			return Err(wrong(
				"it has no data set: [dataset.NAME] with file, rows, floor, clip".to_owned(),
			));
		}
		let secret = raw.secret.map(Zeroizing::new);
		let secret = secret.as_deref().map(|text| self::secret(text)).transpose().map_err(wrong)?;
		let folder = path.parent().unwrap_or(Path::new(""));
		let mut datasets = BTreeMap::new();
		for (name, raw) in raw.dataset {
			let dataset = dataset(&name, raw, folder, secret.clone())
				.map_err(|reason| wrong(format!("data set `{}`: {reason}", escaped(&name))))?;
			datasets.insert(name, dataset);
		}
		let allow = self::allow(raw.allow).map_err(|reason| wrong(format!("[allow]: {reason}")))?;
		let hash = Sha256::digest(text.as_bytes()).into();
		Ok(Self { file, hash, datasets, allow })
	}
}

impl Policy {
	/// What of it a chain can hold the dealer's acceptances to, the same for each data set.
	pub fn on_chain(&self) -> consent::Policy {
		let Allow { least_cohort, co_dealers, quota, least_difference, .. } = &self.allow;
		// what is parsed fits
		let quota = quota
			.and_then(|(tasks, blocks)| Some(Quota { tasks: u8::try_from(tasks).ok()?, blocks }));
		let least_difference = least_difference.map(|least| u8::try_from(least).unwrap_or(u8::MAX));
		let co_dealers: Vec<AccountId> =
			co_dealers.iter().take(MAX_CO_DEALERS as usize).cloned().collect();
		consent::Policy {
			quota,
			least_cohort: *least_cohort,
			least_difference: least_difference.unwrap_or_default(),
			co_dealers: co_dealers.try_into().unwrap_or_default(),
		}
	}
}

impl Dataset {
	/// The tag that names its rows on a chain.
	pub fn tag(&self) -> [u8; 32] {
		dataset_tag(&self.name)
	}
}

fn secret(text: &str) -> Result<Zeroizing<[u8; 32]>, String> {
	let mut bytes = Zeroizing::new([0u8; 32]);
	hex::decode_to_slice(text.trim(), bytes.as_mut_slice())
		.map_err(|_| "`secret` must be 64 hexadecimal digits".to_owned())?;
	Ok(bytes)
}

fn dataset(
	name: &str,
	raw: RawDataset,
	folder: &Path,
	secret: Option<Zeroizing<[u8; 32]>>,
) -> Result<Dataset, String> {
	let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
	if name.is_empty() || name.len() > MAX_NAME as usize || !name.chars().all(is_plain) {
		return Err(format!(
			"its name must be letters, digits, `-`, `_` and `.`, {MAX_NAME} of them at most: it is hashed into a tag"
		));
	}
	if raw.rows == 0 {
		return Err("`rows` must be at least 1".to_owned());
	}
	if raw.columns.is_empty() {
		return Err("it names no column, so nothing could be asked of it".to_owned());
	}
	let clips = match raw.clip {
		RawClip::Flag(true) => true,
		RawClip::Word(word) if word == "skip" => false,
		_ => {
			return Err("`clip` is true, or \"skip\": values outside are never a refusal".to_owned())
		},
	};
	let only = match raw.only {
		None => None,
		Some(text) => match text.split_once('=') {
			Some((column, value)) if !column.trim().is_empty() && !value.trim().is_empty() => {
				Some((names::one(column)?, value.trim().to_owned()))
			},
			_ => return Err("`only` has the form COLUMN=TEXT, as in hospital=Jena".to_owned()),
		},
	};
	let mut columns = BTreeMap::new();
	for (column, raw) in raw.columns {
		let rule =
			self::rule(raw).map_err(|reason| format!("column `{}`: {reason}", escaped(&column)))?;
		columns.insert(column, rule);
	}
	Ok(Dataset {
		name: name.to_owned(),
		path: folder.join(raw.file),
		only,
		rows: raw.rows,
		floor: raw.floor,
		clips,
		columns,
		secret,
	})
}

fn rule(raw: RawColumn) -> Result<ColumnRule, String> {
	let RawColumn { decimals, range, text, constant } = raw;
	let numbers = match (text, decimals, range) {
		(true, None, None) => None,
		(true, _, _) => return Err("a column of text has no decimals and no range".to_owned()),
		(false, Some(decimals), Some([min, max])) => {
			if decimals > MAX_DECIMALS {
				return Err(format!("`decimals` is {MAX_DECIMALS} at most"));
			}
			let units = |bound: RawBound| {
				let text = match bound {
					RawBound::Whole(number) => number.to_string(),
					RawBound::Fraction(number) => number.to_string(),
					RawBound::Text(text) => text,
				};
				let units = Decimal::parse(&text).and_then(|number| number.to_units(decimals));
				units.map_err(|error| format!("`range`: `{}` {error}", escaped(&text)))
			};
			let (min, max) = (units(min)?, units(max)?);
			if min > max {
				return Err("`range`: the smaller bound comes first".to_owned());
			}
			Some(Numbers { decimals, min, max })
		},
		(false, _, _) => {
			return Err("give `decimals` and `range`, or `text = true`".to_owned());
		},
	};
	Ok(ColumnRule { numbers, constant })
}

fn allow(raw: RawAllow) -> Result<Allow, String> {
	let any_or = |list: &str, names: &[String]| match names {
		[] => Err(format!("`{list}` is empty: name some, or write \"{ANY}\"")),
		[name] => Ok(name == ANY),
		names if names.iter().any(|name| name == ANY) => {
			Err(format!("`{list}`: \"{ANY}\" stands alone"))
		},
		_ => Ok(false),
	};
	let class_named = |name: &String| {
		let found = CLASSES.iter().find(|class| class::label(**class).eq_ignore_ascii_case(name));
		found.copied().ok_or_else(|| format!("`classes`: there is no class `{}`", escaped(name)))
	};
	let statistic_named = |name: &String| {
		let found = STATISTICS.iter().find(|statistic| label(**statistic) == name);
		let wrong = || format!("`statistics`: there is no statistic `{}`", escaped(name));
		found.copied().ok_or_else(wrong)
	};
	let classes = match any_or("classes", &raw.classes)? {
		true => CLASSES.to_vec(),
		false => raw.classes.iter().map(class_named).collect::<Result<_, _>>()?,
	};
	let requesters = match any_or("requesters", &raw.requesters)? {
		true => None,
		false => Some(accounts("requesters", &raw.requesters)?),
	};
	let statistics = match any_or("statistics", &raw.statistics)? {
		true => None,
		false => Some(raw.statistics.iter().map(statistic_named).collect::<Result<_, _>>()?),
	};
	let quota = match (raw.per_period, raw.period_blocks) {
		(None, None) => None,
		(Some(tasks), Some(_)) if !(1..=HISTORY).contains(&tasks) => {
			return Err(format!(
				"`per_period` is 1 to {HISTORY}: the chain remembers so many tasks of a dealer, and counts no more"
			));
		},
		(Some(tasks), Some(blocks)) if blocks > 0 => Some((tasks, blocks)),
		_ => return Err("`per_period` and `period_blocks` go together".to_owned()),
	};
	if raw.least_difference.is_some_and(|least| least > u32::from(MAX_DIFFERENCE)) {
		return Err(format!(
			"`least_difference` is {MAX_DIFFERENCE} at most: by more the chain compares no two tasks"
		));
	}
	if raw.co_dealers.len() > MAX_CO_DEALERS as usize {
		return Err(format!("`co_dealers` names {MAX_CO_DEALERS} at most"));
	}
	let co_dealers = accounts("co_dealers", &raw.co_dealers)?;
	if co_dealers.iter().collect::<BTreeSet<_>>().len() != co_dealers.len() {
		return Err("`co_dealers` names a dealer twice".to_owned());
	}
	Ok(Allow {
		classes,
		requesters,
		statistics,
		least_cohort: raw.least_cohort,
		co_dealers,
		quota,
		least_difference: raw.least_difference,
	})
}

fn accounts(list: &str, texts: &[String]) -> Result<Vec<AccountId>, String> {
	let account = |text: &String| {
		let bytes = text.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok());
		let account = match bytes.map(<[u8; 32]>::try_from) {
			Some(bytes) => bytes.ok().map(AccountId::new),
			None => AccountId::from_ss58check(text).ok(),
		};
		account.ok_or_else(|| {
			format!(
				"`{list}`: `{}` is no account: give an SS58 address, or 0x and 64 hexadecimal digits",
				escaped(text)
			)
		})
	};
	texts.iter().map(account).collect()
}
