"""What people have decided about records: it wins over the model, and never over exclusive values."""

from dataclasses import dataclass, field

import polars as pl

SAME, DIFFERENT, ALONE = "decided_same", "decided_different", "kept_out"
"""Why a pair is linked, or is not, when people decided it."""
APART = frozenset({DIFFERENT, ALONE})
CONTRADICTED = "decision_contradicted"
"""Two records that people decided are one, which exclusive values or another decision keep apart."""

_PAIRS = pl.Schema({"record_id_a": pl.String, "record_id_b": pl.String})


@dataclass(frozen=True)
class Verdicts:
    """`same` and `different`: pairs of records (`record_id_a`, `record_id_b`) that are one entity, and that never are.
    `alone`: ids of records that share no entity with any other."""

    same: pl.DataFrame = field(default_factory=_PAIRS.to_frame)
    different: pl.DataFrame = field(default_factory=_PAIRS.to_frame)
    alone: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))

    def pairs(self, ids: pl.Series) -> pl.DataFrame:
        """`a`, `b` (positions in `ids`, `a` < `b`) and `verdict` of every decided pair whose records are both there.

        A pair of which both was decided is `decision_contradicted`, and kept apart: a merger can be made up for, a
        person who was served as another cannot.
        """
        place = pl.DataFrame({"record_id": ids}).with_row_index("at")
        found = (
            pl.concat(
                [
                    self.different.select(*_PAIRS, pl.lit(DIFFERENT).alias("verdict")),
                    self.same.select(*_PAIRS, pl.lit(SAME).alias("verdict")),
                ]
            )
            .join(place.rename({"record_id": "record_id_a", "at": "first"}), on="record_id_a")
            .join(place.rename({"record_id": "record_id_b", "at": "second"}), on="record_id_b")
        )
        return (
            found.filter(pl.col("first") != pl.col("second"))
            .group_by(pl.min_horizontal("first", "second").alias("a"), pl.max_horizontal("first", "second").alias("b"))
            .agg(
                pl.when(pl.col("verdict").n_unique() > 1)
                .then(pl.lit(CONTRADICTED))
                .otherwise(pl.col("verdict").first())
                .alias("verdict")
            )
            .sort("a", "b")
        )
