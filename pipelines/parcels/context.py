"""What a parcel's row is compared by beyond its own cells: what its land book and its certificate say of it."""

from typing import Final

import polars as pl

from pipelines.distinct import each_once
from pipelines.vietnamese.spelling import ascii_key

_NUMBER: Final = r"\b(?:[0-9]{12}|[0-9]{9})\b"
_FEW: Final = 4
_RARE, _SELDOM = 1 / 256, 1 / 32
"""Parcels of one area that are few in any commune; shares of a commune's parcels."""
_LIKE: Final = 0.01
"""How far apart two surveys measure one parcel at most, as a share of the larger area."""
_CROWD: Final = 60
"""Parcels on one certificate beyond which all of them count as alike."""


_FAMILIES: Final = {
    **dict.fromkeys(("LUC", "LUK", "LUN"), "LUA"),
    **dict.fromkeys(("LNC", "LNQ", "LNK"), "CLN"),
    **dict.fromkeys(("TSL", "TSN"), "NTS"),
    "ODT": "ONT",
}
"""Uses of one family: one book says rice land, the other two crops of rice a year."""
HOME: Final = "ONT"


def use_family(land_use: pl.Expr) -> pl.Expr:
    """The land uses of a parcel (list of code and area) by family, in a fixed order: LUC → LUA; CLN, ODT → CLN+ONT."""
    code = pl.element().struct.field("code")
    return land_use.list.eval(code.replace(_FAMILIES)).list.unique().list.sort().list.join("+").replace("", None)


def add_context(records: pl.DataFrame) -> pl.DataFrame:
    """Records as they are compared.

    `records`: placed and standardised. Adds

    - `own_number`: the number key, null where the sheet has several scales and the row tells none; `plot_key`: without
      the scale; `commune_plot`: without the map system too; `without_map`: the row tells none;
    - `use_family`; `homestead`: people live there; `field_key`;
    - `area_rarity`: 2 when hardly another parcel of the commune has this area, 1 when few, 0 when many;
    - `personal_1`, `personal_2`, `old_1`, `old_2`: numbers of 12 and of 9 digits that stand with the owners;
    - `paper_of_several`: the certificate covers several parcels of this commune; `several_alike`: two of them, in one
      book, have about the area of this one; `several_of_field`: and lie in no other field;
    - `owner_has_uncertified`: the owner has another parcel in this commune, of which no row tells a certificate.
    """
    return _with_uncertified(_with_siblings(_with_rarity(_with_keys(records)))).with_columns(
        pl.col("use_family").str.contains(HOME, literal=True).alias("homestead")
    )


def field_key(name: pl.Expr) -> pl.Expr:
    """The name of a field as it is compared: Xứ đồng Cửa Đình, Cửa Đình → cua dinh."""
    return ascii_key(name).str.replace(r"^(?:xu dong|xu)\s+", "")


def _with_keys(records: pl.DataFrame) -> pl.DataFrame:
    several_scales = pl.col("map_scale").is_not_null().any().over("book_key", "sheet_no")
    compact = pl.col("owner_id_text").str.replace_all(r"([0-9])[ .]+([0-9]{3})\b", "$1$2")
    told = compact.str.extract_all(_NUMBER)
    of_length = {
        kind: told.list.eval(pl.element().filter(pl.element().str.len_chars() == length))
        for kind, length in (("personal", 12), ("old", 9))
    }
    return records.with_columns(
        pl.when(pl.col("map_scale").is_not_null() | ~several_scales).then("number_key").alias("own_number"),
        pl.concat_str("book_key", "sheet_no", "parcel_no", separator="/").alias("plot_key"),
        pl.concat_str("old_commune_code", "sheet_no", "parcel_no", separator="/").alias("commune_plot"),
        pl.col("map_system").is_null().alias("without_map"),
        use_family(pl.col("land_use")).alias("use_family"),
        each_once(records["field_name"], field_key).alias("field_key"),
        *(
            numbers.list.get(place, null_on_oob=True).alias(f"{kind}_{place + 1}")
            for kind, numbers in of_length.items()
            for place in (0, 1)
        ),
    )


