//! In the place of [`sheet`](super) where workbooks are left out of the build.

use super::{
	record::Record,
	source::{Kind, ReadSeek},
};
use std::marker::PhantomData;

pub(super) struct Sheet {
	pub name: String,
	pub all: Vec<String>,
}

#[derive(Debug)]
pub(super) enum SheetError {
	NoSheet(Vec<String>),
	Unreadable(String),
}

pub(super) struct SheetRows<'a>(PhantomData<&'a Sheet>);

impl Sheet {
	pub fn read(
		_: Box<dyn ReadSeek + '_>,
		_: Kind,
		name: Option<&str>,
	) -> Result<Self, SheetError> {
		match name {
			Some(_) => Err(SheetError::NoSheet(Vec::new())),
			None => Err(SheetError::Unreadable(
				"this build reads no workbooks (its feature `excel` is off)".to_owned(),
			)),
		}
	}

	pub fn rows(&self) -> SheetRows<'_> {
		SheetRows(PhantomData)
	}
}

impl SheetRows<'_> {
	pub fn read(&mut self, _: &mut Record) -> bool {
		false
	}
}
