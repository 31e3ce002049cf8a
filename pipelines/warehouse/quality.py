"""The three quality groups of Plan 515/KH-BCA-BNN&MT, for any kind of entity."""

import polars as pl


def with_quality(entities: pl.DataFrame, reasons: dict[str, pl.Expr], rebuild: pl.Expr) -> pl.DataFrame:
    """Add the group and the codes of the reasons that hold."""
    # Of all that can come together few combinations do: a bit a reason, and each combination is spelt out once.
    bits = {code: 1 << place for place, code in enumerate(reasons)}
    together = pl.sum_horizontal(
        holds.fill_null(False).cast(pl.Int64) * bits[code] for code, holds in reasons.items()
    ).alias("together")
    of_entities = entities.select(together)
    spelt = of_entities.unique().with_columns(
        pl.concat_list(pl.when(pl.col("together") & bit != 0).then(pl.lit(code)) for code, bit in bits.items())
        .list.drop_nulls()
        .alias("quality_reasons")
    )
    told = of_entities.join(spelt, on="together", how="left", maintain_order="left")
    return entities.with_columns(told["quality_reasons"]).with_columns(
        pl.when(rebuild)
        .then(3)
        .when(pl.col("quality_reasons").list.len() > 0)
        .then(2)
        .otherwise(1)
        .alias("quality_group")
    )
