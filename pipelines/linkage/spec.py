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
    """Records with equal values in all these columns are compared; a null in any leaves a record out."""

    name: str
    key: tuple[str, ...]


@dataclass(frozen=True)
class Similarity:
    """A RapidFuzz score of two texts, computed once per distinct pair; null when either is missing.

    `jaro_winkler` and `token_set` run from 0 to 1; `edits` counts insertions, deletions, substitutions and swaps of
    neighbours (optimal string alignment).
    """

    name: str
    column: str
    scorer: Literal["jaro_winkler", "token_set", "edits"]


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
    estimated after them and its u are taken as declared.
    """

    field: str
    columns: tuple[str, ...]
    present: pl.Expr
    levels: tuple[Level, ...]
    similarities: tuple[Similarity, ...] = ()
    label: bool = False


@dataclass(frozen=True)
class Alternative:
    """Another reason why two records look alike, with its own u: members of a family, namesakes, strangers.

    `vi` names it in a sentence. `seeds` say which pairs start in it; the last alternative takes what no seed holds.
    """

    name: str
    vi: str
    seeds: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class LinkageSpec:
    """All that is particular to one kind of record.

    `same` and `different` are the anchors: levels that tell, without labels, pairs that surely are one entity or
    two; they hold the estimation. Where `corroborated` is given, a pair for which none of it holds is never merged by
    its weight alone, but left to a person. Two different values of `exclusive` never stand in one entity; with
    `exclusive_within`, only two that have the same value there: an entity may have one number in each of two books.
    """

    dataset: str
    rules: tuple[CandidateRule, ...]
    comparisons: tuple[Comparison, ...]
    alternatives: tuple[Alternative, ...]
    same: tuple[Condition, ...]
    different: tuple[Condition, ...]
    corroborated: tuple[Condition, ...] = ()
    exclusive: str | None = None
    exclusive_within: str | None = None


class LinkageSettings(BaseModel, frozen=True):
    """How far the engine goes; the same object in the launchpad, on the command line and in the manifest."""

    automatic_bits: float = Field(
        9.0, description="Trọng số (bit) từ đó hai dòng được gộp tự động / weight from which rows are merged"
    )
    review_bits: float = Field(
        2.0, description="Trọng số (bit) từ đó một cặp được đưa ra xem xét / weight from which a pair is reviewed"
    )
    block_cap: int = Field(
        60, ge=2, description="Số dòng tối đa của một khối so sánh / most rows that one block may compare"
    )
