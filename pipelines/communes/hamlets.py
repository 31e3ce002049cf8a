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
