//! Each rule of a spec, its lengths, and its encoding.

use super::*;
use alloc::{format, vec, vec::Vec};
use codec::DecodeAll;

fn name(text: &str) -> Name {
	Name::try_from(text.as_bytes().to_vec()).unwrap()
}

fn column(text: &str) -> Column {
	Column { name: name(text), decimals: 2, min: -100, max: 100 }
}

fn columns(count: usize) -> BoundedVec<Column, ConstU32<MAX_COLUMNS>> {
	(0..count).map(|i| column(&format!("c{i}"))).collect::<Vec<_>>().try_into().unwrap()
}

fn groups(count: usize) -> Option<Grouping> {
	let groups: Vec<_> = (0..count).map(|i| name(&format!("g{i}"))).collect();
	Some(Grouping { column: name("group"), groups: groups.try_into().unwrap() })
}

fn edges(count: i64) -> BoundedVec<i64, ConstU32<MAX_EDGES>> {
	(0..count).collect::<Vec<_>>().try_into().unwrap()
}

const ALL: [Statistic; 14] = [
	Statistic::Count,
	Statistic::Sum,
	Statistic::Mean,
	Statistic::WeightedMean,
	Statistic::Variance,
	Statistic::Std,
	Statistic::Covariance,
	Statistic::Correlation,
	Statistic::Regression,
	Statistic::Histogram,
	Statistic::Quantiles,
	Statistic::Median,
	Statistic::VectorMean,
	Statistic::Contributors,
];

/// A valid spec of each statistic.
fn valid(statistic: Statistic) -> TaskSpec {
	let needed = statistic.columns().0;
	TaskSpec {
		statistic,
		columns: columns(needed),
		target: (statistic == Statistic::Regression).then(|| column("y")),
		weight: statistic.has_weight().then(|| Column { min: 0, ..column("w") }),
		edges: edges(if statistic.has_edges() { 3 } else { 0 }),
		quantiles: match statistic {
			Statistic::Quantiles => vec![250, 500].try_into().unwrap(),
			_ => Default::default(),
		},
		group_by: match statistic {
			Statistic::Contributors => groups(2),
			_ => None,
		},
		max_rows: 10,
	}
}

/// The answer to a valid spec after a change.
fn after(statistic: Statistic, change: impl FnOnce(&mut TaskSpec)) -> Result<(), SpecError> {
	let mut spec = valid(statistic);
	assert_eq!(spec.validate(), Ok(()), "{statistic:?}");
	change(&mut spec);
	spec.validate()
}

#[test]
fn lengths_are_those_of_the_statistics() {
	let lengths = [1, 2, 2, 2, 3, 3, 6, 6, 6, 4, 4, 4, 2, 2];
	for (statistic, length) in ALL.into_iter().zip(lengths) {
		assert_eq!(valid(statistic).length(), length, "{statistic:?}");
	}
	// the Gram matrix of (1, x_1, x_2, x_3): 10, then 4, then 1
	let regression = TaskSpec { columns: columns(3), ..valid(Statistic::Regression) };
	assert_eq!(regression.length(), 15);
	let grouped = TaskSpec { group_by: groups(5), ..valid(Statistic::Variance) };
	assert_eq!((grouped.groups(), grouped.length_of_group(), grouped.length()), (5, 3, 15));
}

#[test]
fn the_longest_vector_is_legal_and_one_more_is_not() {
	let regression = |d| TaskSpec { columns: columns(d), ..valid(Statistic::Regression) };
	assert_eq!((regression(20).length(), regression(20).validate()), (253, Ok(())));
	assert_eq!(regression(21).validate(), Err(SpecError::TooLong));
	let histogram = |bins: i64, cells| TaskSpec {
		edges: edges(bins - 1),
		group_by: groups(cells),
		..valid(Statistic::Median)
	};
	assert_eq!((histogram(4, 64).length(), histogram(4, 64).validate()), (256, Ok(())));
	assert_eq!(histogram(5, 52).validate(), Err(SpecError::TooLong));
	assert_eq!(histogram(256, 1).validate(), Ok(()));
	// the longest that the types can hold is computed without overflow
	let most =
		TaskSpec { columns: columns(64), group_by: groups(64), ..valid(Statistic::Regression) };
	assert_eq!(most.length(), 64 * (65 * 66 / 2 + 66));
	assert_eq!(most.validate(), Err(SpecError::TooLong));
}

