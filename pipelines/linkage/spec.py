"""What a kind of record declares, so that the engine can link it.

The words are the field's (Fellegi and Sunter 1969; Splink): candidate rule, comparison, comparison level, m and u.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl
from pydantic import BaseModel, Field

Condition = Mapping[str, frozenset[str]]
"""Levels by field, all of which must hold: `{"household": {"same"}, "father_name": {"equal"}}`."""


def left(column: str) -> pl.Expr:
    """The column's value in a pair's first record."""
    return pl.col(f"{column}_a")


def right(column: str) -> pl.Expr:
    """The column's value in a pair's second record."""
    return pl.col(f"{column}_b")


def both(column: str) -> pl.Expr:
    """Whether both records have a value."""
    return left(column).is_not_null() & right(column).is_not_null()


def equal(column: str) -> pl.Expr:
    """Whether both records have the same value."""
    return left(column) == right(column)


@dataclass(frozen=True)
class CandidateRule:
    """Records with equal values in all these columns are compared; a null in any leaves a record out.

    A block that is too large is split by the columns of `further`, one after the other. With `one_has`, the name of a
    boolean column, only pairs of which at least one record has it; with `apart` only pairs that differ in that column.
    """

    name: str
    key: tuple[str, ...]
    further: tuple[str, ...] = ()
    one_has: str | None = None
    apart: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that the rule looks at."""
        return (*self.key, *self.further, *(column for column in (self.one_has, self.apart) if column))


@dataclass(frozen=True)
class Similarity:
    """A RapidFuzz score of two texts, computed once per distinct pair; null when either is missing.

    `jaro_winkler` and `token_set` run from 0 to 1; `edits` counts insertions, deletions, substitutions and swaps of
    neighbours (optimal string alignment). What is further apart than `cutoff` need not be told exactly, which is
    several times as fast: it counts as 0, or as one edit more. Where `where` does not hold the score is not needed and
    counts as that of texts which have nothing in common.
    """

    name: str
    column: str
    scorer: Literal["jaro_winkler", "token_set", "edits"]
    cutoff: float | None = None
    where: pl.Expr | None = None


@dataclass(frozen=True)
class Frequency:
    """How common a value is: adds the column `name`, the surprisal −log₂(share) of `column`'s value in whole bits.

    Shares come from the model's table, which holds only values that several records carry. The share of another one
    is the product of its `parts` (names of other frequencies of the same record), and without parts that of a value
    too rare for the table.
    """

    name: str
    column: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Level:
    """One comparison level: the first whose condition holds is the pair's.

    `m` and `u` are where estimation starts, and what it falls back on where data are few: the shares of this level
    among pairs of one entity, and of two.
    """

    name: str
    when: pl.Expr
    m: float
    u: float


@dataclass(frozen=True)
class Comparison:
    """How one field is compared. A pair for which `present` does not hold says nothing (level null).

    A `label` comparison takes no part in estimating the others, since anchors are told by it; its own m are
    estimated after them and its u are taken as declared. Its first level says one entity, its last one two.
    """

    field: str
    columns: tuple[str, ...]
    present: pl.Expr
    levels: tuple[Level, ...]
    similarities: tuple[Similarity, ...] = ()
    label: bool = False


