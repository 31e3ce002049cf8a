"""What was measured → the tables of RESULTS.md, between their marks, and the pictures of the README.

python -m benchmarks.telling

Made of `benchmarks/measured/*.json` alone, so that words and figures can be changed without measuring again.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.measured import Measurement, kept
from benchmarks.pictures import Panel, bars, lines

RESULTS = Path(__file__).with_name("RESULTS.md")
PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
OURS = "Hợp Nhất"
SETTLED = 20_000
"""People from which growth is fitted: below, what is paid once hides it."""
MEDIAN = 65_000
"""People of the median new commune of Hanoi."""
WORTH_TELLING = 0.25
"""Seconds of a stage at the largest size, below which its growth is noise."""


def tell() -> None:
    """Write every table and picture of which there are measurements."""
    text = RESULTS.read_text(encoding="utf-8")
    for name, table in TABLES.items():
        if measured := kept(name):
            text = _between(text, name, table(measured))
    RESULTS.write_text(text, encoding="utf-8")
    for name, draw in DRAWN.items():
        if measured := kept(name):
            (PICTURES / f"{PICTURE_OF[name]}.svg").write_text(draw(measured), encoding="utf-8")


def _between(text: str, name: str, told: str) -> str:
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = text.partition(start)
    _, _, after = rest.partition(end)
    return f"{before}{start}\n\n{told}\n\n{end}{after}"


def exponent(points: Sequence[tuple[float, float]]) -> float | None:
    """The power of the size with which a cost grows, by least squares on logarithms; None of fewer than two points."""
    if len(points) < 2 or any(cost <= 0 for _, cost in points):
        return None
    sizes, costs = np.log(np.array(points)).T
    return float(np.polyfit(sizes, costs, 1)[0])


def _peers(measured: Measurement) -> str:
    points = measured["points"]
    base = {point["rows"]: point for point in points if point["contender"] == OURS}
    rows = []
    for point in points:
        start = [f"{point['people']:,}", f"{point['rows']:,}", point["contender"]]
        if "failed" in point:
            rows.append([*start, f"did not finish: {point['failed']}", *[""] * 7])
            continue
        ours = base[point["rows"]]
        ratios = (point[measure] / ours[measure] for measure in ("seconds", "cpu", "megabytes"))
        costs = [f"{point['seconds']:.2f}", f"{point['cpu']:.2f}", f"{point['megabytes']:,.0f}"]
        for number, (how, score) in enumerate(point["scores"].items()):
            right = [f"{score[measure]:.4f}" for measure in ("precision", "recall", "f1")]
            told = [*costs, " · ".join(f"{ratio:.1f}" for ratio in ratios)] if not number else ["", "", "", ""]
            rows.append([*(start if not number else ["", "", point["contender"]]), how, *right, *told])
    head = ["people", "rows", "", "clusters", "precision", "recall", "F1", "s", "CPU s", "MB", "x ours: s · CPU · MB"]
    return f"{_made_by(measured)}\n\n{_table(head, rows)}\n\n{_growth_of_peers(points)}"


def _growth_of_peers(points: Sequence[Measurement]) -> str:
    """Over all sizes, and over the last step alone, where what is paid once weighs least."""
    rows = []
    for contender in dict.fromkeys(point["contender"] for point in points):
        done = [p for p in points if p["contender"] == contender and "failed" not in p and p["people"] >= SETTLED]
        sizes = [f"{done[0]['people']:,}", f"{done[-1]['people']:,}"] if done else ["–", "–"]
        growths = [exponent([(p["rows"], p[measure]) for p in done]) for measure in ("seconds", "cpu", "megabytes")]
        growths += [exponent([(p["rows"], p[measure]) for p in done[-2:]]) for measure in ("cpu", "megabytes")]
        rows.append([contender, *sizes, *map(_power, growths)])
    head = ["growth, as a power of the rows", "from", "to people", "s", "CPU s", "MB", "last step: CPU s", "MB"]
    return _table(head, rows)


def _growth(measured: Measurement) -> str:
    points = measured["points"]
    rows = [
        [
            f"{p['people']:,} + {p['parcels']:,}",
            f"{p['rows']:,}",
            f"{p['start_up']:.1f}",
            f"{p['job']:.1f}",
            f"{p['megabytes']:,.0f}",
            f"{p['floor']['seconds']:.2f}",
            f"{p['job'] / p['floor']['seconds']:.0f}",
        ]
        for p in points
    ]
    for name, some in _spans(points):
        powers = [exponent([(p["rows"], cost(p)) for p in some]) for cost in (_job, _megabytes, _floor)]
        rows.append([f"power of the rows, {name}", "", "", *map(_power, powers), ""])
    whole = ["people + parcels", "rows", "start-up, s", "job, s", "peak MB", "floor, s", "job x floor"]
    stages = [
        [name, *(f"{value:.2f}" for value in values), *map(_power, powers)] for name, values, powers in _stages(points)
    ]
    sizes = [f"{p['people']:,} + {p['parcels']:,}" for p in points]
    head = ["stage, s", *sizes, *(f"power, {name}" for name, _ in _spans(points))]
    return f"{_made_by(measured)}\n\n{_table(whole, rows)}\n\n{_table(head, stages)}"


def _country(measured: Measurement) -> str:
    (point,) = measured["points"]
    told = [_made_by(measured), f"**{point['what']}**"]
    told.append(_table(["", "measured"], [[name, value] for name, value in point["figures"].items()]))
    if listed := point.get("list"):
        rows = [
            [
                one["commune"],
                f"{one['people']:,}",
                f"{one['rows']:,}",
                f"{one['seconds']:.1f}",
                f"{one['seconds'] / one['rows'] * 100_000:.1f}",
            ]
            for one in listed
        ]
        told.append(_table(["commune", "people", "rows", "s", "s for 100,000 rows"], rows))
    return "\n\n".join(told)


def _stages(points: Sequence[Measurement]) -> list[tuple[str, list[float], list[float | None]]]:
    """Each stage with its seconds at every size and its growth over each span, in the order of the job's way."""
    found = []
    for name in points[-1]["stages"]:
        seconds = [point["stages"].get(name, 0.0) for point in points]
        told = seconds[-1] >= WORTH_TELLING
        powers = [
            exponent([(p["rows"], p["stages"].get(name, 0.0)) for p in some]) if told else None
            for _, some in _spans(points)
        ]
        found.append((name, seconds, powers))
    return found


