"""What became of a parcel on a later map: surveyed as another one, split, joined, or overlapped by others.

Within one old commune the maps follow each other: 299, 1994, the overall survey. A row of a later map that has the
certificate and the area of an earlier one is the same parcel (`comparisons`); what is told here is not identity. It is
told where a note names the former number, or where certificate or owner, place and area leave one answer only: a
relation that is missing is looked for on paper, a wrong one is believed.
"""

from typing import Final

import polars as pl

from pipelines.distinct import each_once
from pipelines.parcels.certificates import folded_serial, serial_key
from pipelines.parcels.context import HOME, field_key, use_family
from pipelines.parcels.notes import mentions
from pipelines.vietnamese.addresses import hamlet_key
from pipelines.vietnamese.map_systems import SYSTEMS
from pipelines.warehouse import schema

_SUM: Final = 0.03
"""By how much the parts of a parcel may differ together from the whole, as a share of the whole."""
_NEARLY: Final = 0.1
_PAPER_NEARLY: Final = 0.25
"""By how much two surveys of one parcel differ at most: of one owner, and of one certificate or by a note."""
_PARTS: Final = 6
_CROWD: Final = 60
"""Parcels of one owner or certificate beyond which these say nothing of the ground."""
_SIDES: Final = ("former", "later")
_EDGE: Final = ("old_commune_code", *_SIDES)


