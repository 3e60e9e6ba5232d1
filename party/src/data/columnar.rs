//! A Parquet file, row by row.
//!
//! Integers, decimals and texts are exact. Of a float or a double the shortest decimal is read whose nearest one it is.
//! Dates and times become text, in UTC. Nested and repeated columns are passed over.

use super::{
	float,
	record::{Place, Record},
};
use parquet::{
	basic::{ConvertedType, LogicalType, Repetition, Type as Physical},
	data_type::Decimal,
	errors::ParquetError,
	file::reader::{FileReader, SerializedFileReader},
	record::{reader::RowIter, Field},
	schema::types::Type,
};
use std::{
	fs::File,
	panic::{catch_unwind, AssertUnwindSafe},
	sync::Arc,
};

/// The columns of a Parquet file.
pub(super) struct Header {
	/// Names of the columns that are read.
	pub columns: Vec<String>,
	/// Names of those that are passed over.
	pub nested: Vec<String>,
}

/// Rows of a Parquet file.
pub(super) struct ColumnarRows {
	rows: RowIter<'static>,
	number: u64,
}

/// What is wrong, in words.
type Result<T> = std::result::Result<T, String>;

/// Reads the header.
pub(super) fn header(file: File) -> Result<Header> {
	guarded(|| {
		let reader = SerializedFileReader::new(file)?;
		let schema = reader.metadata().file_metadata().schema();
		let names = |readable: bool| {
			let fields = schema.get_fields().iter().filter(|field| is_readable(field) == readable);
			fields.map(|field| field.name().to_owned()).collect()
		};
		Ok(Header { columns: names(true), nested: names(false) })
	})
}

/// Begins with the rows.
pub(super) fn rows(file: File) -> Result<ColumnarRows> {
	guarded(|| {
		let reader = SerializedFileReader::new(file)?;
		let schema = reader.metadata().file_metadata().schema().clone();
		let all = schema.get_fields();
		let kept: Vec<_> = all.iter().filter(|field| is_readable(field)).cloned().collect();
		let projection = if kept.len() == all.len() {
			None
		} else {
			Some(Type::group_type_builder(schema.name()).with_fields(kept).build()?)
		};
		let rows = RowIter::from_file_into(Box::new(reader)).project(projection)?;
		Ok(ColumnarRows { rows, number: 0 })
	})
}

impl ColumnarRows {
	/// Reads the next row; returns whether there is one.
	pub fn read(&mut self, record: &mut Record) -> Result<bool> {
		let Some(row) = guarded(|| self.rows.next().transpose())? else { return Ok(false) };
		self.number += 1;
		record.begin(Place::Row(self.number));
		for (name, field) in row.get_column_iter() {
			let text = text(field);
			record.add(&text.ok_or_else(|| {
				format!("row {}: column `{name}` holds bytes, not text", self.number)
			})?);
		}
		Ok(true)
	}
}

/// Runs the decoder, whose assertions a damaged file can break.
fn guarded<T>(run: impl FnOnce() -> std::result::Result<T, ParquetError>) -> Result<T> {
	match catch_unwind(AssertUnwindSafe(run)) {
		Ok(result) => result.map_err(|error| error.to_string()),
		Err(_) => Err("the file is damaged".to_owned()),
	}
}

/// Whether a column has one value a row, of a type that the decoder knows.
fn is_readable(field: &Arc<Type>) -> bool {
	if !field.is_primitive() || field.get_basic_info().repetition() == Repetition::REPEATED {
		return false;
	}
	let converted = field.get_basic_info().converted_type();
	match field.get_physical_type() {
		Physical::INT32 => !matches!(
			converted,
			ConvertedType::INT_64
				| ConvertedType::UINT_64
				| ConvertedType::TIME_MICROS
				| ConvertedType::TIMESTAMP_MILLIS
				| ConvertedType::TIMESTAMP_MICROS
		),
		Physical::INT64 => matches!(
			converted,
			ConvertedType::INT_64
				| ConvertedType::UINT_64
				| ConvertedType::NONE
				| ConvertedType::TIME_MICROS
				| ConvertedType::TIMESTAMP_MILLIS
				| ConvertedType::TIMESTAMP_MICROS
				| ConvertedType::DECIMAL
		),
		Physical::BYTE_ARRAY => converted != ConvertedType::INTERVAL,
		Physical::FIXED_LEN_BYTE_ARRAY => {
			let logical = field.get_basic_info().logical_type_ref();
			converted == ConvertedType::DECIMAL
				|| (converted == ConvertedType::NONE && logical == Some(&LogicalType::Float16))
		},
		_ => true,
	}
}

