"""What became of every line of every file: the balance that officers sign at the hand-over."""

import polars as pl

from pipelines.communes.placement import UNPLACED_REASONS
from pipelines.warehouse.schema import ROW_BALANCE


def row_balance(
    files: pl.DataFrame, records: dict[str, pl.DataFrame], sources: dict[str, pl.DataFrame]
) -> pl.DataFrame:
    """The contract's `row_balance`.

    `files`: the balance of reading (`pipelines.ingest`). `records`: by data set, the loaded rows with their
    `placement`. `sources`: the contract's `citizen_sources` and `parcel_sources`, for kept and merged.
    """
    placements = pl.concat([frame.select("source_file", "placement") for frame in records.values()])
    outcomes = pl.concat([frame.select("source_file", "outcome") for frame in sources.values()])
    counts = {
        "placed": _count(placements, "placement", "placed"),
        "unplaced": _count(placements, "placement", "unplaced"),
        "elsewhere": _count(placements, "placement", "elsewhere"),
        "kept": _count(outcomes, "outcome", "kept"),
        "merged": _count(outcomes, "outcome", "merged"),
    }
    balance = files.with_columns(pl.col("dataset").fill_null("unknown"))
    for name, frame in counts.items():
        balance = balance.join(frame.rename({"len": name}), on="source_file", how="left").with_columns(
            pl.col(name).fill_null(0)
        )
    return ROW_BALANCE.conform(balance.sort("source_file"))


def unplaced(records: pl.DataFrame, dataset: str) -> pl.DataFrame:
    """The contract's `unplaced` without the `raw` cells, from the loaded rows of one data set."""
    has_sheets = "sheet_no" in records.columns
    return (
        records.filter(placement="unplaced")
        .select(
            "record_id",
            pl.lit(dataset).alias("dataset"),
            "source_file",
            "source_line",
            "old_commune_code",
            "hamlet",
            (pl.col("map_system") if has_sheets else pl.lit(None, pl.String)).alias("map_system"),
            (pl.col("sheet_no") if has_sheets else pl.lit(None, pl.String)).alias("sheet_no"),
            pl.col("placement_reason").replace_strict(UNPLACED_REASONS, return_dtype=pl.String).alias("reason"),
        )
        .sort("source_file", "source_line")
    )


def _count(frame: pl.DataFrame, column: str, value: str) -> pl.DataFrame:
    return frame.filter(pl.col(column) == value).group_by("source_file").len()