def parcel_relations(parcels: pl.DataFrame, numbers: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """The contract's `parcel_relations`, from the golden tables `parcels`, `parcel_numbers` and `parcel_owners`."""
    standing = _standing(numbers)
    facts = _facts(parcels)
    shared = _shared(standing, facts, owners)
    found = _noted(parcels, numbers, standing, facts, shared)
    for finder in (_one_to_one, _split, _joined):
        found = pl.concat([found, finder(shared, facts, found)], how="diagonal_relaxed")
    return schema.PARCEL_RELATIONS.conform(
        _without_detours(found)
        .select(
            pl.col("former").alias("from_parcel_id"),
            pl.col("later").alias("to_parcel_id"),
            "kind",
            _reason().alias("reason"),
        )
        .unique(["from_parcel_id", "to_parcel_id"], keep="first", maintain_order=True)
        .sort("from_parcel_id", "to_parcel_id")
    )


def _standing(numbers: pl.DataFrame) -> pl.DataFrame:
    """In which maps of which commune each parcel stands: `first` and `last`, positions in `SYSTEMS`."""
    order = {system: position for position, system in enumerate(SYSTEMS)}
    return (
        numbers.with_columns(
            pl.col("map_system").replace_strict(order, default=None, return_dtype=pl.Int64).alias("map")
        )
        .drop_nulls("map")
        .group_by("parcel_id", "old_commune_code")
        .agg(pl.col("map").min().alias("first"), pl.col("map").max().alias("last"))
    )


def _facts(parcels: pl.DataFrame) -> pl.DataFrame:
    use = pl.col("use_family")
    return parcels.with_columns(use_family(pl.col("land_use")).alias("use_family")).select(
        "parcel_id",
        "area_m2",
        each_once(parcels["field_name"], field_key).alias("field"),
        each_once(parcels["hamlet"], hamlet_key),
        # With a homestead goes garden or pond, or they are left out.
        pl.when(use.str.contains(HOME, literal=True)).then(pl.lit(HOME)).otherwise(use).alias("use"),
        folded_serial(serial_key(pl.col("certificate_no").str.split(";").list.first())).alias("paper"),
    )


def _shared(standing: pl.DataFrame, facts: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """Pairs of a former parcel and a later one of one certificate or owner: `_EDGE`, `paper`, `owner` (booleans)."""
    person = (
        pl.when(pl.col("citizen_id").is_not_null() & (pl.col("status") == "confirmed"))
        .then("citizen:" + pl.col("citizen_id"))
        .alias("key")
    )
    number = pl.when(pl.col("owner_id_no").str.contains(r"^(?:\d{9}|\d{12})$")).then("number:" + pl.col("owner_id_no"))
    keys = (
        pl.concat(
            [
                owners.select("parcel_id", person, by=pl.lit("owner")),
                owners.select("parcel_id", number.alias("key"), by=pl.lit("owner")),
                facts.select("parcel_id", ("paper:" + pl.col("paper")).alias("key"), by=pl.lit("paper")),
            ]
        )
        .drop_nulls("key")
        .unique()
        .join(standing, on="parcel_id")
        .filter(pl.len().over("old_commune_code", "key") <= _CROWD)
    )
    return (
        keys.join(keys, on=["old_commune_code", "key", "by"], suffix="_later")
        .filter(pl.col("last") < pl.col("first_later"))
        .group_by("old_commune_code", pl.col("parcel_id").alias("former"), pl.col("parcel_id_later").alias("later"))
        .agg((pl.col("by") == by).any().alias(by) for by in ("paper", "owner"))
    )


def _with_facts(edges: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Edges with what both parcels are: `area`, `area_later` and so on, and how the two fit.

    `place`: 2 for the same field, or the same hamlet where neither row tells a field; 0 where one tells none; null
    where field or hamlet differ. `apart`: the difference of the areas, as a share of the larger.
    """
    for side, suffix in zip(_SIDES, ("", "_later"), strict=True):
        edges = edges.join(
            facts.select(pl.col("parcel_id").alias(side), pl.exclude("parcel_id", "paper").name.suffix(suffix)), on=side
        )
    differs = [(pl.col(fact) != pl.col(f"{fact}_later")).fill_null(False) for fact in ("field", "hamlet", "use")]
    same_field, same_hamlet = (
        (pl.col(fact) == pl.col(f"{fact}_later")).fill_null(False) for fact in ("field", "hamlet")
    )
    no_field = pl.col("field").is_null() & pl.col("field_later").is_null()
    return edges.with_columns(
        pl.when(~pl.any_horizontal(differs))
        .then(pl.when(same_field | (no_field & same_hamlet)).then(2).otherwise(0))
        .alias("place"),
        same_field.alias("same_field"),
        same_hamlet.alias("same_hamlet"),
        ((pl.col("area_m2") - pl.col("area_m2_later")).abs() / pl.max_horizontal("area_m2", "area_m2_later")).alias(
            "apart"
        ),
    )


def _noted(
    parcels: pl.DataFrame, numbers: pl.DataFrame, standing: pl.DataFrame, facts: pl.DataFrame, shared: pl.DataFrame
) -> pl.DataFrame:
    """Relations of which a parcel's note tells the number on the other map.

    A note that names no map is about the number on whichever map before (or after) has it; where several have, the one
    whose parcel shares certificate or owner, or else can be the whole or the part by its area.
    """
    told = parcels.select("parcel_id", "note").join(mentions(parcels["note"]), on="note").join(standing, on="parcel_id")
    order = {system: position for position, system in enumerate(SYSTEMS)}
    placed = numbers.select(
        pl.col("parcel_id").alias("other"),
        "old_commune_code",
        pl.col("old_sheet_no").alias("sheet_no"),
        "parcel_no",
        pl.col("map_system").alias("other_system"),
        pl.col("map_system").replace_strict(order, default=None, return_dtype=pl.Int64).alias("other_map"),
    ).drop_nulls("other_map")
    matched = told.join(placed, on=["old_commune_code", "sheet_no", "parcel_no"]).filter(
        pl.col("map_system").is_null() | (pl.col("map_system") == pl.col("other_system")),
        pl.when("is_former")
        .then(pl.col("other_map") < pl.col("first"))
        .otherwise(pl.col("other_map") > pl.col("last")),
    )
    edges = matched.select(
        "old_commune_code",
        pl.when("is_former").then("other").otherwise("parcel_id").alias("former"),
        pl.when("is_former").then("parcel_id").otherwise("other").alias("later"),
        "told",
        pl.when("is_former").then("other_map").otherwise("last").alias("former_map"),
        pl.when("is_former").then("first").otherwise("other_map").alias("later_map"),
        mention=pl.struct("parcel_id", "is_former", "sheet_no", "parcel_no"),
    ).unique(_EDGE, keep="first", maintain_order=True)
    edges = _with_facts(edges.join(shared, on=list(_EDGE), how="left", maintain_order="left"), facts)
    likely = (
        pl.col("paper").fill_null(False).cast(pl.Int8) * 4
        + pl.col("owner").fill_null(False).cast(pl.Int8) * 4
        + pl.when(pl.lit("split") == "told")
        .then(pl.col("area_m2_later") < (1 + _SUM) * pl.col("area_m2"))
        .when(pl.lit("joined") == "told")
        .then(pl.col("area_m2") < (1 + _SUM) * pl.col("area_m2_later"))
        .otherwise(pl.col("apart") <= _PAPER_NEARLY)
        .fill_null(False)
        .cast(pl.Int8)
        * 2
        + pl.col("place").is_not_null().cast(pl.Int8)
    )
    best = edges.with_columns(likely.alias("likely")).filter(
        (pl.col("likely") == pl.col("likely").max().over("mention"))
        & ((pl.col("likely") == pl.col("likely").max().over("mention")).sum().over("mention") == 1)
        & ((pl.len().over("mention") == 1) | (pl.col("likely") >= 3))
    )
    several_later = pl.len().over("old_commune_code", "former", "later_map") > 1
    several_former = pl.len().over("old_commune_code", "later", "former_map") > 1
    return best.with_columns(
        pl.when(pl.col("told") == "split")
        .then(pl.lit("split_into"))
        .when(pl.col("told") == "joined")
        .then(pl.lit("joined_into"))
        .when(several_later & ~several_former)
        .then(pl.lit("split_into"))
        .when(several_former & ~several_later)
        .then(pl.lit("joined_into"))
        .when((pl.col("apart") <= _PAPER_NEARLY).fill_null(True))
        .then(pl.lit("resurveyed_as"))
        .otherwise(pl.lit("overlaps"))
        .alias("kind"),
        pl.lit(True).alias("noted"),
    )


def _left(shared: pl.DataFrame, found: pl.DataFrame, *sides: str) -> pl.DataFrame:
    """The pairs of which no relation tells the parcels of these sides yet."""
    for side in sides:
        shared = shared.join(found.select("old_commune_code", side), on=["old_commune_code", side], how="anti")
    return shared


def _one_to_one(shared: pl.DataFrame, facts: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Parcels that are each other's only counterpart of one owner or certificate, whatever the area.

    Where both certificate and area agree, the rows would be one parcel, had nothing spoken against it.
    """
    edges = _with_facts(_left(shared, found, *_SIDES), facts).filter(pl.col("place").is_not_null())
    alone = [pl.len().over("old_commune_code", side) == 1 for side in _SIDES]
    nearly = (
        pl.when("paper").then(pl.col("apart").is_between(0.01, _PAPER_NEARLY)).otherwise(pl.col("apart") <= _NEARLY)
    )
    return edges.filter(*alone).filter(nearly, pl.col("place") == 2).with_columns(pl.lit("resurveyed_as").alias("kind"))


def _split(shared: pl.DataFrame, facts: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    return _in_parts(shared, facts, found, "former", "later").with_columns(pl.lit("split_into").alias("kind"))


def _joined(shared: pl.DataFrame, facts: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    return _in_parts(shared, facts, found, "later", "former").with_columns(pl.lit("joined_into").alias("kind"))


def _in_parts(shared: pl.DataFrame, facts: pl.DataFrame, found: pl.DataFrame, whole: str, part: str) -> pl.DataFrame:
    """Parcels whose parts on the other map add up to them, with the parts that notes tell already, and where no part
    could be that of another whole."""
    areas = ("area_m2", "area_m2_later")
    of_whole, of_part = areas if whole == "former" else areas[::-1]
    together = ["old_commune_code", whole]
    kind = "split_into" if whole == "former" else "joined_into"
    begun = found.filter(kind=kind).group_by(together).agg(pl.col(of_part).sum().alias("told"), pl.len().alias("parts"))
    others = _left(_left(shared, found, part), found.filter(pl.col("kind") != kind), whole)
    edges = (
        _with_facts(others, facts)
        .filter(pl.col("place").is_not_null() & (pl.col(of_part) < (1 - _SUM) * pl.col(of_whole)))
        .join(begun, on=together, how="left", maintain_order="left")
        .with_columns(pl.col("told", "parts").fill_null(0))
    )
    return (
        edges.with_columns(
            ((pl.col("told") + pl.col(of_part).sum().over(together)) / pl.col(of_whole) - 1).abs().alias("apart"),
            (pl.col("parts") + pl.len().over(together)).alias("parts"),
            (pl.len().over("old_commune_code", part) == 1).alias("of_one"),
        )
        .filter((pl.col("apart") <= _SUM) & pl.col("parts").is_between(2, _PARTS))
        .filter(pl.all_horizontal("of_one", pl.col("place") == 2).all().over(together))
    )


def _without_detours(found: pl.DataFrame) -> pl.DataFrame:
    """Without a relation that two others tell by way of a map between."""
    first = found.select("old_commune_code", "former", pl.col("later").alias("between"))
    second = found.select("old_commune_code", pl.col("former").alias("between"), "later")
    return found.join(first.join(second, on=["old_commune_code", "between"]), on=list(_EDGE), how="anti")


def _reason() -> pl.Expr:
    percent = (100 * pl.col("apart")).round(1).cast(pl.String).str.replace(".", ",", literal=True)
    whole = pl.col("kind").is_in(["split_into", "joined_into"]) & pl.col("noted").is_null()
    return pl.concat_str(
        pl.when("noted")
        .then(pl.lit("Ghi chú nêu số thửa trên bản đồ kia"))
        .when("paper")
        .then(pl.lit("Cùng số giấy chứng nhận"))
        .otherwise(pl.lit("Cùng chủ sử dụng")),
        pl.when("same_field").then(pl.lit(", cùng xứ đồng")).when("same_hamlet").then(pl.lit(", cùng thôn")),
        pl.when(whole)
        .then(pl.format("; các phần cộng lại lệch {}% so với cả thửa", percent))
        .when(pl.col("kind").is_in(["resurveyed_as", "overlaps"]) & pl.col("apart").is_not_null())
        .then(pl.format("; diện tích lệch {}%", percent)),
        pl.lit("."),
        ignore_nulls=True,
    )
