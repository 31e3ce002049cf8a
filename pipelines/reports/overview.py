"""The page over all new communes that were run: how each ended, what it waits for, and whether all rows are there.

It is made from what was kept of each run (`pipelines.warehouse.outcomes`) and from the summaries of the page sets, so
that a country costs no more than its list. The same stands beside it for programs, as JSON. What holds in a commune by
day does not belong here (`site_index`).
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

from pipelines.communes import MergerMap, NewCommune
from pipelines.ingest.sources import paths_by_commune
from pipelines.reports import labels
from pipelines.reports.asking import Row
from pipelines.reports.commune_states import summary
from pipelines.reports.languages import LANGUAGES, Language, Text
from pipelines.reports.rendering import environment, policy, script
from pipelines.warehouse.outcomes import Outcome, outcomes
from pipelines.warehouse.placing import place_text
from pipelines.warehouse.versions import Mode
from pipelines.warehouse.whole_balance import OldBalance, balance_over_all

STATES: Final = {
    "published": ("yes", "✓", Text("đã công bố", "published")),
    "refused": ("no", "✗", Text("bị từ chối công bố", "publication refused")),
    "failed": ("no", "!", Text("không xong", "not finished")),
    "": ("maybe", "…", Text("chưa chạy", "not run yet")),
}
"""By how a run ended: its colour, its sign and its words."""
BALANCES: Final = {
    "whole": (
        "yes",
        "✓",
        Text("đủ: mỗi dòng ở một nơi hoặc chờ quy tắc", "whole: each stands once, or waits for a rule"),
    ),
    "waiting": ("maybe", "…", Text("chờ xã, phường chưa chạy", "waits for communes not run yet")),
    "other_files": ("no", "✗", Text("đã đọc tệp khác nhau; chạy lại", "other files were read; run again")),
    "other_rules": ("no", "✗", Text("đã xếp theo quy tắc chia khác nhau; chạy lại", "other split rules; run again")),
    "too_many": ("no", "✗", Text("có dòng ở hai nơi", "rows stand twice")),
    "too_few": ("no", "✗", Text("có dòng không ở đâu", "rows stand nowhere")),
}
_TITLE: Final = Text("Tổng hợp mọi xã, phường", "All communes together")
_FIGURES: Final = ("people", "parcels", "cases", "quarantined", "unplaced")
_SCRIPTS: Final = ("filter.js",)


def overview_file(data: Path, mode: Mode) -> Path:
    """The page of a mode; its JSON lies beside it."""
    return data / "reports" / mode / "all" / "index.html"


def write_overview(data: Path, mode: Mode, exports: Path) -> None:
    """Make the page and its JSON anew from what there is now."""
    told = _told(data, mode, exports)
    page = overview_file(data, mode)
    page.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(page.parent / ".index.lock", mode=0o600):
        for language in LANGUAGES:
            place_text(page.parent / language.file("index"), _render(told, mode, language))
        place_text(page.with_suffix(".json"), json.dumps(_as_json(told, mode), ensure_ascii=False, indent=1) + "\n")


@dataclass(frozen=True)
class _Line:
    """A new commune: its latest run, the figures of its pages, and what it waits for."""

    commune: NewCommune
    outcome: Outcome | None
    figures: Row
    without_files: list[str]
    """Names of old communes of which there are no files."""
    waits_for: list[str]
    """Codes of new communes that must be run before the rows of a divided old commune add up."""

    @property
    def state(self) -> str:
        return self.outcome.state if self.outcome else ""

    @property
    def failed(self) -> bool:
        return self.state in {"refused", "failed"}


@dataclass(frozen=True)
class _Told:
    lines: list[_Line]
    balances: list[OldBalance]
    totals: dict[str, Row]
    seconds: float


def _told(data: Path, mode: Mode, exports: Path) -> _Told:
    ended = {one.code: one for one in outcomes(data, mode)}
    balances = balance_over_all(ended.values())
    files = {old for old, paths in paths_by_commune(exports).items() if paths} if exports.is_dir() else set()
    codes = {*ended, *MergerMap.shipped().new_codes_of(sorted(files))}
    lines = [_line(data, mode, code, ended.get(code), files, balances) for code in sorted(codes)]
    seconds = sum(one.seconds for one in ended.values())
    return _Told(lines, balances, _totals(ended.values(), balances), seconds)


def _line(
    data: Path, mode: Mode, code: str, outcome: Outcome | None, files: set[str], balances: list[OldBalance]
) -> _Line:
    commune = MergerMap.shipped().new_commune(code)
    shown = summary(data / "reports" / mode / code)
    figures = shown["figures"] if outcome and shown.get("run_id") == outcome.run_id else {}
    waits_for = {other for one in balances if code in one.placed for other in one.to_run}
    without = [f"{old.name} ({old.code})" for old in commune.old_communes if old.code not in files]
    return _Line(commune, outcome, figures, without, sorted(waits_for))


def _totals(ended: Iterable[Outcome], balances: list[OldBalance]) -> dict[str, Row]:
    """By data set, each old commune counted once: what was read, and where it stands now."""
    read: dict[tuple[str, str], Row] = {}
    for outcome in sorted(ended, key=lambda one: one.at):
        read |= {(share.old_code, share.dataset): share.model_dump() for share in outcome.shares}
    totals: dict[str, Row] = {}
    for (_, dataset), share in read.items():
        total = totals.setdefault(dataset, Counter())
        total.update({name: share[name] for name in ("records", "quarantined", "loaded")})
    for one in balances:
        placed = sum(one.placed.values())
        totals[one.dataset].update({"placed": placed, "unplaced": one.unplaced, "left": one.left})
    return {name: totals[name] for name in labels.DATASETS if name in totals}


def _as_json(told: _Told, mode: Mode) -> Row:
    return {
        "mode": mode,
        "seconds": round(told.seconds, 1),
        "totals": told.totals,
        "communes": [
            {
                "code": one.commune.code,
                "name": one.commune.name,
                "province": one.commune.province,
                "state": one.state or "not_run",
                "at": one.outcome.at if one.outcome else None,
                "seconds": one.outcome.seconds if one.outcome else None,
                "sentence": one.outcome.sentence if one.outcome else "",
                "run_id": one.outcome.run_id if one.outcome else None,
                "figures": {name: one.figures.get(name) for name in _FIGURES},
                "old_communes_without_files": one.without_files,
                "waits_for": one.waits_for,
            }
            for one in told.lines
        ],
        "old_communes": [asdict(one) | {"left": one.left} for one in told.balances],
    }


def _render(told: _Told, mode: Mode, language: Language) -> str:
    pairs = MergerMap.shipped().pairs
    other = next(one for one in LANGUAGES if one is not language)
    order = list(BALANCES)[::-1]
    divided = [one for one in told.balances if len(one.placed) + len(one.to_run) > 1 or one.state != "whole"]
    breaches = [one for one in told.balances if one.state not in {"whole", "waiting"}]
    scripts = [script(name) for name in _SCRIPTS]
    return (
        environment(language)
        .get_template("overview.html")
        .render(
            title=_TITLE,
            mode=mode,
            told=told,
            kinds=Counter(one.state for one in told.lines),
            divided=sorted(divided, key=lambda one: (order.index(one.state), one.old_code, one.dataset)),
            breaches=breaches,
            waiting=[one for one in told.balances if one.state == "waiting"],
            whole=sum(one.state == "whole" for one in told.balances),
            states=STATES,
            balances=BALANCES,
            figures=_FIGURES,
            sums={name: sum(one.figures.get(name, 0) for one in told.lines) for name in _FIGURES},
            old_names=dict(pairs.select("old_code", "old_name").unique().iter_rows()),
            new_names=dict(MergerMap.shipped().new_communes()),
            labels=labels,
            file=language.file("index"),
            page_in=lambda name: language.file(name.removesuffix(".html")),
            other=other,
            other_file=other.file("index"),
            scripts=scripts,
            policy=policy(*scripts),
        )
    )