/// A value as text; `None` of bytes that are none.
fn text(field: &Field) -> Option<String> {
	Some(match field {
		Field::Null => String::new(),
		Field::Bool(yes) => yes.to_string(),
		Field::Byte(number) => number.to_string(),
		Field::Short(number) => number.to_string(),
		Field::Int(number) => number.to_string(),
		Field::Long(number) => number.to_string(),
		Field::UByte(number) => number.to_string(),
		Field::UShort(number) => number.to_string(),
		Field::UInt(number) => number.to_string(),
		Field::ULong(number) => number.to_string(),
		Field::Float16(number) => float::text(f32::from(*number)),
		Field::Float(number) => float::text(*number),
		Field::Double(number) => float::text(*number),
		Field::Decimal(number) => decimal(number)?,
		Field::Str(text) => text.clone(),
		Field::Bytes(bytes) => std::str::from_utf8(bytes.data()).ok()?.to_owned(),
		Field::Date(days) => date(i64::from(*days)),
		Field::TimeMillis(millis) => time(i64::from(*millis) * 1000),
		Field::TimeMicros(micros) => time(*micros),
		Field::TimestampMillis(millis) => moment(i128::from(*millis) * 1000),
		Field::TimestampMicros(micros) => moment(i128::from(*micros)),
		Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => return None,
	})
}

/// A decimal exactly: `None` beyond 2^127.
fn decimal(number: &Decimal) -> Option<String> {
	let (first, rest) = number.data().split_first()?;
	let sign = i128::from(i8::from_be_bytes([*first]));
	let units = rest.iter().try_fold(sign, |sum, byte| {
		sum.checked_mul(256).and_then(|sum| sum.checked_add(i128::from(*byte)))
	})?;
	let scale = usize::try_from(number.scale()).ok()?;
	let digits = format!("{:0>width$}", units.unsigned_abs(), width = scale + 1);
	let (whole, fraction) = digits.split_at(digits.len() - scale);
	let sign = if units < 0 { "-" } else { "" };
	let point = if scale == 0 { "" } else { "." };
	Some(format!("{sign}{whole}{point}{fraction}"))
}

/// A date of the proleptic Gregorian calendar, by days since 1970-01-01: the years are counted from March on, in cycles of
/// 400 years.
fn date(days: i64) -> String {
	let shifted = days + 719_468;
	let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
	let year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
	let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	let from_march = (5 * day_of_year + 2) / 153;
	let day = day_of_year - (153 * from_march + 2) / 5 + 1;
	let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
	let year = year_of_era + era * 400 + i64::from(month <= 2);
	format!("{year:04}-{month:02}-{day:02}")
}

/// A time of the day, by microseconds.
fn time(micros: i64) -> String {
	let seconds = micros.div_euclid(1_000_000);
	let fraction = micros.rem_euclid(1_000_000);
	let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
	if fraction == 0 {
		clock
	} else {
		format!("{clock}.{fraction:06}").trim_end_matches('0').to_owned()
	}
}

fn moment(micros: i128) -> String {
	const DAY: i128 = 86_400_000_000;
	let days = i64::try_from(micros.div_euclid(DAY)).unwrap_or_default();
	let of_day = i64::try_from(micros.rem_euclid(DAY)).unwrap_or_default();
	match of_day {
		0 => date(days),
		_ => format!("{} {}", date(days), time(of_day)),
	}
}

