"""Placement: in which new commune a row of an old commune belongs.

All rows of an old commune of which one new commune took the whole share go there. Of a commune that was split nothing
is guessed: a row goes where an officer's rule says, or where its household's rows went, else it stays unplaced. Where
a row goes is a function of the old communes' rows and the rules alone: it is the same for all new communes that share
an old one, so that no row is placed twice or lost.
"""

from typing import Final

import polars as pl

from pipelines.communes.hamlets import hamlet_parts, meant_hamlets
from pipelines.communes.merger_map import NewCommune
from pipelines.communes.split_rules import Dataset, SplitRules, map_system_key

UNPLACED_REASONS: Final = {
    "split_without_rule": "Xã cũ bị chia, chưa có quy tắc nào cho dòng này.",
    "hamlet_ambiguous": "Tên thôn viết như vậy có thể là nhiều thôn, mà quy tắc xếp các thôn đó khác nhau.",
    "no_hamlet": "Xã cũ bị chia; dòng không ghi thôn, hộ cũng chưa có dòng nào ghi thôn mà đã xếp được.",
    "household_divided": "Dòng không ghi thôn, mà các dòng của hộ được xếp vào nhiều xã, phường mới.",
    "no_sheet": "Xã cũ bị chia; dòng không ghi thôn, số tờ bản đồ cũng không đọc được.",
}
"""Why a row is unplaced, by `placement_reason`."""

_UNTOLD: Final = -1
"""Stands for a sheet or a parcel without a number, which no range of a rule holds."""
_NO_END: Final = 10**18
_NO_HAMLET: Final = pl.col("hamlet_name").is_null()
_WHY_UNPLACED: Final[dict[Dataset, dict[str, pl.Expr]]] = {
    "citizens": {
        "household_divided": _NO_HAMLET & pl.col("divided"),
        "no_hamlet": _NO_HAMLET,
        "hamlet_ambiguous": pl.col("ambiguous"),
        "split_without_rule": pl.lit(True),
    },
    "parcels": {
        "no_sheet": _NO_HAMLET & (pl.col("sheet") == _UNTOLD),
        "hamlet_ambiguous": pl.col("ambiguous"),
        "split_without_rule": pl.lit(True),
    },
}
"""The first that holds is why a row without target has none."""


def place(records: pl.DataFrame, commune: NewCommune, dataset: Dataset, rules: SplitRules) -> pl.DataFrame:
    """Add `placement` (placed, unplaced, elsewhere) and `placement_reason` (of the unplaced) to standardised records.

    `records`: `old_commune_code`, `hamlet`; of people `household_key`, of land `map_system`, `sheet_value` and
    `parcel_value`. People and land are placed apart: land can come to a commune without the people. What is unplaced
    is so in every new commune that took a share, and elsewhere in one that took none. Raises UnusableInput when rows
    fall under two equal rules that disagree.
    """
    takers = rules.merger_map.takers(dataset)
    ours = [old.code for old in commune.old_communes if commune.code in takers.get(old.code, ())]
    split = [code for code in ours if len(takers[code]) > 1]
    of = pl.col("old_commune_code")
    numbered = records.with_row_index("_row")
    targets = _targets(numbered.filter(of.is_in(split)), dataset, rules)
    placement = (
        pl.when(~of.is_in(ours))
        .then(pl.lit("elsewhere"))
        .when(~of.is_in(split) | (pl.col("_target") == commune.code))
        .then(pl.lit("placed"))
        .when(pl.col("_target").is_null())
        .then(pl.lit("unplaced"))
        .otherwise(pl.lit("elsewhere"))
    )
    return (
        numbered.join(targets, on="_row", how="left", maintain_order="left")
        .with_columns(placement.alias("placement"))
        .with_columns(pl.when(placement="unplaced").then("_reason").alias("placement_reason"))
        .drop("_row", "_target", "_reason")
    )


def _targets(rows: pl.DataFrame, dataset: Dataset, rules: SplitRules) -> pl.DataFrame:
    """Where each row of a split commune belongs, or why nobody knows: `_row`, `_target` (a new code), `_reason`."""
    land = dataset == "parcels"
    places = rows.select(
        "_row",
        pl.col("old_commune_code").alias("old_code"),
        "hamlet",
        (pl.lit(None, pl.String) if land else pl.col("household_key")).alias("household"),
        (map_system_key(pl.col("map_system")) if land else pl.lit(None, pl.String)).alias("map_system"),
        (pl.col("sheet_value").fill_null(_UNTOLD) if land else pl.lit(_UNTOLD)).alias("sheet"),
        (pl.col("parcel_value").fill_null(_UNTOLD) if land else pl.lit(_UNTOLD)).alias("parcel"),
    )
    ruled = _by_rules(places, dataset, rules)
    followed = ruled if land else _with_household(ruled)
    reasons = [pl.when(holds).then(pl.lit(reason)) for reason, holds in _WHY_UNPLACED[dataset].items()]
    return followed.select("_row", pl.col("target").alias("_target"), pl.coalesce(reasons).alias("_reason"))


