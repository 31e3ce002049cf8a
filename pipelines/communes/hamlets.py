"""Which of the hamlets that rules name a written hamlet is: T. Đông, THÔN ĐÔNG, thon dong are Thôn Đông."""

import polars as pl

from pipelines.vietnamese.addresses import hamlet_kind, hamlet_name, hamlet_spelling
from pipelines.vietnamese.spelling import has_marks


def hamlet_parts(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the parts of the column `hamlet`, null where there is none.

    `hamlet_kind`, `hamlet_name` (without marks), `hamlet_spelling` (with them), and `hamlet_id`, which is one for all
    ways to write a kind and a name with their marks.
    """
    hamlet = pl.col("hamlet")
    return frame.with_columns(
        hamlet_kind(hamlet).alias("hamlet_kind"),
        hamlet_name(hamlet).alias("hamlet_name"),
        hamlet_spelling(hamlet).alias("hamlet_spelling"),
    ).with_columns((pl.col("hamlet_kind").fill_null("") + " " + pl.col("hamlet_spelling")).alias("hamlet_id"))


def usual_hamlets(counted: pl.DataFrame, also: tuple[str, ...] = ()) -> pl.DataFrame:
    """`hamlet` as most rows of its old commune spell it, so that all spellings of one hamlet can be counted together.

    `counted` has `old_code`, `hamlet` and `rows`. One without marks, or without kind, is the only one that it can be;
    the most usual of the full spellings stands for all. What names no hamlet is null. Spellings are told apart
    within equal values of `also`.
    """
    spelling, kind, name = (pl.col(f"hamlet_{part}") for part in ("spelling", "kind", "name"))
    full = has_marks(spelling).fill_null(False)
    joined = hamlet_parts(counted)
    for part, known, of in (
        ("hamlet_spelling", full, ["old_code", "hamlet_name", *also]),
        ("hamlet_kind", kind.is_not_null(), ["old_code", "hamlet_spelling", *also]),
    ):
        sure = pl.col(part).filter(known)
        joined = joined.with_columns(
            pl.when(sure.n_unique().over(of) == 1).then(sure.min().over(of)).otherwise(part).alias(part)
        )
    usual = [kind.is_null(), ~has_marks(pl.col("hamlet")), -pl.col("rows").cast(pl.Int64), pl.col("hamlet")]
    one = ["old_code", "hamlet_kind", "hamlet_spelling", *also]
    return joined.with_columns(
        pl.when(name.is_not_null()).then(pl.col("hamlet").sort_by(usual).first().over(one)).alias("hamlet")
    ).drop("hamlet_kind", "hamlet_name", "hamlet_spelling", "hamlet_id")


def meant_hamlets(written: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The hamlets of `known` that each of `written` can mean: `old_code`, `hamlet_id`, `meant` (an id of `known`).

    Both have `old_code` and the parts of `hamlet`. The kind counts where both sides tell it (Thôn 1 is not Xóm 1; 1
    can be either), and so do the marks of the name (Thôn Đông is not Thôn Đồng; thon dong can be either). Of the known
    ones only the nearest are meant: those of the same spelling and kind, else of the same spelling, else of the same
    kind and name without marks, else of the same name without marks. Several of them leave it open which is meant.
    """
    parts = ["old_code", "hamlet_id", "hamlet_name", "hamlet_kind", "hamlet_spelling"]
    one, other = (frame.select(parts).drop_nulls("hamlet_id").unique() for frame in (written, known))
    kind, spelling = ([pl.col(part), pl.col(f"{part}_known")] for part in ("hamlet_kind", "hamlet_spelling"))
    same_kind, same_spelling = kind[0].eq_missing(kind[1]), spelling[0] == spelling[1]
    possible = one.join(other, on=["old_code", "hamlet_name"], suffix="_known").filter(
        same_kind | kind[0].is_null() | kind[1].is_null(),
        same_spelling | ~(has_marks(spelling[0]) & has_marks(spelling[1])),
    )
    distance = 2 * (~same_spelling).cast(pl.Int64) + (~same_kind).cast(pl.Int64)
    nearest = possible.filter(distance == distance.min().over("old_code", "hamlet_id"))
    return nearest.select("old_code", "hamlet_id", pl.col("hamlet_id_known").alias("meant"))
