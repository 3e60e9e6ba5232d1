#!/usr/bin/env python3
"""Draws what a soak measured as an SVG picture, and tells it as a table: from the report of `ostraka-adversary --json soak`.

With --page, the table takes the place of what stands between the page's two marks. With --check it ends with 1 where the
offchain database or the node's memory goes on growing: where its most in the last third of the time is above that in the middle third
by more than a quarter. (A database that nobody clears has grown by half.) Takes nothing but the standard library.
"""

import argparse
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from draw_panels import COLUMN, FONT, GAP, LINE, escape, frame, timeseries  # noqa: E402

BEGIN, END = "<!-- soak: begin -->", "<!-- soak: end -->"
MOST = 1.25  # of the middle third's most, for what levels off
MB, MIB = 1e6, 1024

# Title, and the lines: name, field of a sample, and what it is divided by.
PANELS = [
    ("Offchain database, values, MB", [("dealings, lists, records", "offchain_bytes", MB)]),
    ("What the chain had taken by then", [("dealings", "dealings", 1), ("tasks settled", "settled", 1)]),
    ("Memory of the node and its supervisor, MiB",
     [("resident", "resident_kib", MIB), ("without files", "own_kib", MIB)]),
    ("Database on disk, MB",
     [("all files", "database_bytes", MB), ("state", "state_on_disk_bytes", MB), ("blocks", "blocks_bytes", MB)]),
]


def series(samples, field, unit):
    """Points of a field, each a time in seconds and a value; none for what could not be measured."""
    return [(sample["seconds"], sample[field] / unit) for sample in samples if sample[field] is not None]


def draw(samples):
    span = max(samples[-1]["seconds"], 1)
    step = span / max(len(samples) - 1, 1) * 2
    wide, high = 12 * COLUMN - GAP, 9 * LINE - GAP
    width, height = 24 * COLUMN + GAP, 18 * LINE + GAP
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" {FONT}>',
           f"<title>{escape('A compute node under the soak')}</title>",
           f'<rect width="{width}" height="{height}" fill="#f4f5f8"/>']
    for place, (title, lines) in enumerate(PANELS):
        box = (GAP + place % 2 * 12 * COLUMN, GAP + place // 2 * 9 * LINE, wide, high)
        panel = {"title": title, "fieldConfig": {"defaults": {"unit": ""}}}
        drawn = [(name, series(samples, field, unit)) for name, field, unit in lines]
        out += frame(panel, *box) + timeseries(panel, [one for one in drawn if one[1]], box, span, step)
    return "\n".join(out + ["</svg>", ""])


def at(points, share):
    """The last value at a share of the time."""
    until = points[-1][0] * share
    return [value for time, value in points if time <= until][-1] if points[0][0] <= until else points[0][1]


def thirds(points):
    """The most in the middle and in the last third of the time."""
    end = points[-1][0]
    middle = [value for time, value in points if end / 3 <= time < end * 2 / 3]
    return max(middle, default=0), max(value for time, value in points if time >= end * 2 / 3)


def says(value):
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def table(samples):
    rows = ["| what | start | a third | half | two thirds | end | most in the middle third | in the last |",
            "|---|---|---|---|---|---|---|---|"]
    for title, lines in PANELS:
        for name, field, unit in lines:
            points = series(samples, field, unit)
            if not points:
                continue
            marks = [at(points, share) for share in (0, 1 / 3, 1 / 2, 2 / 3, 1)]
            rows.append(f"| {title}: {name} | " + " | ".join(says(value) for value in [*marks, *thirds(points)]) + " |")
    first, last = samples[0], samples[-1]
    rows += ["", f"{len(samples)} samples in {last['seconds'] / 60:.0f} minutes, blocks {first['block']} to {last['block']}."]
    return "\n".join(rows)


def fill(page, what):
    text = page.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise SystemExit(f"{page} has not the two marks, {BEGIN} before {END}")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n{what}\n{END}{after}")


def check(what, middle, last, unit):
    """Ends with an error where something goes on growing, or was not seen at all."""
    if not middle > 0:
        raise SystemExit(f"{what} was not measured")
    if last > middle * MOST:
        raise SystemExit(f"{what} goes on growing: {middle:.2f} {unit}, then {last:.2f}")


def main():
    flags = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    flags.add_argument("report", type=Path, help="what the soak printed")
    flags.add_argument("--out", type=Path, help="file for the picture")
    flags.add_argument("--page", type=Path, help="page whose table is written")
    flags.add_argument("--check", action="store_true", help="end with 1 where the offchain database or the node's memory goes on growing")
    given = flags.parse_args()
    samples = json.loads(given.report.read_text())["memory_disk_state"]
    if len(samples) < 6:
        raise SystemExit("too short a soak: fewer than six samples")
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(draw(samples))
    print(table(samples))
    if given.page:
        fill(given.page, table(samples))
    if given.check:
        check("the offchain database", *thirds(series(samples, "offchain_bytes", MB)), "MB")
        check("the memory of the node", *thirds(series(samples, "own_kib", MIB)), "MiB")


if __name__ == "__main__":
    main()
