"""Map sheets: how the parcels of an old commune are numbered. Each commune counts its sheets from 1."""

import numpy as np
import polars as pl

from .draws import Array, Rng, chosen
from .settings import SampleSettings

_MAP_SYSTEMS = {"299": 30, "1994": 40, "tổng thể": 30}
_VILLAGE_SCALES = {"500": 40, "1000": 60}
_FIELD_SCALES = {"1000": 45, "2000": 55}
_FIELD_NAMES = (
    "Đồng Cửa", "Đồng Chùa", "Đồng Trên", "Đồng Dưới", "Đồng Sau", "Đồng Quán", "Đồng Chiêm", "Mả Vối",
    "Bãi Giữa", "Bãi Ngoài", "Cầu Đá", "Cửa Đình", "Cây Gạo", "Cây Đa", "Gò Mối", "Ao Sen", "Đầm Vạc",
    "Sau Làng", "Ven Sông", "Đồng Mạ", "Đồng Bông", "Đồng Vông", "Chân Đê", "Lò Gạch",
)  # fmt: skip


def numbering(rng: Rng, commune: Array, communes: int, settings: SampleSettings) -> pl.DataFrame:
    """Sheet, parcel number, map system, scale, field name and `village` for each parcel of the communes."""
    books = []
    for position in range(communes):
        # In random order, so that parcels added last (those of a boundary) stand anywhere in the book.
        at = rng.permutation(np.flatnonzero(commune == position))
        books.append(_book(rng, len(at), settings).with_columns(at=at))
    return pl.concat(books).sort("at").drop("at")


def _book(rng: Rng, count: int, settings: SampleSettings) -> pl.DataFrame:
    """The numbers of one book, sheet by sheet: first the sheets of the village, then those of its fields."""
    ends = rng.integers(60, 180, count // 60 + 1).cumsum()
    order = np.arange(count)
    sheet = np.searchsorted(ends, order, side="right")
    number = order - np.concatenate([[0], ends])[sheet] + 1

    sheets = len(ends)
    village = np.arange(sheets) < 0.45 * (sheet.max(initial=0) + 1)
    main = chosen(rng, _MAP_SYSTEMS, 1)[0]
    system = np.where(rng.random(sheets) < settings.second_map_system, chosen(rng, _MAP_SYSTEMS, sheets), main)
    system[0] = main
    scale = np.where(village, chosen(rng, _VILLAGE_SCALES, sheets), chosen(rng, _FIELD_SCALES, sheets))
    field = chosen(rng, rng.choice(_FIELD_NAMES, 10, replace=False).tolist(), sheets)
    return pl.DataFrame(
        {
            "so_to": sheet + 1,
            "so_thua": number,
            "he_ban_do": system[sheet],
            "ty_le": scale[sheet],
            "village": village[sheet],
            "xu_dong": field[sheet],
        }
    ).with_columns(xu_dong=pl.when(~pl.col("village")).then("xu_dong"))
