"""The page over all communes: what holds in each, and the way to its pages and versions.

It is made from the summaries that lie beside the page sets, never from the warehouses, so that it costs the same
however large the communes are.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from filelock import FileLock

from pipelines.reports import labels
from pipelines.reports.activity_page import activity_file, write_activity_pages
from pipelines.reports.asking import Row, mapping
from pipelines.reports.languages import LANGUAGES, VIETNAMESE, Language, Text
from pipelines.reports.rendering import environment, policy, script
from pipelines.reports.site import SUMMARY
from pipelines.warehouse.placing import place_text
from pipelines.warehouse.versions import MODES

_SCRIPTS: Final = ("filter.js",)
_TITLE: Final = Text("Các xã, phường đã hợp nhất dữ liệu", "Communes whose data were unified")


def write_site_index(reports: Path) -> None:
    """Write `index.html` and `index.en.html` of the folder of all reports, from the summaries below it, and the page of
    acts beside them, to which all others lead, when there is none yet.

    Runs of two communes may end at once: they write one after the other, so that the last one has seen what all left.
    """
    reports.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(reports / ".index.lock", mode=0o600):
        paths = sorted(path for mode in MODES for path in (reports / mode).glob(f"*/{SUMMARY}"))
        communes = [row for path in paths if (row := _read(path, reports))]
        for language in LANGUAGES:
            place_text(reports / _file(language), _render(communes, language))
    if not (reports / activity_file(VIETNAMESE)).is_file():  # each act makes it anew
        with suppress(OSError):  # a log that cannot be read stops no publication; who acts is told
            write_activity_pages(reports)


def _read(path: Path, reports: Path) -> Row:
    """What a summary tells, and where its pages and versions lie: first the one that is published, then the others,
    newest first. Nothing when it cannot be read."""
    try:
        told: dict[str, Any] = mapping(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}
    if not {"code", "mode", "figures"} <= told.keys():
        return {}
    folder = path.parent
    versions = [
        mapping(kept.read_text(encoding="utf-8")) | {"folder": kept.parent.relative_to(reports).as_posix()}
        for kept in folder.glob(f"*/{SUMMARY}")
        if not kept.parent.name.startswith(".")
    ]
    newest_first = sorted(versions, key=_number, reverse=True)
    in_place = str(told.get("in_place", ""))
    others = [one for one in newest_first if one.get("version") != in_place]
    if in_place:
        # One that was published by a program without these pages has none.
        kept = next((one["folder"] for one in versions if one.get("version") == in_place), "")
        others.insert(0, {"version": in_place, "published_at": told.get("in_place_since", ""), "folder": kept})
    return told | {
        "folder": folder.relative_to(reports).as_posix(),
        "in_place": in_place,
        "versions": others,
    }


def _number(version: Row) -> int:
    """The number of a version: a clock may have been moved back between two."""
    number = str(version.get("version")).rpartition("-")[2]
    return int(number) if number.isdecimal() else 0


def _file(language: Language) -> str:
    return "index.html" if language.code == "vi" else f"index.{language.code}.html"


def _render(communes: list[Row], language: Language) -> str:
    scripts = [script(name) for name in _SCRIPTS]
    return (
        environment(language)
        .get_template("site_index.html")
        .render(
            title=_TITLE,
            communes=sorted(communes, key=lambda row: (str(row.get("name")), row["code"], row["mode"])),
            labels=labels,
            file=_file(language),
            activity_file=activity_file(language),
            other=next(one for one in LANGUAGES if one is not language),
            other_file=_file(next(one for one in LANGUAGES if one is not language)),
            scripts=scripts,
            policy=policy(*scripts),
        )
    )