@dataclass(frozen=True)
class Alternative:
    """Another reason why two records look alike, with its own u: twins, members of a family, namesakes, strangers.

    `vi` names it in a sentence. `seeds` say which pairs start in it; the last alternative takes what no seed holds.
    `frames` are the columns in which all its pairs agree, by which they are sampled: one household, one name, or
    nothing at all (the empty frame). A pair for which one of `excludes` holds never belongs to it.
    """

    name: str
    vi: str
    seeds: tuple[Condition, ...] = ()
    frames: tuple[tuple[str, ...], ...] = ()
    excludes: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Forbidden:
    """What no two records of one entity may show: a pair for which `when` holds, and not `unless`, is never in one
    cluster, not even by way of others; a person decides. `vi` says why."""

    name: str
    vi: str
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class LinkageSpec:
    """All that is particular to one kind of record.

    `same` and `different` are the anchors: levels that tell, without labels, pairs that surely are one entity or
    two; they hold the estimation. Where `corroborated` is given, a pair for which none of it holds is never merged by
    its weight alone, but left to a person. Two different values of `exclusive` never stand in one entity; with
    `exclusive_within`, only two that have the same value there: an entity may have one number in each of two books.

    `slope` is what a bit of weight is worth in odds (bits) until label fields tell: below 1, as fields depend on each
    other. Rows equal in all columns but `moving` (days of update) are one face: exports of one register from several
    years repeat it, and it counts once for the size of a cluster and for how common a value is.
    """

    dataset: str
    rules: tuple[CandidateRule, ...]
    comparisons: tuple[Comparison, ...]
    alternatives: tuple[Alternative, ...]
    same: tuple[Condition, ...]
    different: tuple[Condition, ...]
    corroborated: tuple[Condition, ...] = ()
    frequencies: tuple[Frequency, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    exclusive: str | None = None
    exclusive_within: str | None = None
    moving: frozenset[str] = frozenset()
    slope: float = 1.0

    @property
    def texts(self) -> frozenset[str]:
        """Columns that are needed as text; of the others it is enough to know whether they are equal."""
        kept = {column for column in ("record_id", self.exclusive, self.exclusive_within) if column}
        return frozenset(kept | {similarity.column for c in self.comparisons for similarity in c.similarities})

    @property
    def columns(self) -> list[str]:
        """The columns that records must have: `record_id` and all that is named here."""
        made = {frequency.name for frequency in self.frequencies}
        named = [
            "record_id",
            *(column for rule in self.rules for column in rule.columns),
            *(column for comparison in self.comparisons for column in comparison.columns),
            *(similarity.column for comparison in self.comparisons for similarity in comparison.similarities),
            *(column for other in self.alternatives for frame in other.frames for column in frame),
            *(frequency.column for frequency in self.frequencies),
            *(column for column in (self.exclusive, self.exclusive_within) if column),
        ]
        return [column for column in dict.fromkeys(named) if column not in made]


class LinkageSettings(BaseModel, frozen=True):
    """How far the engine goes; the same object in the launchpad, on the command line and in the manifest.

    The thresholds follow from what a mistake costs and from how many cases people can decide; `automatic_bits` and
    `review_bits` set them by hand instead.
    """

    false_merge_cost: float = Field(
        10.0,
        ge=1,
        description="Một lần gộp nhầm đắt bằng bao nhiêu lần bỏ sót / what a false merge costs, in missed ones",
    )
    review_cost: float = Field(
        0.1,
        gt=0,
        lt=1,
        description="Một lần xem xét đắt bằng bao nhiêu lần bỏ sót / what a case to decide costs, in missed merges",
    )
    case_share: float = Field(
        0.01,
        ge=0,
        le=1,
        description="Số trường hợp xem xét tối đa, so với số dòng / most cases in review, as a share of the rows",
    )
    cases_per_day: int | None = Field(
        None,
        ge=0,
        description="Cán bộ xem được bao nhiêu trường hợp một ngày; ngưỡng xem xét tính theo đó thay cho case_share / "
        "cases that people can decide a day, from which the review threshold follows instead",
    )
    review_days: int = Field(
        10, ge=1, description="Trong bao nhiêu ngày phải xem xong / in how many days all of them should be decided"
    )
    automatic_bits: float | None = Field(
        None, description="Đặt tay: trọng số (bit) từ đó gộp tự động / weight from which rows are merged, by hand"
    )
    review_bits: float | None = Field(
        None, description="Đặt tay: trọng số (bit) từ đó đưa ra xem xét / weight from which a pair is reviewed, by hand"
    )
    veto_bits: float = Field(
        -8.0,
        description="Hai dòng dưới trọng số này không đứng chung một cụm / two rows below it never share a cluster",
    )
    margin_bits: float = Field(
        3.0, ge=0, description="Một dòng phải hợp với cụm này hơn cụm kia bao nhiêu bit / margin of an attachment"
    )
    size_cap: int = Field(8, ge=2, description="Số dòng tối đa của một cụm / most rows of a cluster")
    block_cap: int = Field(
        60, ge=2, description="Số dòng tối đa của một khối so sánh / most rows that one block may compare"
    )
    pairs_per_row: int = Field(
        40, ge=1, description="Số cặp so sánh tối đa tính trên mỗi dòng / most candidate pairs per row, over all rules"
    )
