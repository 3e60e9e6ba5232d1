#!/usr/bin/env python3
"""Writes visits.xls, visits.xlsb and visits.parquet, which other programs than the tested readers' crates make: the same table as
visits.xlsx. The files are kept, so nobody needs to run this: make.py (with xlwt 1.3 and pyarrow 26)."""
import datetime
import decimal
import struct
import zipfile
from pathlib import Path

import pyarrow
import pyarrow.parquet
import xlwt

HERE = Path(__file__).parent
NA = object()  # Excel's error of that name
ROWS = [
	("Aberdeen", 0.1, "ok"),
	("Bergen", 1.1, None),
	("Cork", 2.5, "ok"),
	("Cork", NA, "ok"),
	("Bergen", None, "ok"),
]
# name, first row, rows: the first sheet that is visible is read
SHEETS = [
	("visits", 0, [("clinic", "dose", "note"), *ROWS]),
	("other", 2, [("clinic", "dose"), ("Aberdeen", 1.0), ("Bergen", 2.0), ("Cork", "bad")]),
]


def xls(path):
	book = xlwt.Workbook()
	for name, first, rows in SHEETS:
		sheet = book.add_sheet(name)
		for r, row in enumerate(rows, first):
			for c, value in enumerate(row):
				if value is NA:
					sheet.row(r).set_cell_error(c, 0x2A)
				elif value is not None:
					sheet.write(r, c, value)
	book.save(str(path))


def number(value):
	"""Seven bits a byte, as MS-XLSB has types and lengths of records."""
	out = bytearray()
	while True:
		value, low = value >> 7, value & 0x7F
		out.append(low | (0x80 if value else 0))
		if not value:
			return bytes(out)


def record(kind, body=b""):
	return number(kind) + number(len(body)) + body


def wide(text):
	return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb_sheet(first, rows, strings):
	width = max(map(len, rows))
	out = record(0x81)  # BrtBeginSheet
	out += record(0x94, struct.pack("<4I", first, first + len(rows) - 1, 0, width - 1))  # BrtWsDim
	out += record(0x91)  # BrtBeginSheetData
	for r, row in enumerate(rows, first):
		spans = struct.pack("<III", 1, 0, len(row) - 1)
		out += record(0x00, struct.pack("<IIHHB", r, 0, 300, 0, 0) + spans)  # BrtRowHdr
		for c, value in enumerate(row):
			cell = struct.pack("<II", c, 0)
			if value is None:
				out += record(0x01, cell)  # BrtCellBlank
			elif value is NA:
				out += record(0x03, cell + b"\x2a")  # BrtCellError
			elif isinstance(value, float):
				out += record(0x05, cell + struct.pack("<d", value))  # BrtCellReal
			else:
				out += record(0x07, cell + struct.pack("<I", strings.index(value)))  # BrtCellIsst
	return out + record(0x92) + record(0x82)  # BrtEndSheetData, BrtEndSheet


def xlsb(path):
	texts = [value for _, _, rows in SHEETS for row in rows for value in row if isinstance(value, str)]
	strings = list(dict.fromkeys(texts))
	main = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	package = "http://schemas.openxmlformats.org/package/2006"
	head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

	def relations(targets):
		each = "".join(
			f'<Relationship Id="rId{i}" Type="{main}/{kind}" Target="{target}"/>'
			for i, (kind, target) in enumerate(targets, 1)
		)
		return f'{head}<Relationships xmlns="{package}/relationships">{each}</Relationships>'

	sheets = [f"worksheets/sheet{i}.bin" for i in range(1, len(SHEETS) + 1)]
	types = {"workbook.bin": "main", "sharedStrings.bin": "sharedStrings"}
	types.update({sheet: "worksheet" for sheet in sheets})
	kinds = {"main": "vnd.ms-excel.sheet.binary.macroEnabled.main"}
	overrides = "".join(
		f'<Override PartName="/xl/{part}" ContentType="application/{kinds.get(kind, "vnd.ms-excel." + kind)}"/>'
		for part, kind in types.items()
	)
	content = (
		f'{head}<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/'
		f'vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>'
	)
	bundle = b"".join(
		record(0x9C, struct.pack("<II", 0, i) + wide(f"rId{i}") + wide(name))  # BrtBundleSh
		for i, (name, _, _) in enumerate(SHEETS, 1)
	)
	# BrtBeginBook, BrtWbProp, BrtBeginBundleShs .. BrtEndBundleShs, BrtCalcProp, BrtEndBook
	properties = record(0x99, struct.pack("<II", 0, 0) + wide(""))
	calculation = record(0x9D, struct.pack("<IIIdIH", 0, 1, 100, 0.001, 1, 0))
	workbook = record(0x83) + properties + record(0x8F) + bundle + record(0x90) + calculation + record(0x84)
	table = record(0x9F, struct.pack("<II", len(texts), len(strings)))  # BrtBeginSst
	table += b"".join(record(0x13, b"\0" + wide(text)) for text in strings) + record(0xA0)
	parts = {
		"[Content_Types].xml": content,
		"_rels/.rels": relations([("officeDocument", "xl/workbook.bin")]),
		"xl/_rels/workbook.bin.rels": relations(
			[("worksheet", sheet) for sheet in sheets] + [("sharedStrings", "sharedStrings.bin")]
		),
		"xl/workbook.bin": workbook,
		"xl/sharedStrings.bin": table,
	}
	for part, (_, first, rows) in zip(sheets, SHEETS):
		parts["xl/" + part] = xlsb_sheet(first, rows, strings)
	with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
		for name, body in parts.items():
			archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)


def parquet(path):
	doses = [float("nan") if dose is NA else dose for _, dose, _ in ROWS]
	costs = [decimal.Decimal(cost) for cost in ("10.50", "-0.05", "1234567.89", "0.01", "2.00")]
	days = [datetime.date(2024, 2, 28) + datetime.timedelta(i) for i in range(len(ROWS))]
	table = pyarrow.table(
		{
			"clinic": pyarrow.array([clinic for clinic, _, _ in ROWS]).dictionary_encode(),
			"dose": pyarrow.array(doses, pyarrow.float64(), from_pandas=False),
			"cost": pyarrow.array(costs, pyarrow.decimal128(9, 2)),
			"day": pyarrow.array(days, pyarrow.date32()),
			"tags": pyarrow.array([[], ["a"], None, ["a", "b"], []], pyarrow.list_(pyarrow.string())),
		}
	)
	pyarrow.parquet.write_table(table, path, compression="zstd", row_group_size=2, store_schema=False)


xls(HERE / "visits.xls")
xlsb(HERE / "visits.xlsb")
parquet(HERE / "visits.parquet")