def _spans(points: Sequence[Measurement]) -> list[tuple[str, Sequence[Measurement]]]:
    """Over which sizes growth is told: all, and the large ones, where what is paid once weighs least."""
    large = [point for point in points if point["people"] >= MEDIAN]
    return [("all sizes", points), *([(f"from {MEDIAN:,} people", large)] if len(large) > 1 else [])]


def _draw_peers(measured: Measurement) -> str:
    done = [point for point in measured["points"] if "failed" not in point]
    names = dict.fromkeys(point["contender"] for point in done)

    def panel(title: str, unit: str, measure: str) -> Panel:
        return Panel(
            title,
            unit,
            {name: [(p["people"], p[measure]) for p in done if p["contender"] == name] for name in names},
        )

    panels = [panel("seconds, from rows to clusters", "s", "seconds"), panel("peak memory", "MB", "megabytes")]
    words = "; ".join(
        f"{p['contender']} {p['people']:,} people: {p['seconds']:.2f} s, {p['megabytes']:,.0f} MB" for p in done
    )
    return lines("The same people linked by four programs, on two cores", words, panels)


def _draw_stages(measured: Measurement) -> str:
    points = measured["points"]
    two = [next((p for p in points[:-1] if p["people"] == MEDIAN), points[0]), points[-1]]
    chosen = [points.index(point) for point in two]
    rows = [
        (name, [seconds[at] for at in chosen], _power(powers[-1]))
        for name, seconds, powers in _stages(points)
        if seconds[-1] >= WORTH_TELLING
    ]
    series = [f"{p['people']:,} people + {p['parcels']:,} parcels: {p['job']:.1f} s" for p in two]
    words = "; ".join(f"{name}: {values[0]:.1f} s and {values[1]:.1f} s" for name, values, _ in rows)
    return bars("Where the time of one commune goes, stage by stage", words, series, rows)


def _made_by(measured: Measurement) -> str:
    versions = ", ".join(f"{package} {version}" for package, version in measured["versions"].items())
    return (
        f"    {measured['command']}\n\nMeasured on {measured['on']}: {measured['cores']} cores at a load of "
        f"{measured['load_before']} before, Python {measured['python']}, {versions}."
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines_of = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines_of)


def _power(power: float | None) -> str:
    return "–" if power is None else f"{power:.2f}"


def _job(point: Measurement) -> float:
    return point["job"]


def _megabytes(point: Measurement) -> float:
    return point["megabytes"]


def _floor(point: Measurement) -> float:
    return point["floor"]["seconds"]


TABLES: dict[str, Callable[[Measurement], str]] = {
    "peers": _peers,
    "growth": _growth,
    "communes": _country,
    "city": _country,
}
DRAWN: dict[str, Callable[[Measurement], str]] = {"peers": _draw_peers, "growth": _draw_stages}
PICTURE_OF = {"peers": "peers", "growth": "stages"}

if __name__ == "__main__":
    tell()
