//! Where a file's bytes come from, and what they are: told by the bytes, never by the name.
//!
//! A file is read more than once (its form, what its values need, its rows), each time from its beginning. What can be
//! read once only, such as standard input, is spooled to a temporary file without a name, which is gone with the process.

use sha2::{Digest, Sha256};
use std::{
	fs::File,
	io::{self, Cursor, Read, Seek, SeekFrom},
	path::{Path, PathBuf},
};
use zeroize::{Zeroize, Zeroizing};

/// The path that means standard input.
pub const STDIN: &str = "-";
/// Bytes from the beginning of a file that are looked at.
const HEAD: usize = 4096;
/// Bytes that are decoded at a time.
const DECODED: usize = 1 << 13;

/// Bytes that can be read again and again.
#[derive(Debug)]
pub(super) enum Source {
	/// A file.
	Path(PathBuf),
	/// A copy of what could be read once only.
	Spooled(File),
	/// Bytes in memory.
	Memory(Secret),
}

/// Bytes that are wiped on drop, and not shown.
pub(super) struct Secret(Vec<u8>);

impl Drop for Secret {
	fn drop(&mut self) {
		self.0.zeroize();
	}
}

impl AsRef<[u8]> for Secret {
	fn as_ref(&self) -> &[u8] {
		&self.0
	}
}

impl std::fmt::Debug for Secret {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "{} bytes", self.0.len())
	}
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
	/// Nothing but white space, as far as was looked.
	Blank,
	/// Text in UTF-8, or in what a reader of text finds out about.
	Text,
	/// Text in UTF-16 with a byte order mark.
	Utf16,
	/// A Parquet file.
	Parquet,
	/// A workbook in a zip archive (xlsx, xlsm, xlsb, ods), or another archive.
	Zip,
	/// A workbook of the older form (xls), or another compound document.
	Compound,
	/// Something that is not read: what it is, and what to do.
	Other(&'static str, &'static str),
}

/// Reads that may go back.
pub(super) trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

impl Source {
	/// The bytes at a path. What is no plain file is spooled.
	pub fn open(path: &Path) -> io::Result<Self> {
		if path.as_os_str() == STDIN {
			return Self::spool(io::stdin().lock());
		}
		let mut file = File::open(path)?;
		let kind = file.metadata()?.file_type();
		if kind.is_file() {
			return Ok(Self::Path(path.to_owned()));
		}
		if kind.is_dir() {
			return Err(io::Error::other("it is a directory"));
		}
		Self::spool(&mut file)
	}

	/// Bytes in memory.
	pub fn memory(bytes: &[u8]) -> Self {
		Self::Memory(Secret(bytes.to_vec()))
	}

	fn spool(mut reader: impl Read) -> io::Result<Self> {
		let mut file = tempfile::tempfile()?;
		io::copy(&mut reader, &mut file)?;
		Ok(Self::Spooled(file))
	}

	/// The bytes from their beginning. Of a spooled source one reader at a time.
	pub fn reader(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
		Ok(match self {
			Self::Memory(bytes) => Box::new(Cursor::new(bytes.0.as_slice())),
			Self::Path(_) | Self::Spooled(_) => Box::new(self.file()?),
		})
	}

	/// The bytes as a file.
	pub fn file(&self) -> io::Result<File> {
		match self {
			Self::Path(path) => File::open(path),
			Self::Spooled(file) => {
				let mut file = file.try_clone()?;
				file.seek(SeekFrom::Start(0))?;
				Ok(file)
			},
			Self::Memory(bytes) => {
				let mut file = tempfile::tempfile()?;
				io::copy(&mut bytes.0.as_slice(), &mut file)?;
				file.seek(SeekFrom::Start(0))?;
				Ok(file)
			},
		}
	}

	/// SHA-256 of the bytes, as they are.
	pub fn hash(&self) -> io::Result<[u8; 32]> {
		let (mut hash, mut reader) = (Sha256::new(), self.reader()?);
		let mut block = Zeroizing::new([0u8; 1 << 14]);
		loop {
			match reader.read(block.as_mut_slice()) {
				Ok(0) => return Ok(hash.finalize().into()),
				Ok(length) => hash.update(block.get(..length).unwrap_or_default()),
				Err(error) if error.kind() == io::ErrorKind::Interrupted => {},
				Err(error) => return Err(error),
			}
		}
	}

