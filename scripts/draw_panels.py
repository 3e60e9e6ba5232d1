#!/usr/bin/env python3
"""Draws the panels of a Grafana dashboard as SVG pictures, from the range API of a Prometheus: one picture for each row.

Knows what monitoring/dashboards/ostraka.json uses: rows, `stat` and `timeseries`. Takes nothing but the standard library.
Times are told from the beginning of the range on, so that the same data gives the same picture.
"""

import argparse
import json
import math
import re
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from xml.sax.saxutils import escape

COLUMN, LINE, GAP = 44, 24, 6  # pixels of a unit of the grid, and between panels
POINTS = 240  # in a panel's width
SERIES = 8  # that a legend names
COLORS = ["#3274d9", "#e0752d", "#299c46", "#b877d9", "#c4162a", "#8a6d00", "#007d8a", "#7c4a2d"]
FONT = 'font-family="DejaVu Sans, Verdana, sans-serif"'


def ask(url, expression, start, end):
    """The series of an expression: pairs of labels and of points, each a time and a value."""
    step = max((end - start) / POINTS, 1)
    query = urllib.parse.urlencode({"query": expression, "start": start, "end": end, "step": step})
    try:
        with urllib.request.urlopen(f"{url}/api/v1/query_range?{query}", timeout=60) as answer:
            told = json.load(answer)
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{expression}: {error.read().decode()}")
    series = []
    for one in told["data"]["result"]:
        points = [(float(at) - start, float(value)) for at, value in one["values"]]
        points = [(at, value) for at, value in points if math.isfinite(value)]
        if points:
            series.append((one["metric"], points))
    return series, step


def short(value):
    """A label's value; of addresses and digests the beginning."""
    return value if len(value) <= 24 else f"{value[:7]}…"


def legend(pattern, labels):
    text = re.sub(r"{{\s*(\w+)\s*}}", lambda found: short(labels.get(found[1], "")), pattern)
    return text or ", ".join(short(value) for key, value in labels.items() if key not in ("__name__", "job", "instance"))


def number(value, unit):
    """A value as people read it."""
    if unit == "s" and abs(value) >= 1:
        return f"{value:.0f} s" if value < 120 else f"{value / 60:.0f} min"
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            value = value / (1e3 if letter == "k" else limit)
            return f"{value:.3g}{letter}" + suffix(unit)
    return f"{value:.4g}" + suffix(unit)


def suffix(unit):
    return {"s": " s", "Bps": " B/s", "reqps": "/s"}.get(unit, "")


def ticks(most):
    """Round numbers from zero to at least `most`."""
    step = 10 ** math.floor(math.log10(most / 4)) if most > 0 else 0.25
    step = next(step * factor for factor in (1, 2, 5, 10) if step * factor * 4 >= most)
    return [step * count for count in range(5)]


def times(span):
    """Round times within a span, the last one not at its very end, and how they read."""
    seconds, letter = next(((length, letter) for length, letter in ((3600, "h"), (60, "min"), (1, "s")) if span >= 3 * length), (1, "s"))
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 10**9) if step * seconds * 6 >= span)
    return [(count * step * seconds, f"{count * step} {letter}") for count in range(6) if count * step * seconds <= span * 0.97]


def text(x, y, what, size=11, fill="#52545c", anchor="start", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" '
            f'font-weight="{weight}">{escape(what)}</text>')


