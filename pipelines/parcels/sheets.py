"""Bảng 01 of one new commune: from its placed parcel rows to the table, and to what a person should look at."""

from typing import Final, NamedTuple

import polars as pl

from pipelines.parcels.sheet_choices import SheetChoices
from pipelines.parcels.sheet_ledger import Known
from pipelines.parcels.sheet_map import Assigned, Sheet, crowded_out, number_sheets
from pipelines.warehouse import schema

_KEYS: Final = ("old_commune_code", "map_system", "sheet_no")


class SheetMap(NamedTuple):
    """`table`: the contract's `sheet_map`, in the order of the new numbers. `numbered`: the same as a mapping.

    `in_question`: `record_id`, `reason`, `sheet`, for `pipelines.review.cases.sheet_cases`. `idle`: how many of the
    officer's lines for these old communes fit no sheet.
    """

    table: pl.DataFrame
    numbered: dict[Sheet, Assigned]
    in_question: pl.DataFrame
    idle: int


def sheet_map(records: pl.DataFrame, head: str, known: Known, choices: SheetChoices) -> SheetMap:
    """Number the map sheets of standardised parcel rows that are placed in this new commune.

    `head`: the old commune that hosts the headquarters, whose code the new one bears. `known`: what was published.
    `choices`: an officer's own numbers. Raises UnusableInput when two sheets would share one of these.
    """
    on_sheets = records.drop_nulls("sheet_no").select("record_id", *_KEYS)
    sheets = {Sheet(*row) for row in on_sheets.select(_KEYS).unique().iter_rows()}
    head_is_there = any(sheet.old_commune_code == head for sheet in sheets)
    used = known.used | choices.reserved({sheet.map_system for sheet in sheets})
    numbered = number_sheets(sheets, head, known.numbers, used, choices.of(sheets), head_is_there)
    lines = [(*sheet, *given) for sheet, given in numbered.items()]
    table = pl.DataFrame(lines, schema=schema.SHEET_MAP.polars_schema, orient="row").sort(
        pl.col("map_system").fill_null(""), _value("new_sheet_no"), "new_sheet_no"
    )
    crowded = dict.fromkeys(crowded_out(numbered, head), "sheet_number_taken")
    waiting = dict.fromkeys(sheets - numbered.keys(), "sheets_not_numbered")
    asked = [(*sheet, reason) for sheet, reason in (crowded | waiting).items()]
    reasons = pl.DataFrame(asked, schema=[*((key, pl.String) for key in _KEYS), ("reason", pl.String)], orient="row")
    in_question = on_sheets.join(reasons, on=_KEYS, nulls_equal=True).select(
        "record_id",
        "reason",
        # What waits for the same book is one case.
        sheet=pl.when(pl.col("reason") == "sheet_number_taken").then(
            pl.concat_str(pl.col(_KEYS).fill_null(""), separator="/")
        ),
    )
    codes = set(records["old_commune_code"].unique())
    return SheetMap(table, numbered, in_question, choices.idle(codes, sheets))


def _value(column: str) -> pl.Expr:
    return pl.col(column).str.extract(r"^([0-9]+)").cast(pl.Int64, strict=False)
