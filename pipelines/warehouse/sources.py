"""The `*_sources` tables: every placed row, what became of it, and its cells as they stood in the file."""

import polars as pl


def source_rows(records: pl.DataFrame, id_column: str) -> pl.DataFrame:
    """One row a record, all but its `raw` cells; `records` needs `entity_id` and `is_kept`."""
    return records.sort("source_file", "source_row").select(
        "record_id",
        pl.col("entity_id").alias(id_column),
        "source_file",
        "source_line",
        "source_row",
        "old_commune_code",
        pl.when("is_kept").then(pl.lit("kept")).otherwise(pl.lit("merged")).alias("outcome"),
    )


def with_raw(table: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the `raw` cells, which travel apart from the records until the warehouse is written."""
    return table.join(rows.select("record_id", "raw"), on="record_id", how="left", maintain_order="left")
