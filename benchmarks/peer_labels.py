"""Labelled pairs for the peers that must be taught, from the truth of a register that nobody is measured on."""

import polars as pl

from benchmarks.peer_rows import FIELDS

ALIKE = (
    ("name_ascii", "birth_year"),
    ("birth_date", "father_ascii"),
    ("household_key", "given_ascii"),
    ("father_ascii", "mother_ascii"),
    ("number",),
)
"""What two rows may share that a person is asked about: pairs that are plainly different teach little."""


def labelled_pairs(records: pl.DataFrame, truth: pl.DataFrame, pairs: int, seed: int) -> pl.DataFrame:
    """FIELDS of both rows (`…_a`, `…_b`) and `same`: half of the pairs are one person, a quarter are different people
    who are alike in something, a quarter any two.
    """
    rows = records.select("record_id", *FIELDS).join(truth.select("record_id", "person_id"), on="record_id")
    rows = rows.with_row_index("row")
    same = _sharing(rows, ("person_id",)).sample(pairs // 2, seed=seed)
    alike = pl.concat([_sharing(rows, columns) for columns in ALIKE]).unique(maintain_order=True)
    lone = pl.concat(
        [rows.select(pl.col("row").sample(pairs, with_replacement=True, seed=seed + n).alias(f"row_{side}"))
         for n, side in enumerate("ab")], how="horizontal",
    )  # fmt: skip
    sides = (rows.select(pl.all().name.suffix(f"_{side}")) for side in "ab")
    left, right = sides
    different = (
        kind.join(left.select("row_a", "person_id_a"), on="row_a", maintain_order="left")
        .join(right.select("row_b", "person_id_b"), on="row_b", maintain_order="left")
        .filter(pl.col("person_id_a") != pl.col("person_id_b"))
        .select("row_a", "row_b")
        for kind in (alike, lone)
    )
    chosen = pl.concat([same, *(kind.sample(pairs // 4, seed=seed) for kind in different)])
    return (
        chosen.join(left, on="row_a", maintain_order="left")
        .join(right, on="row_b", maintain_order="left")
        .with_columns((pl.col("person_id_a") == pl.col("person_id_b")).alias("same"))
        .drop(f"{column}_{side}" for column in ("row", "record_id", "person_id") for side in "ab")
    )


def _sharing(rows: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    keyed = rows.select("row", *columns).drop_nulls()
    return (
        keyed.join(keyed, on=columns, suffix="_b")
        .filter(pl.col("row") < pl.col("row_b"))
        .select(pl.col("row").alias("row_a"), "row_b")
        .sort("row_a", "row_b")
    )