def _with_household(ruled: pl.DataFrame) -> pl.DataFrame:
    """People without hamlet follow the placed rows of their household that have one, when these are unanimous.

    They do so before a rule for all the rest of the commune places them. Adds `divided`: the household's rows are in
    several new communes.
    """
    home = pl.col("target").filter(~_NO_HAMLET).drop_nulls()
    key = ["old_code", "household"]
    households = ruled.drop_nulls("household").group_by(key)
    homes = households.agg(home.n_unique().alias("homes"), home.min().alias("home"))
    return ruled.join(homes, on=key, how="left").with_columns(
        pl.when(_NO_HAMLET & (pl.col("homes") == 1)).then("home").otherwise("target").alias("target"),
        (pl.col("homes") > 1).alias("divided"),
    )


def _by_rules(places: pl.DataFrame, dataset: Dataset, rules: SplitRules) -> pl.DataFrame:
    """Add `hamlet_name`, `target`, where a rule says so, and `ambiguous`.

    The rule with the lowest priority number wins, then the one with the most criteria. A hamlet that can be several
    of those that rules name has a target when all of them lead to the same one; else it is ambiguous.
    """
    of_communes = rules.rules.filter(pl.col("old_code").is_in(places["old_code"].unique().to_list()))
    hamlets = hamlet_parts(places.select("old_code", "hamlet").unique())
    # All that rules name, also those for the other data set: one more hamlet that a spelling can mean.
    meant = hamlets.join(meant_hamlets(hamlets, of_communes), on=["old_code", "hamlet_id"], how="left")
    readings = places.join(
        meant.select("old_code", "hamlet", "hamlet_name", "meant"), on=["old_code", "hamlet"], nulls_equal=True
    )
    winners = _winners(readings, of_communes.filter(dataset=dataset))
    _refuse_equal(winners, dataset, rules)
    reading = ["_row", "meant"]
    led = readings.join(
        winners.group_by(reading).agg(pl.col("new_code").min()), on=reading, how="left", nulls_equal=True
    )
    code = pl.col("new_code")
    told = led.group_by("_row").agg(
        pl.col("hamlet_name").first(),
        pl.when(code.n_unique() == 1).then(code.first()).alias("target"),
        ((code.n_unique() > 1) & code.is_not_null().any()).alias("ambiguous"),
    )
    return places.join(told, on="_row", how="left")


def _winners(readings: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """The first of the rules under which each reading of a row falls; several where they are equal."""
    of_hamlets = rules.filter(pl.col("hamlet").is_not_null()).with_columns(pl.col("hamlet_id").alias("meant"))
    of_all = rules.filter(pl.col("hamlet").is_null())
    falls = pl.concat([_falls(readings, of_hamlets, ["old_code", "meant"]), _falls(readings, of_all, ["old_code"])])
    place_in_line = 10 * pl.col("priority") - pl.col("criteria")  # a rule has five criteria at most
    return falls.filter(place_in_line == place_in_line.min().over("_row", "meant"))


def _falls(readings: pl.DataFrame, rules: pl.DataFrame, common: list[str]) -> pl.DataFrame:
    """Each reading of a row with each of the rules, equal in `common`, under which it falls."""
    told = [*common, "map_system", "sheet"]
    # Rules meet the few different sheets first, and only what they have in common with them the rows.
    fitting = (
        readings.select(told)
        .unique()
        .join(rules, on=common, suffix="_of_rule")
        .filter(
            pl.col("map_system_of_rule").is_null() | (pl.col("map_system_of_rule") == pl.col("map_system")),
            _within("sheet"),
        )
        .select(*told, "line", "new_code", "priority", "criteria", "parcel_from", "parcel_to")
    )
    held = readings.join(fitting, on=told, nulls_equal=True).filter(_within("parcel"))
    return held.select("_row", "meant", "line", "new_code", "priority", "criteria")


def _within(part: str) -> pl.Expr:
    first, last, value = pl.col(f"{part}_from"), pl.col(f"{part}_to"), pl.col(part)
    unbound = first.is_null() & last.is_null()
    return unbound | ((value != _UNTOLD) & (value >= first.fill_null(0)) & (value <= last.fill_null(_NO_END)))


def _refuse_equal(winners: pl.DataFrame, dataset: Dataset, rules: SplitRules) -> None:
    """Rules that are equal and disagree, with rows that fall under both."""
    lines = ["line", "line_other"]
    opposed = (
        winners.select("_row", "meant", "line", "new_code")
        .filter(pl.col("new_code").n_unique().over("_row", "meant") > 1)
        .pipe(lambda each: each.join(each, on=["_row", "meant"], nulls_equal=True, suffix="_other"))
        .filter(pl.col("line") < pl.col("line_other"), pl.col("new_code") != pl.col("new_code_other"))
        .group_by(lines)
        .agg(pl.col("_row").n_unique().alias("rows"))
        .sort("rows", *lines, descending=[True, False, False])
    )
    for first, second, rows in opposed.head(1).iter_rows():
        what = {"citizens": "dòng công dân", "parcels": "dòng thửa đất"}[dataset]
        raise rules.file.defect(
            first,
            f"mâu thuẫn với dòng {second}: {rows} {what} hợp với cả hai quy tắc ngang nhau này, mà new_code khác nhau; "
            "hãy ghi priority nhỏ hơn cho quy tắc được ưu tiên.",
            f"it disagrees with line {second}: {rows} rows fall under both rules, which are equal.",
        )
