//! In the place of [`columnar`](super) where Parquet is left out of the build.

use super::record::Record;
use std::fs::File;

const ABSENT: &str = "this build reads no Parquet (its feature `parquet` is off)";

pub(super) struct Header {
	pub columns: Vec<String>,
	pub nested: Vec<String>,
}

pub(super) struct ColumnarRows;

pub(super) fn header(_: File) -> Result<Header, String> {
	Err(ABSENT.to_owned())
}

pub(super) fn rows(_: File) -> Result<ColumnarRows, String> {
	Err(ABSENT.to_owned())
}

impl ColumnarRows {
	pub fn read(&mut self, _: &mut Record) -> Result<bool, String> {
		Err(ABSENT.to_owned())
	}
}
