"""The same certificate in the land books of two new communes: one parcel in both, one owner's land, or a slip.

A certificate has one serial in the whole country, and one owner or household; it may cover several parcels.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

from pipelines.across.tables import CASES, SHARED_CERTIFICATES
from pipelines.identity.record_ids import content_hash
from pipelines.parcels.certificates import serial_key, serials, well_formed
from pipelines.vietnamese.spelling import ascii_key

Land = Mapping[str, Callable[[Sequence[str]], pl.DataFrame]]
"""By new commune: reads these columns of its parcels (`parcels` of the contract, `record_id`, the smallest one among
the parcel's rows, `owner_names` and `owner_numbers`, lists), the same at every call."""

_NAMES_AGREE: Final = 85.0
"""RapidFuzz token-set ratio from which two spellings are taken for one owner, as within a commune."""
_SAME_AREA: Final = 0.005
"""Relative difference of area within which two books may speak of one parcel: they round to tenths or to metres."""
_MANY: Final = 50
"""Parcels of one serial beyond which it is what offices write when they have none."""
_COLUMNS: Final = (
    *("parcel_id", "record_id", "old_commune_code", "map_system", "old_sheet_no", "parcel_no"),
    *("area_m2", "land_use", "certificate_no", "owner_names", "owner_numbers"),
)
_KINDS: Final = {
    "too_many": "Quá nhiều thửa mang số này: có lẽ là số ghi cho có, không phải số phát hành thật.",
    "other_owner": "Cùng số phát hành ở hai xã, phường nhưng khác chủ: một trong hai sổ ghi nhầm số.",
    "same_parcel": "Cùng số phát hành, cùng chủ, diện tích bằng nhau: có thể một thửa ghi ở hai sổ.",
    "unknown_owner": "Cùng số phát hành ở hai xã, phường; một bên không ghi chủ nên chưa rõ của ai.",
    "same_owner": "Cùng số phát hành, cùng chủ, khác diện tích: các thửa của một giấy nằm ở hai xã, phường.",
}
"""What the parcels of one serial may be, the most urgent first."""
_QUESTIONS: Final = {
    "too_many": "Số phát hành đúng của các thửa này là gì?",
    "other_owner": "Giấy chứng nhận này là của ai? Hai sổ ghi hai chủ.",
    "same_parcel": "Đây có phải một thửa đất ghi trong sổ của hai xã, phường không?",
    "unknown_owner": "Các thửa này có phải của một chủ không? Một bên không ghi chủ.",
}
"""What a person is asked; parcels of one owner under one certificate are in order."""


def shared_certificates(land: Land) -> pl.DataFrame:
    """The table `shared_certificates`: the parcels whose serial stands in another new commune too.

    `land` names at least one commune.
    """
    numbered = {code: read(["certificate_no"]) for code, read in sorted(land.items())}
    counted = pl.concat(_with_serials(parcels)["serial"].unique() for parcels in numbered.values())
    several = counted.value_counts().filter(pl.col("count") > 1)["serial"]
    held = pl.concat(
        _with_serials(land[code](_COLUMNS))
        .filter(pl.col("serial").is_in(several.implode()))
        .with_columns(pl.lit(code).alias("new_commune_code"))
        for code in numbered
    )
    kinds = _kinds(held)
    case = content_hash(
        kinds.select(
            pl.concat_str(pl.lit("certificate"), "kind", pl.col("record_ids").list.join(" "), separator=" ")
        ).to_series()
    )
    told = held.join(kinds.with_columns(case.alias("case_id")), on="serial").with_columns(
        pl.col("serial").alias("certificate_no"),
        pl.when(pl.col("kind").is_in([*_QUESTIONS])).then("case_id").alias("case_id"),
        pl.col("kind").replace_strict(_KINDS, return_dtype=pl.String).alias("reason"),
    )
    return SHARED_CERTIFICATES.conform(told.sort("certificate_no", "new_commune_code", "record_id"))


def certificate_cases(shared: pl.DataFrame, after: int) -> pl.DataFrame:
    """The cases of shared certificates, as the table `cases`; the first one's priority comes after so many others."""
    asked = (
        shared.drop_nulls("case_id")
        .group_by("case_id")
        .agg(
            pl.col("kind").first().alias("reason"),
            pl.col("record_id").unique().sort().alias("record_ids"),
            pl.col("new_commune_code").unique().sort().alias("new_commune_codes"),
        )
    )
    urgency = {kind: place for place, kind in enumerate(_KINDS)}
    ordered = asked.sort(pl.col("reason").replace_strict(urgency, return_dtype=pl.Int64), "case_id")
    return CASES.conform(
        ordered.with_columns(
            pl.lit("certificate").alias("kind"),
            pl.col("reason").replace_strict(_QUESTIONS, return_dtype=pl.String).alias("question"),
            (after + pl.int_range(1, pl.len() + 1)).alias("priority"),
        )
    )


def _with_serials(parcels: pl.DataFrame) -> pl.DataFrame:
    """One row a parcel and well-formed serial, with its key as `serial`."""
    told = parcels.drop_nulls("certificate_no").with_columns(serials(pl.col("certificate_no")).alias("serial"))
    rows = told.explode("serial").filter(well_formed(pl.col("serial")))
    return rows.with_columns(serial_key(pl.col("serial")).alias("serial"))


def _kinds(held: pl.DataFrame) -> pl.DataFrame:
    """What the parcels of each serial are: `serial`, `kind`, `record_ids`."""
    rows = held.with_columns((pl.len().over("serial") > _MANY).alias("too_many")).with_row_index("at")
    few = rows.filter(~pl.col("too_many"))
    pairs = few.join(few, on="serial", suffix="_b").filter(
        (pl.col("at") < pl.col("at_b")) & (pl.col("new_commune_code") != pl.col("new_commune_code_b"))
    )
    area, other = pl.col("area_m2"), pl.col("area_m2_b")
    alike = ((area - other).abs() <= _SAME_AREA * pl.max_horizontal(area, other)).fill_null(False)
    known = pl.col("owner_names").list.len().fill_null(0) > 0
    known_b = pl.col("owner_names_b").list.len().fill_null(0) > 0
    same = pl.lit(_same_owner(pairs))
    judged = pairs.select(
        "serial",
        pl.when(same & alike)
        .then(pl.lit("same_parcel"))
        .when(same)
        .then(pl.lit("same_owner"))
        .when(known & known_b)
        .then(pl.lit("other_owner"))
        .otherwise(pl.lit("unknown_owner"))
        .alias("kind"),
    )
    crowded = rows.filter("too_many").select("serial", pl.lit("too_many").alias("kind"))
    urgency = {kind: place for place, kind in enumerate(_KINDS)}
    return (
        pl.concat([judged, crowded])
        .with_columns(pl.col("kind").replace_strict(urgency, return_dtype=pl.Int64).alias("urgency"))
        .sort("urgency")
        .unique("serial", keep="first", maintain_order=True)
        .join(held.group_by("serial").agg(pl.col("record_id").unique().sort().alias("record_ids")), on="serial")
        .select("serial", "kind", "record_ids")
    )


def _same_owner(pairs: pl.DataFrame) -> pl.Series:
    """Whether two parcels have an owner in common: the same number, or names that are spellings of one."""
    numbered = pairs.select(
        pl.col("owner_numbers").list.set_intersection("owner_numbers_b").list.len().fill_null(0) > 0
    ).to_series()
    named = (
        pairs.select("owner_names", "owner_names_b")
        .with_row_index("pair")
        .explode("owner_names")
        .explode("owner_names_b")
        .drop_nulls()
        .select("pair", *(ascii_key(pl.col(side)).alias(side) for side in ("owner_names", "owner_names_b")))
    )
    ratio = process.cpdist(
        named["owner_names"].to_list(), named["owner_names_b"].to_list(), scorer=fuzz.token_set_ratio
    )
    agree = named.filter(pl.Series(np.asarray(ratio) >= _NAMES_AGREE, dtype=pl.Boolean))["pair"].unique()
    at = pl.Series(np.arange(pairs.height), dtype=pl.UInt32)
    return numbered | at.is_in(agree.implode())
