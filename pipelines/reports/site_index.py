"""The start page, over all communes: what holds in each, what came last, what waits for people, and the way to it all.

It is made from what lies beside the warehouses (`commune_states`), never from them, so that it costs the same however
large the communes are. Where the webserver shows it, it is made anew each time, and leads to Dagster's pages too.
"""

from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final

from filelock import FileLock

from pipelines.arrival.receipts import Receipt, newest
from pipelines.problems import UnusableInput
from pipelines.reports import labels
from pipelines.reports.activity_page import write_activity_pages
from pipelines.reports.asking import Row
from pipelines.reports.commune_states import CommuneState, State, commune_states, summary
from pipelines.reports.languages import LANGUAGES, VIETNAMESE, Language, Text
from pipelines.reports.rendering import environment, policy, script
from pipelines.reports.site import kept_versions
from pipelines.warehouse.placing import place_text
from pipelines.warehouse.versions import MODES, Mode

_SCRIPTS: Final = ("filter.js", "served.js")
_TITLE: Final = Text("Tình hình hợp nhất dữ liệu các xã, phường", "The communes and their data")
_RECEIPTS: Final = 6
_TO_DO: Final = 12
"""Lines of the lists beside the picture; the table below has all."""


def write_site_index(reports: Path, codes: Collection[str] = ()) -> None:
    """Write `index.html` and `index.en.html` of the folder of all reports, and the page of acts beside them, to which
    all others lead, when there is none yet. The new communes with these codes are shown whether or not anything came.

    Runs of two communes may end at once: they write one after the other, so that the last one has seen what all left.
    """
    reports.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(reports / ".index.lock", mode=0o600):
        for language in LANGUAGES:
            place_text(reports / language.file("index"), render_site_index(reports, language, codes))
    if not (reports / VIETNAMESE.file("activity")).is_file():  # each act makes it anew
        with suppress(OSError):  # a log that cannot be read stops no publication; who acts is told
            write_activity_pages(reports)


def render_site_index(
    reports: Path,
    language: Language,
    codes: Collection[str] = (),
    *,
    at_work: Collection[str] = (),
    read_only: bool = False,
) -> str:
    """The page as things stand now, see `write_site_index`. `at_work`: communes of which a run works or waits for its
    turn; `read_only`: without ways to start or take anything."""
    states = commune_states(reports.parent, {*codes, *at_work})
    receipts, damaged = _receipts(reports.parent)
    urgent = {State.REFUSED, State.WAITING}
    to_do = [one for one in states if one.state in urgent or one.cases or one.not_taken or one.code in at_work]
    scripts = [script(name) for name in _SCRIPTS]
    other = next(one for one in LANGUAGES if one is not language)
    return (
        environment(language)
        .get_template("site_index.html")
        .render(
            title=_TITLE,
            kinds=Counter(one.state for one in states),
            provinces=_provinces(states),
            rows=[row for one in sorted(states, key=attrgetter("name", "code")) for row in _rows(reports, one)],
            to_do=sorted(to_do, key=_urgency),
            shown=_TO_DO,
            receipts=receipts,
            damaged=damaged,
            State=State,
            at_work=at_work,
            overviews=_modes_with(reports, "all"),
            across=_modes_with(reports, "across"),
            read_only=read_only,
            labels=labels,
            file=language.file("index"),
            page_in=lambda name: language.file(name.removesuffix(".html")),
            activity_file=language.file("activity"),
            other=other,
            other_file=other.file("index"),
            scripts=scripts,
            policy=policy(*scripts),
        )
    )


def _modes_with(reports: Path, page: str) -> list[Mode]:
    """The modes in which there is this page over several communes."""
    return [mode for mode in MODES if (reports / mode / page / "index.html").is_file()]


def _provinces(states: list[CommuneState]) -> list[tuple[str, list[CommuneState], bool]]:
    """The communes of each province, and whether there is anything of them."""
    by_province = groupby(sorted(states, key=attrgetter("province", "code")), attrgetter("province"))
    groups = [(province, list(communes)) for province, communes in by_province]
    return [
        (province, communes, any(one.state is not State.NOTHING for one in communes)) for province, communes in groups
    ]


def _urgency(one: CommuneState) -> tuple[int, int, int, str]:
    """What is refused comes first, then what waits for a run, then where most cases stand in the way."""
    first = {State.REFUSED: 0, State.WAITING: 1}.get(one.state, 2)
    return first, -one.blocking, -one.cases, one.code


def _rows(reports: Path, one: CommuneState) -> list[Row]:
    """The rows of the table for a commune: one for each mode in which there was a run."""
    rows = [
        {"commune": one, "run": run, "mode": mode, "versions": _versions(reports, mode, one)}
        for mode in reversed(MODES)
        if (run := summary(reports / mode / one.code))
    ]
    return rows or ([] if one.state is State.NOTHING else [{"commune": one, "run": {}}])


def _versions(reports: Path, mode: Mode, one: CommuneState) -> list[Row]:
    """The version that is published, then the others of which pages are kept, newest first."""
    folder = reports / mode / one.code
    times = {version: summary(folder / version).get("published_at", "") for version in kept_versions(folder)}
    newest_first = sorted(times, key=_number, reverse=True)
    in_place = one.in_place.get(mode)
    names = (
        [in_place.version, *(name for name in newest_first if name != in_place.version)] if in_place else newest_first
    )
    return [
        {
            "version": name,
            "at": in_place.at if in_place and name == in_place.version else times[name],
            "in_place": in_place is not None and name == in_place.version,
            "has_pages": name in times,  # one that was published by a program without these pages has none
        }
        for name in names
    ]


def _number(version: str) -> int:
    """The number of a version: a clock may have been moved back between two."""
    number = version.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0


def _receipts(data: Path) -> tuple[list[Receipt], bool]:
    """The newest receipts, and whether one of them cannot be read."""
    try:
        return newest(data, _RECEIPTS), False
    except UnusableInput:
        return [], True
