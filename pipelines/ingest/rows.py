"""The cells of a table → rows by canonical columns, with their cells as they stood in the file."""

from itertools import chain
from operator import itemgetter
from typing import Final

import polars as pl

from pipelines.identity.record_ids import content_hash
from pipelines.ingest.headers import COLUMNS, YEAR_OF_MAN, YEAR_OF_WOMAN, Columns, numbers_rows, unique_names
from pipelines.ingest.tables import Batch, Table

RAW: Final = pl.List(pl.Struct({"key": pl.String, "value": pl.String}))
"""A record's cells, by the names of its header."""


_SPACES: Final = r"[\s--\x1f]{2,}|[\s--[ \x1f]]"
"""What is written as a single space and is none."""


def rows_of(batch: Batch, table: Table, columns: Columns, old_commune_code: str) -> pl.DataFrame:
    """The loaded records of one batch: where each stands, its `raw` cells, its canonical columns as text (null where
    the table has none), and the hash of the text that identifies it (`hash`).
    """
    names = unique_names(table.header)
    width = len(names)
    trimmed = batch.cells.select(pl.col(f"c{at}").fill_null("").str.strip_chars() for at in range(width))
    # Sorted by what the header says, and without empty cells: a column moved or an empty one added is still the
    # same row. Nothing here knows a column's position.
    column_at = {at: column for column, at in columns.by_column.items()}
    labels = [column_at.get(at, " ".join(cell.split())) for at, cell in enumerate(table.header)]
    parts = [
        (pl.when(pl.col(f"c{at}") != "").then(pl.lit(f"\x1f{label}=")).otherwise(pl.lit("")), pl.col(f"c{at}"))
        for at, label in sorted(enumerate(labels), key=itemgetter(1))
        if not numbers_rows(label)  # a line inserted above changes the numbers of all below it
    ]
    content = trimmed.select(
        pl.concat_str(chain.from_iterable(parts)).str.slice(1).str.replace_all(_SPACES, " ")
    ).to_series()
    scope = f"{old_commune_code}\x1e{columns.dataset}\x1e"
    rows = batch.cells.select(
        "source_line",
        pl.lit(table.name).alias("source_file"),
        pl.lit(old_commune_code).alias("old_commune_code"),
        _raw(names),
        content_hash(scope + content).alias("hash"),
        *(_cell(columns, column) for column in COLUMNS[columns.dataset]),
        *(_cell(columns, column) for column in (YEAR_OF_MAN, YEAR_OF_WOMAN)),
    )
    rows = _with_years_by_sex(rows) if YEAR_OF_MAN in columns.by_column else rows
    return rows.drop(YEAR_OF_MAN, YEAR_OF_WOMAN)


def _cell(columns: Columns, column: str) -> pl.Expr:
    at = columns.by_column.get(column)
    return (pl.lit(None, pl.String) if at is None else pl.col(f"c{at}")).alias(column)


def _with_years_by_sex(rows: pl.DataFrame) -> pl.DataFrame:
    """Two columns, Nam and Nữ: the year of birth, or a mere sign, stands in that of the person's sex."""
    man, woman = (pl.col(column).str.strip_chars() for column in (YEAR_OF_MAN, YEAR_OF_WOMAN))
    is_man, is_woman = man.fill_null("") != "", woman.fill_null("") != ""
    born = pl.when(is_man).then(man).otherwise(woman)
    sex = pl.when(is_man & ~is_woman).then(pl.lit("Nam")).when(is_woman & ~is_man).then(pl.lit("Nữ"))
    return rows.with_columns(
        pl.coalesce(_filled("ngay_sinh"), pl.when(born.str.contains(r"\d")).then(born)).alias("ngay_sinh"),
        pl.coalesce(_filled("gioi_tinh"), sex).alias("gioi_tinh"),
    )


def _filled(column: str) -> pl.Expr:
    """The column's cells, null where nothing stands in them."""
    return pl.when(pl.col(column).str.strip_chars() != "").then(column)


def _raw(names: list[str]) -> pl.Expr:
    """Every record's cells as a list of key and value: of arrays, since `concat_list` takes five times as long."""
    cells = [
        pl.struct(pl.lit(name).alias("key"), pl.col(f"c{at}").fill_null("").alias("value"))
        for at, name in enumerate(names)
    ]
    return pl.concat_arr(cells).arr.to_list().alias("raw")
