"""How common values are: tables that are counted once, shrunk towards shipped ones, and stored with the model."""

import numpy as np
import polars as pl
from pydantic import BaseModel

from pipelines.linkage.encoding import encoded
from pipelines.linkage.spec import Frequency

_KEPT = 5
"""Rows that must carry a value for the table to hold it: fewer would point at people, and tell little."""
_SHIPPED_ROWS = 5000
"""How many rows of its own the shipped table is worth."""
_DIGITS = 3


class FrequencyTable(BaseModel, frozen=True):
    """Rows (own and shipped together) by value; values that fewer than five own rows carry are left out."""

    rows: float
    counts: dict[str, float]


Tables = dict[str, FrequencyTable]


def count_frequencies(records: pl.DataFrame, frequencies: tuple[Frequency, ...], shipped: Tables) -> Tables:
    """The tables of these records; where there is a shipped one it counts as some thousand rows of the same kind."""
    return {
        frequency.name: frequency_table(occurrences(records[frequency.column]), shipped.get(frequency.name))
        for frequency in frequencies
    }


def occurrences(values: pl.Series) -> pl.DataFrame:
    """The different values, nulls apart, and on how many rows each stands: `value`, `count`."""
    coded = pl.DataFrame({"value": values.drop_nulls()}).with_columns(pl.col("value").hash(seed=1).alias("code"))
    own = coded.with_row_index("at").group_by("code").agg(pl.len().cast(pl.Int64).alias("count"), pl.col("at").min())
    return own.select(coded["value"].gather(own["at"]).alias("value"), "count")


def frequency_table(counted: pl.DataFrame, shipped: FrequencyTable | None) -> FrequencyTable:
    """The table of values and their counts (`value`, `count`; each value once), with the shipped one."""
    kept = counted.filter(pl.col("count") >= _KEPT)
    counts: dict[str, float] = dict(kept.select("value", "count").iter_rows())
    rows = float(counted["count"].sum())
    if shipped is not None:
        scale = _SHIPPED_ROWS / shipped.rows
        for value, count in shipped.counts.items():
            counts[value] = counts.get(value, 0.0) + count * scale
        rows += _SHIPPED_ROWS
    return FrequencyTable(rows=rows, counts={value: round(count, _DIGITS) for value, count in sorted(counts.items())})


def with_surprisal(records: pl.DataFrame, frequencies: tuple[Frequency, ...], tables: Tables) -> pl.DataFrame:
    """Add each frequency's column: −log₂ of the share of the record's value in whole bits (Int32), or null."""
    bits: dict[str, np.ndarray] = {}
    for frequency in frequencies:
        table = tables[frequency.name]
        rare = -np.log2(_KEPT / 2 / max(table.rows, _KEPT))
        known = pl.DataFrame(
            {
                "code": pl.Series(list(table.counts), dtype=pl.String),
                "bits": -np.log2(np.array(list(table.counts.values()), dtype=np.float64) / max(table.rows, 1.0)),
            }
        ).pipe(encoded)
        codes = encoded(records.select(pl.col(frequency.column).alias("code")))
        found = codes.join(known, on="code", how="left", maintain_order="left")["bits"].fill_null(np.nan).to_numpy()
        other = sum(bits[part] for part in frequency.parts) if frequency.parts else rare
        bits[frequency.name] = np.where(np.isnan(found), other, found)
    return records.with_columns(
        pl.when(pl.col(frequency.column).is_not_null())
        .then(pl.Series(np.floor(np.nan_to_num(bits[frequency.name]) + 1e-9), dtype=pl.Int32))
        .alias(frequency.name)
        for frequency in frequencies
    )
