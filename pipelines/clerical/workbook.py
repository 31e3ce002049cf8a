"""A draw → a workbook in which people answer, pair by pair, without being told what the machine made of any.

Neither a cell nor the hidden sheet holds a decision, a weight, a stratum or an entity: whoever sees what the machine
thinks would think so too, and the measure would be the machine's own. How sheets look is `pipelines.review.sheets`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import duckdb

from pipelines.clerical.log import ComparedPair, Draw
from pipelines.clerical.words import ANSWERS, GUIDANCE, QUESTIONS, WHO
from pipelines.reports.asking import Row, rows_of
from pipelines.review.blocks import fields_of, old_communes_of, said_by, shown_row
from pipelines.review.keys import AskedCase, Machine
from pipelines.review.sheets import MARKERS, ROWS_A_BAND, ReviewBook, ReviewSheet, commune_of, refuse_target
from pipelines.review.workbook_words import SHEETS
from pipelines.spreadsheets import written_whole
from pipelines.warehouse.quoting import fill, name
from pipelines.warehouse.reading import open_warehouse

DRAW: Final = "draw"
"""The fact of the hidden sheet that names the draw, by which a workbook is known to be of this kind."""

_WIDTHS: Final = (1, 21, 40, 40, 30, 14, 24, 4)
_ROWS: Final = """
    SELECT record_id, source_file, source_line, old_commune_code, raw FROM {sources}
    WHERE record_id IN (SELECT unnest($ids))
"""
_SOURCES: Final = {"citizens": "citizen_sources", "parcels": "parcel_sources"}


def write_sample(
    warehouse: Path, draw: Draw, target: Path, own_headers: Mapping[str, Mapping[str, str]] | None = None
) -> None:
    """Write the pairs of a draw, made from this published warehouse, to a new workbook.

    `own_headers`: a deployment's own mapping of headers by old commune (an empty code: every one). Raises UnusableInput
    when `target` is no `.xlsx`, stands already or cannot be written.
    """
    refuse_target(target)
    with open_warehouse(warehouse) as connection:
        manifest = {row["key"]: row["value"] or "" for row in rows_of(connection, "FROM manifest")}
        rows = {dataset: _rows(connection, dataset, draw) for dataset in SHEETS}
    facts = {"commune_code": manifest["commune_code"], DRAW: draw.draw_id}
    machine = Machine(facts, {number: _asked(pair) for number, pair in enumerate(draw.pairs, start=1)})
    with written_whole(target) as part:
        book = ReviewBook(part, manifest, machine)
        _guide(book, manifest, draw)
        for dataset, name in SHEETS.items():
            _pairs(book.add_sheet(name), dataset, manifest, draw, rows[dataset], own_headers or {})
        book.close()


def _asked(pair: ComparedPair) -> AskedCase:
    """A pair as it is kept in the hidden sheet, where its rows' entities are not told either."""
    return AskedCase(pair.dataset, "pair", 2, pair.record_ids, (1, 2))


def _rows(warehouse: duckdb.DuckDBPyConnection, dataset: str, draw: Draw) -> dict[str, Row]:
    ids = sorted({row for pair in draw.pairs if pair.dataset == dataset for row in pair.record_ids})
    found = rows_of(warehouse, fill(_ROWS, sources=name(_SOURCES[dataset])), ids=ids)
    return {row["record_id"]: row for row in found}


def _guide(book: ReviewBook, manifest: Mapping[str, str], draw: Draw) -> None:
    counts = [(name, str(sum(pair.dataset == dataset for pair in draw.pairs))) for dataset, name in SHEETS.items()]
    book.write_guide(
        f"Sổ phúc tra mẫu: {commune_of(manifest)}",
        f"Mẫu {draw.draw_id}, rút từ bản công bố {draw.version}, hạt giống {draw.seed}",
        [("Trang", "Số cặp"), *counts],
        GUIDANCE,
    )


def _pairs(
    sheet: ReviewSheet,
    dataset: str,
    manifest: Mapping[str, str],
    draw: Draw,
    rows: Mapping[str, Row],
    own_headers: Mapping[str, Mapping[str, str]],
) -> None:
    sheet.begin(
        MARKERS,
        _WIDTHS,
        f"Phúc tra mẫu, {SHEETS[dataset].lower()}: {commune_of(manifest)}",
        "Ghi họ tên một lần ở ô màu xanh bên trái; chỉ các ô màu xanh là ghi được.",
        WHO,
    )
    numbered = [(number, pair) for number, pair in enumerate(draw.pairs, start=1) if pair.dataset == dataset]
    if not numbered:
        sheet.skip()
        sheet.write([("Không có cặp nào để xem.", "question")])
    for place, (number, pair) in enumerate(numbered, start=1):
        sheet.skip()
        top = sheet.write([(f"Cặp {place}/{len(numbered)}", "heading"), *[("", "heading")] * ROWS_A_BAND])
        sheet.say(QUESTIONS[dataset], "question")
        shown = [rows[record_id] for record_id in pair.record_ids]
        old_communes = old_communes_of(manifest)
        sheet.write_rows(
            [shown_row(row, old_communes) for row in shown],
            fields_of(dataset, [said_by(dataset, row, own_headers) for row in shown]),
            range(2),
        )
        sheet.write_answer(number, list(ANSWERS), top, WHO)
    sheet.end(len(MARKERS))