	/// The bytes, unpacked if they are a gzip stream; whether they were, and what they are.
	pub fn unpacked(&self) -> io::Result<Unpacked<'_>> {
		let (head, reader) = head_of(self.reader()?)?;
		if !head.0.starts_with(&[0x1f, 0x8b]) {
			let kind = kind(&head.0);
			return Ok(Unpacked { is_packed: false, kind, reader: joined(head, reader) });
		}
		let unpacked = flate2::read::MultiGzDecoder::new(joined(head, reader));
		let (head, reader) = head_of(unpacked)?;
		let kind = kind(&head.0);
		Ok(Unpacked { is_packed: true, kind, reader: joined(head, reader) })
	}

	/// The text without compression and byte order mark, in UTF-8.
	pub fn text(&self) -> io::Result<Box<dyn Read + '_>> {
		let Unpacked { kind, reader, .. } = self.unpacked()?;
		if kind == Kind::Utf16 {
			let buffer = Zeroizing::new(vec![0u8; DECODED]);
			let decoder = encoding_rs_io::DecodeReaderBytesBuilder::new()
				.strip_bom(true)
				.build_with_buffer(reader, buffer)?;
			return Ok(Box::new(decoder));
		}
		let (mut head, reader) = head_of(reader)?;
		if head.0.starts_with(UTF8_MARK) {
			head.0.drain(..UTF8_MARK.len());
		}
		Ok(joined(head, reader))
	}
}

/// Bytes without compression, from their beginning.
pub(super) struct Unpacked<'a> {
	/// Whether they were compressed.
	pub is_packed: bool,
	/// What they are.
	pub kind: Kind,
	reader: Box<dyn Read + 'a>,
}

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The first bytes, and the rest. They have room for all at once: a vector that grows leaves its old, unwiped copy behind.
fn head_of<R: Read>(mut reader: R) -> io::Result<(Secret, R)> {
	let mut head = Secret(Vec::with_capacity(HEAD));
	reader.by_ref().take(HEAD as u64).read_to_end(&mut head.0)?;
	Ok((head, reader))
}

fn joined<'a>(head: Secret, rest: impl Read + 'a) -> Box<dyn Read + 'a> {
	Box::new(Cursor::new(head).chain(rest))
}