#[test]
fn columns_target_and_weight() {
	for statistic in ALL {
		let (fewest, most) = statistic.columns();
		for count in [0, 1, 2, 3, MAX_COLUMNS as usize] {
			let answer = after(statistic, |spec| spec.columns = columns(count));
			let legal = (fewest..=most).contains(&count);
			assert_eq!(answer == Err(SpecError::WrongColumns), !legal, "{statistic:?} {count}");
		}
		let target = after(statistic, |spec| {
			spec.target = if spec.target.is_some() { None } else { Some(column("other")) };
		});
		assert_eq!(target, Err(SpecError::WrongTarget), "{statistic:?}");
		let weight = after(statistic, |spec| {
			spec.weight = if spec.weight.is_some() {
				None
			} else {
				Some(Column { min: 0, ..column("other") })
			};
		});
		assert_eq!(weight, Err(SpecError::WrongWeight), "{statistic:?}");
	}
	let negative = |spec: &mut TaskSpec| spec.weight = Some(column("w"));
	assert_eq!(after(Statistic::WeightedMean, negative), Err(SpecError::WrongWeight));
}

/// A requester writes what a dealer reads before it consents: with a name that moves the cursor it would rewrite that.
#[test]
fn a_name_cannot_act_on_a_terminal_or_hide() {
	let rewrites = "\u{1b}[5A\u{1b}[Jtask 7: count of rows\u{1b}[8m";
	let reorders = "salary \u{202e}tnuoc";
	let names = [
		rewrites,
		reorders,
		"a\tb",
		"a\nb",
		"\u{9b}2J",
		"a\u{7f}",
		"a\u{200b}",
		"\u{200f}a",
		"a\u{2060}",
		"a\u{2069}",
		"a\u{ad}b",
		"\u{feff}a",
		"a\u{2028}b",
		"\u{3164}",
		"a\u{e0041}",
	];
	for text in names {
		for statistic in ALL {
			// contributors need no column, but may name some
			let in_column = after(statistic, |spec| match spec.columns.get_mut(0) {
				Some(column) => column.name = name(text),
				None => spec.columns = vec![column(text)].try_into().unwrap(),
			});
			assert_eq!(in_column, Err(SpecError::WrongName), "{text:?} of {statistic:?}");
			let grouping = |column, group| {
				let groups = vec![name("a"), name(group)].try_into().unwrap();
				Some(Grouping { column: name(column), groups })
			};
			for grouping in [grouping(text, "b"), grouping("g", text)] {
				let in_grouping = after(statistic, |spec| spec.group_by = grouping);
				assert_eq!(in_grouping, Err(SpecError::WrongName), "{text:?} of {statistic:?}");
			}
		}
		let as_target = after(Statistic::Regression, |spec| spec.target = Some(column(text)));
		assert_eq!(as_target, Err(SpecError::WrongName), "{text:?}");
		let as_weight = after(Statistic::VectorMean, |spec| {
			spec.weight = Some(Column { min: 0, ..column(text) });
		});
		assert_eq!(as_weight, Err(SpecError::WrongName), "{text:?}");
	}
}

