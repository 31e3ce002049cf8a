"""Land books: the parcels of each old commune with their owners, and the parcels that are recorded twice."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from .draws import Array, Rng, allotted, chosen
from .errors import with_owner_errors
from .ownership import as_the_book_names, draw_owners
from .population import Population, known_only
from .settings import OldCommune, SampleSettings
from .sheets import numbering
from .syllables import without_marks

_VILLAGE_USES = {"ONT+CLN": 46, "ONT": 34, "CLN": 14, "NTS": 4, "BHK": 2}
_FIELD_USES = {"LUC": 68, "BHK": 20, "NTS": 7, "CLN": 5}
_TYPICAL_AREA = {"ONT+CLN": 290, "ONT": 130, "CLN": 210, "NTS": 520, "BHK": 220, "LUC": 340}
_SMALLEST_AREA = 30
_BOUNDARY_ERROR = 0.008  # with the rounding to one decimal it stays within 1 % of the smallest area
_DOUBLE_ERROR = 0.005
_NOTES = ("Đang thế chấp tại ngân hàng", "Nhận tặng cho quyền sử dụng đất", "Nhận chuyển nhượng", "Tách thửa",
          "Đang có tranh chấp")  # fmt: skip


def make_land_books(
    rng: Rng, population: Population, communes: Sequence[OldCommune], parcels: int, settings: SampleSettings
) -> pl.DataFrame:
    """Rows of all land books in the order of their books: canonical columns, `commune`, and the truth in
    `true_parcel_id`, `copy_kind` (original, double, boundary), `owner_person_id` and `errors` (of its name)."""
    commune = allotted(rng, parcels, len(communes))
    boundary = (rng.random(parcels) < settings.boundary_parcels) & (len(communes) > 1)
    neighbour = (commune[boundary] + 1) % len(communes)
    numbers = numbering(rng, np.concatenate([commune, neighbour]), len(communes), settings)

    originals = _parcels(rng, numbers[:parcels], population, commune, communes, settings)
    beyond = originals.filter(pl.Series(boundary)).with_columns(
        *numbers[parcels:].select("so_to", "so_thua", "he_ban_do", "ty_le"),
        commune=pl.Series(neighbour),
        dien_tich=_measured_again(rng, int(boundary.sum()), _BOUNDARY_ERROR),
        copy_kind=pl.lit("boundary"),
    )
    twice = originals.filter(pl.Series(rng.random(parcels) < settings.parcel_doubles))
    books = pl.concat([originals, beyond, _typed_again(rng, twice, settings)])
    books = with_owner_errors(rng, books, settings)
    owner = as_the_book_names()
    books = books.with_columns(chu_su_dung=pl.when("unmarked").then(without_marks(owner)).otherwise(owner))
    second_entry = pl.col("copy_kind") == "double"  # these stand at the end of the book
    return _as_typed(rng, books.sort("commune", second_entry, "so_to", "so_thua"), settings)


def _parcels(
    rng: Rng,
    numbers: pl.DataFrame,
    population: Population,
    commune: Array,
    communes: Sequence[OldCommune],
    settings: SampleSettings,
) -> pl.DataFrame:
    count = len(commune)
    owners = draw_owners(rng, population, commune, communes, settings)
    # Nobody lives on the committee's land, not even within the village.
    homestead = (numbers["village"] & owners["owner_person_id"].is_not_null()).to_numpy()
    use = np.where(homestead, chosen(rng, _VILLAGE_USES, count), chosen(rng, _FIELD_USES, count))
    typical = pl.Series(use).replace_strict(_TYPICAL_AREA, return_dtype=pl.Float64)
    area = typical * rng.lognormal(0, 0.45, count)
    place = pl.Series(np.array([old.address for old in communes])[commune])
    situation = pl.when("village").then("thon").otherwise("Xứ " + pl.col("xu_dong"))
    return pl.concat([numbers, owners], how="horizontal").with_columns(
        commune=pl.Series(commune),
        loai_dat=pl.Series(use),
        dien_tich=area.clip(_SMALLEST_AREA).round(1),
        dia_chi_thua=pl.concat_str(situation, place, separator=", ", ignore_nulls=True),
        ghi_chu=known_only(chosen(rng, _NOTES, count), rng.random(count) < 0.03),
        true_parcel_id="T" + pl.Series(np.arange(1, count + 1)).cast(pl.String).str.zfill(8),
        copy_kind=pl.lit("original"),
        unmarked=False,
    )


def _measured_again(rng: Rng, count: int, error: float) -> pl.Expr:
    return (pl.col("dien_tich") * pl.Series(rng.uniform(1 - error, 1 + error, count))).round(1)


def _typed_again(rng: Rng, parcels: pl.DataFrame, settings: SampleSettings) -> pl.DataFrame:
    """A second entry of each parcel in its book, as another hand typed it."""
    count = len(parcels)
    remeasured, respaced, unmarked, uncertified = (
        pl.Series(rng.random(count) < settings.double_difference) for _ in range(4)
    )
    spaces = pl.when(pl.Series(rng.random(count) < 0.7)).then(pl.lit("")).otherwise(pl.lit("  "))
    certificate = ("so_gcn", "so_vao_so", "ngay_cap")
    return parcels.with_columns(
        dien_tich=pl.when(remeasured).then(_measured_again(rng, count, _DOUBLE_ERROR)).otherwise("dien_tich"),
        so_gcn=pl.when(respaced)
        .then(pl.col("so_gcn").str.slice(0, 2) + spaces + pl.col("so_gcn").str.slice(3))
        .otherwise("so_gcn"),
        unmarked=unmarked,
        copy_kind=pl.lit("double"),
    ).with_columns(pl.when(~uncertified).then(pl.col(certificate)))


def _as_typed(rng: Rng, books: pl.DataFrame, settings: SampleSettings) -> pl.DataFrame:
    """Numbers as known_only, some areas with a decimal comma."""
    comma = pl.Series(rng.random(len(books)) < settings.decimal_comma)
    area = pl.col("dien_tich").cast(pl.String)
    return books.with_columns(
        pl.col("so_to", "so_thua").cast(pl.String),
        dien_tich=pl.when(comma).then(area.str.replace(".", ",", literal=True)).otherwise(area),
    )
