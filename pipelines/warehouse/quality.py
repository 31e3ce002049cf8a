"""The three quality groups of Plan 515/KH-BCA-BNN&MT, for any kind of entity."""

import polars as pl


def with_quality(entities: pl.DataFrame, reasons: dict[str, pl.Expr], rebuild: pl.Expr) -> pl.DataFrame:
    """Add the group and the codes of the reasons that hold."""
    codes = [pl.when(holds.fill_null(False)).then(pl.lit(code)) for code, holds in reasons.items()]
    return entities.with_columns(pl.concat_list(codes).list.drop_nulls().alias("quality_reasons")).with_columns(
        pl.when(rebuild)
        .then(3)
        .when(pl.col("quality_reasons").list.len() > 0)
        .then(2)
        .otherwise(1)
        .alias("quality_group")
    )
