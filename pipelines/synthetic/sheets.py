"""Map sheets: how the parcels of an old commune are numbered. Each map system of a commune counts its sheets from 1."""

from itertools import pairwise

import numpy as np
import polars as pl

from .draws import Array, Rng, chosen
from .settings import SampleSettings

MAP_SYSTEMS = ("299", "1994", "tổng thể")
"""In the order of their surveys; books of land call them by number."""
MAIN_SYSTEMS = {"0": 30, "1": 40, "2": 30}
_VILLAGE_SCALES = {"500": 40, "1000": 60}
_FIELD_SCALES = {"1000": 45, "2000": 55}
_FIELD_NAMES = (
    "Đồng Cửa", "Đồng Chùa", "Đồng Trên", "Đồng Dưới", "Đồng Sau", "Đồng Quán", "Đồng Chiêm", "Mả Vối",
    "Bãi Giữa", "Bãi Ngoài", "Cầu Đá", "Cửa Đình", "Cây Gạo", "Cây Đa", "Gò Mối", "Ao Sen", "Đầm Vạc",
    "Sau Làng", "Ven Sông", "Đồng Mạ", "Đồng Bông", "Đồng Vông", "Chân Đê", "Lò Gạch",
)  # fmt: skip
_SMALLEST_SHEET, _LARGEST_SHEET = 12, 60  # parcels of the smallest sheet of a commune; the largest has three times that


def numbering(rng: Rng, entries: pl.DataFrame, communes: int, settings: SampleSettings) -> pl.DataFrame:
    """`so_to`, `so_thua`, `ty_le`, `xu_dong` of entries with `commune`, `system`, `village`, `part` and `order`.

    Sheets of the village come first, then those of the fields, both by the `part` of the commune that the land went
    to. Some sheets lie in two parts: their first parcels belong to the one, the others to the next.
    """
    ground = ["commune", "system", "village", "part"]
    ordered = entries.with_row_index("at").sort(
        "commune", "system", "village", "part", "order", descending=[False, False, True, False, False]
    )
    first = ordered.select(pl.struct(ground).rle_id().alias("block"), *ground).unique("block", maintain_order=True)
    divided = rng.random(len(first)) < settings.sheets_divided
    goes_on = first.select(
        pl.struct("commune", "system", "village")
        .eq(pl.struct("commune", "system", "village").shift(1))
        .fill_null(False)
    ).to_series()
    run_of_block = np.cumsum(~(goes_on.to_numpy() & divided))
    block = ordered.select(pl.struct(ground).rle_id()).to_series().to_numpy()
    run = run_of_block[block] if len(block) else block
    smallest = np.clip(
        np.bincount(entries["commune"].to_numpy(), minlength=communes) // 20, _SMALLEST_SHEET, _LARGEST_SHEET
    )
    sheet = _cut(rng, run, smallest[ordered["commune"].to_numpy()])

    fields = rng.permuted(np.tile(np.arange(len(_FIELD_NAMES)), (communes, 1)), axis=1)[:, :10]
    sheets = int(sheet.max(initial=-1)) + 1
    scales = chosen(rng, _VILLAGE_SCALES, sheets), chosen(rng, _FIELD_SCALES, sheets)
    field = rng.integers(0, fields.shape[1], sheets)
    village = ordered["village"].to_numpy()
    name = np.array(_FIELD_NAMES)[fields[ordered["commune"].to_numpy(), field[sheet]]]
    return (
        ordered.select("at", "commune", "system", "village", sheet=pl.Series(sheet))
        .with_columns(
            so_to=pl.col("sheet").rank("dense").over("commune", "system").cast(pl.Int64),
            so_thua=pl.int_range(1, pl.len() + 1).over("sheet"),
            ty_le=pl.Series(np.where(village, scales[0][sheet], scales[1][sheet]), dtype=pl.String),
            xu_dong=pl.when(~pl.col("village")).then(pl.Series(name, dtype=pl.String)),
        )
        .sort("at")
        .select("so_to", "so_thua", "ty_le", "xu_dong")
    )


def _cut(rng: Rng, run: Array, smallest: Array) -> Array:
    """The sheet of each parcel, a number that no two sheets share; every run begins a sheet."""
    sheet = np.zeros(len(run), dtype=np.int64)
    starts = np.flatnonzero(np.diff(run, prepend=-1))
    used = 0
    for start, end in pairwise([*starts, len(run)]):
        least = int(smallest[start])
        ends = rng.integers(least, 3 * least, (end - start) // least + 1).cumsum()
        sheet[start:end] = used + np.searchsorted(ends, np.arange(end - start), side="right")
        used = int(sheet[end - 1]) + 1
    return sheet
