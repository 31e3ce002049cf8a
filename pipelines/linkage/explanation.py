"""Why a pair was merged, refused or left to a person: evidence by field, and a sentence."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.linkage.model import LinkageModel, integer_weights
from pipelines.linkage.spec import LinkageSpec
from pipelines.linkage.verdicts import ALONE, CONTRADICTED, DIFFERENT, SAME


def evidence(scored: pl.DataFrame, model: LinkageModel) -> pl.Series:
    """A list of field, level and weight for each scored pair, against its strongest alternative.

    `scored` has the levels and `alternative`. The first entry, `prior`, is the weight before any evidence; the
    entries add up to the pair's weight, and a field that says nothing is left out.
    """
    prior, weights = integer_weights(model)
    rows = scored.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "alternative", *weights)
    other = scored["alternative"].to_numpy()
    parts = [_entries(rows["row"], "prior", list(model.classes[1:]), other, prior[other])]
    for field, table in weights.items():
        known = rows.filter(pl.col(field).is_not_null())
        level = known[field].to_numpy()
        parts.append(
            _entries(
                known["row"], field, list(model.levels[field]), level, table[known["alternative"].to_numpy(), level]
            )
        )
    # Field by field the rows come in their order, so that within a row the fields stand in theirs.
    entries = pl.concat(parts).sort("row", maintain_order=True)
    found = entries.group_by("row", maintain_order=True).agg(pl.struct("field", "level", "weight").alias("evidence"))
    return found["evidence"]


def _entries(
    row: pl.Series, field: str, names: list[str], level: NDArray[np.uint8], weight: NDArray[np.int64]
) -> pl.DataFrame:
    return pl.DataFrame(
        {"row": row, "level": pl.Series(names, dtype=pl.String).gather(level), "weight": weight}
    ).with_columns(pl.lit(field).alias("field"))


def reason(spec: LinkageSpec, thresholds: dict[str, int]) -> pl.Expr:
    """A Vietnamese sentence from `decision`, `why`, `weight` and `alternative`."""
    names = {position: alternative.vi for position, alternative in enumerate(spec.alternatives)}
    bits = (
        (pl.col("weight") / 1000)
        .round(1)
        .cast(pl.String)
        .str.replace(".", ",", literal=True)
        .str.replace("-", "−", literal=True)
    )
    other = pl.col("alternative").replace_strict(names, return_dtype=pl.String)
    automatic, review = (
        f"{thresholds[name] / 1000:.1f}".replace(".", ",").replace("-", "−") for name in ("automatic", "review")
    )
    whys = _WHY | {ban.name: ban.vi for ban in spec.forbidden}
    return (
        pl.when(pl.col("decision") == "automatic")
        .then(
            pl.format(
                "Trọng số {} bit, từ ngưỡng tự động " + automatic + " bit trở lên; khả năng khác mạnh nhất: {}.",
                bits,
                other,
            )
        )
        .when(pl.col("decision") == "officer")
        .then(pl.col("why").replace_strict(_DECIDED, default=None, return_dtype=pl.String))
        .when(pl.col("why") == CONTRADICTED)
        .then(pl.lit(_CONTRADICTED))
        .when(pl.col("why").is_not_null())
        .then(
            pl.format(
                "Trọng số {} bit đủ để gộp, nhưng {}.",
                bits,
                pl.col("why").replace_strict(whys, default=None, return_dtype=pl.String),
            )
        )
        .otherwise(
            pl.format(
                "Trọng số {} bit, giữa ngưỡng xem xét "
                + review
                + " và ngưỡng tự động "
                + automatic
                + " bit; khả năng khác mạnh nhất: {}.",
                bits,
                other,
            )
        )
    )


_WHY = {
    "exclusive_values": "cụm sẽ mang hai giá trị không được đi cùng nhau",
    "oversized_cluster": "cụm sẽ có quá nhiều dòng",
    "ambiguous_attachment": "dòng này hợp với hai cụm gần như nhau, mà hai cụm đó không được là một",
    "looks_like_two": "cụm sẽ có hai dòng trông rõ ràng là của hai người",
    "no_corroboration": "thiếu chứng cứ độc lập mà quy tắc đòi hỏi; cần người xem",
}
"""Constraints that the engine itself knows."""

_DECIDED = {
    SAME: "Cán bộ đã quyết định: cùng một thực thể.",
    DIFFERENT: "Cán bộ đã quyết định: hai thực thể khác nhau.",
    ALONE: "Cán bộ đã quyết định: để riêng, không gộp với dòng nào.",
}
_CONTRADICTED = (
    "Cán bộ đã quyết định là một, nhưng cụm sẽ mang hai giá trị không được đi cùng nhau, hoặc trái một quyết định khác."
)