#[test]
fn names() {
	let rename = |text: &'static [u8]| {
		move |spec: &mut TaskSpec| spec.columns[0].name = text.to_vec().try_into().unwrap()
	};
	assert_eq!(after(Statistic::Mean, rename(b"")), Err(SpecError::WrongName));
	assert_eq!(after(Statistic::Mean, rename(b"\xff\xfe")), Err(SpecError::WrongName));
	assert_eq!(after(Statistic::Mean, rename("größe".as_bytes())), Ok(()));
	// twice, and as the target
	assert_eq!(after(Statistic::Covariance, rename(b"c1")), Err(SpecError::WrongName));
	assert_eq!(after(Statistic::Regression, rename(b"y")), Err(SpecError::WrongName));
	// the constant term's, of a regression only
	assert_eq!(after(Statistic::Regression, rename(b"intercept")), Err(SpecError::WrongName));
	assert_eq!(after(Statistic::Mean, rename(b"intercept")), Ok(()));
}

#[test]
fn ranges() {
	let range = |decimals, min, max| {
		after(Statistic::Mean, |spec| {
			spec.columns[0] = Column { name: name("x"), decimals, min, max };
		})
	};
	assert_eq!(range(MAX_DECIMALS, -MAX_BOUND, MAX_BOUND), Ok(()));
	assert_eq!(range(0, 5, 5), Ok(()));
	for wrong in [
		range(MAX_DECIMALS + 1, 0, 1),
		range(0, 1, 0),
		range(0, -MAX_BOUND - 1, 0),
		range(0, 0, MAX_BOUND + 1),
		range(0, i64::MIN, i64::MAX),
	] {
		assert_eq!(wrong, Err(SpecError::WrongRange));
	}
	assert_eq!(after(Statistic::Mean, |spec| spec.max_rows = 0), Err(SpecError::NoRows));
}

#[test]
fn edges_and_quantiles() {
	let edged = |edges: &[i64]| {
		after(Statistic::Histogram, |spec| spec.edges = edges.to_vec().try_into().unwrap())
	};
	assert_eq!(edged(&[-MAX_BOUND, 0, MAX_BOUND]), Ok(()));
	for wrong in [&[][..], &[1], &[1, 1], &[2, 1], &[0, 1, 1], &[0, i64::MAX], &[i64::MIN, 0]] {
		assert_eq!(edged(wrong), Err(SpecError::WrongEdges), "{wrong:?}");
	}
	assert_eq!(after(Statistic::Mean, |spec| spec.edges = edges(2)), Err(SpecError::WrongEdges));

	let asked = |statistic, quantiles: &[u16]| {
		after(statistic, |spec| spec.quantiles = quantiles.to_vec().try_into().unwrap())
	};
	assert_eq!(asked(Statistic::Quantiles, &[1, 999]), Ok(()));
	for wrong in [&[][..], &[0], &[1000], &[500, u16::MAX]] {
		assert_eq!(asked(Statistic::Quantiles, wrong), Err(SpecError::WrongQuantiles));
	}
	assert_eq!(asked(Statistic::Median, &[500]), Err(SpecError::WrongQuantiles));
}

#[test]
fn groupings() {
	let with =
		|statistic, grouping: Option<Grouping>| after(statistic, |spec| spec.group_by = grouping);
	for statistic in ALL {
		assert_eq!(with(statistic, groups(3)), Ok(()), "{statistic:?}");
		assert_eq!(with(statistic, groups(0)), Err(SpecError::WrongGroups), "{statistic:?}");
	}
	assert_eq!(with(Statistic::Contributors, None), Err(SpecError::WrongGroups));
	let of = |names: &[&str]| {
		let groups: Vec<_> = names.iter().map(|text| name(text)).collect();
		Some(Grouping { column: name("g"), groups: groups.try_into().unwrap() })
	};
	assert_eq!(with(Statistic::Mean, of(&["a", "b", "a"])), Err(SpecError::WrongGroups));
	assert_eq!(with(Statistic::Mean, of(&["a", ""])), Err(SpecError::WrongName));
	let nameless = groups(1).map(|grouping| Grouping { column: Name::default(), ..grouping });
	assert_eq!(with(Statistic::Mean, nameless), Err(SpecError::WrongName));
}