/// What bytes are that begin like this.
pub(super) fn kind(head: &[u8]) -> Kind {
	const UNPACK: &str = "unpack it first; only gzip is read as it is";
	const AS_CSV: &str = "save the table in it as CSV";
	const MARKS: [(&[u8], Kind); 14] = [
		(b"PAR1", Kind::Parquet),
		(b"PARE", Kind::Other("an encrypted Parquet file", "write it without encryption")),
		(b"PK\x03\x04", Kind::Zip),
		(b"PK\x05\x06", Kind::Zip),
		(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind::Compound),
		(b"\xff\xfe\0\0", Kind::Other("text in UTF-32", "save it as UTF-8")),
		(b"\0\0\xfe\xff", Kind::Other("text in UTF-32", "save it as UTF-8")),
		(b"\xff\xfe", Kind::Utf16),
		(b"\xfe\xff", Kind::Utf16),
		(b"\x28\xb5\x2f\xfd", Kind::Other("compressed (zstd)", UNPACK)),
		(b"BZh", Kind::Other("compressed (bzip2)", UNPACK)),
		(b"\xfd7zXZ\0", Kind::Other("compressed (xz)", UNPACK)),
		(b"7z\xbc\xaf\x27\x1c", Kind::Other("an archive (7z)", UNPACK)),
		(b"SQLite format 3\0", Kind::Other("a SQLite database", AS_CSV)),
	];
	const MORE: [(&[u8], Kind); 5] = [
		(b"%PDF-", Kind::Other("a PDF document", AS_CSV)),
		(b"ARROW1", Kind::Other("an Arrow file", "write it as Parquet or CSV")),
		(b"{\\rtf", Kind::Other("an RTF document", AS_CSV)),
		(b"Rar!", Kind::Other("an archive (RAR)", UNPACK)),
		(b"\x1f\x8b", Kind::Other("compressed twice (gzip)", UNPACK)),
	];
	let known = MARKS.iter().chain(&MORE).find(|(mark, _)| head.starts_with(mark));
	if let Some((_, kind)) = known {
		return *kind;
	}
	let text = head.strip_prefix(UTF8_MARK).unwrap_or(head).trim_ascii_start();
	if text.is_empty() {
		return Kind::Blank;
	}
	if head.contains(&0) {
		return Kind::Other(
			"not text: there are zero bytes in it",
			"text in UTF-16 needs a byte order mark; save other files as CSV in UTF-8",
		);
	}
	let starts =
		|mark: &[u8]| text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark));
	if starts(b"<!doctype html") || starts(b"<html") {
		return Kind::Other("a web page (HTML)", AS_CSV);
	}
	if starts(b"<?xml") {
		return Kind::Other("an XML document", AS_CSV);
	}
	let is_json = |inside: &[u8]| {
		matches!(inside.trim_ascii_start().first(), Some(b'"' | b'{' | b'[' | b'}' | b']'))
	};
	if matches!(text.split_first(), Some((b'{' | b'[', inside)) if is_json(inside)) {
		return Kind::Other("JSON", AS_CSV);
	}
	Kind::Text
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::io::Write;

	fn gzip(bytes: &[u8]) -> Vec<u8> {
		let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
		encoder.write_all(bytes).expect("in memory");
		encoder.finish().expect("in memory")
	}

	fn text(bytes: &[u8]) -> String {
		let mut text = String::new();
		let source = Source::memory(bytes);
		source.text().and_then(|mut reader| reader.read_to_string(&mut text)).expect("text");
		text
	}

	#[test]
	fn bytes_tell_what_they_are() {
		for (bytes, kind) in [
			(&b"a,b\n1,2\n"[..], Kind::Text),
			(b"\xef\xbb\xbf a,b", Kind::Text),
			(b"[id],x\n", Kind::Text),
			(b" \r\n ", Kind::Blank),
			(b"", Kind::Blank),
			(b"\xff\xfea\0", Kind::Utf16),
			(b"PAR1rest", Kind::Parquet),
			(b"PK\x03\x04", Kind::Zip),
			(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind::Compound),
		] {
			assert_eq!(super::kind(bytes), kind, "{bytes:?}");
		}
		for (bytes, said) in [
			(&b"%PDF-1.7"[..], "PDF"),
			(b"\n<!DOCTYPE HTML>", "HTML"),
			(b"[{\"a\": 1}]", "JSON"),
			(b"{ \"a\": 1}", "JSON"),
			(b"a\0,\0b\0", "zero bytes"),
			(b"\xff\xfe\0\0a", "UTF-32"),
			(b"BZh91", "bzip2"),
		] {
			let kind = super::kind(bytes);
			assert!(matches!(kind, Kind::Other(what, _) if what.contains(said)), "{kind:?}");
		}
	}

	#[test]
	fn marks_and_compression_are_taken_off() {
		let plain = "größe,x\n1,2\n";
		let marked = ["\u{feff}", plain].concat();
		let wide = |swap: bool| -> Vec<u8> {
			let bytes = |unit: u16| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() };
			marked.encode_utf16().flat_map(bytes).collect()
		};
		for bytes in [plain.as_bytes(), marked.as_bytes(), &wide(false), &wide(true)] {
			assert_eq!(text(bytes), plain);
			assert_eq!(text(&gzip(bytes)), plain);
		}
		let long = format!("x\n{}", "12345\n".repeat(10_000));
		assert_eq!(text(&gzip(long.as_bytes())), long);
		// gzip streams one after the other are one text
		assert_eq!(text(&[gzip(b"x\n1\n"), gzip(b"2\n")].concat()), "x\n1\n2\n");
	}

	#[test]
	fn a_source_is_read_again_from_its_beginning() {
		let spooled = Source::spool(&b"x\n1\n"[..]).expect("a temporary file");
		for source in [spooled, Source::memory(b"x\n1\n")] {
			for _ in 0..2 {
				let hash = source.hash().expect("bytes");
				assert_eq!(hash, <[u8; 32]>::from(Sha256::digest(b"x\n1\n")));
				let mut text = String::new();
				source.text().and_then(|mut it| it.read_to_string(&mut text)).expect("text");
				assert_eq!(text, "x\n1\n");
				let mut bytes = Vec::new();
				source.file().and_then(|mut it| it.read_to_end(&mut bytes)).expect("bytes");
				assert_eq!(bytes, b"x\n1\n");
			}
		}
	}

	#[test]
	fn bytes_in_memory_are_not_shown() {
		assert_eq!(format!("{:?}", Source::memory(b"secret")), "Memory(6 bytes)");
	}
}