def frame(panel, x, y, width, height):
    title = text(x + 10, y + 18, panel["title"], 12, "#1f2229", weight="bold")
    return [f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="3" fill="#ffffff" stroke="#d8dae0"/>', title]


def stat(panel, drawn, box):
    x, y, width, height = box
    defaults = panel["fieldConfig"]["defaults"]
    value = drawn[0][1][-1][1] if drawn else None
    says, color = ("no data", "#7b7f8a") if value is None else (number(value, defaults["unit"]), COLORS[0])
    for mapping in defaults.get("mappings", []):
        mapped = mapping["options"].get(f"{value:g}") if value is not None else None
        if mapped:
            says, color = mapped["text"], {"red": COLORS[4], "green": COLORS[2]}.get(mapped.get("color"), color)
    return [text(x + width / 2, y + height / 2 + 22, says, 28, color, "middle", "bold")]


def timeseries(panel, drawn, box, span, step):
    x, y, width, height = box
    unit = panel["fieldConfig"]["defaults"]["unit"]
    named = drawn[:SERIES]
    rows = math.ceil(len(named) / 2) + (len(drawn) > SERIES)
    left, top, wide, high = x + 48, y + 30, width - 62, height - 30 - 24 - 15 * rows
    marks = ticks(max((value for _, points in drawn for _, value in points), default=1))
    across = lambda at: left + wide * at / span
    up = lambda value: top + high * (1 - max(value, 0) / marks[-1])
    out = []
    for mark in marks:
        out.append(f'<line x1="{left}" x2="{left + wide}" y1="{up(mark):.1f}" y2="{up(mark):.1f}" stroke="#eceef2"/>')
        out.append(text(left - 6, up(mark) + 4, number(mark, unit), 9, anchor="end"))
    for at, says in times(span):
        out.append(text(across(at), top + high + 14, says, 9, anchor="middle" if at else "start"))
    if not drawn:
        out.append(text(left + wide / 2, top + high / 2, "nothing in this time", 12, "#7b7f8a", "middle"))
    for place, (name, points) in enumerate(drawn):
        color = COLORS[place % len(COLORS)]
        path = "".join(stroke([(across(at), up(value)) for at, value in part]) for part in unbroken(points, step))
        out.append(f'<path d="{path}" fill="none" stroke="{color}" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/>')
    for place, (name, _) in enumerate(named):
        at, line = x + 12 + (place % 2) * (width - 20) / 2, top + high + 31 + 15 * (place // 2)
        out.append(f'<rect x="{at:.1f}" y="{line - 7:.1f}" width="10" height="3" fill="{COLORS[place % len(COLORS)]}"/>')
        out.append(text(at + 15, line, name if len(name) < 26 else name[:25] + "…", 9.5))
    if len(drawn) > SERIES:
        out.append(text(x + 12, top + high + 31 + 15 * (rows - 1), f"and {len(drawn) - SERIES} more", 9.5))
    return out


def unbroken(points, step):
    """The points in parts: where values are missing the line is broken."""
    parts = []
    for point in points:
        if parts and point[0] - parts[-1][-1][0] <= step * 1.5:
            parts[-1].append(point)
        else:
            parts.append([point])
    return parts


def stroke(points):
    """A line through points, without those in the middle of what is level; a lone one is a dot."""
    kept = [point for place, point in enumerate(points)
            if place in (0, len(points) - 1) or not points[place - 1][1] == point[1] == points[place + 1][1]]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept)
    return path + "h.1" if len(kept) == 1 else path


def draw(title, panels, url, start, end):
    top = min(panel["gridPos"]["y"] for panel in panels)
    lines = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels) - top
    width, height = 24 * COLUMN + GAP, lines * LINE + GAP
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" {FONT}>',
           f"<title>{escape(title)}</title>", f'<rect width="{width}" height="{height}" fill="#f4f5f8"/>']
    for panel in panels:
        grid = panel["gridPos"]
        box = (GAP + grid["x"] * COLUMN, GAP + (grid["y"] - top) * LINE, grid["w"] * COLUMN - GAP, grid["h"] * LINE - GAP)
        drawn, step = [], 1
        for target in panel["targets"]:
            series, step = ask(url, target["expr"], start, end)
            drawn += [(legend(target["legendFormat"], labels), points) for labels, points in series]
        out += frame(panel, *box)
        out += stat(panel, drawn, box) if panel["type"] == "stat" else timeseries(panel, drawn, box, end - start, step)
    return "\n".join(out + ["</svg>", ""])


def main():
    flags = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    flags.add_argument("--url", default="http://127.0.0.1:9090", help="where Prometheus is")
    flags.add_argument("--dashboard", default="monitoring/dashboards/ostraka.json", type=Path)
    flags.add_argument("--out", default="docs/pictures", type=Path, help="folder for the pictures")
    flags.add_argument("--start", required=True, type=float, help="seconds after 1970")
    flags.add_argument("--end", required=True, type=float, help="seconds after 1970")
    given = flags.parse_args()
    if given.end <= given.start:
        raise SystemExit("--end must be after --start")
    sections = []
    for panel in json.loads(given.dashboard.read_text())["panels"]:
        if panel["type"] == "row":
            sections.append((panel["title"], []))
        else:
            sections[-1][1].append(panel)
    given.out.mkdir(parents=True, exist_ok=True)
    for title, panels in sections:
        name = "-".join(re.findall(r"[a-z]+", title.lower()))
        path = given.out / f"dashboard-{name}.svg"
        path.write_text(draw(title, panels, given.url, given.start, given.end))
        print(path)


if __name__ == "__main__":
    main()
