"""By what a parcel's row is known again after a correction."""

import polars as pl

from pipelines.identity.marks import joined


def row_marks(records: pl.DataFrame) -> pl.DataFrame:
    """`record_id`, `trusted_number`, `identifying`, `marks` (see `pipelines.identity.marks`) of standardised rows.

    A parcel's number within its land book is what a trusted number is to a person.
    """
    place = "old_commune_code"
    identifying = joined("number_key", place, "certificate_key", "owner_ascii", "owner_number", "area_m2", missing="")
    return records.with_columns(identifying.alias("identifying")).select(
        "record_id",
        pl.col("number_key").alias("trusted_number"),
        "identifying",
        pl.concat_list(
            "identifying",
            joined(pl.lit("number"), "number_key"),
            joined(pl.lit("certificate and area"), place, "certificate_key", "area_m2"),
            joined(pl.lit("book number and area"), place, "book_no_key", "area_m2"),
        ).alias("marks"),
    )
