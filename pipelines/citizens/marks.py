"""By what a citizen's row is known again after a correction."""

import polars as pl

from pipelines.identity.marks import joined


def row_marks(records: pl.DataFrame) -> pl.DataFrame:
    """`record_id`, `identifying`, `marks` (see `pipelines.identity.marks`) of standardised rows, and `trusted_number`
    where it is known already."""
    place = "old_commune_code"
    identifying = joined(place, "name_key", "birth_digits", "birth_year", "sex", "number", "old_id_no", missing="")
    return records.with_columns(identifying.alias("identifying")).select(
        "record_id",
        pl.col("^trusted_number$"),
        "identifying",
        pl.concat_list(
            "identifying",
            joined(pl.lit("number"), place, "number"),
            joined(pl.lit("old number"), place, "old_id_no"),
            joined(pl.lit("name and birth"), place, "name_key", "birth_digits"),
            joined(pl.lit("name and household"), place, "name_ascii", "household_key"),
            joined(pl.lit("name and parents"), place, "name_ascii", "father_ascii", "mother_ascii"),
        ).alias("marks"),
    )