/// The task hash covers these bytes: they must not change by accident.
#[test]
fn the_encoding_is_pinned() {
	let spec = TaskSpec {
		statistic: Statistic::Quantiles,
		columns: vec![Column { name: name("ab"), decimals: 2, min: -1, max: 258 }]
			.try_into()
			.unwrap(),
		target: None,
		weight: None,
		edges: vec![0, 7].try_into().unwrap(),
		quantiles: vec![500].try_into().unwrap(),
		group_by: groups(1),
		max_rows: 1000,
	};
	let bytes: Vec<u8> = [
		&[10][..],
		// one column
		&[4, 8, b'a', b'b', 2],
		&[255; 8],
		&[2, 1, 0, 0, 0, 0, 0, 0],
		// no target, no weight
		&[0, 0],
		// edges
		&[8, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0],
		// quantiles
		&[4, 244, 1],
		// the grouping
		&[1, 20, b'g', b'r', b'o', b'u', b'p', 4, 8, b'g', b'0'],
		&[232, 3, 0, 0],
	]
	.concat();
	assert_eq!(spec.encode(), bytes);
	assert_eq!(TaskSpec::decode_all(&mut &bytes[..]), Ok(spec));
	for (i, statistic) in ALL.into_iter().enumerate() {
		assert_eq!(statistic.encode(), [i as u8]);
		let spec = valid(statistic);
		assert_eq!(TaskSpec::decode_all(&mut &spec.encode()[..]), Ok(spec));
	}
}

#[test]
fn the_largest_spec_keeps_its_declared_size() {
	let long = |i: usize| {
		let text = format!("{i:0>width$}", width = MAX_NAME as usize);
		name(&text)
	};
	let wide = |i| Column { name: long(i), ..column("x") };
	let mut spec = valid(Statistic::Regression);
	spec.columns = (0..MAX_COLUMNS as usize).map(wide).collect::<Vec<_>>().try_into().unwrap();
	spec.target = Some(wide(100));
	spec.weight = Some(wide(101));
	spec.edges = edges(i64::from(MAX_EDGES));
	spec.quantiles = vec![1; MAX_QUANTILES as usize].try_into().unwrap();
	let groups: Vec<_> = (0..MAX_GROUPS as usize).map(long).collect();
	spec.group_by = Some(Grouping { column: long(0), groups: groups.try_into().unwrap() });
	assert_eq!(spec.encoded_size(), TaskSpec::max_encoded_len());
}

/// Random and damaged bytes never panic; what decodes is canonical, and can be validated.
#[test]
fn decoding_survives_any_bytes() {
	// xorshift64, seeded with a constant: the same bytes in every run
	let mut state = 0x9e37_79b9_7f4a_7c15u64;
	let mut next = move || {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		state
	};
	let check = |bytes: &[u8]| {
		let mut rest = bytes;
		if let Ok(spec) = TaskSpec::decode(&mut rest) {
			assert_eq!(spec.encode(), bytes[..bytes.len() - rest.len()]);
			let _ = (spec.validate(), spec.length());
		}
	};
	for round in 0..20_000 {
		let random: Vec<u8> = (0..next() % 200).map(|_| next() as u8).collect();
		check(&random);
		let mut bytes = valid(ALL[round % ALL.len()]).encode();
		let place = next() as usize % bytes.len();
		bytes[place] = next() as u8;
		check(&bytes);
		bytes.truncate(next() as usize % (bytes.len() + 1));
		check(&bytes);
	}
	// a list that claims more than its bound is refused before anything is allocated for it
	let mut claims = vec![Statistic::Mean as u8];
	claims.extend(codec::Compact(u32::MAX).encode());
	assert!(TaskSpec::decode(&mut &claims[..]).is_err());
}
