"""Why a pair was merged, refused or left to a person: evidence by field, and a sentence."""

import polars as pl

from pipelines.linkage.model import LinkageModel, integer_weights
from pipelines.linkage.spec import LinkageSpec


def evidence(scored: pl.DataFrame, model: LinkageModel) -> pl.Expr:
    """A list of field, level and weight for each scored pair, against its strongest alternative.

    `scored` has the levels and `alternative`. The first entry, `prior`, is the weight before any evidence; the
    entries add up to the pair's weight, and a field that says nothing is left out.
    """
    prior, weights = integer_weights(model)
    entries = [
        _entry(
            pl.lit("prior"),
            pl.col("alternative").replace_strict(dict(enumerate(model.classes[1:])), return_dtype=pl.String),
            pl.col("alternative").replace_strict(dict(enumerate(prior.tolist())), return_dtype=pl.Int64),
        )
    ]
    for field, table in weights.items():
        names = dict(enumerate(model.levels[field]))
        cell = pl.col("alternative").cast(pl.Int64) * table.shape[1] + pl.col(field)
        entries.append(
            pl.when(pl.col(field).is_not_null()).then(
                _entry(
                    pl.lit(field),
                    pl.col(field).replace_strict(names, default=None, return_dtype=pl.String),
                    cell.replace_strict(dict(enumerate(table.ravel().tolist())), default=None, return_dtype=pl.Int64),
                )
            )
        )
    return pl.concat_list(entries).list.drop_nulls()


def reason(spec: LinkageSpec, thresholds: dict[str, int]) -> pl.Expr:
    """A Vietnamese sentence from `decision`, `why`, `weight` and `alternative`."""
    names = {position: alternative.vi for position, alternative in enumerate(spec.alternatives)}
    bits = (pl.col("weight") / 1000).round(1).cast(pl.String).str.replace(".", ",", literal=True)
    other = pl.col("alternative").replace_strict(names, return_dtype=pl.String)
    automatic, review = (f"{thresholds[name] / 1000:.1f}".replace(".", ",") for name in ("automatic", "review"))
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


def _entry(field: pl.Expr, level: pl.Expr, weight: pl.Expr) -> pl.Expr:
    return pl.struct(field.alias("field"), level.alias("level"), weight.alias("weight"))