def _with_rarity(records: pl.DataFrame) -> pl.DataFrame:
    """How many parcels of a commune have one area: fields allotted by the head are of 240 or 360 m², by the hundred."""
    place = ("old_commune_code", "area_m2")
    counted = (
        records.drop_nulls(["plot_key", "area_m2"])
        .group_by(place)
        .agg(pl.col("plot_key").n_unique().alias("alike"))
        .with_columns((pl.col("alike") / pl.col("alike").sum().over("old_commune_code")).alias("share"))
        .select(
            *place,
            pl.when((pl.col("alike") <= _FEW) | (pl.col("share") <= _RARE))
            .then(2)
            .when(pl.col("share") <= _SELDOM)
            .then(1)
            .otherwise(0)
            .alias("area_rarity"),
        )
    )
    return records.join(counted, on=place, how="left", maintain_order="left")


def _with_siblings(records: pl.DataFrame) -> pl.DataFrame:
    paper = ("old_commune_code", "certificate_folded")
    plots = (
        records.select(*paper, "book_key", "plot_key", "area_m2", "field_key")
        .drop_nulls(["certificate_folded", "plot_key", "area_m2"])
        .unique()
    )
    near = (pl.col("area_m2") - pl.col("area_m2_b")).abs() <= _LIKE * pl.max_horizontal("area_m2", "area_m2_b")
    crowded = pl.len().over(paper) > _CROWD
    few, crowd = plots.filter(~crowded), plots.filter(crowded)["plot_key"].unique()
    pairs = few.join(few, on=paper, suffix="_b").filter(near)
    twice = pairs.filter((pl.col("book_key") == pl.col("book_key_b")) & (pl.col("plot_key") != pl.col("plot_key_b")))
    one_field = (pl.col("field_key") == pl.col("field_key_b")).fill_null(True)
    covered = plots.group_by(*paper, "book_key").agg(
        pl.col("plot_key").n_unique().alias("plots"),
        pl.col("area_m2").min().alias("least"),
        pl.col("area_m2").max().alias("most"),
    )
    several = covered.group_by(paper).agg(
        ((pl.col("plots").max() > 1) | (pl.col("least").min() < (1 - _LIKE) * pl.col("most").max())).alias(
            "paper_of_several"
        )
    )
    return records.join(several, on=paper, how="left", maintain_order="left").with_columns(
        pl.col("paper_of_several").fill_null(False),
        _among(_alike(pairs, twice), crowd).alias("several_alike"),
        _among(_alike(pairs.filter(one_field), twice.filter(one_field)), crowd).alias("several_of_field"),
    )


def _with_uncertified(records: pl.DataFrame) -> pl.DataFrame:
    owner = ("old_commune_code", "owner_ascii")
    uncertified = (
        records.drop_nulls([*owner, "plot_key"])
        .group_by(*owner, "plot_key")
        .agg(pl.col("certificate_folded").is_null().all().alias("uncertified"))
        .with_columns((pl.col("uncertified").sum().over(owner) - pl.col("uncertified") > 0).alias("others"))
        .select(*owner, "plot_key", "others")
    )
    return (
        records.join(uncertified, on=[*owner, "plot_key"], how="left", maintain_order="left")
        .with_columns(pl.col("others").fill_null(False).alias("owner_has_uncertified"))
        .drop("others")
    )


def _alike(pairs: pl.DataFrame, twice: pl.DataFrame) -> pl.Series:
    """Where one book has two that are alike, those of another book cannot be told to be the one or the other."""
    return pairs.filter(pl.col("plot_key_b").is_in(twice["plot_key"].unique().implode()))["plot_key"].unique()


def _among(*plots: pl.Series) -> pl.Expr:
    return pl.col("plot_key").is_in(pl.concat(plots).implode()).fill_null(False)