#[cfg(test)]
pub(super) mod tests {
	use super::*;
	use parquet::{
		data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type},
		file::{properties::WriterProperties, writer::SerializedFileWriter},
		schema::parser::parse_message_type,
	};

	/// A file of five columns, one of them repeated.
	pub(in super::super) fn example() -> Vec<u8> {
		let schema = "message rows {
			REQUIRED BYTE_ARRAY who (UTF8);
			OPTIONAL INT64 price (DECIMAL(18, 2));
			REQUIRED DOUBLE x;
			REQUIRED INT32 day (DATE);
			REPEATED INT32 tags;
		}";
		let schema = Arc::new(parse_message_type(schema).expect("a schema"));
		let codec = parquet::basic::Compression::SNAPPY;
		let properties = WriterProperties::builder().set_compression(codec).build();
		let mut bytes = Vec::new();
		let mut writer =
			SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties)).expect("begun");
		let mut group = writer.next_row_group().expect("begun");
		let who: Vec<ByteArray> = ["a", "b", "c"].map(ByteArray::from).to_vec();
		let mut column = group.next_column().expect("begun").expect("a column");
		column.typed::<ByteArrayType>().write_batch(&who, None, None).expect("written");
		column.close().expect("closed");
		let mut column = group.next_column().expect("begun").expect("a column");
		let defined = [1, 0, 1];
		column
			.typed::<Int64Type>()
			.write_batch(&[1050, -5], Some(&defined), None)
			.expect("written");
		column.close().expect("closed");
		let mut column = group.next_column().expect("begun").expect("a column");
		column
			.typed::<DoubleType>()
			.write_batch(&[0.1, 2.0, f64::NAN], None, None)
			.expect("written");
		column.close().expect("closed");
		let mut column = group.next_column().expect("begun").expect("a column");
		column.typed::<Int32Type>().write_batch(&[0, 19_782, -1], None, None).expect("written");
		column.close().expect("closed");
		let mut column = group.next_column().expect("begun").expect("a column");
		column
			.typed::<Int32Type>()
			.write_batch(&[7], Some(&[1, 0, 0]), Some(&[0, 0, 0]))
			.expect("written");
		column.close().expect("closed");
		group.close().expect("closed");
		writer.close().expect("closed");
		bytes
	}

	fn file(bytes: &[u8]) -> File {
		super::super::source::Source::memory(bytes).file().expect("a temporary file")
	}

	#[test]
	fn values_are_read_exactly() {
		let bytes = example();
		let header = header(file(&bytes)).expect("well-formed");
		assert_eq!(header.columns, ["who", "price", "x", "day"]);
		assert_eq!(header.nested, ["tags"]);
		let mut rows = rows(file(&bytes)).expect("well-formed");
		let mut record = Record::default();
		for expected in [
			["a", "10.50", "0.1", "1970-01-01"],
			["b", "", "2", "2024-02-29"],
			["c", "-0.05", "NaN", "1969-12-31"],
		] {
			assert_eq!(rows.read(&mut record), Ok(true));
			assert_eq!(record.cells().collect::<Vec<_>>(), expected);
		}
		assert_eq!(rows.read(&mut record), Ok(false));
	}

	#[test]
	fn a_damaged_file_is_an_error() {
		let bytes = example();
		for length in [0, 4, 12, bytes.len() / 2, bytes.len() - 1] {
			assert!(header(file(&bytes[..length])).is_err(), "{length}");
		}
		let mut record = Record::default();
		for place in (0..bytes.len()).step_by(7) {
			let mut bytes = bytes.clone();
			bytes[place] ^= 0x55;
			if let Ok(mut rows) = rows(file(&bytes)) {
				while matches!(rows.read(&mut record), Ok(true)) {}
			}
		}
	}

	#[test]
	fn decimals_of_every_width() {
		let shown = |bytes: &[u8], scale| {
			decimal(&Decimal::from_bytes(ByteArray::from(bytes.to_vec()), 38, scale))
		};
		assert_eq!(shown(&[0x04, 0xd2], 2).as_deref(), Some("12.34"));
		assert_eq!(shown(&[0xff], 3).as_deref(), Some("-0.001"));
		assert_eq!(shown(&[0x80, 0], 0).as_deref(), Some("-32768"));
		assert_eq!(shown(&[0x7f; 17], 0), None);
		assert_eq!(shown(&[], 0), None);
	}

	#[test]
	fn moments_are_text() {
		assert_eq!(moment(0), "1970-01-01");
		assert_eq!(moment(-1), "1969-12-31 23:59:59.999999");
		assert_eq!(time(3_661_500_000), "01:01:01.5");
		assert_eq!(date(-719_468), "0000-03-01");
		assert_eq!(date(11_016), "2000-02-29");
	}
}
