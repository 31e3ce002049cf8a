"""Where a person who stands in several communes lives now, as far as the registers tell."""

import polars as pl

_MOVED, _LEFT, _NEWEST = (
    "Sổ ở đây ghi đã chuyển đi.",
    "Chỉ ở đây sổ không ghi đã chuyển đi.",
    "Cập nhật mới nhất trong các nơi mà sổ không ghi đã chuyển đi.",
)
_OLDER, _UNKNOWN = (
    "Nơi khác có cập nhật mới hơn.",
    "Chưa rõ: các sổ không có ngày cập nhật, hoặc cùng một ngày, hoặc nơi nào cũng ghi đã chuyển đi.",
)


def residences(people: pl.DataFrame) -> pl.DataFrame:
    """The residences of people who stand in two communes or more, with `is_latest` and the `reason` in words.

    `people`: `group`, `record_id`, `status`, `updated_on` and whatever else is handed on. A place whose register says
    that the person has moved away is not the latest; of the others the only one is, or the one that was updated last.
    Where that does not tell, `is_latest` is null in all places that it may be.
    """
    stays = pl.col("status") != "moved"
    newest = pl.col("updated_on").filter(stays).max()
    undated = (stays & pl.col("updated_on").is_null()).any()
    only = stays.sum() == 1
    dated = (stays & (pl.col("updated_on") == newest)).sum() == 1
    told = people.filter(pl.len().over("group") > 1).with_columns(
        stays.alias("stays"),
        only.over("group").alias("only"),
        (dated & ~undated).over("group").alias("dated"),
        (pl.col("updated_on") == newest.over("group")).alias("newest"),
        (stays.sum() == 0).over("group").alias("nowhere"),
    )
    return told.select(
        *people.columns,
        pl.when("nowhere")
        .then(None)
        .when(~pl.col("stays"))
        .then(False)
        .when("only")
        .then(True)
        .when("dated")
        .then("newest")
        .alias("is_latest"),
        pl.when(~pl.col("stays"))
        .then(pl.lit(_MOVED))
        .when("only")
        .then(pl.lit(_LEFT))
        .when(pl.col("dated") & pl.col("newest"))
        .then(pl.lit(_NEWEST))
        .when("dated")
        .then(pl.lit(_OLDER))
        .otherwise(pl.lit(_UNKNOWN))
        .alias("reason"),
    ).sort("group", "record_id")
