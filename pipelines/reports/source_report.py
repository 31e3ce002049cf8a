"""The page of a new commune's source files: what was read in each, what is kept apart and why, what has no place yet.

It is made before anything is linked, so that an officer can mend the files first. Reading and placing do not belong
here; the balance of every file is that of the warehouse.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from pipelines.arrival.reading import TableRead, tables_read
from pipelines.communes import NewCommune
from pipelines.reports import labels
from pipelines.reports.languages import LANGUAGES, Language, Text
from pipelines.reports.rendering import environment, policy
from pipelines.warehouse.placing import place_text
from pipelines.warehouse.row_balance import row_balance, unplaced

_TITLE: Final = Text("Kiểm tra tệp nguồn", "Check of the source files")
_NO_SOURCES: Final = pl.DataFrame(schema={"source_file": pl.String, "outcome": pl.String})


def write_source_report(
    reports: Path,
    commune: NewCommune,
    at: str,
    files: pl.DataFrame,
    quarantine: pl.DataFrame,
    records: Mapping[str, pl.DataFrame],
    warnings: Sequence[str],
) -> list[TableRead]:
    """Write `sources/<code>.html` and its English in the folder of all reports; what it tells of each file.

    `files`, `quarantine` and `warnings`: what was read (`pipelines.ingest`). `records`: the standardised rows by data
    set, with their `placement`. `at`: when, ISO 8601.
    """
    balance = row_balance(files, dict(records), {"citizens": _NO_SOURCES})
    waiting = pl.concat(unplaced(frame, dataset) for dataset, frame in records.items())
    tables = tables_read(balance, quarantine, waiting)
    (reports / "sources").mkdir(parents=True, exist_ok=True, mode=0o700)
    of_file = {row["source_file"]: row for row in balance.iter_rows(named=True)}
    for language in LANGUAGES:
        text = _render(commune, at, tables, of_file, warnings, language)
        place_text(reports / "sources" / language.file(commune.code), text)
    return tables


def _render(
    commune: NewCommune,
    at: str,
    tables: Sequence[TableRead],
    of_file: Mapping[str, Mapping[str, object]],
    warnings: Sequence[str],
    language: Language,
) -> str:
    other = next(one for one in LANGUAGES if one is not language)
    return (
        environment(language)
        .get_template("source_files.html")
        .render(
            title=_TITLE,
            commune=commune,
            at=at,
            tables=tables,
            of_file=of_file,
            old_names={old.code: old.name for old in commune.old_communes},
            missing=[old for old in commune.old_communes if not _told(old.code, of_file)],
            warnings=warnings,
            labels=labels,
            other=other,
            other_file=other.file(commune.code),
            index_file="../" + language.file("index"),
            policy=policy(),
        )
    )


def _told(old_code: str, of_file: Mapping[str, Mapping[str, object]]) -> bool:
    return any(row["old_commune_code"] == old_code for row in of_file.values())
